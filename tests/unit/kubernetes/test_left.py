"""Deployments of flavors that a server is not configured for any more are shown, kept and counted as what they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import AlreadyExists
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, INFERENCE_SERVICE, Kind
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.known import namespaces as finding
from primehub_deploy_ext.engines.kubernetes.known import world as worlds
from primehub_deploy_ext.engines.kubernetes.known.left import LeftFlavors, strangers
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.unit.kubernetes.api_server import ApiServer, pod, serving, until
from tests.unit.kubernetes.test_first_look import DEPLOYMENTS, fill, put_deployment


@asynccontextmanager
async def configured(server: ApiServer, folder: Path, flavor: str) -> AsyncIterator[KubernetesEngine]:
    settings = KubernetesSettings(kubeconfig=server.kubeconfig(folder), namespaces=["lab"], flavor=flavor)
    engine = KubernetesEngine(settings)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


def both_kinds(server: ApiServer, number: int) -> None:
    """Fill a namespace of a cluster that knows KServe; what else runs in it was made elsewhere."""
    fill(server, number)
    server.objects["/apis/apps"] = {"v1": {"resources": [{"name": "deployments"}], "metadata": {}}}
    server.objects.setdefault(INFERENCE_SERVICE.path("lab"), {})
    web = {"metadata": {"name": "web", "namespace": "lab", "uid": "w"}, "spec": {"replicas": 1}}
    server.put(web, DEPLOYMENTS)


async def test_what_is_ours_is_shown_and_says_why_it_is_another_kind(tmp_path: Path) -> None:
    async with serving() as server:
        both_kinds(server, 2)
        async with configured(server, tmp_path, "kserve") as engine:
            shown, _ = await engine.deployments()
            assert sorted(one.id for one in shown) == ["model-0", "model-1"]
            assert all(one.usage.deployments == 1 for one in shown)
            seen = await engine._at_work.seen("model-0")
            assert (seen.flavor.name, seen.left) == ("plain", True)
            spec = DeploymentSpec(model=Model(image="web:1"))
            with pytest.raises(AlreadyExists):
                await engine.create(NewDeployment("model-0", "Model", "lab", spec, user="ada"))
            assert set(await engine._at_work.means.ledger._taken("lab")) == {"model-0", "model-1"}


async def test_where_nothing_is_left_nothing_more_is_listened_to(tmp_path: Path) -> None:
    async with serving() as server:
        both_kinds(server, 0)
        async with configured(server, tmp_path, "kserve") as engine:
            assert (await engine.deployments())[0] == []
            (mirror,) = engine._at_work.world.mirrors()
            assert list(mirror.owners) == ["kserve"]


async def test_one_that_is_configured_is_what_is_made_now(tmp_path: Path) -> None:
    async with serving() as server:
        both_kinds(server, 1)
        async with configured(server, tmp_path, "plain") as engine:
            shown, _ = await engine.deployments()
            assert sorted(one.id for one in shown) == ["model-0", "web"]
            assert not (await engine._at_work.seen("model-0")).left


async def test_what_another_server_makes_is_heard_of_by_its_pods_and_asked_about_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "_LOOK_FOR_NAMESPACES", 0.02)
    monkeypatch.setattr(finding, "_REFRESH", 0.0)
    async with serving() as server:
        both_kinds(server, 0)
        async with configured(server, tmp_path, "kserve") as engine:
            assert (await engine.deployments())[0] == []
            world = engine._at_work.world
            put_pod(server, "nobody-7c9d-x", "nobody")
            await until(lambda: listed(server, DEPLOYMENTS) == 2)
            put_deployment(server, "iris")
            put_pod(server, "iris-5f6b-x", "iris")
            await until(lambda: world.is_there("iris"))
            assert [pod["metadata"]["name"] for pod in world.pods("iris")] == ["iris-5f6b-x"]
            (shown,), _ = await engine.deployments()
            assert (shown.id, shown.usage.deployments) == ("iris", 1)
            assert (await engine._at_work.seen("iris")).left

            before, looks = listed(server, DEPLOYMENTS), server.count("GET")
            await until(lambda: server.count("GET") >= looks + 3)
            assert listed(server, DEPLOYMENTS) == before, "pods that are nobody's are not asked about for ever"
            put_pod(server, "iris-5f6b-y", "iris")
            await until(lambda: len(world.pods("iris")) == 2)
            server.drop("iris", DEPLOYMENTS)
            await until(lambda: not world.is_there("iris"))


def listed(server: ApiServer, path: str) -> int:
    return sum(1 for verb, asked, _ in server.requests if (verb, asked) == ("GET", path))


def put_pod(server: ApiServer, name: str, id: str) -> None:
    controller = {"kind": "ReplicaSet", "name": name.rpartition("-")[0], "uid": f"set-of-{id}", "controller": True}
    labels = words.owned(id, "replica", 2)
    server.put(pod(name, uid=f"uid-of-{name}", labels=labels, ownerReferences=[controller]))


def test_pods_that_end_and_those_of_others_tell_of_nobody() -> None:
    def labelled(name: str, labels: dict[str, str], **more: str) -> dict[str, Any]:
        return pod(name, labels=labels, **more)

    pods = [
        labelled("a", words.owned("known", "replica", 1)),
        labelled("b", words.owned("leaving", "replica", 1), deletionTimestamp="2026-11-26T10:00:00Z"),
        labelled("c", words.of_trials()),
        labelled("d", {words.DEPLOYMENT: "elsewhere", words.PART: "replica"}),
        labelled("e", words.owned("unknown", "replica", 1)),
        pod("f"),
    ]
    assert strangers(pods, {"known"}) == {"unknown"}


class Cluster:
    """Deployments of ours in some namespaces, and where they may be listed."""

    def __init__(self, *places: str, may: set[str | None], problem: ApiError | None = None) -> None:
        self.places = places
        self.may = may
        self.problem = problem
        self.asked: list[str | None] = []

    async def discover(self, kinds: Any) -> set[Kind]:
        if self.problem is not None:
            raise self.problem
        return {DEPLOYMENT} & set(kinds)

    async def list(self, _: Kind, namespace: str | None = None, **__: Any) -> list[dict[str, Any]]:
        self.asked.append(namespace)
        if namespace not in self.may:
            raise ApiError(403, "Forbidden", "not yours")
        labels = {words.MANAGED_BY: words.MANAGER}
        return [
            {"metadata": {"name": "iris", "namespace": place, "labels": labels}}
            for place in self.places
            if namespace in {None, place}
        ]


MANY = [f"group-{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("may", "asked"), [({None}, 1), ({*MANY}, 21), (set(), 21)], ids=["everywhere", "in-each", "nowhere"]
)
async def test_many_namespaces_are_asked_about_at_once_where_that_is_allowed(may: set[str | None], asked: int) -> None:
    cluster = Cluster("group-3", "of-nobody", may=may)
    found = await LeftFlavors(cluster, ["kserve"]).of(MANY)  # type: ignore[arg-type]
    assert {place: [flavor.name for flavor in flavors] for place, flavors in found.items()} == (
        {"group-3": ["plain"]} if may else {}
    )
    assert len(cluster.asked) == asked


async def test_that_they_cant_be_looked_for_hides_nothing_else() -> None:
    cluster = Cluster(may=set(), problem=ApiError(503, "ServiceUnavailable", "of an aggregated API"))
    assert await LeftFlavors(cluster, ["kserve"]).of(MANY) == {}  # type: ignore[arg-type]


async def test_a_cluster_that_can_not_be_asked_is_asked_again() -> None:
    cluster = Cluster("group-3", may={"group-3"}, problem=ApiError(503, "ServiceUnavailable", "of an aggregated API"))
    left = LeftFlavors(cluster, ["kserve"])  # type: ignore[arg-type]
    unknown = {"group-3": {"iris"}}
    assert await left.heard_of(unknown) == {}
    cluster.problem = None
    assert list(await left.heard_of(unknown)) == ["group-3"]
    assert await left.heard_of(unknown) == {}
    assert list(await left.heard_of({"group-3": {"iris", "wine"}})) == ["group-3"]
