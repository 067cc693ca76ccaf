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


class AlertsHandler(ApiHandler):
    """The alert rules of one deployment."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """Tell them, and how they stand."""
        services, caller = await self.acting()
        alerts = await services.metrics.alerts(caller, id)
        self.answer_version(alerts, alerts.version)

    @web.authenticated
    @authorized("write")
    async def put(self, id: str) -> None:
        """Replace them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.metrics import AlertSettings

        settings = self.body(AlertSettings)
        alerts = await services.metrics.set_alerts(caller, id, settings, if_match=self.if_match)
        self.answer_version(alerts, alerts.version)


class UsageHandler(ApiHandler):
    """What groups used, for administrators."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Answer the report, as JSON or as CSV."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.metrics import parse_month
        from primehub_deploy_ext.service.metrics_csv import usage_csv

        report = await services.metrics.usage(caller, parse_month(self.parameters))
        if "text/csv" not in self.request.headers.get("Accept", ""):
            self.answer(report)
            return
        self.set_header("Content-Disposition", 'attachment; filename="usage.csv"')
        self.finish(usage_csv(report), set_content_type="text/csv; charset=utf-8")
