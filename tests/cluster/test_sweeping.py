"""What is left of a deployment whose making was cut off in the middle does not lie about for ever."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Model, UpdateDeployment
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.models.sweep import ArtifactSweep
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from primehub_deploy_ext.engines.kubernetes.sweeping import Sweeper
from tests.cluster.cluster import WEB_IMAGE, Cluster
from tests.cluster.engines import WEB, engine_of, run, settled, until


def left_behind(namespace: str, id: str) -> dict[str, Any]:
    """Return what a server wrote just before it was killed."""
    labels = words.owned(id, "order", 1)
    metadata = {"name": words.order_name(id, 1, "abc123"), "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"env.TOKEN": "a-secret"}}


def test_secrets_that_nobody_owns_are_owned_or_removed(cluster: Cluster, namespace: Callable[..., str]) -> None:
    place = namespace("sweeping")
    foreign = {**left_behind(place, "ghost"), "metadata": {"name": "of-somebody-else", "namespace": place}}
    cluster.apply(left_behind(place, "ghost"), left_behind(place, "web"), foreign)

    async def secrets() -> dict[str, Any]:
        found = await asyncio.to_thread(cluster.get, "secrets", "-n", place)
        return {one["metadata"]["name"]: one["metadata"].get("ownerReferences") for one in found["items"]}

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            spec = WEB.model_copy(update={"env": {"TOKEN": "its-own"}})
            await engine.create(NewDeployment("web", "Web", place, spec, user="ada"))
            await settled(engine, "web")
            (own,) = [name for name, owners in (await secrets()).items() if owners and name.startswith("web-1-")]
            # As if the server had ended before it could make the Secret the deployment's own.
            nobodys = json.dumps({"metadata": {"ownerReferences": None}})
            await asyncio.to_thread(cluster.kubectl, "-n", place, "patch", "secret", own, "-p", nobodys)
            office = engine._at_work

            await Sweeper(office.means, office.archive).sweep()
            # Whoever made them may be at work still.
            assert await secrets() == {
                own: None,
                "ghost-1-abc123": None,
                "web-1-abc123": None,
                "of-somebody-else": None,
            }

            await Sweeper(office.means, office.archive, grace=timedelta(0)).sweep()
            after = await secrets()
            assert set(after) == {own, "of-somebody-else"}
            assert [owner["name"] for owner in after[own]] == ["web"]

    run(scenario())


def test_history_of_a_deployment_that_is_gone_is_not_that_of_the_next_and_goes(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = namespace("sweeping-history")

    async def pages() -> dict[str, str]:
        found = await asyncio.to_thread(cluster.get, "controllerrevisions", "-n", place)
        return {one["metadata"]["name"]: one["metadata"]["uid"] for one in found["items"]}

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            await engine.create(NewDeployment("web", "Web", place, WEB, user="ada"))
            await settled(engine, "web")
            await engine.update("web", UpdateDeployment(update_message="again", description="again"), user="ada")
            await settled(engine, "web")
            left = await pages()
            assert set(left) == {"web-1", "web-2"}
            for kind, cascade in (("deployment", "orphan"), ("replicaset", "foreground")):
                await asyncio.to_thread(cluster.kubectl, "-n", place, "delete", kind, "--all", f"--cascade={cascade}")
            await until(lambda: _is_gone(engine, "web"), "the deployment to be gone")

            await engine.create(NewDeployment("web", "Web", place, WEB, user="grace"))
            await settled(engine, "web")
            found = [(one.number, one.user, one.outcome, one.message) for one in await engine.revisions("web")]
            assert found == [(1, "grace", Outcome.SUCCEEDED, "")]
            now = await pages()
            assert (now["web-1"] == left["web-1"], now["web-2"] == left["web-2"]) == (False, True)
            office = engine._at_work
            await Sweeper(office.means, office.archive, grace=timedelta(0)).sweep()
            assert await pages() == {"web-1": now["web-1"]}

    run(scenario())


def test_what_a_deployment_left_that_was_deleted_alone_is_ended_and_nothing_of_others(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = namespace("sweeping-orphans")
    labels = words.owned("web", "replica", 1)
    copied: list[dict[str, Any]] = [
        {"kind": "Service", "metadata": {"name": name, "labels": labels}, "spec": {"ports": [{"port": 80}]}}
        for name in ("web-outside", "ghost")
    ]
    own = {"containers": [{"name": "model", "image": WEB_IMAGE, "command": ["sleep", "600"]}]}
    copied.append({"kind": "Pod", "metadata": {"name": "web-debug", "labels": labels}, "spec": own})
    cluster.apply(*({"apiVersion": "v1", **one, "metadata": {**one["metadata"], "namespace": place}} for one in copied))

    async def names(kind: str) -> set[str]:
        found = await asyncio.to_thread(cluster.get, kind, "-n", place)
        return {one["metadata"]["name"] for one in found["items"] if not one["metadata"].get("deletionTimestamp")}

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            await engine.create(NewDeployment("web", "Web", place, WEB, user="ada"))
            await settled(engine, "web")
            await asyncio.to_thread(
                cluster.kubectl, "-n", place, "delete", "deployment", "web", "--cascade=orphan", "--wait=true"
            )
            await until(lambda: _is_gone(engine, "web"), "the deployment to be gone")
            office = engine._at_work

            await Sweeper(office.means, office.archive).sweep()
            assert await names("services") == {"web", "web-outside", "ghost"}
            assert len(await names("replicasets")) == 1
            assert len(await names("pods")) == 2

            await Sweeper(office.means, office.archive, grace=timedelta(0)).sweep()
            assert await names("services") == {"web-outside", "ghost"}
            assert await names("replicasets") == set()

            async def ended() -> bool:
                return await names("pods") == {"web-debug"}

            await until(ended, "the pods to end that were left")

    run(scenario())


async def _is_gone(engine: KubernetesEngine, id: str) -> bool:
    return id not in {one.id for one in (await engine.deployments())[0]}


def test_stored_models_that_nothing_on_the_cluster_refers_to_go(
    cluster: Cluster, namespace: Callable[..., str], tmp_path: Path
) -> None:
    place = namespace("sweeping-models")

    async def scenario() -> None:
        async with engine_of(cluster, place, artifact_root=str(tmp_path), runner_image="runner:1") as engine:
            kept, unused = [await _stored(engine, data) for data in (b"kept", b"unused")]
            stopped = DeploymentSpec(model=kept, stopped=True)
            await engine.create(NewDeployment("idle", "Idle", place, stopped, user="ada"))
            await settled(engine, "idle")
            means = replace(engine._at_work.means, settings=KubernetesSettings(artifact_days=1.0))

            def later() -> float:
                return time.time() + 2 * 24 * 3600

            async with engine_of(cluster, place, kubeconfig=str(cluster.kubeconfig("alice"))) as blind:
                await ArtifactSweep(replace(means, api=blind._at_work.api), clock=later).sweep()
            assert await engine.has_artifact(unused.artifact)
            assert await ArtifactSweep(means, clock=later).sweep() == 1
            assert await engine.has_artifact(kept.artifact)
            assert not await engine.has_artifact(unused.artifact)

    run(scenario())


async def _stored(engine: KubernetesEngine, data: bytes) -> Model:
    async def chunks() -> AsyncIterator[bytes]:
        yield data

    digest = hashlib.sha256(data).hexdigest()
    await engine.put_artifact(digest, chunks())
    return Model(artifact=digest, size=len(data), interpreter="/usr/bin/python3")
