"""What containers printed, as the API server gives it: which attempts there are, and what a line and its position is.

The API names no place in a log, only times, in nanoseconds. So a line's *position* is its time, in steps of 100 ns
since 2020: it grows from line to line of one attempt, names the line for as long as it is kept, is the same whoever
reads it, and still is an exact number in JavaScript. The cluster doesn't tell stdout from stderr.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.engines.kubernetes.api.kinds import POD

Json = dict[str, Any]

_EPOCH = datetime(2020, 1, 1, tzinfo=timezone.utc)
_PER_SECOND = 10_000_000
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")


@dataclass(frozen=True)
class Attempt:
    """One run of one container.

    Parameters
    ----------
    label
        The container's name where its pod has several; empty where it has one.
    previous
        Whether the API knows it as the one before the current one.
    running
        Whether it may print more.
    """

    pod: str
    namespace: str
    uid: str
    container: str
    label: str
    number: int
    previous: bool
    running: bool

    @property
    def name(self) -> str:
        """Names the attempt in a cursor."""
        return f"{self.pod}/{self.label}.{self.number}" if self.label else f"{self.pod}.{self.number}"

    @property
    def path(self) -> str:
        """Where its log is."""
        return POD.path(self.namespace, self.pod, "log")

    def query(self, **more: Any) -> Json:
        """Return the parameters that ask for its log."""
        asked: Json = {"container": self.container, "timestamps": "true", **more}
        return {**asked, "previous": "true"} if self.previous else asked

    def line(self, raw: bytes) -> LogLine | None:
        """Read a line with its time; None for one without, which is no line of the container."""
        match = _STAMP.match(raw)
        if match is None:
            return None
        second, zone = match[1].decode(), match[3].decode()
        fraction = (match[2] or b"").ljust(9, b"0")
        began = _second(second, zone)
        return LogLine.model_construct(
            time=began + timedelta(microseconds=int(fraction[:6])),
            replica=self.pod,
            attempt=self.number,
            stream="stdout",
            text=raw[match.end() :].decode(errors="replace").removesuffix("\r"),
            position=_ticks(began) + int(fraction[:7]),
            container=self.label,
        )

    def cursor(self, positions: dict[str, int]) -> int | None:
        """Return where a cursor stands for this attempt; positions of one pod's containers are of one clock."""
        found = positions.get(self.name)
        return positions.get(f"{self.pod}.{self.number}") if found is None else found


@lru_cache(maxsize=1024)
def _second(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text + ("+00:00" if zone == "Z" else zone)).astimezone(timezone.utc)


def _ticks(time: datetime) -> int:
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * _PER_SECOND + since.microseconds * (_PER_SECOND // 1_000_000)


def position_of(time: datetime) -> int:
    """Return the first position of a time."""
    return _ticks(time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time)


def second_of(position: int) -> str:
    """Return the whole second that a position is in, as the API wants it: it knows no parts of seconds."""
    time = _EPOCH + timedelta(seconds=position // _PER_SECOND)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def attempts_of(pod: Json) -> Iterator[Attempt]:
    """Yield the attempts of a pod whose logs the cluster still has, oldest first for each container."""
    metadata, status = pod["metadata"], pod.get("status", {})
    statuses = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    for one in statuses:
        count, state = one.get("restartCount", 0), one.get("state", {})
        before = one.get("lastState", {}).get("terminated")

        def attempt(number: int, *, previous: bool, running: bool, name: str = one["name"]) -> Attempt:
            return Attempt(
                pod=metadata["name"],
                namespace=metadata["namespace"],
                uid=metadata["uid"],
                container=name,
                label=name if len(statuses) > 1 else "",
                number=number,
                previous=previous,
                running=running,
            )

        if "running" in state or "terminated" in state:
            if before is not None and count:
                yield attempt(count, previous=True, running=False)
            yield attempt(count + 1, previous=False, running="running" in state)
        elif before is not None:
            # It waits to be started again: what ended is the current one still.
            yield attempt(count + 1, previous=False, running=False)


def wanted(pods: list[Json], query: LogQuery) -> list[Attempt]:
    """Return the attempts that a query asks for."""
    found: list[Attempt] = []
    for pod in pods:
        if query.replica not in {None, pod["metadata"]["name"]}:
            continue
        attempts = list(attempts_of(pod))
        if query.attempt == "previous":
            ended = {one.container: one for one in attempts if not one.running}
            attempts = list(ended.values())
        elif query.attempt is not None:
            attempts = [one for one in attempts if one.number == query.attempt]
        found += attempts
    return found
