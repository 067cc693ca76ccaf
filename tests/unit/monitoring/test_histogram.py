"""Percentiles are those that Prometheus would compute from the same buckets."""

from __future__ import annotations

import math
import random

import pytest

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS
from primehub_deploy_ext.monitoring import histogram
from primehub_deploy_ext.monitoring.histogram import EMPTY, class_of, quantile

# Of Seldon Core's executor: queries written for it name these.
SELDON = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


def counted(*seconds: float) -> tuple[int, ...]:
    counts = [0] * histogram.CLASSES
    for latency in seconds:
        counts[class_of(latency)] += 1
    return tuple(counts)


def test_seldons_bounds_are_among_ours() -> None:
    assert set(SELDON) <= set(LATENCY_BOUNDS)
    assert list(LATENCY_BOUNDS) == sorted(LATENCY_BOUNDS)


def test_a_bound_belongs_to_the_class_below_it() -> None:
    assert counted(0.005) == counted(0.003)
    assert counted(0.005) != counted(0.0051)


def test_nothing_counted_has_no_percentiles() -> None:
    assert quantile(0.5, EMPTY) is None
    assert set(histogram.percentiles(EMPTY).values()) == {None}


@pytest.mark.parametrize(
    ("q", "latencies", "expected"),
    [
        (0.5, [0.03] * 4, 0.025 + 0.025 * 2 / 4),  # linear inside its class
        (0.5, [0.0001] * 2, 0.00025 / 2),  # from 0 in the first
        (0.99, [100.0], 60.0),  # the last bound for what is beyond
        (0.75, [0.004] * 3 + [0.2], 0.005),
        (1.0, [0.004, 0.2], 0.25),
    ],
)
def test_quantiles_as_prometheus_defines_them(q: float, latencies: list[float], expected: float) -> None:
    assert quantile(q, counted(*latencies)) == pytest.approx(expected)


def test_a_quantile_lies_in_the_class_of_the_true_one() -> None:
    chance = random.Random(7)
    latencies = sorted(chance.lognormvariate(-4, 1.5) for _ in range(1001))
    for q in (0.5, 0.75, 0.9, 0.95, 0.99):
        true = latencies[math.ceil(q * len(latencies)) - 1]
        assert class_of(quantile(q, counted(*latencies)) or 0) == class_of(true)


def test_cumulative_and_back() -> None:
    counts = counted(0.001, 0.002, 0.3, 99)
    buckets = dict(zip((*LATENCY_BOUNDS, math.inf), histogram.cumulative(counts), strict=True))
    assert histogram.from_cumulative(buckets) == counts
    assert histogram.from_cumulative({}) == EMPTY
