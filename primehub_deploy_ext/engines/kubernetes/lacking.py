"""What this engine can't do, and says so: the service layer asks for none of it, as its capabilities tell."""

# ruff: noqa: ARG002 -- the signatures are the protocol's

from __future__ import annotations

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.metrics import (
    Alerts,
    AlertSettings,
    Metrics,
    MetricsRange,
    MetricsSummaryList,
    UsageLine,
)
from primehub_deploy_ext.domain.resources import Measurement


class Lacking:
    """The part of the protocol that is refused."""

    async def measurements(self) -> list[Measurement]:
        """See ``Engine.measurements``."""
        return []

    async def metrics(self, id: str, wanted: MetricsRange) -> Metrics:
        """See ``Engine.metrics``."""
        raise _no_metrics()

    async def metrics_summary(self) -> MetricsSummaryList:
        """See ``Engine.metrics_summary``."""
        raise _no_metrics()

    async def exposition(self, *, openmetrics: bool = False) -> str:
        """See ``Engine.exposition``."""
        raise _no_metrics()

    async def alerts(self, id: str) -> Alerts:
        """See ``Engine.alerts``."""
        raise _no_metrics()

    async def set_alerts(self, id: str, settings: AlertSettings, *, user: str) -> Alerts:
        """See ``Engine.set_alerts``."""
        raise _no_metrics()

    async def usage(self) -> list[UsageLine]:
        """See ``Engine.usage``."""
        raise _no_metrics()


def _no_metrics() -> InvalidInput:
    return InvalidInput(
        "this engine measures nothing itself: each replica has /metrics for a Prometheus of the cluster"
    )
