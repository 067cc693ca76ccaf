"""What one attempt of a replica printed: its file, the one it was rotated into, and any part of them.

A stamped line is ``2026-11-23T09:40:24.123456Z O text`` (``E``: stderr). Lines without a stamp come from native
code and take the time of the line before.

A *position* counts the bytes that the attempt printed before a line. It goes on over a rotation (the first line
of the new file tells it), so it names a line for as long as the line is kept.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO, Literal

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.runner.logstream import parse_continuation

_STAMP_LENGTH = len("2026-11-23T09:40:24.123456Z")
_BEGINNING = datetime.fromtimestamp(0, timezone.utc)
_BLOCK = 64 * 1024


def stamp_of(raw: bytes) -> datetime | None:
    """Return the time that a line begins with; None for a bare one."""
    # Cheaper than letting the parser fail, and stricter.
    if len(raw) < _STAMP_LENGTH or raw[_STAMP_LENGTH - 1 : _STAMP_LENGTH] != b"Z" or raw[10:11] != b"T":
        return None
    try:
        return datetime.fromisoformat(raw[: _STAMP_LENGTH - 1].decode("ascii")).replace(tzinfo=timezone.utc)
    except ValueError:
        return None


@dataclass
class _Segment:
    """An open file; ``skip`` bytes at its beginning are not what was printed."""

    file: BinaryIO
    begin: int
    skip: int
    size: int

    @property
    def end(self) -> int:
        return self.begin + self.size - self.skip

    def seek(self, position: int) -> None:
        self.file.seek(position - self.begin + self.skip)

    def read(self, begin: int, end: int) -> bytes:
        self.seek(begin)
        return self.file.read(end - begin)

    def line_after(self, position: int) -> int:
        """Return where the first line begins that begins after ``position``."""
        self.seek(position)
        return position + len(self.file.readline())

    def back_over(self, end: int, lines: int) -> tuple[int, int]:
        """Return where the last ``lines`` lines before ``end`` begin, and how many of them there are here."""
        position, found = end, 0
        while position > self.begin:
            start = max(self.begin, position - _BLOCK)
            block = self.read(start, position)
            at = len(block)
            while (at := block.rfind(b"\n", 0, at)) >= 0:
                # The line end right before ``end`` belongs to the last line.
                if start + at + 1 == end:
                    continue
                found += 1
                if found == lines:
                    return start + at + 1, lines
            position = start
        return self.begin, found + (1 if end > self.begin else 0)

    def time_before(self, position: int) -> datetime | None:
        """Return the last stamp before a line."""
        start, _ = self.back_over(position, 1)
        for _ in range(200):
            if start >= position:
                return None
            self.seek(start)
            found = stamp_of(self.file.read(_STAMP_LENGTH))
            if found is not None or start == self.begin:
                return found
            start, _ = self.back_over(start, 1)
        return None

    def first_at(self, time: datetime) -> int:
        """Return where the first stamped line begins that was printed at ``time`` or later, by bisection."""
        low, high = self.begin, self.end
        while high - low > _BLOCK:
            middle = self.line_after((low + high) // 2)
            stamped = self._next_stamp(middle, high)
            if stamped is None or stamped >= time:
                if middle >= high:
                    break
                high = middle
            else:
                low = middle
        self.seek(low)
        position = low
        for raw in self.file:
            stamped = stamp_of(raw)
            if stamped is not None and stamped >= time:
                return position
            position += len(raw)
        return self.end

    def _next_stamp(self, position: int, end: int) -> datetime | None:
        self.seek(position)
        for raw in self.file:
            stamped = stamp_of(raw)
            position += len(raw)
            if stamped is not None or position >= end:
                return stamped
        return None


@dataclass
class AttemptLog:
    """Reads what one attempt printed, in parts: each call of :meth:`read` goes on where the last one ended."""

    replica: str
    attempt: int
    path: Path
    position: int = 0
    _time: datetime = field(default=_BEGINNING)

    @property
    def name(self) -> str:
        """Names the attempt in a cursor."""
        return f"{self.replica}.{self.attempt}"

    def bound(
        self,
        *,
        after: int | None = None,
        before: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        tail: int | None = None,
    ) -> int:
        """Go to the first of the lines that are wanted, and return the position that they end before.

        Parameters
        ----------
        after, before
            Positions of lines: only those behind it, only those in front of it.
        since, until
            Times, both included.
        tail
            Only so many, the last ones.
        """
        with self._segments() as segments:
            if not segments:
                return 0
            begin, end = segments[0].begin, _whole_lines(segments[-1])
            if before is not None:
                end = min(end, before)
            elif until is not None:
                # Stamps have microseconds: what is printed later than ``until`` is at least one later.
                end = min(end, _first_after(segments, until))
            if after is not None:
                begin = max(begin, _line_behind(segments, after))
            elif since is not None:
                begin = max(begin, _first_at(segments, since))
            if tail is not None:
                begin = max(begin, _begin_of_tail(segments, end, tail))
            self.position = min(begin, max(end, segments[0].begin))
            self._time = _time_before(segments, self.position)
            return end

    def read(self, end: int | None = None) -> Iterator[LogLine]:
        """Yield the whole lines that are new, up to ``end``."""
        with self._segments() as segments:
            for segment in segments:
                # A file that was replaced by something shorter begins anew.
                if segment is segments[-1] and self.position > segment.end:
                    self.position = segment.begin
                if segment.end <= self.position:
                    continue
                self.position = max(self.position, segment.begin)
                segment.seek(self.position)
                for raw in segment.file:
                    if not raw.endswith(b"\n") or (end is not None and self.position >= end):
                        break
                    at, self.position = self.position, self.position + len(raw)
                    yield self._parse(raw, at)

    def _parse(self, raw: bytes, position: int) -> LogLine:
        stream: Literal["stdout", "stderr"] = "stderr"
        time = stamp_of(raw)
        if time is not None and len(raw) > _STAMP_LENGTH + 3:
            self._time = time
            stream = "stdout" if raw[_STAMP_LENGTH + 1 : _STAMP_LENGTH + 2] == b"O" else "stderr"
            raw = raw[_STAMP_LENGTH + 3 :]
        return LogLine.model_construct(
            time=self._time,
            replica=self.replica,
            attempt=self.attempt,
            stream=stream,
            text=raw[:-1].decode(errors="replace"),
            position=position,
        )

    @property
    def _rotated(self) -> Path:
        return self.path.with_name(self.path.name + ".1")

    @contextlib.contextmanager
    def _segments(self) -> Iterator[list[_Segment]]:
        with contextlib.ExitStack() as stack:

            def opened(path: Path) -> BinaryIO | None:
                try:
                    return stack.enter_context(path.open("rb"))
                except FileNotFoundError:
                    return None

            for _ in range(3):
                files = [opened(self.path), opened(self._rotated)]
                # Rotated between the two, it is the same file twice.
                if None in files or not os.path.sameopenfile(files[0].fileno(), files[1].fileno()):  # type: ignore[union-attr]
                    break
            segments: list[_Segment] = []
            for file in reversed(files):
                if file is not None:
                    known = segments[-1].end if segments else 0
                    segments.append(_segment(file, known))
            yield segments


def _segment(file: BinaryIO, begin: int) -> _Segment:
    first = file.readline(200)
    told = parse_continuation(first)
    size = os.fstat(file.fileno()).st_size
    return _Segment(file, begin if told is None else told, 0 if told is None else len(first), size)


def _whole_lines(last: _Segment) -> int:
    """Return where the last line ends that is complete."""
    end = last.end
    while end > last.begin:
        start = max(last.begin, end - _BLOCK)
        at = last.read(start, end).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return last.begin


def _first_at(segments: list[_Segment], time: datetime) -> int:
    for segment in segments:
        position = segment.first_at(time)
        if position < segment.end:
            return position
    return segments[-1].end


def _first_after(segments: list[_Segment], time: datetime) -> int:
    return _first_at(segments, time + timedelta(microseconds=1))


def _line_behind(segments: list[_Segment], position: int) -> int:
    for segment in segments:
        if segment.begin <= position < segment.end:
            return segment.line_after(position)
    return 0 if position < segments[0].begin else position


def _begin_of_tail(segments: list[_Segment], end: int, lines: int) -> int:
    if lines == 0:
        return end
    begin = end
    for segment in reversed(segments):
        if segment.begin >= end:
            continue
        begin, found = segment.back_over(min(end, segment.end), lines)
        lines -= found
        if lines <= 0:
            break
    return begin


def _time_before(segments: list[_Segment], position: int) -> datetime:
    for segment in reversed(segments):
        if segment.begin < position:
            found = segment.time_before(min(position, segment.end))
            if found is not None:
                return found
    return _BEGINNING
