"""``deployments/{id}/replicas``: the running copies."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class ReplicasHandler(ApiHandler):
    """Replicas now, by revision and slot."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """List them."""
        replicas = await (await self.services()).deployments.replicas(self.caller, id)
        from primehub_deploy_ext.domain.models import ReplicaList

        self.answer(ReplicaList(items=replicas))
