"""The daemon's measuring from its start to a deployment's end, with a gateway and a clock that the test sets."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Collection
from datetime import datetime, timezone
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.metrics import MetricsRange
from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.engines.local.gateway.readings import Labels, Readings, Requests
from primehub_deploy_ext.engines.local.metering import metering as module
from primehub_deploy_ext.engines.local.metering.archive import Archive
from primehub_deploy_ext.engines.local.metering.census import Census, DeploymentFacts
from primehub_deploy_ext.engines.local.metering.metering import Metering

MINUTE = 1_800_000_000 // 60 * 60
BEGIN = datetime.fromtimestamp(MINUTE - 3600, timezone.utc)
IRIS = DeploymentFacts(uid=7, id="iris", name="Iris", group="lab", created_at=BEGIN, phase=Phase.DEPLOYED, desired=1)


class Bench:
    """A metering with everything around it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.deployments: tuple[DeploymentFacts, ...] = (IRIS,)
        self.requests = 0
        self.now = float(MINUTE)
        self.path = folder / "metrics.db"
        monkeypatch.setattr(module.time, "time", lambda: self.now)
        self.metering = Metering(self.path, lambda: Census(self.deployments, folder), self._gateways)

    async def _gateways(self, whose: Collection[str]) -> list[tuple[str, Readings]]:
        assert set(whose) <= {"7"}
        counted = Requests(self.requests, self.requests * 0.003, {0.005: self.requests, math.inf: self.requests})
        return [("envoy", Readings({Labels("7", "predictions", "post", "1", 200): counted}))]

    async def look_at(self, now: float) -> None:
        self.now = now
        await self.metering.look()

    async def asked(self) -> int | None:
        got = await self.metering.metrics(7, "iris", BEGIN, MetricsRange.QUARTER, [])
        return got.totals.requests


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_who_asks_while_the_daemon_starts_is_answered_when_the_archive_is_open(bench: Bench) -> None:
    async def scenario() -> None:
        question = asyncio.create_task(bench.asked())
        page = asyncio.create_task(bench.metering.exposition(openmetrics=False))
        await asyncio.sleep(0)
        assert not question.done()
        running = asyncio.create_task(bench.metering.run())
        assert await question is None  # nobody has looked yet
        assert 'primehub_deployment_info{deployment_name="iris"' in await page
        running.cancel()

    asyncio.run(scenario())


def test_an_archive_that_can_not_be_opened_is_told_and_not_waited_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> Archive:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(module, "Archive", full)

    async def scenario() -> None:
        running = asyncio.create_task(bench.metering.run())
        for question in (bench.asked(), bench.metering.exposition(openmetrics=False), bench.metering.look()):
            with pytest.raises(EngineUnavailable, match="disk is full"):
                await asyncio.wait_for(question, 30)
        # The grid is about more than what is measured.
        (row,) = (await bench.metering.summary([(7, "iris", [])])).items
        assert (row.requests, row.success) == (None, None)
        running.cancel()

    asyncio.run(scenario())


def test_what_a_deployment_did_just_before_it_was_deleted_is_used_by_its_group(bench: Bench) -> None:
    async def scenario() -> None:
        running = asyncio.create_task(bench.metering.run())
        await bench.look_at(MINUTE + 5.1)
        bench.requests = 3
        await bench.look_at(MINUTE + 10.1)
        bench.requests = 5
        bench.metering.remember(IRIS)
        bench.deployments = ()
        for seconds in range(15, 65, 5):
            await bench.look_at(MINUTE + seconds + 0.1)
        running.cancel()
        (line,) = await bench.metering.usage()
        assert (line.group, line.requests) == ("lab", 5)

    asyncio.run(scenario())
