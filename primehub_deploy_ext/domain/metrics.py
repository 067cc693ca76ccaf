"""What is measured of deployments, as callers see it.

``null`` everywhere means *not measured*: the engine can't know it, nobody looked at that time, or (a ratio, a
percentile, a mean) there was nothing to compute it from. Zero means measured, and zero.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from primehub_deploy_ext.domain.values import Value

Numbers = list[float | None]


class MetricsRange(str, Enum):
    """How far back to look."""

    QUARTER = "15m"
    HOUR = "1h"
    SIX_HOURS = "6h"
    DAY = "24h"
    WEEK = "7d"

    def __str__(self) -> str:
        """The words of the API."""
        return self.value


class Chart(str, Enum):
    """What there is a chart of; names what an engine can't measure."""

    QPS = "qps"
    SUCCESS = "success"
    CLIENT_ERRORS = "client_errors"
    SERVER_ERRORS = "server_errors"
    PREDICT_QPS = "predict_qps"
    REWARD = "reward"
    LATENCY = "latency"
    MODEL_LATENCY = "model_latency"
    IN_FLIGHT = "in_flight"
    BYTES = "bytes"
    BATCH_SIZE = "batch_size"
    CPU = "cpu"
    MEMORY = "memory"
    READY = "ready"

    def __str__(self) -> str:
        """The words of the API."""
        return self.value


class Series(Value):
    """One line of a chart."""

    label: str = Field(description="a percentile (p50 … p99), a revision (3), or a replica (3-0)")
    values: Numbers = Field(description="one for each of ``times``")


class Mark(Value):
    """Something that happened, to be marked on the time axis."""

    time: datetime
    kind: Literal["revision", "restart", "failure", "stop", "alert"]
    label: str = Field(description="short: what fits beside the mark")
    message: str = ""
    revision: int | None = None
    replica: str | None = None


class MetricsTotals(Value):
    """The whole range in one number each."""

    requests: int | None = Field(description="predictions that were answered, with whatever status")
    success: float | None = Field(description="share of them that were not answered with 5xx, 0 to 1")
    client_errors: int | None = Field(description="answered with 4xx")
    server_errors: int | None = Field(description="answered with 5xx")
    aborted: int | None = Field(
        description="given up by their callers before there was an answer; counted nowhere else"
    )
    feedback: int | None
    reward: float | None = Field(description="mean of the rewards, zeros included")
    latency: dict[str, float | None] = Field(description="seconds by percentile, p50 … p99")
    codes: dict[str, int] = Field(description="predictions by status code")


class Metrics(Value):
    """What was measured of one deployment, as columns: every list has one entry for each of ``times``."""

    id: str
    range: MetricsRange
    step: int = Field(description="seconds from one point to the next")
    source: Literal["engine", "prometheus"] = Field(description="where the numbers come from")
    since: datetime
    until: datetime
    times: list[int] = Field(description="Unix seconds: the end of the interval that a point stands for")
    measured_since: datetime | None = Field(
        default=None, description="since when it is measured, where that is only while somebody looks; null: always"
    )
    note: str = Field(default="", description="what people should know about these numbers")
    requests_ever: int | None = Field(
        description="predictions since the deployment was created (on a cluster: that the replicas there are answered);"
        " 0: no traffic yet"
    )
    totals: MetricsTotals
    qps: Numbers = Field(description="predictions a second, at the gateway")
    success: Numbers = Field(description="share not answered with 5xx, 0 to 1; null without traffic")
    client_errors: Numbers = Field(description="4xx a second")
    server_errors: Numbers = Field(description="5xx a second")
    latency: list[Series] = Field(
        description="p50, p75, p90, p95, p99 in seconds, from the first byte in to the last out"
    )
    predict_qps: list[Series] = Field(description="predictions a second that reached a model, by revision")
    model_latency: list[Series] = Field(description="mean seconds that the model took, by revision")
    batch_size: list[Series] = Field(description="mean rows in a prediction, by revision")
    reward: list[Series] = Field(description="mean reward of the feedback, zeros included, by revision")
    in_flight: Numbers = Field(description="requests being answered (the largest number seen)")
    bytes_in: Numbers = Field(description="bytes a second from callers")
    bytes_out: Numbers = Field(description="bytes a second to callers")
    cpu: list[Series] = Field(description="CPU cores in use, by replica")
    memory: list[Series] = Field(description="bytes, by replica: proportional set size where known, else resident")
    ready: Numbers = Field(description="replicas that answer")
    marks: list[Mark] = Field(description="oldest first")
    not_measured: list[Chart] = Field(description="charts that this source can't fill, now or ever")


class MetricsSummary(Value):
    """What a row or a card of the grid shows of one deployment's last 15 minutes."""

    id: str
    qps: float | None = Field(description="predictions a second, last minute")
    success: float | None = Field(description="share not answered with 5xx, last 15 minutes; null without traffic")
    requests: int | None = Field(description="predictions, last 15 minutes")
    client_errors: int | None = Field(description="4xx, last 15 minutes")
    server_errors: int | None = Field(description="5xx, last 15 minutes")
    latency_p95: float | None = Field(description="seconds, last 15 minutes; null without traffic")
    sparkline: Numbers = Field(description="predictions a second, one for each of ``times``")
    errors: Numbers = Field(description="5xx a second, one for each of ``times``; empty: none in all of it")
    alerts: list[str] = Field(default_factory=list, description="kinds of the alerts that are firing")


class MetricsSummaryList(Value):
    """The last 15 minutes of all of the caller's deployments, in one answer."""

    step: int = Field(description="seconds from one point to the next")
    times: list[int] = Field(description="Unix seconds: the end of the interval that a point stands for")
    items: list[MetricsSummary]


# --------------------------------------------------------------------------- alerts

AlertKind = Literal["error_rate", "latency_p95", "no_ready_replica", "reward_below"]


class AlertRule(Value):
    """When to raise an alert."""

    kind: AlertKind
    threshold: float = Field(
        default=0.0,
        allow_inf_nan=False,
        description="error_rate: share of 5xx, from 0 to less than 1; latency_p95: seconds, not below 0;"
        " reward_below: mean reward, which may be below 0; else unused",
    )
    window: int = Field(default=300, ge=60, le=900, description="seconds that are looked at")
    hold: int = Field(default=60, ge=0, le=3600, description="seconds that it must be so before the alert fires")
    enabled: bool = True

    @field_validator("threshold")
    @classmethod
    def _can_be_passed(cls, threshold: float, info: ValidationInfo) -> float:
        kind = info.data.get("kind")
        if kind == "error_rate" and not 0 <= threshold < 1:
            raise ValueError("must be a share from 0 to less than 1, such as 0.05")
        if kind == "latency_p95" and threshold < 0:
            raise ValueError("must be seconds, not below 0")
        return threshold


class AlertState(Value):
    """How a rule stands now."""

    kind: AlertKind
    state: Literal["ok", "pending", "firing", "unknown"] = Field(description="unknown: there is nothing to tell from")
    since: datetime | None = None
    value: float | None = Field(default=None, description="what is compared with the threshold")
    message: str = ""


class AlertSettings(Value):
    """Body of ``PUT deployments/{id}/alerts``: all rules of a deployment."""

    rules: list[AlertRule] = Field(default_factory=list, max_length=16)
    webhook: Annotated[str, Field(max_length=2048, pattern=r"^(https?://\S+)?$")] = Field(
        default="", description="gets a POST with each alert that begins or ends; empty: none"
    )


class Alerts(Value):
    """The rules of a deployment and how they stand."""

    rules: list[AlertRule]
    webhook: str
    version: int = Field(default=0, description="grows with each change of the rules or the webhook: for ``If-Match``")
    states: list[AlertState]
    delivery: str = Field(default="", description="what went wrong with the last call of the webhook; empty: nothing")
    editable: bool = Field(default=True, description="whether they can be changed here, not only in Prometheus")


# --------------------------------------------------------------------------- usage


class UsageLine(Value):
    """What the deployments of one group used in one month; those that were deleted since, too."""

    month: str = Field(description="2026-11, UTC")
    group: str
    cpu_hours: float = Field(description="CPU core-hours that replicas really used")
    memory_gb_hours: float = Field(description="gigabyte-hours (10⁹ bytes) that replicas really held")
    replica_hours: float
    requests: int = Field(description="predictions that were answered, with whatever status")
    deployments: int = Field(description="deployments that ran or were called")


class UsageReport(Value):
    """Usage by month and group, newest month first."""

    items: list[UsageLine]
