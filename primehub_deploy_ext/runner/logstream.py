"""The log of a replica: stamped lines, one file that is rotated by size.

``sys.stdout`` and ``sys.stderr`` become :class:`StampedStream`; descriptors 1 and 2 are the file itself, so that
native code, ``faulthandler`` and subprocesses write to it too, bare.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

_PARTIAL_LIMIT = 8192
_CONTINUATION = b"# the log goes on here, after byte "


def parse_continuation(first_line: bytes) -> int | None:
    """Return how much was printed before a file, from its first line; None for a file that is the first."""
    number = first_line[len(_CONTINUATION) :].strip()
    return int(number) if first_line.startswith(_CONTINUATION) and number.isdigit() else None


class LogFile:
    """The file behind descriptors 1 and 2.

    Parameters
    ----------
    path
        The file; lines are appended.
    limit
        Size in bytes at which it is renamed to ``<path>.1`` and begun anew. The first line of the new one tells
        how many bytes were printed before it, so that readers can name a line by its position.
    """

    def __init__(self, path: str, limit: int) -> None:
        self._path = Path(path)
        self._limit = limit
        self._lock = threading.Lock()
        self._begin = self._skip = 0
        self._open()

    def append(self, mark: str, lines: Iterable[str]) -> None:
        """Write lines with the time and the mark of their stream."""
        with self._lock:
            # Inside the lock: times in the file never go back.
            stamp = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            text = "".join(f"{stamp} {mark} {line}\n" for line in lines)
            rest = text.encode("utf-8", "backslashreplace")
            while rest:
                rest = rest[os.write(1, rest) :]
            self._rotate_when_full()

    def rotate(self) -> None:
        """Begin a new file if the old one is full, for what native code wrote past us."""
        with self._lock:
            self._rotate_when_full()

    def _rotate_when_full(self) -> None:
        size = os.fstat(1).st_size
        if size >= self._limit:
            self._begin += size - self._skip
            self._path.replace(f"{self._path}.1")
            self._open()
            first = b"%b%d\n" % (_CONTINUATION, self._begin)
            self._skip = os.write(1, first)

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        if descriptor > 2:
            os.close(descriptor)


class StampedStream(io.TextIOBase):
    """A text stream whose lines go to the log with the time.

    What a thread printed without a line end waits for the rest of its line, so that lines of two threads
    don't mix. Of a line that is redrawn with carriage returns (a progress bar) the last state is kept.
    """

    def __init__(self, log: LogFile, mark: str, descriptor: int) -> None:
        self._log = log
        self._mark = mark
        self._descriptor = descriptor
        self._partial: dict[int, str] = {}
        self.buffer = _Bytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only here, as it is on sys.stdout
        """As ``sys.stdout`` says it."""
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """What can't be encoded is escaped; a log never fails."""
        return "backslashreplace"

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return 1 or 2, for those who write past us."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Take text; its complete lines are in the log when this returns."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        thread = threading.get_ident()
        *lines, rest = (self._partial.pop(thread, "") + text).split("\n")
        if len(rest) > _PARTIAL_LIMIT:
            lines.append(rest)
            rest = ""
        if rest:
            self._partial[thread] = rest
        if lines:
            self._log.append(self._mark, map(_last_drawn, lines))
        return len(text)

    def write_partial_lines(self) -> None:
        """Write the lines that nobody will complete any more."""
        lines, self._partial = list(self._partial.values()), {}
        if lines:
            self._log.append(self._mark, map(_last_drawn, lines))


class _Bytes(io.RawIOBase):
    """``sys.stdout.buffer``, for those who print bytes."""

    def __init__(self, stream: StampedStream) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        raw = bytes(data)
        self._stream.write(raw.decode("utf-8", "backslashreplace"))
        return len(raw)


def _last_drawn(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]


def redirect_output(path: str, limit: int) -> LogFile:
    """Send all that this process prints to a log file."""
    log = LogFile(path, limit)
    sys.stdout = sys.__stdout__ = StampedStream(log, "O", 1)  # type: ignore[assignment,misc]
    sys.stderr = sys.__stderr__ = StampedStream(log, "E", 2)  # type: ignore[assignment,misc]
    return log


def write_partial_lines() -> None:
    """Write what was printed without a line end; the process is about to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, StampedStream):
            stream.write_partial_lines()
