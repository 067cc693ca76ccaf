"""``models``, ``models/{number}`` and ``deployment-ids``: what a form for a new deployment chooses from."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class ModelsHandler(ApiHandler):
    """Models that are stored and may be deployed again."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.models import ModelQuery

        self.answer(await services.models.stored(caller, ModelQuery.parse(self.parameters)))

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Save one by a name."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.stored import SaveModel

        new = self.body(SaveModel)
        self.concerns(new.name)
        self.answer(await services.models.save(caller, new), 201)


class SavedModelHandler(ApiHandler):
    """One saved model."""

    @web.authenticated
    @authorized("write")
    async def delete(self, number: str) -> None:
        """Remove it."""
        services, caller = await self.acting()
        await services.models.forget(caller, int(number))
        self.answer_nothing()


class DeploymentIdsHandler(ApiHandler):
    """Ids of new deployments."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Tell whether one can be had, or propose one."""
        services, caller = await self.acting()
        arguments = self.parameters
        self.answer(await services.models.check_id(caller, id=arguments.get("id", ""), name=arguments.get("name", "")))
