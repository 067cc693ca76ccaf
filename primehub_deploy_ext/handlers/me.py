"""``me``: who the caller is."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class MeHandler(ApiHandler):
    """The caller, their groups, and whether they may change anything."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Tell the caller."""
        service = (await self.services()).deployments
        self.answer(await service.me(self.caller, can_write=await self.may("write")))
