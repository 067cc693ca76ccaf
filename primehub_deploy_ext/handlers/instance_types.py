"""``instance-types``: resources of a replica to choose from."""

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
        kinds = await (await self.services()).deployments.instance_types()
        from primehub_deploy_ext.domain.models import InstanceTypeList

        self.answer(InstanceTypeList(items=kinds))
