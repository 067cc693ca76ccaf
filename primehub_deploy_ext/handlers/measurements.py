"""``measurements``: what deployments really use now."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class MeasurementsHandler(ApiHandler):
    """CPU and memory of the caller's deployments."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.resources import MeasurementList

        items = await services.inspection.measurements(caller, everything=self.flag("all"))
        self.answer(MeasurementList(items=items))
