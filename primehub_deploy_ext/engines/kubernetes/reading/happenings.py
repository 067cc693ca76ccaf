"""The cluster's own events about a deployment: as callers see them, and as they are kept for later. Pure.

The cluster drops an event an hour after it was told (``--event-ttl``), which is sooner than people ask. So events are
written on the revision in whose time they fell (``chronicle.py``), and told from there once they are gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from primehub_deploy_ext.domain.models import Event
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen, template_of

Json = dict[str, Any]

# Of one revision. All annotations of an object together may have 256 KiB, and its last log lines are there too.
MOST_KEPT = 100
_LARGEST = 48 * 1024
_LONGEST_MESSAGE = 1024
_SHORTENED = "…"


@dataclass(frozen=True)
class Happening:
    """An event of the cluster.

    Parameters
    ----------
    name
        The event's own: one that is told again keeps it.
    event
        Without how often it was told.
    times
        How often, up to its time.
    """

    name: str
    event: Event
    times: int = 1

    def told(self) -> Event:
        """Return it as callers see it."""
        if self.times == 1:
            return self.event
        return self.event.model_copy(update={"message": f"{self.event.message} ({self.times} times)"})


def happenings_of(seen: Seen) -> list[Happening]:
    """Return what the cluster tells now of a deployment and its pods, in no order."""
    templates = {pod["metadata"]["name"]: template_of(pod) for pod in seen.pods}
    return [_happening(event, templates) for event in seen.events]


def lasts(event: ClusterEvent) -> bool:
    """Tell whether an event is kept though no revision was rolled out then: trouble, and what people did here."""
    return event.is_warning or event.component == words.MANAGER


def merged(*sources: Iterable[Happening]) -> list[Happening]:
    """Return all, each once, oldest first: as it was told last, with whatever was known of it before."""
    found: dict[str, Happening] = {}
    for happening in (one for source in sources for one in source):
        before = found.get(happening.name)
        found[happening.name] = happening if before is None else _newer(before, happening)
    return sorted(found.values(), key=lambda one: (one.event.time, one.name))


def bounded(happenings: Iterable[Happening]) -> list[Happening]:
    """Return as many as are kept of one revision, oldest first; what is left out is what tells least.

    That are the oldest of what went well, then the oldest of the rest.
    """
    by_weight = sorted(happenings, key=lambda one: (one.event.kind == "Warning", one.event.time))
    kept, left = [], _LARGEST
    for happening in reversed(by_weight[-MOST_KEPT:]):
        left -= len(json.dumps(_dumped(happening), ensure_ascii=False).encode()) + 1
        if left < 0:
            break
        kept.append(happening)
    return sorted(kept, key=lambda one: (one.event.time, one.name))


def dump_happenings(happenings: Iterable[Happening]) -> str:
    """Write them as an annotation."""
    return json.dumps([_dumped(one) for one in happenings], separators=(",", ":"), ensure_ascii=False)


def load_happenings(metadata: Json) -> list[Happening]:
    """Read them off a revision's object; none where nothing was kept, or somebody broke what was written."""
    try:
        items = json.loads((metadata.get("annotations") or {}).get(words.EVENTS, "[]"))
        return [
            Happening(str(item.pop("name")), times=int(item.pop("times", 1)), event=Event.model_validate(item))
            for item in items
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _happening(event: ClusterEvent, templates: dict[str, int]) -> Happening:
    replica = event.about if event.kind == "Pod" else None
    shown = Event(
        time=event.time,
        kind="Warning" if event.is_warning else "Normal",
        reason=event.reason or "Event",
        message=event.message,
        revision=templates.get(replica) if replica else None,
        replica=replica,
    )
    return Happening(event.name, shown, event.times)


def _newer(one: Happening, other: Happening) -> Happening:
    older, newer = (one, other) if (one.event.time, one.times) <= (other.event.time, other.times) else (other, one)
    if newer.event.revision is None and older.event.revision is not None:
        # Its pod is gone by now: nothing else tells what it ran.
        return replace(newer, event=newer.event.model_copy(update={"revision": older.event.revision}))
    return newer


def _dumped(happening: Happening) -> Json:
    body = happening.event.model_dump(mode="json", exclude_defaults=True)
    if len(body["message"]) > _LONGEST_MESSAGE:
        body["message"] = body["message"][: _LONGEST_MESSAGE - 1] + _SHORTENED
    return {"name": happening.name, **body, **({"times": happening.times} if happening.times > 1 else {})}
