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
        services, caller = await self.acting()
        replicas = await services.inspection.replicas(caller, id)
        from primehub_deploy_ext.domain.models import ReplicaList

        self.answer(ReplicaList(items=replicas))


class RestartReplicaHandler(ApiHandler):
    """One replica."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str, name: str) -> None:
        """Replace it by a fresh one."""
        services, caller = await self.acting()
        self.concerns(f"{id}/{name}")
        await services.deployments.restart_replica(caller, id, name, kill=self.flag("kill"))
        self.answer_nothing()
