"""``deployments`` and ``deployments/{id}``."""

from __future__ import annotations

from jupyter_server.utils import url_path_join
from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class DeploymentsHandler(ApiHandler):
    """The caller's deployments."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Answer one page."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.service.listing import ListQuery

        self.answer(await service.page(self.caller, ListQuery.parse(self.parameters)))

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Create one."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.domain.models import CreateDeployment

        deployment = await service.create(self.caller, self.body(CreateDeployment))
        self.set_header("Location", url_path_join(self.request.path, deployment.id))
        self.answer_deployment(deployment, 201)


class DeploymentHandler(ApiHandler):
    """One deployment."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """Answer it."""
        service = (await self.services()).deployments
        self.answer_deployment(await service.get(self.caller, id))

    @web.authenticated
    @authorized("write")
    async def patch(self, id: str) -> None:
        """Change fields of its specification."""
        service = (await self.services()).deployments
        from primehub_deploy_ext.domain.models import UpdateDeployment

        change = self.body(UpdateDeployment)
        self.answer_deployment(await service.update(self.caller, id, change, if_match=self.if_match))

    @web.authenticated
    @authorized("write")
    async def delete(self, id: str) -> None:
        """Remove it and all it owns."""
        service = (await self.services()).deployments
        await service.delete(self.caller, id, if_match=self.if_match)
        self.set_status(204)
        self.finish()
