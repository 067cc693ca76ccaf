"""``me``: who the caller is."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class MeHandler(ApiHandler):
    """The caller, their groups, and what they may change."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Tell the caller."""
        services, caller = await self.acting()
        self.answer(await services.groups.me(caller, can_write=await self.may("write")))
