"""From raw readings to increments: whose they are, and what happens when somebody begins at 0 again."""

from __future__ import annotations

import math
import os
from datetime import datetime, timezone
from pathlib import Path

import psutil
import pytest

from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.engines.local.gateway.readings import Labels, Readings, Requests, read
from primehub_deploy_ext.engines.local.metering.census import Census, DeploymentFacts, ReplicaFacts
from primehub_deploy_ext.engines.local.metering.collector import Collector, key
from primehub_deploy_ext.monitoring.ledger import Baselines
from primehub_deploy_ext.runner.counters import Counters
from primehub_deploy_ext.runner.meter import Meter

NOW = datetime(2026, 11, 25, tzinfo=timezone.utc)
PREDICTIONS = Labels("7", "predictions", "post", "1", 200)


def iris(*replicas: ReplicaFacts, uid: int = 7) -> DeploymentFacts:
    return DeploymentFacts(
        uid=uid, id="iris", name="Iris", group="lab", created_at=NOW, phase=Phase.DEPLOYED, desired=1, replicas=replicas
    )


def replica(name: str = "1-0", *, pid: int | None = None) -> ReplicaFacts:
    created = psutil.Process(pid).create_time() if pid else 0.0
    revision = name.partition("-")[0]
    return ReplicaFacts(f"7-{name}", name, revision, pid, created, ready=True, restarts=0)


def answered(count: int, labels: Labels = PREDICTIONS) -> Readings:
    return Readings(
        {labels: Requests(count, count * 0.003, {0.005: count, math.inf: count})}, {"iris/1": 10}, {"iris/1": 20}
    )


@pytest.fixture
def collector() -> Collector:
    return Collector(Baselines({}))


def test_what_the_gateway_counted_since_the_last_look(collector: Collector, tmp_path: Path) -> None:
    census = Census((iris(),), tmp_path)
    collector.collect(census, [("envoy 1", answered(3))])
    harvest = collector.collect(census, [("envoy 1", answered(5))])
    sample = harvest.samples[7]
    assert (sample.codes, sum(sample.latency), sample.bytes_in) == ({200: 2}, 2, 0)
    assert harvest.totals.keys() == {(7, key("server", "predictions", "post", "1", 200))}
    assert harvest.totals[7, key("server", "predictions", "post", "1", 200)][0] == 2


def test_a_gateway_that_was_replaced_is_counted_to_its_end(collector: Collector, tmp_path: Path) -> None:
    census = Census((iris(),), tmp_path)
    counted = [
        collector.collect(census, readings).samples[7].requests
        for readings in (
            [("old", answered(3))],
            [("new", answered(1))],  # both serve for a while
            [("old", answered(4)), ("new", answered(2))],
        )
    ]
    assert counted == [3, 1, 2]


def test_a_new_deployment_of_a_name_inherits_nothing(collector: Collector, tmp_path: Path) -> None:
    """Also what the gateway counted when nobody looked, before the older one was deleted."""
    collector.collect(Census((iris(uid=7),), tmp_path), [("envoy", answered(3))])
    both = answered(9)
    both.requests |= answered(2, Labels("8", "predictions", "post", "1", 200)).requests
    both.bytes_out["iris/1"] = 25
    harvest = collector.collect(Census((iris(uid=8),), tmp_path), [("envoy", both)])
    assert {uid: sample.requests for uid, sample in harvest.samples.items()} == {8: 2}
    # The cluster was made anew for it, and began at 0.
    assert harvest.samples[8].bytes_out == 25


def test_what_one_that_was_just_deleted_did_last_is_still_counted_as_its_own(
    collector: Collector, tmp_path: Path
) -> None:
    harvest = collector.collect(Census((iris(uid=8),), tmp_path, departed=(iris(uid=7),)), [("envoy", answered(3))])
    assert harvest.samples[7].requests == 3
    assert 8 not in harvest.samples or harvest.samples[8].requests == 0


def test_what_the_gateway_forgot_begins_at_zero_when_it_comes_back(collector: Collector, tmp_path: Path) -> None:
    census = Census((iris(),), tmp_path)
    collector.collect(census, [("envoy", answered(3))])
    collector.collect(census, [("envoy", Readings())])
    assert collector.baselines.starting_with("gw|") == []
    assert collector.collect(census, [("envoy", answered(4))]).samples[7].requests == 4


def test_feedback_and_what_is_neither_are_no_predictions(collector: Collector, tmp_path: Path) -> None:
    census = Census((iris(),), tmp_path)
    feedback = answered(2, Labels("7", "feedback", "post", "1", 200))
    other = answered(3, Labels("7", "other", "get", "1", 404))
    harvest = collector.collect(census, [("a", feedback), ("b", other)])
    assert (harvest.samples[7].requests, harvest.samples[7].feedback) == (0, 2)
    assert harvest.totals[7, key("server", "other", "get", "1", 404)][0] == 3


def test_what_a_replica_counted_is_taken_to_its_last_request_and_then_forgotten(
    collector: Collector, tmp_path: Path
) -> None:
    counting = Counters(tmp_path / "7-1-0.cnt")
    meter = Meter(counting)
    meter.called("/predict", 200, 0.5, rows=4)
    first = collector.collect(Census((iris(replica()),), tmp_path), [])
    meter.called("/predict", 500, 0.25, rows=1)
    meter.rewarded(0)
    last = collector.collect(Census((iris(),), tmp_path), [])
    (tmp_path / "7-1-0.cnt").unlink()
    collector.collect(Census((iris(),), tmp_path), [])

    counted = first.samples[7].revisions["1"]
    assert (counted.predictions, counted.rows, counted.seconds, first.gone) == (1, 4, 0.5, [])
    counted = last.samples[7].revisions["1"]
    assert (counted.predictions, counted.failures, counted.feedback, counted.reward) == (1, 1, 1, 0)
    assert last.gone == ["7-1-0"]
    assert collector.baselines.starting_with("r|") == []


def test_what_a_replica_takes_is_what_the_system_says(collector: Collector, tmp_path: Path) -> None:
    census = Census((iris(replica(pid=os.getpid())),), tmp_path)
    taken = collector.collect(census, []).samples[7].replicas["1-0"]
    times = psutil.Process().cpu_times()
    assert 0 < taken.cpu_seconds <= times.user + times.system
    assert taken.memory.mean is not None
    assert 1_000_000 < taken.memory.mean <= psutil.Process().memory_info().rss * 1.1


def test_a_replica_that_is_gone_has_no_readings(collector: Collector, tmp_path: Path) -> None:
    gone = ReplicaFacts("7-1-0", "1-0", "1", os.getpid(), 1.0, ready=False, restarts=0)
    assert collector.collect(Census((iris(gone),), tmp_path), []).samples[7].replicas == {}


def test_the_gateways_page_is_read_whole() -> None:
    page = """# TYPE envoy_gw_aborted counter
envoy_gw_aborted{code="0",revision="4",route="7/predictions/post"} 1
envoy_gw_aborted{code="0"} 2
envoy_cluster_upstream_rq_active{envoy_cluster_name="iris/4"} 2
envoy_cluster_upstream_cx_tx_bytes_total{envoy_cluster_name="iris/4"} 6
envoy_cluster_upstream_cx_rx_bytes_total{envoy_cluster_name="iris/4"} 1.5e+06
envoy_gw_latency_us_bucket{code="200",revision="4",route="7/predictions/post",le="2500"} 2
envoy_gw_latency_us_bucket{code="200",revision="4",route="7/predictions/post",le="+Inf"} 3
envoy_gw_latency_us_sum{code="200",revision="4",route="7/predictions/post"} 4500.0
"""
    found = read(page)
    labels = Labels("7", "predictions", "post", "4", 200)
    assert found.requests[labels] == Requests(3, 0.0045, {0.0025: 2, math.inf: 3})
    assert found.requests[Labels("7", "predictions", "post", "4", 0)].count == 1
    assert (found.bytes_in, found.bytes_out, found.active) == ({"iris/4": 6}, {"iris/4": 1_500_000}, {"iris/4": 2})
