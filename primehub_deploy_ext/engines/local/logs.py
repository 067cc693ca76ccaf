"""What replicas printed: one file per replica and attempt, merged by time, followed while they grow."""

from __future__ import annotations

import asyncio
import heapq
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.engines.local.log_file import AttemptLog

_FILE = re.compile(r"(?P<replica>\d+-\d+)\.(?P<attempt>\d+)\.log(?P<rotated>\.1)?")
_FOLLOW_PAUSE = 0.1
# So many lines at once: enough that the price of a message is none, few enough that the first are there at once.
_TOGETHER = 1000
BEAT_SECONDS = 5.0


def log_path(folder: Path, replica: str, attempt: int) -> Path:
    """Where one attempt of a replica prints to."""
    return folder / f"{replica}.{attempt}.log"


def attempts_of(folder: Path) -> dict[str, dict[int, list[Path]]]:
    """Return the log files below a deployment's folder: by replica, by attempt."""
    found: dict[str, dict[int, list[Path]]] = {}
    for path in folder.glob("*.log*"):
        match = _FILE.fullmatch(path.name)
        if match:
            found.setdefault(match["replica"], {}).setdefault(int(match["attempt"]), []).append(path)
    return found


def last_attempt(folder: Path, replica: str) -> int:
    """Return the number of the newest attempt that left a log; 0 if none did."""
    return max(attempts_of(folder).get(replica, {}), default=0)


def read_tail(folder: Path, replica: str, attempt: int, count: int) -> list[str]:
    """Return the last lines of one attempt, without stamps."""
    log = AttemptLog(replica, attempt, log_path(folder, replica, attempt))
    end = log.bound(tail=count)
    return [line.text for line in log.read(end)]


async def read_logs(
    folder: Path, query: LogQuery, goes_on: Callable[[], bool] = lambda: True, beat: float = BEAT_SECONDS
) -> AsyncIterator[list[LogLine]]:
    """Yield lines as ``Engine.logs`` promises, from the files below ``folder``; follow while there may be more."""
    logs = {log.name: log for log in _wanted(folder, query)}
    existing = await asyncio.to_thread(_existing, list(logs.values()), query)
    while lines := await asyncio.to_thread(_some, existing):
        yield lines
    if not query.follow:
        return
    yield []
    said = time.monotonic()
    while goes_on():
        for log in _wanted(folder, query):
            logs.setdefault(log.name, log)
        fresh = [line for log in logs.values() for line in _some(log.read())]
        if fresh:
            yield sorted(fresh, key=_time_of)
        if time.monotonic() - said >= beat and len(fresh) < _TOGETHER:
            yield []
            said = time.monotonic()
        if len(fresh) < _TOGETHER:
            await asyncio.sleep(_FOLLOW_PAUSE)


def _existing(logs: list[AttemptLog], query: LogQuery) -> Iterator[LogLine]:
    """Go to the lines that are wanted of what exists, and return those, merged."""
    ranges = [(log, _bound(log, query)) for log in logs]
    lines: Iterable[LogLine] = heapq.merge(*(log.read(end) for log, end in ranges), key=_time_of)
    return iter(lines if query.tail is None else deque(lines, maxlen=query.tail))


def _bound(log: AttemptLog, query: LogQuery) -> int:
    after, before = query.after.get(log.name), query.before.get(log.name)
    since = None if after is not None else _aware(query.since)
    until = None if before is not None else _aware(query.until)
    return log.bound(after=after, before=before, since=since, until=until, tail=query.tail)


def _some(lines: Iterator[LogLine]) -> list[LogLine]:
    return list(islice(lines, _TOGETHER))


def _time_of(line: LogLine) -> datetime:
    return line.time


def _aware(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=timezone.utc) if time is not None and time.tzinfo is None else time


def _wanted(folder: Path, query: LogQuery) -> Iterator[AttemptLog]:
    for replica, attempts in sorted(attempts_of(folder).items()):
        if query.replica not in {None, replica}:
            continue
        wanted = {"previous": max(attempts) - 1, None: None}.get(query.attempt, query.attempt)  # type: ignore[arg-type]
        for attempt in sorted(attempts):
            if wanted in {None, attempt}:
                yield AttemptLog(replica, attempt, log_path(folder, replica, attempt))
