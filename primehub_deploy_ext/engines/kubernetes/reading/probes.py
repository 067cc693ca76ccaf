"""What the kubelet's probes of a container say, and when that is worth a word. Pure.

A container that loads is unready, and a slow one refuses connections for a while: both are how a start looks. So a
probe that fails is told once it failed some times in a row, at once where the container was ready before or was killed
for it, and never while it answers 503, which says itself that it loads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent

Json = dict[str, Any]

_PATIENCE = 3
_SLACK = timedelta(seconds=2)
_KILLED = re.compile(r"failed (startup|liveness) probe, will be restarted")
_LOADING = re.compile(r"Readiness probe failed: HTTP probe failed with statuscode: 503")


def probe_words(
    events: Sequence[ClusterEvent],
    container: str,
    *,
    began: datetime | None = None,
    killed_at: datetime | None = None,
    impatient: bool = False,
) -> str:
    """Return what a container's probe says; empty if that is nothing to tell.

    Parameters
    ----------
    began
        When the running attempt began: events of before are of others.
    killed_at
        When an attempt ended: tell only if its probe was the cause.
    impatient
        Tell the first failure already.
    """
    mine = [one for one in events if one.container in {container, ""}]
    if killed_at is not None:
        return _killing(mine, killed_at)
    failed = [
        one
        for one in mine
        if one.reason == "Unhealthy"
        and (began is None or one.time >= began - _SLACK)
        and not (_LOADING.search(one.message) and not impatient)
    ]
    if not failed or not (impatient or sum(_count(one, began) for one in failed) >= _PATIENCE):
        return ""
    return _words(max(failed, key=lambda one: one.time).message)


def _killing(events: Sequence[ClusterEvent], killed_at: datetime) -> str:
    kills = [
        one
        for one in events
        if one.reason == "Killing"
        and _KILLED.search(one.message)
        # The kubelet asks the container to end, and waits for that at most its grace period.
        and killed_at - timedelta(minutes=2) <= one.time <= killed_at + _SLACK
    ]
    if not kills:
        return ""
    kind = _KILLED.search(kills[-1].message)
    name = kind[1] if kind else ""
    said = [one for one in events if one.reason == "Unhealthy" and name in one.message.lower()]
    words = _words(max(said, key=lambda one: one.time).message) if said else f"its {name} probe failed"
    return f"killed and started again: {words}"


def _count(event: ClusterEvent, began: datetime | None) -> int:
    """Of an event that goes on since an earlier attempt, only what may be of this one counts."""
    if began is not None and event.since < began - _SLACK:
        seconds = (event.time - began).total_seconds()
        return min(event.times, max(1, round(seconds)))
    return event.times


def _words(message: str) -> str:
    """``Readiness probe failed: HTTP probe failed with statuscode: 404`` in shorter words."""
    kind, _, said = message.partition(" failed: ")
    said = re.sub(r'Get "https?://[^/"]+(?P<path>/[^"]*)": ', r"GET \g<path>: ", said)
    said = said.replace("HTTP probe failed with statuscode: ", "it answers ")
    said = re.sub(r"dial tcp [^:]+:(\d+): connect: connection refused", r"nothing listens on port \1", said)
    said = re.sub(r"context deadline exceeded.*", "no answer in time", said)
    return f"its {kind.lower()} failed: {said}"
