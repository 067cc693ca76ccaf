"""Latencies by class, and percentiles from them.

The bounds are those of :mod:`~primehub_deploy_ext.domain.buckets`. A histogram is a tuple of counts, one for each
class: not cumulative, the last one for what is beyond the last bound.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS

CLASSES = len(LATENCY_BOUNDS) + 1
PERCENTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}

Counts = tuple[int, ...]
EMPTY: Counts = (0,) * CLASSES


def class_of(seconds: float) -> int:
    """Return the class that a latency falls into; a bound belongs to the class below it."""
    return bisect_left(LATENCY_BOUNDS, seconds)


def add(one: Sequence[int], other: Sequence[int]) -> Counts:
    """Return the sum of two histograms."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def total(histograms: Iterable[Sequence[int]]) -> Counts:
    """Return the sum of histograms."""
    return tuple(map(sum, zip(*histograms, strict=True))) or EMPTY


def cumulative(counts: Sequence[int]) -> list[int]:
    """Return how many were at most each bound, and all: what Prometheus calls buckets."""
    return list(accumulate(counts))


def from_cumulative(buckets: Mapping[float, int]) -> Counts:
    """Return the histogram of cumulative counts by upper bound in seconds.

    A class whose bound is missing is taken to be empty: what it holds is in the next that there is.
    """
    counts, seen = [], 0
    for bound in (*LATENCY_BOUNDS, math.inf):
        until = buckets.get(bound, seen)
        counts.append(max(0, until - seen))
        seen = max(seen, until)
    return tuple(counts)


def quantile(q: float, counts: Sequence[int]) -> float | None:
    """Return the ``q``-quantile in seconds; None if nothing was counted.

    As Prometheus' ``histogram_quantile`` does, so that a chart here and one in Grafana show the same: linear inside the
    class that the rank falls into, from 0 in the first; the last bound for what is beyond it
    (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile). The error is at most the
    width of that class.
    """
    observed = sum(counts)
    if not observed:
        return None
    rank, below = q * observed, 0
    for index, count in enumerate(counts[:-1]):
        if count and below + count >= rank:
            low = LATENCY_BOUNDS[index - 1] if index else 0.0
            return low + (LATENCY_BOUNDS[index] - low) * max(0.0, rank - below) / count
        below += count
    return LATENCY_BOUNDS[-1]


def percentiles(counts: Sequence[int]) -> dict[str, float | None]:
    """Return p50 … p99."""
    return {name: quantile(q, counts) for name, q in PERCENTILES.items()}
