"""When an alert of a deployment is pending, fires and ends. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from primehub_deploy_ext.domain.metrics import AlertKind, AlertRule, AlertState
from primehub_deploy_ext.monitoring import histogram
from primehub_deploy_ext.monitoring.sample import Sample
from primehub_deploy_ext.monitoring.series import success_of, totals_of

_MASK = "/…"


@dataclass(frozen=True)
class Seen:
    """What a rule looks at.

    Parameters
    ----------
    sample
        What was counted in the rule's window.
    desired, ready
        Replicas that are wanted and that answer now.
    """

    sample: Sample
    desired: int
    ready: int


@dataclass(frozen=True)
class Change:
    """An alert that begins or ends."""

    kind: AlertKind
    firing: bool
    message: str
    value: float | None


def judge(rule: AlertRule, seen: Seen) -> tuple[float | None, bool | None]:
    """Return what the rule compares, and whether it is broken; None where there is nothing to tell from."""
    if rule.kind == "no_ready_replica":
        return float(seen.ready), seen.desired > 0 and seen.ready == 0
    if rule.kind == "error_rate":
        success = success_of(seen.sample)
        value = None if success is None else 1 - success
        return value, None if value is None else value > rule.threshold
    if rule.kind == "latency_p95":
        value = histogram.quantile(histogram.PERCENTILES["p95"], seen.sample.latency)
        return value, None if value is None else value > rule.threshold
    reward = totals_of(seen.sample, measured=True).reward
    return reward, None if reward is None else reward < rule.threshold


def step(rule: AlertRule, before: AlertState | None, seen: Seen, clock: datetime) -> tuple[AlertState, Change | None]:
    """Return how a rule stands now, and the alert that begins or ends with it.

    Without anything to tell from, an alert that fires goes on, and one that is pending is forgotten.
    """
    value, broken = judge(rule, seen)
    state = before.state if before is not None else "ok"
    since = before.since if before is not None else None
    message = describe(rule, value)
    if broken is None:
        if state == "firing":
            return AlertState(kind=rule.kind, state="firing", since=since, message=message), None
        return AlertState(kind=rule.kind, state="unknown", message="nothing to tell from: no traffic"), None
    if not broken:
        ended = Change(rule.kind, False, message, value) if state == "firing" else None
        kept = since if state == "ok" and since else clock
        return AlertState(kind=rule.kind, state="ok", since=kept, value=value, message=message), ended
    if state == "firing":
        return AlertState(kind=rule.kind, state="firing", since=since, value=value, message=message), None
    begun = since if state == "pending" and since else clock
    if (clock - begun).total_seconds() < rule.hold:
        return AlertState(kind=rule.kind, state="pending", since=begun, value=value, message=message), None
    firing = AlertState(kind=rule.kind, state="firing", since=clock, value=value, message=message)
    return firing, Change(rule.kind, True, message, value)


def describe(rule: AlertRule, value: float | None) -> str:
    """Return one line for people."""
    minutes = f"in the last {rule.window // 60} min"
    if rule.kind == "no_ready_replica":
        return "no replica answers" if value == 0 else f"{value or 0:g} answer"
    if value is None:
        return f"nothing to tell from {minutes}"
    if rule.kind == "error_rate":
        return f"{value:.1%} of predictions failed {minutes}; the limit is {rule.threshold:.1%}"
    if rule.kind == "latency_p95":
        return f"p95 is {value * 1000:.0f} ms {minutes}; the limit is {rule.threshold * 1000:.0f} ms"
    return f"the mean reward is {value:.3g} {minutes}; it shall not be below {rule.threshold:.3g}"


def firing(states: Sequence[AlertState]) -> list[str]:
    """Return the kinds of the alerts that fire."""
    return [state.kind for state in states if state.state == "firing"]


def masked_webhook(url: str) -> str:
    """Return a webhook as it may be shown: what stands behind the host is often a secret."""
    if not url:
        return ""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{_MASK}"


def is_masked(url: str) -> bool:
    """Tell whether a webhook is what somebody was shown: nobody can be called there."""
    return url.endswith(_MASK)
