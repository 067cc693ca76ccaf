"""What the dashboards show: titles, units and expressions. Pure; :mod:`.grafana` makes JSON of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primehub_deploy_ext.monitoring import promql
from primehub_deploy_ext.monitoring.histogram import PERCENTILES
from primehub_deploy_ext.monitoring.promql import Scope


@dataclass(frozen=True)
class Query:
    """One expression of a panel.

    Parameters
    ----------
    legend
        Grafana's template for the names of its lines.
    """

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel.

    Parameters
    ----------
    unit
        Grafana's name of it.
    missing
        Shown where there is nothing.
    """

    title: str
    description: str
    kind: Literal["stat", "chart", "table"]
    unit: str
    queries: tuple[Query, ...]
    missing: str = "no traffic"


_MODEL = "{{model_image}} : {{model_version}}"


def overview(scope: Scope = promql.DASHBOARD) -> list[Panel]:
    """Return the panels of *Model Deployments*: one table."""
    by = "deployment_name"
    return [
        Panel(
            "Model Deployments",
            "Predictions a second, and the share of them that were not answered with 5xx, over the last minutes",
            "table",
            "short",
            (Query(promql.requests(scope, by), "QPS"), Query(promql.success(scope, by), "Success")),
        )
    ]


def numbers(scope: Scope = promql.DASHBOARD) -> list[Panel]:
    """Return the first row of *Deployment*: QPS, Success, 4xx, 5xx."""
    return [
        Panel("QPS", "Predictions a second at the gateway", "stat", "reqps", (Query(promql.requests(scope)),)),
        Panel(
            "Success", "Share not answered with 5xx; 4xx is the caller's doing", "stat", "percentunit",
            (Query(promql.success(scope)),),
        ),
        Panel("4xx", "Predictions a second that were refused", "stat", "reqps", (Query(promql.client_errors(scope)),)),
        Panel("5xx", "Predictions a second that failed", "stat", "reqps", (Query(promql.server_errors(scope)),)),
    ]  # fmt: skip


def charts(scope: Scope = promql.DASHBOARD) -> list[Panel]:
    """Return the row *Model Metrics*: Predict QPS, Reward, Latency; and what the page shows besides."""
    percentiles = tuple(Query(promql.latency(scope, name), name) for name in PERCENTILES)
    return [
        Panel(
            "Predict QPS", "Predictions a second that reached a model", "chart", "reqps",
            (Query(promql.predict_requests(scope), _MODEL),),
        ),
        Panel(
            "Reward", "Mean reward of the feedback, zeros included", "chart", "short",
            (Query(promql.reward(scope), _MODEL),), missing="no feedback",
        ),
        Panel("Latency", "From the first byte in to the last byte out", "chart", "s", percentiles),
        Panel("CPU", "Cores in use by replica", "chart", "short", (Query(promql.cpu(scope), "{{replica}}"),)),
        Panel("Memory", "Bytes held by replica", "chart", "bytes", (Query(promql.memory(scope), "{{replica}}"),)),
        Panel(
            "Replicas", "Replicas that answer", "chart", "short", (Query(promql.ready(scope), "ready"),),
            missing="not measured",
        ),
    ]  # fmt: skip


def every(scope: Scope) -> list[Panel]:
    """Return the panels of both dashboards."""
    return [*overview(scope), *numbers(scope), *charts(scope)]
