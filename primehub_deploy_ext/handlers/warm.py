"""``warm``: somebody is about to deploy."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class WarmHandler(ApiHandler):
    """Prepare a launcher."""

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Accept at once; the work goes on in the engine."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import WarmRequest

        await services.deployments.warm(caller, self.body(WarmRequest))
        self.set_status(202)
        self.finish("{}")
