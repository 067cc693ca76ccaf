"""``deployments/{id}/metrics`` and ``metrics/summary``: what was measured, over time."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class MetricsHandler(ApiHandler):
    """The series of one deployment, for charts or for spreadsheets."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """Answer the columns, as JSON or as CSV."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.metrics import parse_range

        wanted = parse_range(self.parameters)
        metrics = await services.metrics.of(caller, id, wanted)
        if "text/csv" not in self.request.headers.get("Accept", ""):
            self.answer(metrics)
            return
        from primehub_deploy_ext.service.metrics_csv import metrics_csv

        self.set_header("Content-Disposition", f'attachment; filename="{id}-{wanted}.csv"')
        self.finish(metrics_csv(metrics), set_content_type="text/csv; charset=utf-8")


class MetricsSummaryHandler(ApiHandler):
    """The last minutes of all deployments, in one answer."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        services, caller = await self.acting()
        self.answer(await services.metrics.summary(caller, everything=self.flag("all")))
