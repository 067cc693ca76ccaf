"""Counts that survive the process that made them: numbers in a small file that is mapped into memory.

The engine reads the file whenever it likes, without a request, also after the replica was killed; the next attempt
goes on where the last one stopped. One process writes, from one thread, so nothing is locked.

The file: a head of 32 bytes (what it is, and a random name of this file that tells it from one that was here before),
names, one ``<name> <width>`` per line, and as many 8-byte floats in the same order.
"""

from __future__ import annotations

import mmap
import os
import secrets
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MAGIC = b"phd-counters-1\n\0"
_HEAD = 32
_NAMES = 4 * 1024 - _HEAD
_CELLS = 1024
_SIZE = _HEAD + _NAMES + 8 * _CELLS


class Counters:
    """Named rows of numbers that only grow.

    Parameters
    ----------
    path
        The file; made when it isn't there, or is none of ours.
    """

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size != _SIZE:
                os.ftruncate(handle, 0)
                # Written, not just made longer: where the disk is full this fails here, and not as SIGBUS while
                # serving.
                os.pwrite(handle, bytes(_SIZE), 0)
            self._map = mmap.mmap(handle, _SIZE)
        finally:
            os.close(handle)
        if self._map[: len(MAGIC)] != MAGIC:
            self._map[:] = bytes(_SIZE)
            self._map[len(MAGIC) : _HEAD] = secrets.token_hex(8).encode()
            self._map[: len(MAGIC)] = MAGIC
        self._cells = memoryview(self._map)[_HEAD + _NAMES :].cast("d")
        self._rows: dict[str, int] = {}
        self._free = 0
        self._end = _HEAD
        for name, width in _names(self._map[_HEAD : _HEAD + _NAMES]):
            self._rows[name] = self._free
            self._free += width
            self._end += len(f"{name} {width}\n".encode())

    def row(self, name: str, width: int) -> int:
        """Return where a row begins, for :meth:`add`; -1 if the file has no room for another one."""
        place = self._rows.get(name)
        if place is None:
            line = f"{name} {width}\n".encode()
            if self._free + width > _CELLS or self._end + len(line) > _HEAD + _NAMES:
                place = -1
            else:
                place, self._free = self._free, self._free + width
                self._map[self._end : self._end + len(line)] = line
                self._end += len(line)
            self._rows[name] = place
        return place

    def add(self, row: int, index: int, amount: float) -> None:
        """Add to one number of a row."""
        if row >= 0:
            self._cells[row + index] += amount

    def close(self) -> None:
        """Let the file go; what was counted is in it."""
        self._cells.release()
        self._map.close()


def read(path: Path) -> tuple[str, dict[str, tuple[float, ...]]]:
    """Return the name of the file and its rows, while somebody may be writing.

    Raises
    ------
    ValueError
        If it is no such file, or not yet.
    OSError
        If it can't be read.
    """
    content = path.read_bytes()
    if len(content) != _SIZE or content[: len(MAGIC)] != MAGIC:
        raise ValueError(f"{path} has no counters")
    source = content[len(MAGIC) : _HEAD].decode("ascii", "replace")
    rows, place = {}, _HEAD + _NAMES
    for name, width in _names(content[_HEAD : _HEAD + _NAMES]):
        rows[name] = struct.unpack_from(f"{width}d", content, place)
        place += 8 * width
    return source, rows


def _names(region: bytes) -> Iterable[tuple[str, int]]:
    # Without its line feed the last line is still being written.
    for line in region.split(b"\0", 1)[0].split(b"\n")[:-1]:
        name, _, width = line.rpartition(b" ")
        with suppress(ValueError):
            yield name.decode("ascii", "replace"), int(width)
