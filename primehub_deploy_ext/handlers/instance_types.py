"""``instance-types``: resources of a replica to choose from."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from primehub_deploy_ext.handlers.base import RESOURCE, ApiHandler


class InstanceTypesHandler(ApiHandler):
    """Instance types; the first is the default."""

    @web.authenticated
    @authorized("read", RESOURCE)
    async def get(self) -> None:
        """List them."""
        kinds = await (await self.services()).deployments.instance_types()
        from primehub_deploy_ext.domain.models import InstanceTypeList

        self.answer(InstanceTypeList(items=kinds))
