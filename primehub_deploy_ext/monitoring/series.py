"""From samples to the columns that charts are drawn from.

One rule throughout: what was not measured is None, what was measured and did not happen is 0, and what can't be
computed because nothing happened (a ratio, a percentile, a mean) is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from primehub_deploy_ext.domain.metrics import (
    Chart,
    Mark,
    Metrics,
    MetricsRange,
    MetricsSummary,
    MetricsTotals,
    Numbers,
    Series,
)
from primehub_deploy_ext.monitoring import histogram
from primehub_deploy_ext.monitoring.histogram import PERCENTILES
from primehub_deploy_ext.monitoring.sample import ABORTED, Gauge, RevisionSample, Sample

SPARKLINE_STEP = 30
_LAST_MINUTE = 60


@dataclass(frozen=True)
class Point:
    """One interval of a series.

    Parameters
    ----------
    time
        Its end, Unix seconds.
    seconds
        How much of it was measured; 0 means that nobody looked. It may be longer than the interval: what was counted
        while nobody looked is in the first that follows.
    sample
        What was counted; None where there was nothing to count.
    """

    time: int
    seconds: float = 0.0
    sample: Sample | None = None


_NOTHING = Sample()


def metrics_of(
    id: str,
    wanted: MetricsRange,
    points: Sequence[Point],
    *,
    step: int,
    marks: Iterable[Mark] = (),
    requests_ever: int | None = None,
    not_measured: Iterable[Chart] = (),
) -> Metrics:
    """Return the columns of one deployment.

    Parameters
    ----------
    points
        Oldest first, ``step`` seconds apart.
    """
    whole = Sample.sum_of(point.sample for point in points if point.sample is not None)
    revisions = sorted(whole.revisions, key=_by_number)
    replicas = sorted(whole.replicas, key=_by_number)

    def rates(count: Callable[[Sample], float]) -> Numbers:
        return [_rate(point, count) for point in points]

    def by_revision(value: Callable[[RevisionSample, float], float | None]) -> list[Series]:
        return [
            Series(label=label, values=[_of_revision(point, label, value) for point in points]) for label in revisions
        ]

    return Metrics(
        id=id,
        range=wanted,
        step=step,
        source="engine",
        since=_time(points[0].time - step if points else 0),
        until=_time(points[-1].time if points else 0),
        times=[point.time for point in points],
        requests_ever=requests_ever,
        totals=totals_of(whole, measured=any(point.seconds for point in points)),
        qps=rates(lambda sample: sample.requests),
        success=[success_of(point.sample) if point.seconds else None for point in points],
        client_errors=rates(lambda sample: sample.answered(4)),
        server_errors=rates(lambda sample: sample.answered(5)),
        latency=[
            Series(label=name, values=[_quantile(point, q) for point in points]) for name, q in PERCENTILES.items()
        ],
        predict_qps=by_revision(lambda counted, seconds: counted.predictions / seconds),
        model_latency=by_revision(lambda counted, _: _share(counted.seconds, counted.predictions)),
        batch_size=by_revision(lambda counted, _: _share(counted.rows, counted.batches)),
        reward=by_revision(lambda counted, _: _share(counted.reward, counted.feedback)),
        in_flight=[(point.sample or _NOTHING).in_flight.largest if point.seconds else None for point in points],
        bytes_in=rates(lambda sample: sample.bytes_in),
        bytes_out=rates(lambda sample: sample.bytes_out),
        cpu=[Series(label=name, values=[_cpu(point, name) for point in points]) for name in replicas],
        memory=[Series(label=name, values=[_memory(point, name) for point in points]) for name in replicas],
        ready=[_ready(point) for point in points],
        marks=sorted(marks, key=lambda mark: mark.time),
        not_measured=list(not_measured),
    )


def totals_of(whole: Sample, *, measured: bool) -> MetricsTotals:
    """Return a whole range in one number each."""

    def known(count: int) -> int | None:
        return count if measured else None

    feedback = sum(counted.feedback for counted in whole.revisions.values())
    return MetricsTotals(
        requests=known(whole.requests),
        success=success_of(whole),
        client_errors=known(whole.answered(4)),
        server_errors=known(whole.answered(5)),
        aborted=known(whole.codes.get(ABORTED, 0)),
        feedback=known(feedback),
        reward=_share(sum(counted.reward for counted in whole.revisions.values()), feedback),
        latency=histogram.percentiles(whole.latency),
        codes={str(code): count for code, count in sorted(whole.codes.items()) if count and code != ABORTED},
    )


def summary_of(id: str, points: Sequence[Point], *, alerts: Iterable[str] = ()) -> MetricsSummary:
    """Return what the grid shows of one deployment.

    Parameters
    ----------
    points
        The last 15 minutes in the finest intervals, oldest first.
    """
    # A grid asks for a thousand of these every few seconds: only what it shows is summed up.
    called = [point.sample for point in points if point.sample is not None and point.sample.codes]
    requests, failed = sum(sample.requests for sample in called), sum(sample.answered(5) for sample in called)
    measured = any(point.seconds for point in points)
    newest = points[-1].time if points else 0
    coarse = coarser(points, SPARKLINE_STEP)
    return MetricsSummary(
        id=id,
        qps=_rate(
            joined([p for p in points if p.time > newest - _LAST_MINUTE], newest), lambda sample: sample.requests
        ),
        success=1 - failed / requests if requests else None,
        requests=requests if measured else None,
        client_errors=sum(sample.answered(4) for sample in called) if measured else None,
        server_errors=failed if measured else None,
        latency_p95=histogram.quantile(PERCENTILES["p95"], histogram.total(sample.latency for sample in called)),
        sparkline=short([_rate(point, lambda sample: sample.requests) for point in coarse]),
        errors=short([_rate(point, lambda sample: sample.answered(5)) for point in coarse]) if failed else [],
        alerts=list(alerts),
    )


def short(rates: Numbers) -> Numbers:
    """Return rates for a curve as high as a line of text: a thousand of them are one answer."""
    return [None if rate is None else round(rate, 4) for rate in rates]


def coarser(points: Sequence[Point], step: int) -> list[Point]:
    """Return the same in longer intervals, whose ends are multiples of ``step``."""
    groups: dict[int, list[Point]] = {}
    for point in points:
        groups.setdefault(-(-point.time // step) * step, []).append(point)
    return [group[0] if [time] == [p.time for p in group] else joined(group, time) for time, group in groups.items()]


def joined(points: Iterable[Point], time: int) -> Point:
    """Return one interval that ends at ``time`` for several."""
    seconds, samples = 0.0, []
    for point in points:
        seconds += point.seconds
        if point.sample is not None:
            samples.append(point.sample)
    return Point(time, seconds, Sample.sum_of(samples) if samples else None)


def success_of(sample: Sample | None) -> float | None:
    """Return the share of answers that were not 5xx, as Seldon's dashboards mean it: 4xx is the caller's doing."""
    if sample is None or not sample.requests:
        return None
    return 1 - sample.answered(5) / sample.requests


def _rate(point: Point, count: Callable[[Sample], float]) -> float | None:
    return count(point.sample or _NOTHING) / point.seconds if point.seconds else None


def _quantile(point: Point, q: float) -> float | None:
    return histogram.quantile(q, point.sample.latency) if point.sample else None


def _of_revision(point: Point, label: str, value: Callable[[RevisionSample, float], float | None]) -> float | None:
    if not point.seconds or point.sample is None:
        return None
    counted = point.sample.revisions.get(label)
    if counted is None:
        # It ran and nobody asked it; or it did not run, and there was nothing to measure.
        runs = any(name.partition("-")[0] == label for name in point.sample.replicas)
        return value(RevisionSample(), point.seconds) if runs else None
    return value(counted, point.seconds)


def _cpu(point: Point, name: str) -> float | None:
    taken = point.sample.replicas.get(name) if point.sample else None
    return taken.cpu_seconds / point.seconds if taken and point.seconds else None


def _memory(point: Point, name: str) -> float | None:
    taken = point.sample.replicas.get(name) if point.sample else None
    return taken.memory.mean if taken else None


def _ready(point: Point) -> float | None:
    if not point.seconds:
        return None
    ready = (point.sample or _NOTHING).ready
    return _mean_or_zero(ready)


def _mean_or_zero(gauge: Gauge) -> float:
    return gauge.mean or 0.0


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _by_number(label: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in label.split("-"))


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
