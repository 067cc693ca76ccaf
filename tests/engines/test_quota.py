"""One suite, every engine: a group never takes more than its quota."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import DeployError, QuotaExceeded
from primehub_deploy_ext.domain.models import Deployment, DeploymentSpec, UpdateDeployment
from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.domain.resources import Quota, Resources, Scheduling, Usage
from primehub_deploy_ext.engines.base import NewDeployment
from tests.engines.bench import Bench

# A node that is smaller than what the tests deploy takes it all the same: nothing of it is used.
LITTLE = Scheduling(cpu_request="10m", memory_request="64Mi")
SMALL = Resources(cpu=1, memory="256Mi", scheduling=LITTLE)
LARGE = Resources(cpu=2, memory="512Mi", scheduling=LITTLE)


def triple(x: Any) -> Any:
    return x * 3


def fails(x: Any) -> Any:
    raise ValueError("never answers")


async def create(
    bench: Bench, id: str, quota: Quota, replicas: int = 1, resources: Resources = SMALL, group: str = "team"
) -> Deployment:
    spec = DeploymentSpec(
        model=await bench.model(lambda x: x * 2), replicas=replicas, instance_type="small", resources=resources
    )
    return await bench.engine.create(
        NewDeployment(id=id, name=id.title(), group=group, user="ada", spec=spec, quota=quota)
    )


async def in_use(bench: Bench) -> float:
    return sum(deployment.usage.cpu for deployment in (await bench.engine.deployments())[0])


async def test_a_create_beyond_the_quota_is_refused_with_all_that_helps(bench: Bench) -> None:
    quota = Quota(cpu=3)
    await create(bench, "first", quota, replicas=2)
    with pytest.raises(QuotaExceeded) as refused:
        await create(bench, "second", quota, replicas=2)
    message = refused.value.message
    assert "quota 3, used 2, asked 2, left 1" in message
    assert "In use by: first (2)" in message
    assert refused.value.details["deployments"] == {"first": Usage(cpu=2, memory=2 * 2**28, deployments=1).model_dump()}
    assert [d.id for d in (await bench.engine.deployments())[0]] == ["first"]
    await create(bench, "second", quota, replicas=1)


async def test_another_group_has_a_quota_of_its_own(bench: Bench) -> None:
    await create(bench, "ours", Quota(deployments=1))
    await create(bench, "theirs", Quota(deployments=1), group="others")


async def test_of_fifty_concurrent_wishes_from_two_servers_exactly_those_that_fit_are_granted(bench: Bench) -> None:
    quota, other = Quota(cpu=10), bench.another()
    await other.open()
    # Half of the wishes are creates, half scale what is there from 1 replica to 2: each asks for 1 CPU more.
    for number in range(5):
        await create(bench, f"there-{number}", Quota())
    model = await bench.model(lambda x: x)
    spec = DeploymentSpec(model=model, instance_type="small", resources=SMALL)

    async def wish(number: int) -> str:
        engine = (bench, other)[number % 2].engine
        try:
            if number % 5 == 0:
                await engine.scale(f"there-{number // 10}", 2, user="ada", quota=quota)
            else:
                await engine.create(
                    NewDeployment(id=f"new-{number}", name="New", group="team", user="ada", spec=spec, quota=quota)
                )
        except QuotaExceeded:
            return "refused"
        return "granted"

    outcomes = await asyncio.gather(*(wish(number) for number in range(50)))
    await other.close()
    # Scaling the same deployment to 2 twice asks for nothing the second time.
    taken = await in_use(bench)
    assert taken == 10, Counter(outcomes)
    running = (await bench.engine.deployments())[0]
    assert sum(d.spec.replicas for d in running) == 10
    assert Counter(outcomes)["refused"] >= 40


async def test_a_stop_gives_back_what_a_start_takes_again(bench: Bench) -> None:
    quota = Quota(deployments=1, cpu=1)
    await create(bench, "first", quota)
    await bench.engine.stop("first", user="ada")
    assert (await bench.engine.get("first")).usage == Usage()
    await create(bench, "second", quota)
    with pytest.raises(QuotaExceeded):
        await bench.engine.start("first", user="ada", quota=quota)
    await bench.engine.delete("second")
    await bench.engine.start("first", user="ada", quota=quota)
    assert (await bench.settled("first")).usage == Usage(cpu=1, memory=2**28, deployments=1)


async def test_a_group_above_a_lowered_quota_may_shrink_and_change_but_not_grow(bench: Bench) -> None:
    await create(bench, "wide", Quota(), replicas=3)
    await bench.settled("wide")
    lowered = Quota(cpu=1)
    with pytest.raises(QuotaExceeded):
        await bench.engine.scale("wide", 4, user="ada", quota=lowered)
    await bench.engine.update("wide", UpdateDeployment(description="words"), user="ada", quota=lowered)
    await bench.engine.scale("wide", 2, user="ada", quota=lowered)
    assert (await bench.settled("wide")).usage.cpu == 2


async def test_a_first_revision_that_failed_takes_nothing(bench: Bench) -> None:
    model = await bench.model(fails)
    spec = DeploymentSpec(model=model, instance_type="small", resources=SMALL)
    quota = Quota(deployments=1)
    await bench.engine.create(
        NewDeployment(id="broken", name="Broken", group="team", user="ada", spec=spec, quota=quota)
    )
    assert (await bench.settled("broken")).status.phase is Phase.FAILED
    assert (await bench.engine.get("broken")).usage == Usage()
    await create(bench, "works", quota)
    with pytest.raises(QuotaExceeded):
        await bench.engine.restart("broken", user="ada", quota=quota)


async def test_no_limit_counts_as_the_whole_machine(bench: Bench) -> None:
    machine = await bench.engine.capacity()
    deployment = await create(bench, "greedy", Quota(), resources=Resources())
    assert (deployment.usage.cpu, deployment.usage.memory) == (machine.cpu, machine.memory)
    with pytest.raises(DeployError):
        await create(bench, "modest", Quota(cpu=machine.cpu))


@pytest.mark.parametrize("replicas", [1, 3])
async def test_with_room_an_update_starts_all_new_replicas_beside_the_old(bench: Bench, replicas: int) -> None:
    quota = Quota(cpu=2 * replicas)
    deployment = await create(bench, "roomy", quota, replicas=replicas)
    deployment = await bench.settled("roomy")
    async with bench.callers(deployment) as seen:
        await bench.engine.update("roomy", UpdateDeployment(model=await bench.model(triple)), user="ada", quota=quota)
        surging = await bench.until("roomy", lambda d: d.usage.cpu > replicas)
        assert surging.usage.cpu <= quota.cpu
        await bench.settled("roomy")
        while 9 not in seen:
            await asyncio.sleep(0.01)
    assert set(seen) <= {6, 9}, seen
    assert not any(e.reason == "ReplacedInSteps" for e in await bench.engine.events("roomy"))


async def test_without_room_for_all_replicas_are_replaced_in_steps_and_no_request_fails(bench: Bench) -> None:
    quota = Quota(cpu=3)
    await create(bench, "tight", quota, replicas=3)
    deployment = await bench.settled("tight")
    most = 0.0
    async with bench.callers(deployment) as seen:
        await bench.engine.update("tight", UpdateDeployment(model=await bench.model(triple)), user="ada", quota=quota)

        def note(d: Deployment) -> bool:
            nonlocal most
            most = max(most, d.usage.cpu)
            return d.serving_revision == 2

        await bench.until("tight", note)
        await bench.settled("tight")
        while 9 not in seen:
            await asyncio.sleep(0.01)
    assert set(seen) <= {6, 9}, seen
    assert most == 3
    assert any(e.reason == "ReplacedInSteps" for e in await bench.engine.events("tight"))
    # On a cluster the last of the old ones still answers for a moment what was on its way to it.
    while len(await bench.engine.replicas("tight")) > 3:
        await asyncio.sleep(0.05)
    assert {replica.revision for replica in await bench.engine.replicas("tight")} == {2}


async def test_one_replica_without_room_is_replaced_after_it_ended(bench: Bench) -> None:
    quota = Quota(deployments=1, cpu=1)
    await create(bench, "single", quota)
    await bench.settled("single")
    await bench.engine.update("single", UpdateDeployment(model=await bench.model(triple)), user="ada", quota=quota)
    deployment = await bench.settled("single")
    assert (deployment.status.phase, deployment.serving_revision) == (Phase.DEPLOYED, 2)
    assert await bench.answer(deployment) == 9


async def test_an_update_in_steps_that_fails_leaves_all_old_replicas_serving(bench: Bench) -> None:
    quota = Quota(cpu=2)
    await create(bench, "safe", quota, replicas=2)
    deployment = await bench.settled("safe")
    async with bench.callers(deployment) as seen:
        await bench.engine.update("safe", UpdateDeployment(model=await bench.model(fails)), user="ada", quota=quota)
        deployment = await bench.until(
            "safe", lambda d: d.status.update is not None and d.status.update.outcome == "failed"
        )
        deployment = await bench.until("safe", lambda d: d.status.replicas.ready == 2)
    assert (deployment.serving_revision, deployment.usage.cpu) == (1, 2)
    assert set(seen) == {6}, seen


async def test_a_larger_instance_type_is_checked_and_counted(bench: Bench) -> None:
    quota = Quota(cpu=2)
    await create(bench, "grows", quota)
    await bench.settled("grows")
    change = UpdateDeployment(instance_type="large")
    with pytest.raises(QuotaExceeded):
        await bench.engine.update("grows", change, user="ada", resources=LARGE, quota=Quota(cpu=1))
    await bench.engine.update("grows", change, user="ada", resources=LARGE, quota=quota)
    deployment = await bench.settled("grows")
    assert (deployment.spec.instance_type, deployment.spec.resources, deployment.usage.cpu) == ("large", LARGE, 2)


async def test_what_replicas_use_is_measured(bench: Bench) -> None:
    await bench.deployed("seen", replicas=2)
    (measured,) = await bench.engine.measurements()
    assert measured.id == "seen"
    assert measured.memory > 5_000_000
    assert measured.cpu >= 0
