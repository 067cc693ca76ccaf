"""Null is not zero: every line of every chart, from samples whose truth is known."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.domain.metrics import MetricsRange
from primehub_deploy_ext.monitoring.sample import ABORTED, Gauge, ReplicaSample, RevisionSample, Sample
from primehub_deploy_ext.monitoring.series import Point, coarser, metrics_of, summary_of
from primehub_deploy_ext.monitoring.tiers import LENGTHS, TIERS, tier_of


def busy() -> Sample:
    return Sample(
        codes={200: 40, 404: 5, 500: 5, ABORTED: 2},
        latency=(0,) * 5 + (50,) + (0,) * 14,
        feedback=10,
        bytes_in=500,
        bytes_out=1000,
        in_flight=Gauge.of(3),
        ready=Gauge.of(2),
        revisions={"1": RevisionSample(predictions=45, rows=90, batches=45, seconds=0.9, feedback=10, reward=3)},
        replicas={"1-0": ReplicaSample(2.5, Gauge.of(100.0)), "2-0": ReplicaSample(0.0, Gauge.of(50.0))},
    )


def series(points: list[Point]) -> object:
    return metrics_of("iris", MetricsRange.QUARTER, points, step=5)


def test_what_nobody_looked_at_is_null_and_no_traffic_is_zero() -> None:
    got = series([Point(5), Point(10, 5.0), Point(15, 5.0, busy())])
    assert got.qps == [None, 0.0, 10.0]
    assert got.client_errors == [None, 0.0, 1.0]
    assert got.server_errors == [None, 0.0, 1.0]
    assert got.bytes_out == [None, 0.0, 200.0]
    assert got.in_flight == [None, 0, 3]
    assert got.ready == [None, 0.0, 2.0]


def test_a_ratio_of_nothing_is_null() -> None:
    got = series([Point(5), Point(10, 5.0), Point(15, 5.0, busy())])
    assert got.success == [None, None, 0.9]
    assert got.latency[0].values == [None, None, pytest.approx(0.0075)]
    assert got.reward[0].values == [None, None, 0.3]


def test_a_reward_of_zero_counts() -> None:
    zeros = Sample(revisions={"1": RevisionSample(feedback=7, reward=0.0)})
    got = series([Point(5, 5.0, zeros)])
    assert got.reward[0].values == [0.0]
    assert got.totals.reward == 0.0


def test_a_revision_that_runs_unasked_has_zero_and_one_that_does_not_run_has_null() -> None:
    idle = Sample(replicas={"2-0": ReplicaSample()})
    got = series([Point(5, 5.0, busy()), Point(10, 5.0, idle)])
    lines = {line.label: line.values for line in got.predict_qps}
    assert lines == {"1": [9.0, None]}
    assert {line.label: line.values for line in got.cpu} == {"1-0": [0.5, None], "2-0": [0.0, 0.0]}


def test_lines_are_ordered_by_number() -> None:
    sample = Sample(replicas={f"{revision}-{slot}": ReplicaSample() for revision in (10, 9) for slot in (10, 2)})
    assert [line.label for line in series([Point(5, 5.0, sample)]).cpu] == ["9-2", "9-10", "10-2", "10-10"]


def test_totals_leave_out_those_who_gave_up() -> None:
    totals = series([Point(5, 5.0, busy()), Point(10, 5.0, busy())]).totals
    assert (totals.requests, totals.aborted, totals.codes) == (100, 4, {"200": 80, "404": 10, "500": 10})
    assert totals.success == 0.9


def test_nothing_measured_has_no_totals() -> None:
    totals = series([Point(5), Point(10)]).totals
    assert (totals.requests, totals.success, totals.server_errors) == (None, None, None)


def test_a_rate_over_a_gap_is_the_mean_of_the_gap() -> None:
    got = series([Point(5, 50.0, busy())])
    assert got.qps == [1.0]


def test_samples_add_up_to_those_of_longer_intervals() -> None:
    (whole,) = coarser([Point(5, 5.0, busy()), Point(10, 5.0, busy()), Point(15, 5.0)], 60)
    assert (whole.time, whole.seconds) == (60, 15.0)
    assert whole.sample is not None
    assert whole.sample.requests == 100
    assert sum(whole.sample.latency) == 100
    assert whole.sample.replicas["1-0"].memory.mean == 100.0
    assert whole.sample.replicas["1-0"].cpu_seconds == 5.0


def test_a_sample_survives_being_stored() -> None:
    assert Sample.from_text(busy().to_text()) == busy()
    assert Sample().to_text() == "{}"
    assert Sample.from_text("{}") == Sample()


def test_the_grid_tells_measured_from_unmeasured() -> None:
    assert summary_of("iris", [Point(30), Point(60)]).requests is None
    quiet = summary_of("iris", [Point(30, 30.0), Point(60, 30.0)])
    assert (quiet.requests, quiet.success, quiet.qps, quiet.sparkline) == (0, None, 0.0, [0.0, 0.0])
    assert quiet.errors == []
    loaded = summary_of("iris", [Point(30, 30.0), Point(60, 30.0, busy())])
    assert (loaded.requests, loaded.server_errors, loaded.sparkline) == (50, 5, [0.0, pytest.approx(50 / 30, abs=1e-4)])
    assert loaded.errors == [0.0, pytest.approx(5 / 30, abs=1e-4)]
    assert loaded.qps == pytest.approx(50 / 60)


def test_every_range_is_kept_in_a_grain_that_fits() -> None:
    for wanted, length in LENGTHS.items():
        tier = tier_of(wanted)
        assert tier.kept >= length + tier.step
        assert 60 <= length // tier.step <= 1008
    assert [tier.step for tier in TIERS] == [5, 60, 600]
