"""When an alert is pending, fires, goes on and ends."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from primehub_deploy_ext.domain.metrics import AlertRule, AlertState
from primehub_deploy_ext.monitoring.alerts import Seen, judge, masked_webhook, step
from primehub_deploy_ext.monitoring.sample import RevisionSample, Sample

NOW = datetime(2026, 11, 25, tzinfo=timezone.utc)
FAILING = Seen(Sample(codes={200: 8, 500: 2}), 1, 1)
FINE = Seen(Sample(codes={200: 10}), 1, 1)
SILENT = Seen(Sample(), 1, 1)
ERRORS = AlertRule(kind="error_rate", threshold=0.1, hold=60)


def slow(classes: int) -> Sample:
    counts = [0] * 20
    counts[classes] = 10
    return Sample(latency=tuple(counts))


@pytest.mark.parametrize(
    ("kind", "threshold", "seen", "broken"),
    [
        ("error_rate", 0.1, FAILING, True),
        ("error_rate", 0.2, FAILING, False),
        ("error_rate", 0.1, Seen(Sample(codes={404: 5}), 1, 1), False),
        ("error_rate", 0.1, SILENT, None),
        ("latency_p95", 0.3, Seen(slow(11), 1, 1), True),
        ("latency_p95", 1.0, Seen(slow(11), 1, 1), False),
        ("latency_p95", 1.0, SILENT, None),
        ("no_ready_replica", 0, Seen(Sample(), 2, 0), True),
        ("no_ready_replica", 0, Seen(Sample(), 2, 1), False),
        ("no_ready_replica", 0, Seen(Sample(), 0, 0), False),  # stopped on purpose
        ("reward_below", 0.5, Seen(Sample(revisions={"1": RevisionSample(feedback=10, reward=3)}), 1, 1), True),
        ("reward_below", 0.3, Seen(Sample(revisions={"1": RevisionSample(feedback=10, reward=3)}), 1, 1), False),
        ("reward_below", 0.1, Seen(Sample(revisions={"1": RevisionSample(feedback=10)}), 1, 1), True),
        ("reward_below", 0.5, SILENT, None),
    ],
)
def test_what_breaks_a_rule(kind: str, threshold: float, seen: Seen, broken: bool | None) -> None:
    assert judge(AlertRule(kind=kind, threshold=threshold), seen)[1] is broken


def test_an_alert_is_pending_fires_goes_on_in_silence_and_ends() -> None:
    state: AlertState | None = None
    told = []
    for seconds, seen in [
        (0, FINE),
        (5, FAILING),
        (60, FAILING),
        (65, FAILING),
        (70, SILENT),
        (75, FAILING),
        (80, FINE),
    ]:
        state, change = step(ERRORS, state, seen, NOW + timedelta(seconds=seconds))
        told.append((state.state, None if change is None else change.firing))
    assert told == [
        ("ok", None),
        ("pending", None),
        ("pending", None),
        ("firing", True),
        ("firing", None),
        ("firing", None),
        ("ok", False),
    ]


def test_what_is_over_before_its_time_is_nobodys_trouble() -> None:
    state, _ = step(ERRORS, None, FAILING, NOW)
    state, change = step(ERRORS, state, FINE, NOW + timedelta(seconds=30))
    state, change = step(ERRORS, state, FAILING, NOW + timedelta(seconds=61))
    assert (state.state, change) == ("pending", None)


def test_without_traffic_there_is_nothing_to_tell_from() -> None:
    state, change = step(ERRORS, None, SILENT, NOW)
    assert (state.state, state.value, change) == ("unknown", None, None)


def test_an_alert_says_what_was_seen_and_what_is_allowed() -> None:
    state, _ = step(ERRORS, None, FAILING, NOW)
    assert state.message == "20.0% of predictions failed in the last 5 min; the limit is 10.0%"
    state, _ = step(AlertRule(kind="reward_below", threshold=0.5), None, FAILING, NOW)
    assert state.message == "nothing to tell from: no traffic"


def test_a_webhook_is_shown_without_its_secret() -> None:
    assert masked_webhook("https://user:pass@hooks.example.com/services/T0/secret?x=1") == "https://hooks.example.com/…"
    assert masked_webhook("") == ""
