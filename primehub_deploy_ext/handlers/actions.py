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
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import ActionOptions

        why = self.body(ActionOptions).update_message
        self.answer_deployment(await services.deployments.stop(caller, id, update_message=why, if_match=self.if_match))


class StartHandler(ApiHandler):
    """Start what was stopped."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Start it."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import ActionOptions

        why = self.body(ActionOptions).update_message
        self.answer_deployment(await services.deployments.start(caller, id, update_message=why, if_match=self.if_match))


class RestartHandler(ApiHandler):
    """Replace all replicas by fresh ones."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Restart it."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import ActionOptions

        why = self.body(ActionOptions).update_message
        self.answer_deployment(
            await services.deployments.restart(caller, id, update_message=why, if_match=self.if_match)
        )


class ScaleHandler(ApiHandler):
    """Change the number of replicas."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Scale it."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import ScaleDeployment

        wanted = self.body(ScaleDeployment)
        self.answer_deployment(
            await services.deployments.scale(
                caller, id, wanted.replicas, update_message=wanted.update_message, if_match=self.if_match
            )
        )


class RollbackHandler(ApiHandler):
    """Return to an earlier revision."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Roll it back."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import RollbackDeployment

        wanted = self.body(RollbackDeployment)
        self.answer_deployment(
            await services.deployments.rollback(
                caller, id, wanted.revision, update_message=wanted.update_message, if_match=self.if_match
            )
        )
