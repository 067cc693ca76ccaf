"""The past in three grains: right sums, bounded size, nothing lost by a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from primehub_deploy_ext.engines.local.metering.archive import Archive
from primehub_deploy_ext.monitoring.ledger import Baselines
from primehub_deploy_ext.monitoring.sample import Gauge, ReplicaSample, Sample
from primehub_deploy_ext.monitoring.tiers import FINEST, TIERS

BEGIN = 1_800_000_000 // 600 * 600
MINUTES, TENS = TIERS[1], TIERS[2]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "metrics.db")


def sample(requests: int = 1) -> Sample:
    return Sample(
        codes={200: requests},
        latency=(0, requests, *(0,) * 18),
        replicas={"1-0": ReplicaSample(0.5, Gauge.of(100.0 * requests))},
    )


def live(archive: Archive, seconds: int, uid: int = 1, since: int = BEGIN) -> None:
    """Record as the daemon does: every interval, and longer ones when they are complete."""
    for begin in range(since, since + seconds, FINEST.step):
        with archive.transaction():
            archive.record(begin, 5.0, {uid: sample(1 + (begin - since) // 5 % 3)})
            if (begin + FINEST.step) % MINUTES.step == 0:
                list(archive.roll_up(begin + FINEST.step, [uid]))


def requests(points: list) -> list:
    return [None if point.sample is None else point.sample.requests for point in points]


def test_longer_intervals_are_the_sums_of_the_shorter(archive: Archive) -> None:
    live(archive, 20 * 60)
    minutes = archive.points(1, MINUTES, BEGIN, BEGIN + 1200)
    assert requests(minutes) == [24] * 20
    assert {point.seconds for point in minutes} == {60.0}
    tens = archive.points(1, TENS, BEGIN, BEGIN + 1200)
    assert requests(tens) == [240, 240]
    first = tens[0].sample
    assert first is not None
    assert sum(first.latency) == 240
    assert first.replicas["1-0"].cpu_seconds == pytest.approx(60.0)
    assert first.replicas["1-0"].memory.mean == pytest.approx(200.0)
    assert first.replicas["1-0"].memory.largest == 300.0


def test_the_newest_interval_is_there_before_it_is_complete(archive: Archive) -> None:
    live(archive, 13 * 60 + 10)
    points = archive.points(1, TENS, BEGIN, BEGIN + 1200)
    assert requests(points) == [240, 3 * 24 + 1 + 2]
    assert points[1].seconds == 190.0


def test_a_time_that_nobody_looked_at_is_a_gap(archive: Archive) -> None:
    live(archive, 120)
    live(archive, 60, since=BEGIN + 300)
    points = archive.points(1, MINUTES, BEGIN, BEGIN + 360)
    assert requests(points) == [24, 24, None, None, None, 24]
    assert [point.seconds for point in points] == [60, 60, 0, 0, 0, 60]


def test_a_daemon_that_was_away_at_the_edge_rolls_up_when_it_is_back(archive: Archive) -> None:
    for begin in range(BEGIN, BEGIN + 90, 5):
        archive.record(begin, 5.0, {1: sample()})
    list(archive.roll_up(BEGIN + 300, [1]))
    list(archive.roll_up(BEGIN + 300, [1]))
    assert requests(archive.points(1, MINUTES, BEGIN, BEGIN + 120)) == [12, 6]


def test_two_looks_in_one_interval_add_up(archive: Archive) -> None:
    archive.record(BEGIN, 2.0, {1: sample(2)})
    archive.record(BEGIN, 3.0, {1: sample(3)})
    (point,) = archive.points(1, FINEST, BEGIN, BEGIN + 5)
    assert (point.seconds, requests([point])) == (5.0, [5])


def test_what_is_kept_is_bounded(archive: Archive) -> None:
    live(archive, 40 * 60)
    now = BEGIN + 40 * 60
    finest = archive.points(1, FINEST, BEGIN, now)
    assert sum(point.sample is not None for point in finest) == FINEST.kept // FINEST.step
    assert requests(archive.points(1, MINUTES, BEGIN, now)) == [24] * 40


def test_everything_is_there_again_after_a_restart(archive: Archive, tmp_path: Path) -> None:
    baselines = Baselines({})
    baselines.increase("gw|1|iris", "1", (3, 0.25))
    archive.keep_baselines(baselines)
    archive.keep_totals([((1, "server|predictions"), (3, 0.25))])
    live(archive, 65)
    archive.close()
    again = Archive(tmp_path / "metrics.db")
    assert again.baselines().increase("gw|1|iris", "1", (5, 0.5)) == (2, 0.25)
    assert again.totals() == {(1, "server|predictions"): (3, 0.25)}
    assert again.last_tick() == BEGIN + 60
    assert requests(again.points(1, MINUTES, BEGIN, BEGIN + 120)) == [24, 1]


def test_a_failed_transaction_leaves_nothing(archive: Archive) -> None:
    with pytest.raises(RuntimeError), archive.transaction():
        archive.record(BEGIN, 5.0, {1: sample()})
        raise RuntimeError
    assert archive.last_tick() is None


def test_a_deployment_that_is_gone_is_forgotten(archive: Archive) -> None:
    live(archive, 60, uid=1)
    archive.keep_totals([((1, "a"), (1,)), ((2, "a"), (1,))])
    archive.keep_only([2])
    assert archive.totals() == {(2, "a"): (1,)}
    assert requests(archive.points(1, MINUTES, BEGIN, BEGIN + 60)) == [None]


@pytest.mark.parametrize("content", [b"this is no database" * 100, b""])
def test_a_file_that_can_not_be_used_is_put_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "metrics.db"
    path.write_bytes(content)
    archive = Archive(path)
    archive.record(BEGIN, 5.0, {})
    assert archive.last_tick() == BEGIN
    assert (tmp_path / "metrics.db.unusable").exists() == bool(content)


def test_what_a_group_used_adds_up_over_deployments_and_survives_them(archive: Archive) -> None:
    taken = Sample(codes={200: 3}, replicas={"1-0": ReplicaSample(1800.0, Gauge(4e9 * 12, 12, 4e9))})
    for name in ("iris", "wine"):
        archive.add_usage("2026-11", "lab", name, taken)
    archive.add_usage("2026-11", "lab", "iris", taken)
    archive.add_usage("2026-10", "lab", "iris", taken)
    archive.keep_only([])
    newest, before = archive.usage()
    assert (newest.month, newest.group, newest.deployments, newest.requests) == ("2026-11", "lab", 2, 9)
    assert newest.cpu_hours == 1.5
    assert newest.replica_hours == pytest.approx(3 / 60)  # 12 looks, 5 s each, three times
    assert newest.memory_gb_hours == pytest.approx(3 * 4 / 60)
    assert before.month == "2026-10"
