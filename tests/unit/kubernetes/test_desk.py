"""What a wish makes of what runs now, before anything is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import AlreadyExists, EngineUnavailable
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.phases import Action
from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import INFERENCE_SERVICE, SECRET, Kind
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.books.wishes import Plan, Wish, first_entry
from primehub_deploy_ext.engines.kubernetes.desk import Desk
from primehub_deploy_ext.engines.kubernetes.flavors.all import FLAVORS
from primehub_deploy_ext.engines.kubernetes.flavors.base import Standing
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.guests.doors import Doors
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

PUBLIC = DeploymentSpec(model=Model(artifact="a" * 64, interpreter="/python"))
PRIVATE = PUBLIC.model_copy(update={"access": "private"})


class Scene(Desk):
    """A desk before which one deployment is, and which writes nothing."""

    def __init__(self, *pods: dict[str, Any], stopped: bool = False) -> None:
        self.base = PUBLIC.model_copy(update={"stopped": stopped})
        entry = first_entry(self.base, "ada", "", "iris-1-abc")
        owner = {"metadata": {"name": "iris", "namespace": "team", "uid": "u1"}, "spec": {}}
        standing = Standing(True, True)
        record = Record(entry, entry).succeeded()
        self.seen = Seen("iris", "team", Plain(), owner, record, self.base, standing, pods)
        self.done: list[str] = []
        self.plans: list[Plan] = []
        means: Any = SimpleNamespace(
            world=SimpleNamespace(seen=lambda _: self.seen), check=self._noted("check"), machine=_machine
        )
        archive: Any = SimpleNamespace(keep=self._noted("page"))
        doors: Any = SimpleNamespace(close_for=self._noted("close"), follow=self._noted("follow"))
        super().__init__(means, archive, None, doors)  # type: ignore[arg-type]

    def _noted(self, what: str) -> Any:
        async def note(*_: Any, **__: Any) -> None:
            self.done.append(what)

        return note

    async def fresh(self, id: str) -> Seen:
        return self.seen

    async def _bases(self, *_: Any) -> Any:
        return self.base, None

    async def _write(self, _: Any, __: Any, plan: Plan, *___: Any) -> None:
        self.done.append("write")
        self.plans.append(plan)

    async def made_private(self) -> Plan:
        update = {"access": "private"}
        await self.wish("iris", Wish(Action.UPDATE, "bob"), lambda spec: spec.model_copy(update=update))
        return self.plans[0]


async def _machine() -> Resources:
    return Resources(cpu=8, memory="32Gi")


def pod(state: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"name": "iris-1"}, "status": {"containerStatuses": [{"name": "model", "state": state}]}}


async def test_what_runs_is_closed_before_it_is_said_to_be_private_and_not_restarted() -> None:
    scene = Scene(pod({"running": {"startedAt": "2026-01-01T00:00:00Z"}}))
    plan = await scene.made_private()
    assert (plan.fresh, plan.entry.template) == (False, 1)
    assert scene.done == ["check", "page", "close", "write", "follow"]


@pytest.mark.parametrize(
    "scene",
    [Scene(stopped=True), Scene(), Scene(pod({"waiting": {"reason": "ImagePullBackOff"}}))],
    ids=["stopped", "without-pods", "starting"],
)
async def test_what_does_not_run_is_made_private_with_pods_that_check_who_calls(scene: Scene) -> None:
    plan = await scene.made_private()
    assert (plan.fresh, plan.entry.template) == (True, 2)


async def test_wishes_for_one_come_one_after_the_other_and_leave_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene(pod({"running": {"startedAt": "2026-01-01T00:00:00Z"}}))
    at_work, most = 0, 0

    async def one_try(*_: Any) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        at_work -= 1

    monkeypatch.setattr(scene, "_try", one_try)
    await asyncio.gather(*(scene.wish("iris", Wish(Action.UPDATE, "bob"), lambda spec: spec) for _ in range(5)))
    assert most == 1
    assert len(scene._turns) == 0


async def test_an_id_is_taken_by_a_deployment_of_a_flavor_that_is_not_configured_any_more() -> None:
    # Both would have a Service and a history of this name.
    async def get(kind: Kind, *_: Any) -> dict[str, Any]:
        if kind != INFERENCE_SERVICE:
            raise ApiError(404, "NotFound", "there is none")
        return {"metadata": {"name": "iris"}}

    async def mirror_of(_: str) -> Any:
        return SimpleNamespace(namespace="team")

    async def check(*_: Any) -> None: ...

    world = SimpleNamespace(seen=lambda _: None, mirror_of=mirror_of)
    flavors = {"plain": Plain()}
    means: Any = SimpleNamespace(
        world=world, flavors=flavors, check=check, flavor_of=lambda _: flavors["plain"], api=SimpleNamespace(get=get)
    )
    with pytest.raises(AlreadyExists):
        await Desk(means, archive=None, clerk=None, doors=None).create(  # type: ignore[arg-type]
            NewDeployment(id="iris", name="Iris", group="team", user="ada", spec=PUBLIC)
        )


class Shaky:
    """A cluster that takes Secrets, and of which nobody knows whether it made the deployment."""

    def __init__(self, answer: Exception) -> None:
        self.answer = answer
        self.secrets: set[str] = set()

    async def get(self, *_: Any) -> dict[str, Any]:
        raise ApiError(404, "NotFound", "there is none")

    async def create(self, kind: Kind, body: dict[str, Any], *_: Any) -> dict[str, Any]:
        if kind != SECRET:
            raise self.answer
        self.secrets.add(body["metadata"]["name"])
        return body

    async def delete(self, _: Kind, name: str, __: str) -> None:
        self.secrets.discard(name)

    async def mirror_of(self, _: str) -> Any:
        return SimpleNamespace(namespace="team")

    def seen(self, _: str) -> None:
        return None

    @asynccontextmanager
    async def grant(self, _: Any) -> AsyncIterator[Any]:
        yield SimpleNamespace(check=lambda: None)

    async def explained(self, error: ApiError, *_: Any) -> Exception:
        return EngineUnavailable(error.message)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (ApiError(0, "Timeout", "no answer in time"), 2),
        (ApiError(504, "Timeout", "the request may have been done"), 2),
        (ApiError(403, "Forbidden", "not yours"), 0),
    ],
    ids=["no-answer", "undecided", "refused"],
)
async def test_secrets_that_a_deployment_may_need_outlive_an_answer_that_never_came(
    answer: ApiError, kept: int
) -> None:
    cluster: Any = Shaky(answer)

    async def check(*_: Any) -> None: ...

    means: Any = SimpleNamespace(
        api=cluster,
        world=cluster,
        ledger=cluster,
        flavors=FLAVORS,
        flavor_of=lambda _: Plain(),
        check=check,
        checks_callers=lambda *_: True,
        pod_means=lambda _, access="": PodMeans(runner_image="runner:1", access=access),
        machine=_machine,
        explained=cluster.explained,
        envs=SimpleNamespace(remember=lambda *_: None),
        settings=SimpleNamespace(progress_deadline=600),
    )
    desk = Desk(means, archive=None, clerk=None, doors=Doors(means))  # type: ignore[arg-type]
    with pytest.raises(EngineUnavailable):
        await desk.create(NewDeployment(id="iris", name="Iris", group="team", user="ada", spec=PRIVATE))
    assert len(cluster.secrets) == kept
