"""What is measured of a known load, and that no restart of ours loses any of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any

from tornado.httpclient import AsyncHTTPClient

from primehub_deploy_ext.domain.metrics import Metrics, MetricsRange
from primehub_deploy_ext.domain.models import Deployment
from tests.engines.bench import Bench

LOOK = 60.0


def moody(x: Any) -> Any:
    if x[0] < 0:
        raise ValueError("negative numbers are not served")
    return x


def half(x: Any) -> Any:
    return x / 2


async def post(deployment: Deployment, path: str, body: Any) -> int:
    answer = await AsyncHTTPClient().fetch(
        deployment.endpoint + path, method="POST", body=json.dumps(body), raise_error=False
    )
    return int(answer.code)


async def load(bench: Bench, deployment: Deployment, *, good: int = 0, failing: int = 0, wrong: int = 0) -> None:
    for value in [1] * good + [-1] * failing:
        assert (await bench.call(deployment, value))[0] == (200 if value > 0 else 500)
    for _ in range(wrong):
        assert await post(deployment, "predict", {"nonsense": 1}) == 400


async def seen(bench: Bench, id: str, enough: Callable[[Metrics], bool]) -> Metrics:
    """Wait for the look that saw it."""
    deadline = time.monotonic() + LOOK
    while True:
        metrics = await bench.engine.metrics(id, MetricsRange.QUARTER)
        if enough(metrics):
            return metrics
        assert time.monotonic() < deadline, metrics.totals
        await asyncio.sleep(0.2)


async def test_a_known_load_gives_its_numbers(bench: Bench) -> None:
    deployment = await bench.deployed("iris", await bench.model(moody), replicas=2)
    await load(bench, deployment, good=40, failing=6, wrong=4)
    for reward in [1] * 3 + [0] * 7:
        assert await post(deployment, "api/v1.0/feedback", {"reward": reward}) == 200

    got = await seen(bench, "iris", lambda m: m.totals.requests == 50 and m.totals.feedback == 10)

    totals = got.totals
    assert totals.codes == {"200": 40, "400": 4, "500": 6}
    assert (totals.client_errors, totals.server_errors, totals.aborted) == (4, 6, 0)
    assert totals.success == 0.88
    assert totals.reward == 0.3
    assert got.requests_ever == 50
    assert [line.label for line in got.predict_qps] == ["1"]
    assert [line.label for line in got.cpu] == ["1-0", "1-1"]
    assert all(value is None or value > 1_000_000 for line in got.memory for value in line.values)
    assert totals.latency["p50"] is not None
    assert 0 < totals.latency["p50"] < 1
    assert [mark.label for mark in got.marks] == ["revision 1"]
    (summary,) = (await bench.engine.metrics_summary()).items
    assert (summary.requests, summary.server_errors, summary.success) == (50, 6, 0.88)


async def test_without_traffic_everything_countable_is_zero_and_nothing_is_made_up(bench: Bench) -> None:
    await bench.deployed("quiet")

    got = await seen(bench, "quiet", lambda m: any(value is not None for value in m.qps))

    assert got.requests_ever == 0
    assert {value for value in got.qps if value is not None} == {0.0}
    assert set(got.success) == {None}
    assert got.totals.success is None
    assert got.totals.reward is None
    assert set(got.totals.latency.values()) == {None}


async def test_no_restart_of_ours_loses_a_request(bench: Bench) -> None:
    deployment = await bench.deployed("iris", await bench.model(moody))
    await load(bench, deployment, good=10)
    (replica,) = await bench.engine.replicas("iris")
    assert replica.pid is not None
    os.kill(replica.pid, signal.SIGKILL)
    # Nobody would start it again while no daemon runs.
    await bench.replaced("iris", replica)
    await seen(bench, "iris", lambda m: m.requests_ever == 10)

    health = await bench.engine.health()
    os.kill(health.details["pid"], signal.SIGKILL)
    await load(bench, deployment, good=5)  # nobody looks meanwhile
    await seen(bench, "iris", lambda m: m.requests_ever == 15)

    await bench.update_model("iris", half)
    await bench.settled("iris")
    await load(bench, deployment, good=7)
    got = await seen(bench, "iris", lambda m: m.requests_ever == 22 and m.totals.requests == 22)

    page = await bench.engine.exposition()
    by_revision = re.findall(
        r'seldon_api_executor_client_requests_seconds_count\{[^}]*service="/v2/models/iris/infer"[^}]*'
        r'model_version="(\d)"[^}]*code="200"\} (\d+)',
        page,
    )
    assert by_revision == [("1", "15"), ("2", "7")]
    assert {mark.kind for mark in got.marks} == {"revision", "failure"}


async def test_a_deployment_of_the_same_name_begins_at_zero(bench: Bench) -> None:
    deployment = await bench.deployed("iris")
    await load(bench, deployment, good=3)
    await seen(bench, "iris", lambda m: m.requests_ever == 3)
    await bench.engine.delete("iris")

    deployment = await bench.deployed("iris")
    await load(bench, deployment, good=2)

    # A look may come between the two.
    got = await seen(bench, "iris", lambda m: (m.requests_ever or 0) >= 2)
    assert got.requests_ever == 2


async def test_what_nobody_looked_at_before_a_deployment_was_deleted_is_not_its_namesakes(bench: Bench) -> None:
    deployment = await bench.deployed("iris")
    health = await bench.engine.health()
    os.kill(health.details["pid"], signal.SIGKILL)
    await load(bench, deployment, good=5)
    await bench.engine.delete("iris")

    deployment = await bench.deployed("iris")
    await load(bench, deployment, good=2)

    got = await seen(bench, "iris", lambda m: (m.requests_ever or 0) >= 2)
    assert (got.requests_ever, got.totals.codes) == (2, {"200": 2})


async def test_what_a_stopped_deployment_refuses_counts_as_failed(bench: Bench) -> None:
    deployment = await bench.deployed("iris")
    await bench.engine.stop("iris", user="ada")
    await bench.settled("iris")
    assert (await bench.call(deployment))[0] == 503

    got = await seen(bench, "iris", lambda m: m.totals.requests == 1)

    assert (got.totals.codes, got.totals.success) == ({"503": 1}, 0.0)
    assert got.marks[-1].kind == "stop"
