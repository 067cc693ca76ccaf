"""``deployments/{id}/replicas``: the running copies."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from primehub_deploy_ext.handlers.base import RESOURCE, ApiHandler


class ReplicasHandler(ApiHandler):
    """Replicas now, by revision and slot."""

    @web.authenticated
    @authorized("read", RESOURCE)
    async def get(self, id: str) -> None:
        """List them."""
        replicas = await (await self.services()).deployments.replicas(self.caller, id)
        from primehub_deploy_ext.domain.models import ReplicaList

        self.answer(ReplicaList(items=replicas))
