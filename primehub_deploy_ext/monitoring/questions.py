"""What a Prometheus is asked for the page's charts: one expression for each, and none for what it can't know. Pure.

Expressions have ``$window`` where the time stands that they look over; :func:`over` fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from primehub_deploy_ext.monitoring import promql
from primehub_deploy_ext.monitoring.histogram import PERCENTILES
from primehub_deploy_ext.monitoring.promql import Scope

WINDOW = "$window"


@dataclass(frozen=True)
class Question:
    """One expression.

    Parameters
    ----------
    label
        The label that tells the lines of its answer apart; empty: there is but one line.
    """

    expression: str
    label: str = ""

    def over(self, seconds: int) -> str:
        """Return the expression for a window of so many seconds."""
        return self.expression.replace(WINDOW, f"{seconds}s")


@dataclass(frozen=True)
class Questions:
    """All that is asked about one deployment.

    Parameters
    ----------
    charts
        By column of :class:`~primehub_deploy_ext.domain.metrics.Metrics`.
    latency
        By percentile.
    codes, aborted, feedback, reward
        Of the whole range: predictions by the label ``code``, those given up, feedback and its mean.
    """

    charts: Mapping[str, Question]
    latency: Mapping[str, Question]
    codes: Question | None = None
    aborted: Question | None = None
    feedback: Question | None = None
    reward: Question | None = None


@dataclass(frozen=True)
class Overview:
    """What is asked about many deployments at once.

    Parameters
    ----------
    ids
        Of deployments, by namespace and the name that they count under.
    groups
        Of namespaces.
    """

    ids: Mapping[tuple[str, str], str]
    groups: Mapping[str, str]

    def scope(self) -> Scope:
        """Return what all of them are in."""
        return Scope(".+", ".*", ".*", WINDOW, namespace="|".join(sorted(self.groups)))


def of_endpoint(scope: Scope) -> Questions:
    """Return what is known where requests and replicas are counted under our names."""
    return Questions(
        charts={
            "qps": Question(promql.requests(scope)),
            "success": Question(promql.success(scope)),
            "client_errors": Question(promql.client_errors(scope)),
            "server_errors": Question(promql.server_errors(scope)),
            "in_flight": Question(promql.in_flight(scope)),
            "bytes_in": Question(promql.bytes_in(scope)),
            "bytes_out": Question(promql.bytes_out(scope)),
            "ready": Question(promql.ready(scope)),
            "predict_qps": Question(promql.predict_requests(scope), "model_version"),
            "model_latency": Question(promql.model_latency(scope), "model_version"),
            "reward": Question(promql.reward(scope), "model_version"),
            "batch_size": Question(promql.batch_size(scope), "predictor_version"),
            "cpu": Question(promql.cpu(scope), "replica"),
            "memory": Question(promql.memory(scope), "replica"),
        },
        latency={name: Question(promql.latency(scope, name)) for name in PERCENTILES},
        codes=Question(promql.count_by_code(scope)),
        aborted=Question(promql.aborted(scope)),
        feedback=Question(promql.feedback_count(scope)),
        reward=Question(promql.reward(scope, by="")),
    )
