"""What a replica's page for Prometheus says, as rows of numbers. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from primehub_deploy_ext.monitoring import histogram, names
from primehub_deploy_ext.monitoring.ledger import Numbers

# Number, seconds, and one for each class of latency.
HEAD = 2

_LINE = re.compile(r"((?:seldon|primehub)_[A-Za-z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"')
_TOTALS = {
    names.FEEDBACK: ("feedback", 0),
    names.REWARD: ("feedback", 1),
    names.BATCHES: ("batches", 0),
    names.BATCH_ROWS: ("batches", 1),
    names.CPU: ("cpu", 0),
}
_WIDTHS = {"feedback": 2, "batches": 2, "cpu": 1}
_GAUGES = {names.MEMORY: "memory", names.IN_FLIGHT: "in_flight"}

Labels = dict[str, str]


@dataclass(frozen=True)
class Page:
    """One reading of one replica.

    Parameters
    ----------
    counters
        Rows that only grow: ``server|<service>|<code>`` and ``client|<service>|<code>`` (:data:`HEAD` numbers, then
        counts by class of latency), ``feedback`` and ``batches`` (number and sum), ``cpu``.
    gauges
        ``memory`` and ``in_flight``, where they are said.
    """

    counters: dict[str, Numbers] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)

    @property
    def counts_requests(self) -> bool:
        """Whether who answered counts requests under our names."""
        return any(name.startswith("server|") for name in self.counters)

    @property
    def predictions(self) -> int:
        """How many predictions were answered since the process began."""
        return int(sum(row[0] for name, row in self.counters.items() if name.startswith("server|predictions|")))


def read_page(text: str) -> Page:
    """Return what a page says; lines that mean nothing here are passed over, as pages of other programs are."""
    sums: dict[str, list[float]] = {}
    buckets: dict[str, dict[float, int]] = {}
    gauges: dict[str, float] = {}
    for name, labels, value in _lines(text):
        base, _, part = name.rpartition("_")
        if base in {names.SERVER, names.CLIENT}:
            kind = "server" if base == names.SERVER else "client"
            row = f"{kind}|{labels.get('service', '')}|{labels.get('code', '')}"
            if part == "bucket":
                found = buckets.setdefault(row, {})
                bound = _number(labels.get("le", ""))
                found[bound] = found.get(bound, 0) + int(value)
            else:
                _add(sums, row, 2, 0 if part == "count" else 1, value)
        elif name in _TOTALS:
            row, place = _TOTALS[name]
            _add(sums, row, _WIDTHS[row], place, value)
        elif name in _GAUGES:
            gauges[_GAUGES[name]] = gauges.get(_GAUGES[name], 0.0) + value
    counters: dict[str, Numbers] = {row: tuple(numbers) for row, numbers in sums.items()}
    for row, cumulative in buckets.items():
        counters[row] = (*counters.get(row, (0.0, 0.0)), *map(float, histogram.from_cumulative(cumulative)))
    return Page(counters, gauges)


def _add(rows: dict[str, list[float]], name: str, width: int, place: int, value: float) -> None:
    rows.setdefault(name, [0.0] * width)[place] += value


def _lines(text: str) -> Iterator[tuple[str, Labels, float]]:
    for line in text.splitlines():
        match = None if line.startswith("#") else _LINE.match(line)
        if match is None:
            continue
        value = _number(match[3])
        if math.isfinite(value):
            yield match[1], _labels(match[2] or ""), value


def _labels(text: str) -> Labels:
    # The bound of a class stands last, and what is before it is the same for all classes: hundreds of lines of a page.
    head, mark, bound = text.rpartition(',le="')
    return {**_labels_of(head), "le": bound[:-1]} if mark else _labels_of(text)


@lru_cache(maxsize=4096)
def _labels_of(text: str) -> Labels:
    return dict(_LABEL.findall(text))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
