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
        services, caller = await self.acting()
        from primehub_deploy_ext.service.listing import ListQuery

        self.answer(await services.inspection.page(caller, ListQuery.parse(self.parameters)))

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Create one, or only tell what that would do."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import CreateDeployment

        request = self.body(CreateDeployment)
        self.concerns(request.id or request.name)
        if self.flag("dry_run"):
            self.answer(await services.deployments.preview_create(caller, request, try_out=self.flag("try")))
            return
        deployment = await services.deployments.create(caller, request)
        self.concerns(deployment.id)
        self.set_header("Location", url_path_join(self.request.path, deployment.id))
        self.answer_deployment(deployment, 201)


class DeploymentHandler(ApiHandler):
    """One deployment."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """Answer it."""
        services, caller = await self.acting()
        self.answer_deployment(await services.inspection.get(caller, id))

    @web.authenticated
    @authorized("write")
    async def patch(self, id: str) -> None:
        """Change fields of its specification, or only tell what that would do."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import UpdateDeployment

        change = self.body(UpdateDeployment)
        if self.flag("dry_run"):
            self.answer(
                await services.deployments.preview_update(
                    caller, id, change, if_match=self.if_match, try_out=self.flag("try")
                )
            )
            return
        self.answer_deployment(await services.deployments.update(caller, id, change, if_match=self.if_match))

    @web.authenticated
    @authorized("write")
    async def delete(self, id: str) -> None:
        """Remove it and all it owns."""
        services, caller = await self.acting()
        await services.deployments.delete(caller, id, if_match=self.if_match)
        self.answer_nothing()
