"""``me``: who the caller is."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from primehub_deploy_ext.handlers.base import RESOURCE, ApiHandler


class MeHandler(ApiHandler):
    """The caller, their groups, and whether they may change anything."""

    @web.authenticated
    @authorized("read", RESOURCE)
    async def get(self) -> None:
        """Tell the caller."""
        service = (await self.services()).deployments
        self.answer(await service.me(self.caller, can_write=await self.may("write")))
