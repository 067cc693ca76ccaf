"""The launcher's children: who runs, and how those ended that nobody has acknowledged yet."""

from __future__ import annotations

import os
import sys
from typing import Any

# ru_maxrss counts kibibytes on Linux, bytes on macOS.
_MAX_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Children:
    """Forked replicas by process id."""

    def __init__(self) -> None:
        self.running: dict[int, str] = {}
        self.ended: dict[int, dict[str, Any]] = {}

    def add(self, pid: int, replica: str) -> None:
        """Remember a child that was just forked."""
        # The number may have belonged to one that ended and was not acknowledged: its record would be wrong now.
        self.ended.pop(pid, None)
        self.running[pid] = replica

    def reap(self) -> list[dict[str, Any]]:
        """Collect the children that ended, and return how."""
        found = []
        # By their ids: what an imported library started is not ours to collect.
        for pid, replica in list(self.running.items()):
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if done:
                del self.running[pid]
                ended = {
                    "replica": replica,
                    "pid": pid,
                    "status": status,
                    "max_rss": usage.ru_maxrss * _MAX_RSS_UNIT,
                }
                self.ended[pid] = ended
                found.append(ended)
        return found

    def forget(self, pid: int) -> None:
        """Drop the record of an exit."""
        self.ended.pop(pid, None)
