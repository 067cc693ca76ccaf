"""``groups``: the groups of the caller."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class GroupsHandler(ApiHandler):
    """Groups that may own a deployment."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        groups = await (await self.services()).deployments.groups(self.caller)
        from primehub_deploy_ext.domain.models import GroupList

        self.answer(GroupList(items=groups))
