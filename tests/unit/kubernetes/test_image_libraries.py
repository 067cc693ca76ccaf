"""What is known of images before a model runs there: what replicas in them told."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from primehub_deploy_ext.domain.drift import Libraries
from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.base import PredictRequest
from primehub_deploy_ext.engines.kubernetes.models.libraries import ImageLibraries, ask_pod, read_libraries
from primehub_deploy_ext.engines.kubernetes.reach import Reach
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.straight import Answer
from tests.unit.kubernetes.test_projection import began, seen

STORED = DeploymentSpec(model=Model(artifact="a" * 64, interpreter="/python"))
HERE = Libraries("3.11.9", {"numpy": "2.2.6"})


def pod(image: str, *, ready: bool = True, leaving: bool = False) -> dict[str, Any]:
    conditions = [{"type": kind, "status": str(ready)} for kind in ("PodScheduled", "Ready")]
    metadata = {"name": "iris-1", "deletionTimestamp": "2026-01-01T12:00:00Z"} if leaving else {"name": "iris-1"}
    return {"metadata": metadata, "spec": {"containers": [{"image": image}]}, "status": {"conditions": conditions}}


def of_group(group: str, *pods: dict[str, Any], spec: DeploymentSpec = STORED, ours: bool = True) -> Seen:
    found = replace(seen(began(spec), spec), group=group, pods=pods)
    return found if ours else replace(found, record=None)


class World:
    """What runs, and what each answers when it is asked."""

    def __init__(self, *deployments: Seen, answers: Libraries | None = HERE) -> None:
        self.deployments = deployments
        self.answers = answers
        self.asked: list[str] = []
        world: Any = self
        self.images = ImageLibraries(world, "runner:1")

    async def ready(self) -> None:
        """It is."""

    def ids(self) -> list[int]:
        return list(range(len(self.deployments)))

    def pods(self, number: int) -> Any:
        return self.deployments[number].pods

    def seen(self, number: int) -> Seen:
        return self.deployments[number]

    async def libraries(self, found: Seen, names: Collection[str]) -> Libraries | None:
        self.asked.append(found.group)
        return self.answers

    async def known(self, image: str, *groups: str) -> Libraries | None:
        return await self.images.of(image, ["numpy"], groups, self)


@pytest.mark.parametrize(
    "running",
    [
        of_group("mine"),
        of_group("mine", pod("runner:1", ready=False)),
        of_group("mine", pod("runner:1", leaving=True)),
        of_group("mine", pod("other:1")),
        of_group("mine", pod("other:1", ready=False), pod("runner:1")),
        of_group("mine", pod("runner:1"), spec=DeploymentSpec(model=Model(image="runner:1"))),
        of_group("mine", pod("runner:1"), ours=False),
    ],
    ids=["stopped", "not-ready", "leaving", "another-image", "on-its-way", "serves-by-itself", "made-elsewhere"],
)
async def test_who_may_not_run_in_the_image_is_not_asked(running: Seen) -> None:
    world = World(running)
    assert await world.known("runner:1", "mine") is None
    assert world.asked == []


async def test_the_shared_image_is_told_to_all_groups_and_others_to_their_own() -> None:
    world = World(of_group("theirs", pod("runner:1")), of_group("theirs", pod("theirs:1")))
    assert await world.known("runner:1", "mine") == HERE
    assert await world.known("theirs:1", "mine") is None
    assert await world.known("theirs:1", "mine", "theirs") == HERE
    # Nor is what was kept.
    world.deployments = ()
    assert await world.known("theirs:1", "mine") is None
    assert await world.known("theirs:1", "theirs") == HERE


async def test_what_was_told_is_kept_while_nothing_runs_there_and_replaced_by_what_is_told_now() -> None:
    world = World()
    world.images.note("runner:1", "mine", HERE)
    world.images.note("runner:1", "theirs", Libraries("3.11.9", {"pandas": "2.3.3"}))
    assert await world.known("runner:1", "any") == Libraries("3.11.9", {"numpy": "2.2.6", "pandas": "2.3.3"})
    world.images.note("runner:1", "mine", Libraries("3.12.0", {"numpy": "2.3.0"}))  # the tag leads elsewhere now
    assert await world.known("runner:1", "any") == Libraries("3.12.0", {"numpy": "2.3.0"})
    world.deployments, world.answers = (of_group("mine", pod("runner:1")),), Libraries("3.12.0", {"numpy": "2.3.1"})
    assert await world.known("runner:1", "any") == Libraries("3.12.0", {"numpy": "2.3.1"})


async def test_of_many_that_do_not_answer_few_are_asked() -> None:
    world = World(*(of_group("mine", pod("runner:1")) for _ in range(9)), answers=None)
    assert await world.known("runner:1", "mine") is None
    assert len(world.asked) == 2


async def test_of_images_without_end_only_so_many_are_kept() -> None:
    world = World()
    for number in range(300):
        world.images.note(f"image:{number}", "mine", HERE)
    assert await world.known("image:0", "mine") is None
    assert await world.known("image:299", "mine") == HERE
    assert len(world.images._kept) == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"python": 3, "packages": {}}', b'{"python": null, "packages": {}}', b'{"python": "3"}'],
)
def test_what_is_no_answer_of_a_runner_tells_nothing(body: bytes) -> None:
    assert read_libraries(body, ["numpy"]) is None


def test_only_versions_of_what_was_asked_for_are_taken() -> None:
    told = {"python": "3.11.9", "packages": {"numpy": "2.2.6", "a": 1, "b": "9" * 65, "c": None, "d": "1"}}
    read = read_libraries(json.dumps(told).encode(), ["numpy", "a", "b", "c", "e"])
    assert read == Libraries("3.11.9", {"numpy": "2.2.6", "c": None})


def reach_that_hears(answers: dict[str, Answer], sent: list[tuple[str, str, bytes]]) -> Reach:
    anything: Any = type("Means", (), {"settings": type("Settings", (), {"reach": "service"})})()
    calls = Reach(anything, anything)

    async def send(_: Any, __: Any, path: str, request: PredictRequest, method: str) -> Answer:
        sent.append((method, path.rpartition("/v2/")[2], request.body))
        found = answers.get(sent[-1][1])
        if found is None:
            raise UpstreamFailed("nobody is there")
        return found

    calls._send = send  # type: ignore[method-assign]
    return calls


async def test_a_replica_is_asked_for_what_the_model_uses() -> None:
    sent: list[tuple[str, str, bytes]] = []
    told = Answer(200, "", b'{"python": "3.11.9", "packages": {"numpy": "2.2.6", "xgboost": null}}')
    calls = reach_that_hears({"libraries": told}, sent)
    found = await calls.libraries(of_group("mine"), ["xgboost", "numpy", "not a name"])
    assert found == Libraries("3.11.9", {"numpy": "2.2.6", "xgboost": None})
    assert sent == [("POST", "libraries", b'{"names": ["numpy", "xgboost"]}')]


async def test_a_runner_from_before_tells_of_its_own_models_libraries() -> None:
    sent: list[tuple[str, str, bytes]] = []
    told = Answer(200, "", b'{"python": "3.11.9", "packages": {"numpy": "2.2.6"}, "drift": []}')
    calls = reach_that_hears({"libraries": Answer(404, "", b"{}"), "environment": told}, sent)
    assert await calls.libraries(of_group("mine"), ["numpy", "xgboost"]) == HERE
    assert [(method, path) for method, path, _ in sent] == [("POST", "libraries"), ("GET", "environment")]


async def test_who_does_not_answer_holds_nobody_up() -> None:
    assert await reach_that_hears({}, []).libraries(of_group("mine"), ["numpy"]) is None
    assert (
        await reach_that_hears({"libraries": Answer(503, "", b"")}, []).libraries(of_group("mine"), ["numpy"]) is None
    )


class Calls:
    def __init__(self, answer: tuple[int, bytes] | None) -> None:
        self.answer = answer

    async def post(self, *_: Any) -> tuple[int, bytes]:
        if self.answer is None:
            raise UpstreamFailed("it ended")
        return self.answer


@pytest.mark.parametrize(
    ("answer", "found"),
    [((200, b'{"python": "3.11.9", "packages": {"numpy": "2.2.6"}}'), HERE), ((404, b"{}"), None), (None, None)],
    ids=["told", "from-before", "ended"],
)
async def test_what_is_tried_out_tells_too_where_it_can(answer: Any, found: Libraries | None) -> None:
    calls: Any = Calls(answer)
    assert await ask_pod(calls, pod("runner:1"), ["numpy"], 1.0) == found
