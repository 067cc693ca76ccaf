"""Stored models go when nothing refers to them, and never in doubt."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.base import NewSavedModel
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, INFERENCE_SERVICE
from primehub_deploy_ext.engines.kubernetes.books.history import KIND, page_object
from primehub_deploy_ext.engines.kubernetes.books.specs import dump_small
from primehub_deploy_ext.engines.kubernetes.books.wishes import first_entry
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.models.artifacts import ArtifactStore
from primehub_deploy_ext.engines.kubernetes.models.saved import SavedModels
from primehub_deploy_ext.engines.kubernetes.models.sweep import ArtifactSweep

IN_HISTORY, ON_OBJECT, UNCONFIGURED, SAVED, UNUSED = (f"model {number}".encode() for number in range(5))
_DAY = 24 * 3600.0


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def spec(data: bytes) -> DeploymentSpec:
    return DeploymentSpec(model=Model(artifact=digest(data), size=1, interpreter="/usr/bin/python3"))


def made_of(id: str, annotations: dict[str, str]) -> dict[str, Any]:
    """Return what a controller makes of one of ours."""
    reference = {"kind": "InferenceService", "name": id, "controller": True}
    names = {"name": f"{id}-predictor", "namespace": "other"}
    return {"metadata": {**names, "annotations": annotations, "ownerReferences": [reference]}}


class World:
    """What a server sees of all namespaces, and its store."""

    def __init__(self, folder: Path) -> None:
        self.store = ArtifactStore(str(folder))
        entry = first_entry(spec(IN_HISTORY), "ada", "", "o")
        notes = {words.SPEC: dump_small(spec(ON_OBJECT))}
        of_kserve = {words.SPEC: dump_small(spec(UNCONFIGURED))}
        self.objects: dict[Any, list[dict[str, Any]]] = {
            KIND: [page_object("iris", "team", entry, spec(IN_HISTORY), {})],
            DEPLOYMENT: [
                {"metadata": {"name": "rose", "namespace": "other", "annotations": notes}},
                made_of("rose", {}),
                # KServe's, with the annotations of ours that its flavor keeps the same for all time.
                made_of("lily", {words.SPEC: ""}),
            ],
            # Of a flavor that the server was configured for when it was made.
            INFERENCE_SERVICE: [{"metadata": {"name": "tulip", "namespace": "other", "annotations": of_kserve}}],
        }
        self.refuses: Any = None
        self.days = 7.0
        self.later = 8.0

    async def discover(self, kinds: Any) -> set[Any]:
        return {kind for kind in kinds if kind in self.objects}

    async def pages(self, kind: Any, namespace: str | None = None, **_: Any) -> AsyncIterator[dict[str, Any]]:
        assert namespace is None, "of all namespaces"
        if kind == self.refuses:
            raise ApiError(403, "Forbidden", "not of all namespaces")
        yield {"items": self.objects[kind]}

    async def stored(self) -> set[bytes]:
        names = {digest(data): data for data in (IN_HISTORY, ON_OBJECT, UNCONFIGURED, SAVED, UNUSED)}
        there = {file.name for file in Path(self.store.root).glob("??/*")}
        return {names[name] for name in there}

    async def sweep(self) -> int:
        settings = SimpleNamespace(artifact_days=self.days)
        means: Any = SimpleNamespace(api=self, settings=settings, artifacts=self.store, flavors={"plain": Plain()})
        return await ArtifactSweep(means, clock=lambda: time.time() + self.later * _DAY).sweep()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "models")


async def fill(world: World) -> None:
    for data in (IN_HISTORY, ON_OBJECT, UNCONFIGURED, SAVED, UNUSED):

        async def chunks(data: bytes = data) -> AsyncIterator[bytes]:
            yield data

        await world.store.put(digest(data), chunks())
    new = NewSavedModel(name="Tulip", group="team", model=spec(SAVED).model, description="", user="ada")
    await SavedModels(world.store).add(new)


async def test_what_nothing_refers_to_goes_after_its_time(world: World) -> None:
    await fill(world)
    assert await world.sweep() == 1
    assert await world.stored() == {IN_HISTORY, ON_OBJECT, UNCONFIGURED, SAVED}


async def test_what_was_stored_or_asked_for_lately_stays(world: World) -> None:
    await fill(world)
    world.later = 6.9
    assert await world.sweep() == 0
    assert UNUSED in await world.stored()


async def test_nothing_goes_unless_somebody_said_after_how_long(world: World) -> None:
    await fill(world)
    world.days = 0
    assert await world.sweep() == 0
    assert UNUSED in await world.stored()


@pytest.mark.parametrize("kind", [KIND, DEPLOYMENT, INFERENCE_SERVICE])
async def test_nothing_goes_where_a_server_does_not_see_everything(world: World, kind: Any) -> None:
    await fill(world)
    world.refuses = kind
    assert await world.sweep() == 0
    assert len(await world.stored()) == 5


@pytest.mark.parametrize("broken", ["revision", "object"])
async def test_nothing_goes_while_something_can_not_be_understood(world: World, broken: str) -> None:
    await fill(world)
    if broken == "revision":
        world.objects[KIND].append({"metadata": {"name": "odd-1", "namespace": "team"}, "data": {"page": "{"}})
    else:
        notes = {words.SPEC: "{"}
        world.objects[DEPLOYMENT].append({"metadata": {"name": "odd", "namespace": "team", "annotations": notes}})
    assert await world.sweep() == 0
    assert len(await world.stored()) == 5
