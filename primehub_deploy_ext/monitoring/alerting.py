"""Alert rules for Prometheus: what somebody should be woken for. Pure."""

from __future__ import annotations

from typing import Any

from primehub_deploy_ext.domain.metrics import AlertKind
from primehub_deploy_ext.monitoring import names, promql

ERROR_RATE = 0.05
LATENCY_P95 = 1.0
RESTARTS = 3
QUOTA_USED = 0.9

KINDS: dict[str, AlertKind] = {
    "ModelDeploymentErrors": "error_rate",
    "ModelDeploymentSlow": "latency_p95",
    "ModelDeploymentNoReadyReplica": "no_ready_replica",
}
"""What the page calls those that are about one deployment."""

THRESHOLDS: dict[AlertKind, float] = {"error_rate": ERROR_RATE, "latency_p95": LATENCY_P95}
WINDOW = 300
"""Seconds that they look at: those of :data:`~primehub_deploy_ext.monitoring.promql.ANY`."""


def firing_alerts(namespace: str) -> str:
    """Return the query for what fires; ``namespace`` is a regular expression."""
    return f'ALERTS{{alertstate="firing",alertname=~"{"|".join(KINDS)}",namespace=~"{namespace}"}}'


def rules() -> dict[str, Any]:
    """Return a file of rules (https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/)."""
    # On a cluster each namespace has names of its own; elsewhere there is no such label.
    by = "namespace, deployment_name"
    failing = f"1 - ({promql.success(promql.ANY, by)})"
    slow = promql.latency(promql.ANY, "p95", by)
    return {
        "groups": [
            {
                "name": "primehub-deploy",
                "rules": [
                    _rule(
                        "ModelDeploymentErrors",
                        f"{failing} > {ERROR_RATE}",
                        "5m",
                        "critical",
                        "{{ $labels.deployment_name }} fails {{ $value | humanizePercentage }} of its predictions",
                    ),
                    _rule(
                        "ModelDeploymentSlow",
                        f"{slow} > {LATENCY_P95}",
                        "10m",
                        "warning",
                        "{{ $labels.deployment_name }}: one prediction in twenty takes {{ $value | humanizeDuration }}",
                    ),
                    _rule(
                        "ModelDeploymentNoReadyReplica",
                        promql.no_ready_replica(by),
                        "1m",
                        "critical",
                        "{{ $labels.deployment_name }} has no replica that answers",
                    ),
                    _rule(
                        "ModelDeploymentCrashLoop",
                        f"{promql.restarts('10m', by)} > {RESTARTS}",
                        "0m",
                        "warning",
                        "replicas of {{ $labels.deployment_name }} were started again {{ $value | humanize }} times",
                    ),
                    _rule(
                        "ModelDeploymentQuotaNearlyUsed",
                        f"{promql.quota_used()} > {QUOTA_USED}",
                        "15m",
                        "info",
                        "{{ $labels.group }} uses {{ $value | humanizePercentage }} of its {{ $labels.resource }}",
                    ),
                    _rule(
                        "ModelDeploymentsNotMeasured",
                        f"absent({names.INFO})",
                        "10m",
                        "info",
                        "no deployment is scraped: is the token right, and does the server run?",
                    ),
                ],
            }
        ]
    }


def _rule(alert: str, expression: str, hold: str, severity: str, summary: str) -> dict[str, Any]:
    return {
        "alert": alert,
        "expr": expression,
        "for": hold,
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }
