"""A namespace that a server may not look into any more is no longer counted as managed, until the rights are back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, Source
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.known import namespaces as finding
from primehub_deploy_ext.engines.kubernetes.known import world as worlds
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces
from primehub_deploy_ext.engines.kubernetes.known.world import World
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.unit.kubernetes.api_server import ApiServer, serving, until
from tests.unit.kubernetes.test_first_look import fill


@asynccontextmanager
async def looking_often(
    server: ApiServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[KubernetesEngine]:
    monkeypatch.setattr(worlds, "_LOOK_FOR_NAMESPACES", 0.02)
    monkeypatch.setattr(finding, "_REFRESH", 0.0)
    fill(server, 2)
    for path in ("/api/v1/namespaces/ops/pods", "/api/v1/namespaces/ops/events"):
        server.objects.setdefault(path, {})
    server.objects.setdefault("/apis/apps/v1/namespaces/ops/deployments", {})
    server.put({"metadata": {"name": "ops", "namespace": None, "labels": {words.GROUP: ""}}}, "/api/v1/namespaces")
    engine = KubernetesEngine(KubernetesSettings(kubeconfig=server.kubeconfig(folder), namespaces=["lab", "ops"]))
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


async def shown(engine: KubernetesEngine) -> set[str]:
    return {one.id for one in (await engine.deployments())[0]}


async def managed(engine: KubernetesEngine, *names: str) -> None:
    world = engine._at_work.world
    await until(lambda: {mirror.namespace for mirror in world.mirrors()} == set(names))


async def test_it_is_told_and_left_out_and_comes_back_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving() as server, looking_often(server, tmp_path, monkeypatch) as engine:
        assert await shown(engine) == {"model-0", "model-1"}
        await engine._at_work.world.events_listed("model-0")
        assert (await engine.health()).details["lacking"] == []
        changes = engine.watch((await engine.deployments())[1])
        server.closed.add("lab")
        server.cut()
        await managed(engine, "ops")
        assert await shown(engine) == set()
        gone: set[str] = set()
        while gone != {"model-0", "model-1"}:  # what follows says so, and nothing else for ever
            change = await anext(changes)
            if change.type == "DELETED" and change.object is not None:
                gone.add(change.object.id)
        health = await engine.health()
        assert health.status == "degraded"
        assert "look into 'lab' any more: deployments there run on" in health.message
        assert [one["namespace"] for one in health.details["lacking"]] == ["lab"]
        assert engine._at_work.changes.trouble is None, "what is shown is true"

        server.closed.clear()
        await managed(engine, "lab", "ops")
        assert await shown(engine) == {"model-0", "model-1"}
        await engine._at_work.world.events_listed("model-0")
        assert (await engine.health()).status == "ok"
        await changes.aclose()  # type: ignore[attr-defined]


async def test_an_api_server_that_knows_of_no_rights_for_a_moment_closes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worlds, "_LOOK_FOR_NAMESPACES", 0.0)
    api = Api(Source())
    world = World(api, Namespaces(api), [], lambda _: None, lambda: None)
    asked: list[set[str]] = []
    enough = asyncio.Event()

    async def compare(refused: set[str]) -> None:
        asked.append(refused)
        if len(asked) == 4:
            enough.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(world, "_compare", compare)
    monkeypatch.setattr(world, "_refused", iter([{"lab"}, set(), {"lab"}, {"lab"}]).__next__)
    looking = asyncio.create_task(world._look())
    await enough.wait()
    looking.cancel()
    assert asked == [set(), set(), set(), {"lab"}], "who is refused in two looks in a row, and not before"
