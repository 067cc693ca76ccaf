"""``groups`` and ``groups/{group}``."""

from __future__ import annotations

from typing import Literal, cast

from jupyter_server.utils import url_escape, url_path_join
from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class GroupsHandler(ApiHandler):
    """Groups that may own deployments."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.groups import GroupList

        self.answer(GroupList(items=await services.groups.visible(caller, everything=self.flag("all"))))

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Add one."""
        services, caller = await self.acting()
        caller.require_admin("add groups")
        from primehub_deploy_ext.domain.groups import CreateGroup

        new = self.body(CreateGroup)
        self.concerns(new.name)
        self.sets(new)
        group = await services.groups.create(caller, new)
        self.set_header("Location", url_path_join(self.request.path, url_escape(group.name)))
        self.answer_version(group, group.version, 201)


class GroupHandler(ApiHandler):
    """One group."""

    @web.authenticated
    @authorized("read")
    async def get(self, group: str) -> None:
        """Answer it."""
        services, caller = await self.acting()
        found = await services.groups.get(caller, group)
        self.answer_version(found, found.version)

    @web.authenticated
    @authorized("write")
    async def patch(self, group: str) -> None:
        """Change fields of it."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.groups import UpdateGroup

        caller.check_update(caller.group(group), ())
        change = self.body(UpdateGroup)
        self.sets(change)
        saved = await services.groups.update(caller, group, change, version=self.if_match)
        self.answer_version(saved, saved.version)

    @web.authenticated
    @authorized("write")
    async def delete(self, group: str) -> None:
        """Remove it."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.parameters import parse_choice

        wanted = parse_choice(self.parameters, "deployments", ("keep", "delete"))
        fate = cast("Literal['keep', 'delete'] | None", wanted)
        await services.groups.delete(caller, group, version=self.if_match, deployments=fate)
        self.answer_nothing()
