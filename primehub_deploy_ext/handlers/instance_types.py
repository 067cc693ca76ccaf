"""``instance-types`` and ``instance-types/{name}``: resources of a replica to choose from."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class InstanceTypesHandler(ApiHandler):
    """Instance types; the first is the default."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.groups import InstanceTypeList

        group = self.parameters.get("group") or None
        kinds = services.instance_types.visible(caller, group=group, everything=self.flag("all"))
        self.answer(InstanceTypeList(items=kinds))

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Add one."""
        services, caller = await self.acting()
        caller.require_admin("add instance types")
        from primehub_deploy_ext.domain.groups import CreateInstanceType

        new = self.body(CreateInstanceType)
        self.concerns(new.name)
        self.sets(new)
        kind = await services.instance_types.create(caller, new)
        self.answer_version(kind, kind.version, 201)


class InstanceTypeHandler(ApiHandler):
    """One instance type."""

    @web.authenticated
    @authorized("write")
    async def patch(self, name: str) -> None:
        """Change fields of it."""
        services, caller = await self.acting()
        caller.require_admin("change instance types")
        from primehub_deploy_ext.domain.groups import UpdateInstanceType

        change = self.body(UpdateInstanceType)
        self.sets(change)
        kind = await services.instance_types.update(caller, name, change, version=self.if_match)
        self.answer_version(kind, kind.version)

    @web.authenticated
    @authorized("write")
    async def delete(self, name: str) -> None:
        """Remove it."""
        services, caller = await self.acting()
        await services.instance_types.delete(caller, name, version=self.if_match)
        self.answer_nothing()
