"""What happened, for the time axis: events of the engine that explain a bend in a curve. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from primehub_deploy_ext.domain.metrics import Mark
from primehub_deploy_ext.domain.models import Event

Kind = Literal["revision", "restart", "failure", "stop", "alert"]

_KINDS: dict[str, Kind] = {
    "Deployed": "revision",
    "Scale": "revision",
    "Start": "revision",
    "Stop": "stop",
    "Restart": "restart",
    "Restarted": "restart",
    "Killed": "restart",
    "AlertFiring": "alert",
    "AlertResolved": "alert",
}


def marks_of(events: Iterable[Event], since: datetime) -> list[Mark]:
    """Return the marks of the events since a time: revisions, restarts, stops, alerts, and everything that failed."""
    marks = []
    for event in events:
        kind = _KINDS.get(event.reason) or ("failure" if event.kind == "Warning" else None)
        if kind is not None and event.time >= since:
            marks.append(
                Mark(
                    time=event.time,
                    kind=kind,
                    label=_label(event, kind),
                    message=event.message,
                    revision=event.revision,
                    replica=event.replica,
                )
            )
    return marks


def _label(event: Event, kind: Kind) -> str:
    if event.reason == "Deployed" and event.revision is not None:
        return f"revision {event.revision}"
    if kind in {"restart", "failure"} and event.replica:
        return f"{event.reason} {event.replica}"
    return event.reason
