"""What one namespace holds: whose a change is, whatever the object is called that changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes.api.client import Api, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, EVENT, POD, Kind
from primehub_deploy_ext.engines.kubernetes.api.pulse import Pulse
from primehub_deploy_ext.engines.kubernetes.flavors.kserve import KServe
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.flavors.primehub import PrimeHub
from primehub_deploy_ext.engines.kubernetes.flavors.seldon import Seldon
from primehub_deploy_ext.engines.kubernetes.known.mirror import Mirror
from tests.unit.kubernetes.api_server import ApiServer, serving, until


@contextlib.asynccontextmanager
async def mirrored(
    server: ApiServer, folder: Path, flavor: Any, changed: Callable[[str, Any], None] = lambda *_: None
) -> AsyncIterator[Mirror]:
    """Give what the namespace ``lab`` holds, once it was listed."""
    api = Api(Source(server.kubeconfig(folder)))
    await api.open()
    mirror = Mirror(api, "lab", "lab", [flavor], Pulse(api), changed)
    mirror.start()
    try:
        await mirror.ready()
        yield mirror
    finally:
        await mirror.close()
        await api.close()


def made_of(kind: Kind, name: str, generation: int) -> dict[str, Any]:
    """Return a Deployment as a controller makes it of ``iris``: its name is the controller's choice."""
    reference = {"apiVersion": kind.api_version, "kind": kind.kind, "name": "iris", "uid": "u", "controller": True}
    metadata = {"name": name, "namespace": "lab", "uid": "d", "ownerReferences": [reference]}
    return {"metadata": metadata, "spec": {"replicas": 0}, "status": {"observedGeneration": generation}}


@pytest.mark.parametrize(
    ("flavor", "name"),
    [(Seldon(), "iris-default-0-model"), (KServe(), "iris-predictor"), (PrimeHub(), "deploy-iris")],
    ids=lambda value: getattr(value, "name", ""),
)
async def test_what_a_controller_made_of_it_tells_of_a_deployment(tmp_path: Path, flavor: Any, name: str) -> None:
    changed: list[Any] = []
    async with serving() as server:
        for kind in (POD, EVENT):
            server.objects.setdefault(kind.path("lab"), {})
        owner = {"metadata": {"name": "iris", "namespace": "lab", "uid": "u"}, "spec": {"predictors": [{}]}}
        server.put(owner, flavor.owner.path("lab"))
        server.put(made_of(flavor.owner, name, 1), DEPLOYMENT.path("lab"))
        async with mirrored(server, tmp_path, flavor, lambda _, key: changed.append(key)):
            changed.clear()
            # All that ever tells that a change of a stopped deployment has come through.
            server.put(made_of(flavor.owner, name, 2), DEPLOYMENT.path("lab"))
            await until(lambda: (flavor.name, "iris") in changed)


async def test_each_is_told_of_once_when_all_that_there_is_was_listed(tmp_path: Path) -> None:
    """A thousand deployments whose pods come by twenty pages are worked out once, not with each page."""
    changed: list[Any] = []
    async with serving() as server:
        server.objects.setdefault(EVENT.path("lab"), {})
        for name in ("iris", "wine"):
            owner = {"metadata": {"name": name, "namespace": "lab", "uid": name}, "spec": {"replicas": 3}}
            server.put(owner, DEPLOYMENT.path("lab"))
            for number in range(3):
                reference = {"kind": "ReplicaSet", "name": f"{name}-1", "uid": "r", "controller": True}
                metadata = {"name": f"{name}-1-{number}", "uid": f"{name}-{number}", "ownerReferences": [reference]}
                server.put({"metadata": metadata, "spec": {}, "status": {}}, POD.path("lab"))
        async with mirrored(server, tmp_path, Plain(), lambda _, key: changed.append(key)) as mirror:
            assert sorted(changed) == [("plain", "iris"), ("plain", "wine")]
            assert len(mirror.pods_of(("plain", "iris"))) == 3
            server.drop("iris-1-0", POD.path("lab"))
            await until(lambda: len(changed) == 3)
            assert changed[-1] == ("plain", "iris")


async def test_events_come_last_and_whoever_needs_them_waits_for_them(tmp_path: Path) -> None:
    async with serving() as server:
        for kind in (DEPLOYMENT, POD):
            server.objects.setdefault(kind.path("lab"), {})
        about = {"kind": "Pod", "name": "iris-1-a", "uid": "a"}
        server.put({"metadata": {"name": "iris.1"}, "involvedObject": about}, EVENT.path("lab"))
        async with mirrored(server, tmp_path, Plain()) as mirror:
            assert not mirror.events.items
            await mirror.events_listed()
            assert list(mirror.events.items) == ["iris.1"]


async def test_events_that_nobody_gives_are_not_waited_for(tmp_path: Path) -> None:
    async with serving() as server:
        for kind in (DEPLOYMENT, POD):
            server.objects.setdefault(kind.path("lab"), {})
        async with mirrored(server, tmp_path, Plain()) as mirror:
            server.tokens = {"nobody's"}
            await asyncio.wait_for(mirror.events_listed(), 30)
            assert mirror.events.last_sync is None


async def test_nothing_is_kept_of_what_is_gone_though_its_pods_end_after_it(tmp_path: Path) -> None:
    async with serving() as server:
        owner = {"metadata": {"name": "iris", "namespace": "lab", "uid": "d"}, "spec": {"replicas": 1}}
        server.put(owner, DEPLOYMENT.path("lab"))
        reference = {"kind": "ReplicaSet", "name": "iris-1", "uid": "r", "controller": True}
        pod: dict[str, Any] = {
            "metadata": {"name": "iris-1-a", "uid": "a", "ownerReferences": [reference]},
            "spec": {},
            "status": {},
        }
        server.put(pod, POD.path("lab"))
        async with mirrored(server, tmp_path, Plain()) as mirror:
            server.drop("iris", DEPLOYMENT.path("lab"))
            await until(lambda: not mirror.owners["plain"].items)
            ending = {**pod["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
            server.put({**pod, "metadata": ending}, POD.path("lab"))
            server.drop("iris-1-a", POD.path("lab"))
            await until(lambda: not mirror.pods.items)
            assert (mirror._pods, mirror._recent, mirror._by_uid) == ({}, {}, {})


async def test_what_was_written_and_is_gone_before_the_watch_tells_of_it_is_gone(tmp_path: Path) -> None:
    """Whoever waits for an end may hear that it is there still, after the watch has told that it is gone."""
    key = ("plain", "iris")
    async with serving() as server:
        for kind in (POD, EVENT, DEPLOYMENT):
            server.objects.setdefault(kind.path("lab"), {})
        async with mirrored(server, tmp_path, Plain()) as mirror:
            metadata = {"name": "iris", "namespace": "lab", "uid": "u", "resourceVersion": "7"}
            mirror.wrote(key, {"metadata": metadata, "spec": {"replicas": 1}})
            assert list(mirror.keys()) == [key]
            mirror.wrote(key, None)
            assert mirror.owner(key) is None
            assert list(mirror.keys()) == []
