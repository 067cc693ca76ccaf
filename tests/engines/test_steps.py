"""A roll-out in steps, for which the quota leaves no other way, whatever happens in the middle of it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import QuotaExceeded
from primehub_deploy_ext.domain.models import Deployment, Replica, UpdateDeployment
from primehub_deploy_ext.domain.phases import Outcome, Step
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.engines.local.engine import LocalEngine
from tests.engines.bench import Bench, double
from tests.engines.test_local_daemon import kill_daemon
from tests.engines.test_quota import LARGE, SMALL, create, triple

QUOTA = Quota(cpu=2)


class Gated:
    """Triples. So many replicas load at once; the next wait for the file ``go``, or fail."""

    def __init__(self, folder: Path, at_once: int, *, then_fails: bool = False) -> None:
        self.arguments = str(folder), at_once, then_fails

    def __reduce__(self) -> Any:
        return (_load_gated, self.arguments)

    def __call__(self, x: Any) -> Any:
        return x * 3


def _load_gated(folder: str, at_once: int, then_fails: bool) -> Any:
    for number in range(at_once):
        try:
            (Path(folder) / f"loaded-{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        return triple
    if then_fails:
        raise ValueError("no more of them")
    while not (Path(folder) / "go").exists():
        time.sleep(0.01)
    return triple


async def replicas(bench: Bench, id: str, condition: Callable[[list[Replica]], Any]) -> Any:
    """Wait for a condition on the replicas."""
    while not (found := condition(await bench.engine.replicas(id))):
        await asyncio.sleep(0.01)
    return found


async def roll_out(bench: Bench, id: str, model: Any, quota: Quota) -> None:
    await bench.engine.update(id, UpdateDeployment(model=await bench.model(model)), user="ada", quota=quota)


async def half_way(bench: Bench, id: str, folder: Path, quota: Quota, replicas_of: int = 2) -> Deployment:
    """Roll revision 2 out in steps to where its first replica answers, and its second one loads."""
    await create(bench, id, quota, replicas=replicas_of)
    deployment = await bench.settled(id)
    await roll_out(bench, id, Gated(folder, 1), quota)
    await replicas(bench, id, lambda found: any((r.name, r.step) == ("2-1", Step.LOADING) for r in found))
    return deployment


async def test_one_that_is_replaced_half_way_fails_no_request(bench: Bench, tmp_path: Path) -> None:
    deployment = await half_way(bench, "twice", tmp_path, QUOTA)
    async with bench.callers(deployment) as seen:
        await roll_out(bench, "twice", lambda x: x * 4, QUOTA)
        while 12 not in seen:
            await asyncio.sleep(0.01)
        deployment = await bench.settled("twice")
    assert set(seen) <= {6, 9, 12}, seen
    assert deployment.serving_revision == 3


@pytest.mark.parametrize("wish", ["rollback", "restart"])
async def test_a_rollback_or_a_restart_half_way_fails_no_request(bench: Bench, tmp_path: Path, wish: str) -> None:
    deployment = await half_way(bench, "wished", tmp_path, QUOTA)
    async with bench.callers(deployment) as seen:
        (tmp_path / "loaded-1").touch()
        if wish == "rollback":
            await bench.engine.rollback("wished", 1, user="ada", quota=QUOTA)
        else:
            await bench.engine.restart("wished", user="ada", quota=QUOTA)
            (tmp_path / "go").touch()
        deployment = await bench.settled("wished")
    assert set(seen) <= {6, 9}, seen
    assert (deployment.serving_revision, deployment.status.replicas.ready) == (3, 2)


async def test_one_that_fails_half_way_fails_no_request(bench: Bench, tmp_path: Path) -> None:
    await create(bench, "late", QUOTA, replicas=2)
    deployment = await bench.settled("late")
    async with bench.callers(deployment) as seen:
        await roll_out(bench, "late", Gated(tmp_path, 1, then_fails=True), QUOTA)
        await bench.until("late", lambda d: d.status.update is not None and d.status.update.outcome == "failed")
        deployment = await bench.settled("late")
    assert set(seen) <= {6, 9}, seen
    assert (deployment.serving_revision, deployment.usage.cpu) == (1, 2)


async def test_a_stop_and_a_start_half_way_go_on_with_what_was_wanted(bench: Bench, tmp_path: Path) -> None:
    await half_way(bench, "paused", tmp_path, QUOTA)
    await bench.engine.stop("paused", user="ada")
    await bench.engine.start("paused", user="ada", quota=QUOTA)
    (tmp_path / "go").touch()
    deployment = await bench.settled("paused")
    assert (deployment.spec.stopped, await bench.answer(deployment)) == (False, 9)
    assert len(await bench.engine.replicas("paused")) == 2


async def test_scaled_half_way_it_goes_on_where_it_was(bench: Bench, tmp_path: Path) -> None:
    quota = Quota(cpu=3)
    deployment = await half_way(bench, "scaled", tmp_path, quota, replicas_of=3)
    before = {r.name for r in await bench.engine.replicas("scaled")}
    async with bench.callers(deployment) as seen:
        await bench.engine.scale("scaled", 2, user="ada", quota=quota)
        seen_names: set[str] = set()
        (tmp_path / "go").touch()
        while (await bench.engine.get("scaled")).serving_revision != 3:
            seen_names |= {r.name for r in await bench.engine.replicas("scaled")}
            await asyncio.sleep(0.01)
    assert set(seen) <= {6, 9}, seen
    assert seen_names <= before, "no old replica was started again"


async def test_a_replica_killed_half_way_fails_no_request(bench: Bench, tmp_path: Path) -> None:
    deployment = await half_way(bench, "killed", tmp_path, Quota(cpu=3), replicas_of=3)
    async with bench.callers(deployment) as seen:
        (new,) = [r for r in await bench.engine.replicas("killed") if r.name == "2-0"]
        os.kill(new.pid or 0, signal.SIGKILL)
        await replicas(bench, "killed", lambda found: any(r.name == "2-0" and r.restarts for r in found))
        (tmp_path / "go").touch()
        await bench.settled("killed")
    assert set(seen) <= {6, 9}, seen


@pytest.mark.parametrize("then", ["goes on", "is replaced"])
async def test_the_daemon_killed_half_way_goes_on_where_it_was(bench: Bench, tmp_path: Path, then: str) -> None:
    deployment = await half_way(bench, "orphaned", tmp_path, QUOTA)
    async with bench.callers(deployment) as seen:
        if then == "is replaced":
            await roll_out(bench, "orphaned", triple, QUOTA)
        await kill_daemon(bench)
        bench.engine = LocalEngine()
        most = 0
        (tmp_path / "go").touch()
        while (await bench.engine.get("orphaned")).serving_revision == 1:
            most = max(most, sum(r.pid is not None for r in await bench.engine.replicas("orphaned")))
            await asyncio.sleep(0.01)
        await bench.settled("orphaned")
    assert set(seen) <= {6, 9}, seen
    assert most <= 2


async def test_what_it_may_go_back_to_is_not_given_to_others(bench: Bench, tmp_path: Path) -> None:
    quota = Quota(cpu=4)
    await create(bench, "wide", quota, replicas=4)
    await bench.settled("wide")
    change = UpdateDeployment(model=await bench.model(Gated(tmp_path, 0)), replicas=1, instance_type="large")
    await bench.engine.update("wide", change, resources=LARGE, user="ada", quota=quota)
    narrow = await bench.model(double)
    while not any(r.revision == 2 for r in await bench.engine.replicas("wide")):
        with pytest.raises(QuotaExceeded):
            await bench.create("other", narrow, resources=SMALL, quota=quota)
        assert (await bench.engine.get("wide")).usage.cpu == 4
    (tmp_path / "go").touch()
    assert (await bench.settled("wide")).usage.cpu == 2


async def test_the_quota_lowered_in_the_middle_gives_up_nothing_that_serves(bench: Bench, tmp_path: Path) -> None:
    await create(bench, "low", Quota(cpu=6), replicas=3)
    deployment = await bench.settled("low")
    async with bench.callers(deployment) as seen:
        await roll_out(bench, "low", Gated(tmp_path, 0), Quota(cpu=6))
        await replicas(bench, "low", lambda found: len(found) == 6)
        words = UpdateDeployment(description="words")
        await bench.engine.update("low", words, user="ada", quota=Quota(cpu=3))
        before = seen.get(6, 0)
        while seen.get(6, 0) < before + 20 and set(seen) <= {6}:
            await asyncio.sleep(0.01)
        (tmp_path / "go").touch()
        await bench.settled("low")
    assert set(seen) <= {6, 9}, seen


async def test_the_quota_lifted_in_the_middle_lets_the_rest_start_at_once(bench: Bench, tmp_path: Path) -> None:
    quota = Quota(cpu=3)
    deployment = await half_way(bench, "lifted", tmp_path, quota, replicas_of=3)
    async with bench.callers(deployment) as seen:
        await bench.engine.update("lifted", UpdateDeployment(description="words"), user="ada", quota=None)
        found = await replicas(bench, "lifted", lambda found: len(found) >= 4 and found)
        assert [r.name for r in found if r.revision == 1] == ["1-0"], "what was given up is not started again"
        (tmp_path / "go").touch()
        await bench.settled("lifted")
    assert set(seen) <= {6, 9}, seen


async def test_what_runs_beside_the_old_is_no_base_to_grow_from(bench: Bench, tmp_path: Path) -> None:
    await create(bench, "surge", Quota(cpu=6), replicas=3)
    await bench.settled("surge")
    await roll_out(bench, "surge", Gated(tmp_path, 0), Quota(cpu=6))
    await replicas(bench, "surge", lambda found: len(found) == 6)
    with pytest.raises(QuotaExceeded):
        await bench.engine.scale("surge", 6, user="ada", quota=Quota(cpu=3))


async def test_an_update_while_more_replicas_still_load_ends(bench: Bench, tmp_path: Path) -> None:
    quota = Quota(cpu=5)
    await bench.create("grows", await bench.model(Gated(tmp_path, 3)), replicas=3, resources=SMALL, quota=quota)
    await bench.settled("grows")
    await bench.engine.scale("grows", 5, user="ada", quota=quota)
    await replicas(bench, "grows", lambda found: sum(r.step is Step.LOADING for r in found) == 2)
    await roll_out(bench, "grows", lambda x: x * 4, quota)
    deployment = await asyncio.wait_for(bench.settled("grows"), 30)
    assert (await bench.engine.revisions("grows"))[0].outcome is Outcome.SUCCEEDED
    assert (deployment.status.replicas.ready, await bench.answer(deployment)) == (5, 12)
