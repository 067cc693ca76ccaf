"""``deployments/{id}:<action>``: what is done to a deployment as a whole."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class StopHandler(ApiHandler):
    """End all replicas."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Stop it."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.domain.models import ActionOptions

        options = self.body(ActionOptions)
        self.answer_deployment(
            await service.stop(self.caller, id, update_message=options.update_message, if_match=self.if_match)
        )


class StartHandler(ApiHandler):
    """Start what was stopped."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Start it."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.domain.models import ActionOptions

        options = self.body(ActionOptions)
        self.answer_deployment(
            await service.start(self.caller, id, update_message=options.update_message, if_match=self.if_match)
        )


class RestartHandler(ApiHandler):
    """Replace all replicas by fresh ones."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Restart it."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.domain.models import ActionOptions

        options = self.body(ActionOptions)
        self.answer_deployment(
            await service.restart(self.caller, id, update_message=options.update_message, if_match=self.if_match)
        )


class ScaleHandler(ApiHandler):
    """Change the number of replicas."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Scale it."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.domain.models import ScaleDeployment

        wanted = self.body(ScaleDeployment)
        self.answer_deployment(
            await service.scale(
                self.caller, id, wanted.replicas, update_message=wanted.update_message, if_match=self.if_match
            )
        )


class RollbackHandler(ApiHandler):
    """Return to an earlier revision."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Roll it back."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.domain.models import RollbackDeployment

        wanted = self.body(RollbackDeployment)
        self.answer_deployment(
            await service.rollback(
                self.caller, id, wanted.revision, update_message=wanted.update_message, if_match=self.if_match
            )
        )
