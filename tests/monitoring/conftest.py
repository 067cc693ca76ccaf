"""One run for all tests of this folder: a real server and engine, a known load, a real Prometheus that scrapes it."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from primehub_deploy_ext import connect
from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS
from primehub_deploy_ext.monitoring.scrape_config import scrape_config
from scripts.demo_server import Server, end_engine, jupyter_server
from tests.engines.bench import wait_for
from tests.monitoring.models import another, sleeper
from tests.monitoring.prometheus import Prometheus, prometheus

TOKEN = "phm-token-of-the-tests"
RULES = Path(__file__).parents[2] / "primehub_deploy_ext/monitoring/dashboards/alerts.yaml"
# Everything the load does happens inside this many seconds before the queries.
WINDOW = 120
FAST, SLOW = 0.03, 0.2
PREDICTIONS = 'seldon_api_executor_server_requests_seconds_count{deployment_name="iris",service="predictions"}'
BUSY = 'primehub_replica_cpu_seconds_total{deployment_name="iris"}'
FEEDBACK = 'seldon_api_model_feedback_total{deployment_name="iris"}'


@dataclass
class Run:
    """What ran, and what it did: the truth."""

    server: Server
    prometheus: Prometheus
    codes: dict[int, int] = field(default_factory=dict)
    by_revision: dict[str, int] = field(default_factory=dict)
    rewards: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.codes.values())

    def metrics(self, server: Server | None = None, **query: str) -> Any:
        server = server or self.server
        address = f"{server.url}primehub-deploy/v1/deployments/iris/metrics?range={query.get('range', '15m')}"
        request = urllib.request.Request(address, headers={"Authorization": f"token {server.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def post(endpoint: str, path: str, body: Any) -> int:
    request = urllib.request.Request(endpoint + path, json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return int(error.code)


def load(run: Run, endpoint: str, revision: str, values: list[Any], rewards: list[int]) -> None:
    """Send predictions one after the other, so that nothing waits but for the model, and feedback."""
    for value in values:
        body = {"data": {"ndarray": [value]}} if isinstance(value, float) else {"nonsense": 1}
        code = post(endpoint, "api/v1.0/predictions", body)
        run.codes[code] = run.codes.get(code, 0) + 1
        run.by_revision[revision] = run.by_revision.get(revision, 0) + 1
    for reward in rewards:
        assert post(endpoint, "api/v1.0/feedback", {"reward": reward}) == 200
    run.rewards[revision] = sum(rewards) / len(rewards)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="phd-"))
    yield made
    left = end_engine(made / "engine")
    shutil.rmtree(made, ignore_errors=True)
    assert not left, f"processes outlived the engine: {left}"


@pytest.fixture(scope="session")
def run(folder: Path) -> Iterator[Run]:
    """Return the run, when Prometheus has seen all of it."""
    secret = folder / "token"
    secret.write_text(TOKEN)
    with contextlib.ExitStack() as stack:
        environment = {"PRIMEHUB_DEPLOY_METRICS_TOKEN": TOKEN}
        server = stack.enter_context(jupyter_server(folder, root=folder, environment=environment))
        here = connect(server.url, server.token)
        iris = here.deploy(sleeper, "Iris", id="iris", example=[0.0], replicas=2)
        quiet = here.deploy(another, "Quiet", id="quiet", example=[0.0])
        assert quiet.phase == "Deployed"
        target = server.url.removeprefix("http://").rstrip("/")
        scrape = scrape_config(target, "/primehub-deploy/v1/metrics", str(secret), interval="1s")
        asked = stack.enter_context(prometheus(folder, [scrape], RULES))
        seen = Run(server, asked)
        wait_for(lambda: asked.values(_series("iris", "1")))
        load(seen, iris.endpoint, "1", [FAST] * 90 + [SLOW] * 10 + [-1.0] * 6 + ["wrong"] * 4, [1] * 30 + [0] * 70)
        iris.update(another, example=[0.0])
        wait_for(lambda: asked.values(_series("iris", "2")))
        load(seen, iris.endpoint, "2", [0.0] * 50, [1] * 10 + [0] * 10)
        wait_for(lambda: asked.value(f"sum({PREDICTIONS})") == seen.total)
        wait_for(lambda: asked.value(f"sum({FEEDBACK})") == 120)
        wait_for(lambda: settled(seen))
        yield seen


def settled(run: Run) -> bool:
    """Choose the moment that everything is evaluated at: one that all of it is known at, and well.

    Prometheus extrapolates from the last scrape to that moment, which is much while a series is young, and nothing
    right after a scrape. Chosen once, so that a slow machine's later questions are about the same window.
    """
    run.prometheus.at = time.time()
    counted = run.prometheus.value(f"sum(increase({PREDICTIONS}[{WINDOW}s]))") or 0
    rewarded = run.prometheus.value(f"sum(increase({FEEDBACK}[{WINDOW}s]))") or 0
    busy = run.prometheus.values(f"sum by (replica)(rate({BUSY}[{WINDOW}s]))")
    exact = abs(counted / run.total - 1) < 0.02 and abs(rewarded / 120 - 1) < 0.02
    return exact and {"2-0", "2-1"} <= set(busy)


def same_percentile(value: float) -> Any:
    """Return what a percentile from another histogram of the same requests may be: the width of its class off."""
    above = next((bound for bound in LATENCY_BOUNDS if bound >= value), LATENCY_BOUNDS[-1])
    below = max((bound for bound in LATENCY_BOUNDS if bound < above), default=0.0)
    return pytest.approx(value, abs=above - below)


def _series(deployment: str, revision: str) -> str:
    labels = f'deployment_name="{deployment}",predictor_version="{revision}",code="200"'
    return f"seldon_api_executor_server_requests_seconds_count{{{labels}}}"
