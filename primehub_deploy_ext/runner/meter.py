"""What a replica counts of its requests: how many, how long, how large, and what they were worth."""

from __future__ import annotations

from bisect import bisect_left
from typing import Protocol

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS

# Of a row of calls: number, seconds, and one for each class of latency.
CALLS_HEAD = 2
CALLS_WIDTH = CALLS_HEAD + len(LATENCY_BOUNDS) + 1
BATCHES = "batches"
FEEDBACK = "feedback"


def calls(service: str, status: int) -> str:
    """Return the name of the row that counts the calls of a service that ended with a status."""
    return f"calls {service} {status}"


class Rows(Protocol):
    """Named rows of numbers: a file that others read, or this process's memory."""

    def row(self, name: str, width: int) -> int:
        """Return where a row begins, for :meth:`add`."""

    def add(self, row: int, index: int, amount: float) -> None:
        """Add to one number of a row."""


class Meter:
    """Counts into rows of numbers.

    Parameters
    ----------
    counters
        The rows.
    """

    def __init__(self, counters: Rows) -> None:
        self._counters = counters
        self._batches = counters.row(BATCHES, 2)
        self._feedback = counters.row(FEEDBACK, 2)

    def called(self, service: str, status: int, seconds: float, rows: int | None) -> None:
        """Count one call of the model.

        Parameters
        ----------
        rows
            Size of the batch; None where the model was not reached.
        """
        counters = self._counters
        row = counters.row(calls(service, status), CALLS_WIDTH)
        counters.add(row, 0, 1)
        counters.add(row, 1, seconds)
        counters.add(row, CALLS_HEAD + bisect_left(LATENCY_BOUNDS, seconds), 1)
        if rows is not None:
            counters.add(self._batches, 0, 1)
            counters.add(self._batches, 1, rows)

    def rewarded(self, reward: float) -> None:
        """Count one feedback; a reward of zero is one like any other."""
        self._counters.add(self._feedback, 0, 1)
        self._counters.add(self._feedback, 1, reward)
