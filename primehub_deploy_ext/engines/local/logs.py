"""Reading what replicas printed: one file per replica and attempt, merged by time, followed while they grow.

A stamped line is ``2026-11-23T09:40:24.123456Z O text`` (``E``: stderr). Lines without a stamp come from native
code and take the time of the line before.
"""

from __future__ import annotations

import asyncio
import heapq
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery

_FILE = re.compile(r"(?P<replica>\d+-\d+)\.(?P<attempt>\d+)\.log(?P<rotated>\.1)?")
_STAMP_LENGTH = len("2026-11-23T09:40:24.123456Z")
_FOLLOW_PAUSE = 0.1
_BEGINNING = datetime.fromtimestamp(0, timezone.utc)


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


@dataclass
class _Source:
    replica: str
    attempt: int
    path: Path
    offset: int = 0
    inode: int = 0
    time: datetime = _BEGINNING

    def read(self) -> Iterator[LogLine]:
        """Yield the whole lines that are new; starts anew where the file was rotated."""
        try:
            with self.path.open("rb") as file:
                inode = self.path.stat().st_ino
                if inode != self.inode:
                    self.inode, self.offset = inode, 0
                file.seek(self.offset)
                for raw in file:
                    if not raw.endswith(b"\n"):
                        break
                    self.offset += len(raw)
                    yield self._parse(raw[:-1].decode(errors="replace"))
        except FileNotFoundError:
            return

    def _parse(self, text: str) -> LogLine:
        stream: Literal["stdout", "stderr"] = "stderr"
        try:
            self.time = datetime.strptime(text[:_STAMP_LENGTH], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
            stream = "stdout" if text[_STAMP_LENGTH + 1] == "O" else "stderr"
            text = text[_STAMP_LENGTH + 3 :]
        except (ValueError, IndexError):
            pass
        return LogLine.model_construct(
            time=self.time, replica=self.replica, attempt=self.attempt, stream=stream, text=text
        )


def read_tail(folder: Path, replica: str, attempt: int, count: int) -> list[str]:
    """Return the last lines of one attempt, without stamps."""
    source = _Source(replica, attempt, log_path(folder, replica, attempt))
    return [line.text for line in deque(source.read(), maxlen=count)]


async def read_logs(
    folder: Path, query: LogQuery, goes_on: Callable[[], bool] = lambda: True
) -> AsyncIterator[LogLine]:
    """Yield lines as ``Engine.logs`` promises, from the files below ``folder``; follow while there may be more."""
    sources: dict[Path, _Source] = {}
    lines = await asyncio.to_thread(_existing, folder, query, sources)
    for line in lines:
        yield line
    while query.follow and goes_on():
        await asyncio.sleep(_FOLLOW_PAUSE)
        _find(folder, query, sources)
        fresh = [line for source in sources.values() for line in source.read()]
        for line in sorted(fresh, key=lambda line: line.time):
            yield line


def _existing(folder: Path, query: LogQuery, sources: dict[Path, _Source]) -> list[LogLine]:
    _find(folder, query, sources)
    lines: Iterator[LogLine] = heapq.merge(*(s.read() for s in sources.values()), key=lambda line: line.time)
    if query.since is not None:
        since = query.since if query.since.tzinfo else query.since.replace(tzinfo=timezone.utc)
        lines = (line for line in lines if line.time >= since)
    return list(lines if query.tail is None else deque(lines, maxlen=query.tail))


def _find(folder: Path, query: LogQuery, sources: dict[Path, _Source]) -> None:
    for replica, attempts in sorted(attempts_of(folder).items()):
        if query.replica not in {None, replica}:
            continue
        wanted = {"previous": max(attempts) - 1, None: None}.get(query.attempt, query.attempt)  # type: ignore[arg-type]
        for attempt, paths in sorted(attempts.items()):
            if wanted not in {None, attempt}:
                continue
            current = log_path(folder, replica, attempt)
            for path in sorted(paths, reverse=True):
                # A rotated file is read once, at first; while following, its lines were seen under the other name.
                if path not in sources and (path == current or current not in sources):
                    sources[path] = _Source(replica, attempt, path)
