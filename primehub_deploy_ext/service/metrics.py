"""What was measured of deployments, for those who may see them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.metrics import (
    Alerts,
    AlertSettings,
    Metrics,
    MetricsRange,
    MetricsSummaryList,
    UsageReport,
)
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.monitoring.questions import Overview
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.lookup import find_deployment
from primehub_deploy_ext.service.masking import hide
from primehub_deploy_ext.service.parameters import bad_parameter, parse_choice
from primehub_deploy_ext.service.prometheus import PrometheusSource
from primehub_deploy_ext.service.prometheus_alerts import alerts_of
from primehub_deploy_ext.service.prometheus_api import PrometheusApi
from primehub_deploy_ext.service.prometheus_overview import PrometheusOverview
from primehub_deploy_ext.service.secrets import SecretsOfDeployments


class MetricsService:
    """Series and summaries.

    Parameters
    ----------
    engine
        Measures.
    secrets
        What to hide in the texts of marks.
    prometheus
        Where series come from instead of the engine. Marks are the engine's; so are summaries, usage and alerts, unless
        it measures only while somebody looks.
    """

    def __init__(self, engine: Engine, secrets: SecretsOfDeployments, prometheus: PrometheusApi | None = None) -> None:
        self._engine = engine
        self._secrets = secrets
        self._prometheus_api = prometheus
        self._prometheus = PrometheusSource(prometheus) if prometheus is not None else None
        self._overview = PrometheusOverview(prometheus) if prometheus is not None else None

    async def of(self, caller: Caller, id: str, wanted: MetricsRange) -> Metrics:
        """Return the series of one deployment, ending now."""
        deployment = await find_deployment(self._engine, caller, id)
        self._check_measured()
        metrics = await self._engine.metrics(id, wanted)
        if self._prometheus is not None:
            metrics = await self._prometheus.metrics(metrics, await self._engine.questions(id), wanted)
        secrets = await self._secrets.of(deployment)
        marks = [mark.model_copy(update={"message": hide(mark.message, secrets)}) for mark in metrics.marks]
        return metrics.model_copy(update={"marks": marks})

    async def summary(self, caller: Caller, *, everything: bool) -> MetricsSummaryList:
        """Return the last 15 minutes of the caller's deployments."""
        scope = caller.scope(everything=everything)
        self._check_measured()
        deployments, _ = await self._engine.deployments()
        visible = {deployment.id for deployment in deployments if deployment.group in scope}
        overview = await self._overseen()
        if self._overview is not None and overview is not None:
            found = await self._overview.summary(overview)
        else:
            found = await self._engine.metrics_summary()
        return found.model_copy(update={"items": [item for item in found.items if item.id in visible]})

    async def exposition(self, *, openmetrics: bool) -> str:
        """Return all counters for Prometheus."""
        self._check_measured()
        return await self._engine.exposition(openmetrics=openmetrics)

    async def alerts(self, caller: Caller, id: str) -> Alerts:
        """Return the alert rules of a deployment and how they stand."""
        await find_deployment(self._engine, caller, id)
        self._check_measured()
        overview = await self._overseen()
        if self._prometheus_api is not None and overview is not None:
            return await alerts_of(self._prometheus_api, overview, id)
        return await self._engine.alerts(id)

    async def set_alerts(
        self, caller: Caller, id: str, settings: AlertSettings, *, if_match: int | None = None
    ) -> Alerts:
        """Replace the alert rules of a deployment.

        Raises
        ------
        InvalidInput
            If there are two rules of a kind.
        Conflict
            If their version is not the one that the caller saw.
        """
        await find_deployment(self._engine, caller, id)
        self._check_measured()
        kinds = [rule.kind for rule in settings.rules]
        if len(set(kinds)) != len(kinds):
            rule = "must have each kind once"
            raise InvalidInput(f"rules: {rule}", fields=[{"field": "rules", "message": rule}])
        return await self._engine.set_alerts(id, settings, user=caller.user, if_match=if_match)

    async def usage(self, caller: Caller, month: str | None) -> UsageReport:
        """Return what each group used, for administrators; of one month, or of all."""
        caller.require_admin("read the usage of all groups")
        self._check_measured()
        overview = await self._overseen()
        if self._overview is not None and overview is not None:
            lines = await self._overview.usage(overview)
        else:
            lines = await self._engine.usage()
        return UsageReport(items=[line for line in lines if month in {None, line.month}])

    async def _overseen(self) -> Overview | None:
        """Return what the configured Prometheus is asked about all deployments, where it is who knows."""
        return await self._engine.overview() if self._prometheus_api is not None else None

    def _check_measured(self) -> None:
        if not self._engine.capabilities.metrics:
            raise InvalidInput(f"the engine {self._engine.name!r} measures nothing")


def parse_month(arguments: Mapping[str, str]) -> str | None:
    """Read the parameter ``month``; None when left out."""
    text = arguments.get("month", "")
    if text and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise bad_parameter("month", "must be a month, such as 2026-11")
    return text or None


def parse_range(arguments: Mapping[str, str]) -> MetricsRange:
    """Read the parameter ``range``; 15 minutes when left out.

    Raises
    ------
    InvalidInput
        If it is none of those that there are.
    """
    return MetricsRange(parse_choice(arguments, "range", [str(wanted) for wanted in MetricsRange]) or "15m")
