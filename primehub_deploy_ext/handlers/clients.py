"""``deployments/{id}/clients``: who may call a private endpoint."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class ClientsHandler(ApiHandler):
    """Clients of one deployment, by name."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """List them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.clients import ClientList

        self.answer(ClientList(items=await services.clients.of(caller, id)))

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Add one; its token is in this answer alone."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.clients import CreateClient

        request = self.body(CreateClient)
        self.concerns(f"{id}/{request.name}")
        self.answer(await services.clients.add(caller, id, request), 201)


class ClientHandler(ApiHandler):
    """One client."""

    @web.authenticated
    @authorized("write")
    async def delete(self, id: str, name: str) -> None:
        """Revoke it."""
        services, caller = await self.acting()
        await services.clients.remove(caller, id, name)
        self.answer_nothing()
