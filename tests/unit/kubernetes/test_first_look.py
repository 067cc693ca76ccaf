"""What it costs to show the list: as many questions to the API server for one deployment as for thousands."""

from __future__ import annotations

import base64
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.phases import Action
from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.books.specs import dump_small
from primehub_deploy_ext.engines.kubernetes.books.wishes import first_entry
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.flavors.base import Workload
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.known import namespaces
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans, pod_template
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from primehub_deploy_ext.service.secrets import SecretsOfDeployments
from tests.unit.kubernetes.api_server import ApiServer, serving, until

IN_LAB = "/api/v1/namespaces/lab"
DEPLOYMENTS = "/apis/apps/v1/namespaces/lab/deployments"


def fill(server: ApiServer, number: int) -> None:
    """Put deployments there whose second revision serves, and whose replicas have all gone."""
    server.put({"metadata": {"name": "lab", "namespace": None, "labels": {words.GROUP: ""}}}, "/api/v1/namespaces")
    for path in (f"{IN_LAB}/pods", f"{IN_LAB}/events", "/api/v1/nodes", "/apis/apps/v1/namespaces/lab/replicasets"):
        server.objects.setdefault(path, {})
    for each in range(number):
        put_deployment(server, f"model-{each}", first=f"first-value-{each}", second=f"second-value-{each}")


def put_deployment(server: ApiServer, id: str, **values: str) -> None:
    spec = DeploymentSpec(model=Model(image="web:1"), env={"TOKEN": "hidden"})
    entry = first_entry(spec, "ada", "", f"{id}-2-order")
    entry = entry.model_copy(update={"number": 2, "template": 2, "action": Action.UPDATE})
    record = Record(entry, entry).succeeded()
    body: dict[str, Any] = Plain().build(
        Workload(
            id=id,
            namespace="lab",
            name=id,
            group="lab",
            spec=spec,
            revision=2,
            replicas=1,
            surge=1,
            template=pod_template(id, 2, entry.order, spec, PodMeans()),
            annotations={words.RECORD: record.dump(), words.SPEC: dump_small(spec)},
        )
    )
    body["metadata"] |= {"uid": f"uid-of-{id}", "creationTimestamp": "2026-11-26T10:00:00Z"}
    server.put(body, DEPLOYMENTS)
    for name, value in values.items():
        metadata = {"name": f"{id}-{name}", "namespace": "lab", "labels": words.owned(id, "order")}
        data = {"env.TOKEN": base64.b64encode(value.encode()).decode(), "order.json": ""}
        server.put({"metadata": metadata, "data": data}, f"{IN_LAB}/secrets")


async def questions(server: ApiServer, folder: Path) -> Counter[str]:
    """Open an engine, look at the list as the page does, and return what was asked."""
    settings = KubernetesSettings(kubeconfig=server.kubeconfig(folder), namespaces=["lab"])
    engine = KubernetesEngine(settings)
    await engine.open()
    secrets = SecretsOfDeployments(engine)
    deployments, _ = await engine.deployments()
    assert {one.status.reason.value for one in deployments} == {"Restarting"}
    for one in deployments:
        number = one.id.rpartition("-")[2]
        assert set(await secrets.in_status_of(one)) == {f"first-value-{number}", f"second-value-{number}"}
    await engine.close()
    lists = Counter(f"{verb} {path}" for verb, path, _ in server.requests if verb != "WATCH")
    del lists["GET /readyz"]
    return lists


@pytest.mark.parametrize("number", [3, 60])
async def test_many_in_trouble_are_shown_by_one_question_for_what_must_be_hidden(tmp_path: Path, number: int) -> None:
    async with serving() as server:
        fill(server, number)
        asked = await questions(server, tmp_path)
        assert asked[f"GET {IN_LAB}/secrets"] == 1
        assert not [question for question in asked if "controllerrevisions" in question]
        assert sum(asked.values()) <= 12, asked


async def test_of_a_few_only_theirs_are_asked_for(tmp_path: Path) -> None:
    async with serving() as server:
        fill(server, 2)
        await questions(server, tmp_path)
        (selected,) = [query["labelSelector"] for _, path, query in server.requests if path.endswith("/secrets")]
        assert f"{words.DEPLOYMENT} in (model-0,model-1)" in selected
        assert f"{words.PART}=order" in selected


async def test_an_object_that_makes_no_sense_keeps_no_other_from_being_shown(tmp_path: Path) -> None:
    async with serving() as server:
        fill(server, 5)
        server.put({"metadata": {"name": "broken", "namespace": "lab", "uid": "b"}}, DEPLOYMENTS)
        engine = KubernetesEngine(KubernetesSettings(kubeconfig=server.kubeconfig(tmp_path), namespaces=["lab"]))
        await engine.open()
        try:
            deployments, _ = await engine.deployments()
            assert sorted(one.id for one in deployments) == [f"model-{number}" for number in range(5)]
        finally:
            await engine.close()


async def test_events_are_complete_though_a_server_has_just_begun(tmp_path: Path) -> None:
    async with serving() as server:
        fill(server, 1)
        about = {"kind": "Deployment", "name": "model-0", "uid": "uid-of-model-0"}
        times = {"firstTimestamp": "2026-11-26T10:00:01Z", "lastTimestamp": "2026-11-26T10:00:01Z"}
        metadata = {"name": "told", "namespace": "lab", "creationTimestamp": "2026-11-26T10:00:01Z"}
        told = {"metadata": metadata, "involvedObject": about, "reason": "ScalingReplicaSet", "message": "up", **times}
        server.put(told, f"{IN_LAB}/events")
        server.objects.setdefault("/apis/apps/v1/namespaces/lab/controllerrevisions", {})
        engine = KubernetesEngine(KubernetesSettings(kubeconfig=server.kubeconfig(tmp_path), namespaces=["lab"]))
        await engine.open()
        try:
            assert "ScalingReplicaSet" in {event.reason for event in await engine.events("model-0")}
        finally:
            await engine.close()


async def test_while_the_cluster_is_away_whoever_creates_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespaces, "_REFRESH", 0.0)
    spec = DeploymentSpec(model=Model(image="web:1"))
    async with serving() as server:
        fill(server, 1)
        engine = KubernetesEngine(KubernetesSettings(kubeconfig=server.kubeconfig(tmp_path), namespaces=["lab"]))
        await engine.open()
        try:
            await engine.deployments()
            server.fail = [500] * 1000
            with pytest.raises(EngineUnavailable, match="can't find the namespace of the group lab now"):
                await engine.create(NewDeployment("iris", "Iris", "lab", spec, user="ada"))
            with pytest.raises(EngineUnavailable, match="can't find the namespace of the group lab now"):
                await engine.try_out(spec, group="lab")
            with pytest.raises(EngineUnavailable, match="the cluster can't"):
                await engine.delete("model-0")
        finally:
            await engine.close()


async def test_what_is_heard_while_the_engine_closes_begins_nothing(tmp_path: Path) -> None:
    async with serving() as server:
        fill(server, 1)
        engine = KubernetesEngine(KubernetesSettings(kubeconfig=server.kubeconfig(tmp_path), namespaces=["lab"]))
        await engine.open()
        await engine.deployments()
        office = engine._at_work
        await engine.close()
        office._on_change("model-0")
        assert office._gathering is None


async def test_with_a_deployment_goes_what_was_remembered_of_it(tmp_path: Path) -> None:
    async with serving() as server:
        fill(server, 1)
        engine = KubernetesEngine(KubernetesSettings(kubeconfig=server.kubeconfig(tmp_path), namespaces=["lab"]))
        await engine.open()
        try:
            await engine.deployments()
            office = engine._at_work
            office.reach._addresses["model-0"] = ("uid-of-model-0", "model-0", "10.98.0.7")
            server.drop("model-0", DEPLOYMENTS)
            await until(lambda: not office.snapshot())
            assert (office.reach._addresses, office.world._places, office.world._ids) == ({}, {}, {})
        finally:
            await engine.close()
