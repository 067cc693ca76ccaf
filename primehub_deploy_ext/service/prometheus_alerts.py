"""How the alert rules of a Prometheus stand for one deployment, where no engine watches over it all of the time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.metrics import AlertKind, AlertRule, Alerts, AlertState
from primehub_deploy_ext.monitoring.alerting import KINDS, THRESHOLDS, WINDOW
from primehub_deploy_ext.monitoring.questions import Overview
from primehub_deploy_ext.service.prometheus_api import PrometheusApi, finite

_LONGEST_HOLD = 3600
_STATES = {"firing": 2, "pending": 1}

Json = dict[str, Any]


async def alerts_of(api: PrometheusApi, overview: Overview, id: str) -> Alerts:
    """Return the rules that Prometheus has loaded, and how they stand for a deployment.

    Raises
    ------
    InvalidInput
        If it has none of ours.
    UpstreamFailed
        If Prometheus doesn't answer, or refuses.
    """
    places = {own: place for place, own in overview.ids.items()}
    loaded = {KINDS[rule["name"]]: rule for rule in await api.alert_rules() if rule.get("name") in KINDS}
    if not loaded:
        raise InvalidInput(
            "on a cluster alert rules are Prometheus': it has none for deployments yet. "
            "An administrator loads monitoring/dashboards/alerts.yaml of this package"
        )
    return Alerts(
        rules=[
            AlertRule(
                kind=kind,
                threshold=THRESHOLDS.get(kind, 0.0),
                window=WINDOW,
                hold=min(int(rule.get("duration") or 0), _LONGEST_HOLD),
            )
            for kind, rule in loaded.items()
        ],
        webhook="",
        states=[_state_of(kind, rule, places.get(id)) for kind, rule in loaded.items()],
        editable=False,
    )


def _state_of(kind: AlertKind, rule: Json, place: tuple[str, str] | None) -> AlertState:
    if rule.get("health") == "err":
        return AlertState(kind=kind, state="unknown", message=str(rule.get("lastError", "")))
    mine = [alert for alert in rule.get("alerts") or [] if _place(alert) == place and alert["state"] in _STATES]
    if not mine:
        return AlertState(kind=kind, state="ok")
    worst = max(mine, key=lambda alert: _STATES[alert["state"]])
    return AlertState(
        kind=kind,
        state=worst["state"],
        since=_moment(worst.get("activeAt", "")),
        value=finite(worst.get("value", "nan")),
        message=str((worst.get("annotations") or {}).get("summary", "")),
    )


def _place(alert: Json) -> tuple[str, str]:
    labels = alert.get("labels") or {}
    return labels.get("namespace", ""), labels.get("deployment_name", "")


def _moment(text: str) -> datetime | None:
    # Prometheus writes nanoseconds.
    head, _, rest = text.partition(".")
    try:
        return datetime.fromisoformat(f"{head}+00:00" if rest else head.replace("Z", "+00:00"))
    except ValueError:
        return None
