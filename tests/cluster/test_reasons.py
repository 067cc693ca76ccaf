"""Each reason produced for real: what is said, and how soon after the cluster knew.

The cluster's first knowledge is the arrival, at a raw watch in this process, of the first object or event that has its
words; ours is the change that the engine tells to whoever watches it. The raw watch is told nothing by our code.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pytest

from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, EVENT, NODE, POD, Kind
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.cluster.cluster import Cluster
from tests.cluster.failing import Failing, cases, policy, pull_secret, quota

# What is measured is in docs/kubernetes/reasons.md; this only tells a watch from a poll, on a machine that is busy.
ON_SCREEN = 30.0
_LIMIT = 150.0
NAMES = [one.name for one in cases("registry")]


@dataclass
class Seen:
    """What came of one failing deployment."""

    case: Failing
    namespace: str
    known: float | None = None
    told: float | None = None
    message: str = ""
    replica: str = ""
    raw: list[str] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.known is not None and self.told is not None

    @property
    def latency(self) -> float:
        assert self.known is not None
        assert self.told is not None
        return self.told - self.known


@pytest.fixture(scope="module")
def outcomes(cluster: Cluster, namespaces_made: list[str]) -> Iterator[dict[str, Seen]]:
    """All of them at once: they wait for the cluster, not for each other."""
    made = {where: cluster.make_namespace(f"reasons-{where}") for where in ("plain", "small", "strict")}
    namespaces_made += made.values()
    found = asyncio.run(_story(cluster, made))
    print("\n" + _table(found))
    yield {one.case.name: one for one in found}
    cluster.kubectl("delete", "node", "--ignore-not-found", _node_name(made["plain"]))
    kinds = "validatingadmissionpolicybinding,validatingadmissionpolicy"
    cluster.kubectl("delete", kinds, f"labels-{made['strict']}", "--ignore-not-found")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.timeout(400)
def test_a_reason_is_on_screen_in_seconds_in_words_that_say_what_to_do(outcomes: dict[str, Seen], name: str) -> None:
    seen = outcomes[name]
    assert seen.known is not None, "the cluster never knew: the test is wrong"
    assert seen.told is not None, f"nothing was told but {seen.raw}"
    assert seen.case.words in seen.message
    assert seen.latency < ON_SCREEN


def test_replicas_say_it_too(outcomes: dict[str, Seen]) -> None:
    without_pods = {Reason.QUOTA_DENIED, Reason.ADMISSION_DENIED}
    silent = [one.case.name for one in outcomes.values() if not one.replica and one.case.reason not in without_pods]
    assert not silent


async def _story(cluster: Cluster, namespaces: dict[str, str]) -> list[Seen]:
    registry = cluster.registry
    found = [Seen(case, namespaces[case.where]) for case in cases(registry[0])]
    plain = namespaces["plain"]
    cluster.apply(
        pull_secret("right", plain, registry),
        pull_secret("wrong", plain, (registry[0], registry[1], "wrong")),
        quota(namespaces["small"]),
        *policy(namespaces["strict"]),
    )
    await asyncio.to_thread(cluster.until, lambda: _policy_holds(cluster, namespaces["strict"]), "the policy")
    settings = KubernetesSettings(kubeconfig=str(cluster.kubeconfig()), namespaces=list(namespaces.values()))
    engine, api = KubernetesEngine(settings), Api(Source(kubeconfig=str(cluster.kubeconfig())))
    await api.open()
    await engine.open()
    tasks: list[asyncio.Task[None]] = []
    try:
        for namespace in namespaces.values():
            kinds = (POD, EVENT, DEPLOYMENT)
            tasks += [asyncio.create_task(_watch_raw(api, kind, namespace, found)) for kind in kinds]
        listening = asyncio.Event()
        tasks.append(asyncio.create_task(_watch_engine(engine, found, listening)))
        await _first(listening.wait(), tasks)
        await _make_node(api, _node_name(plain))
        tasks.append(asyncio.create_task(_play_kubelet(api, plain)))
        for one in found:
            await api.create(DEPLOYMENT, one.case.deployment(one.namespace))
        deadline = time.monotonic() + _LIMIT
        while time.monotonic() < deadline and not all(one.done for one in found):
            await _first(asyncio.sleep(0.2), tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await engine.close()
        await api.close()
    return found


async def _first(what: Coroutine[Any, Any, Any], tasks: list[asyncio.Task[None]]) -> None:
    """Wait for something, unless one of the tasks fails."""
    mine = asyncio.create_task(what)
    while not mine.done():
        await asyncio.wait({mine, *(task for task in tasks if not task.done())}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()


async def _watch_raw(api: Api, kind: Kind, namespace: str, found: list[Seen]) -> None:
    pages = [page async for page in api.pages(kind, namespace)]
    version = pages[-1]["metadata"]["resourceVersion"]
    while True:
        async for _, item in api.watch(kind, namespace, resource_version=version):
            version = item["metadata"]["resourceVersion"]
            now = time.monotonic()
            text = json.dumps(item, sort_keys=True).replace('\\"', '"')
            about = item.get("involvedObject", item["metadata"]).get("name", "")
            for one in found:
                mine = one.namespace == namespace and about.startswith(one.case.name)
                if mine and one.known is None and one.case.knows in text and item.get("count", 1) >= one.case.count:
                    one.known = now


async def _watch_engine(engine: KubernetesEngine, found: list[Seen], listening: asyncio.Event) -> None:
    by_id = {one.case.name: one for one in found}
    async for change in engine.watch():
        now = time.monotonic()
        if change.type == "BOOKMARK":
            listening.set()
        if change.object is None or (one := by_id.get(change.object.id)) is None:
            continue
        status = change.object.status
        if not one.raw or one.raw[-1] != f"{status.reason}: {status.message}":
            one.raw.append(f"{status.reason}: {status.message}")
        replicas = await engine.replicas(change.object.id) if one.told is None or not one.replica else []
        told = next((replica for replica in replicas if replica.reason is one.case.reason), None)
        if told is not None and one.case.words in told.message:
            one.replica = told.message
        if one.told is None and one.case.words in status.message:
            one.told, one.message = now, status.message


def _policy_holds(cluster: Cluster, namespace: str) -> bool:
    """Policies take effect a moment after they are made."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe", "namespace": namespace, "labels": {"a": "b"}},
    }
    pod["spec"] = {"containers": [{"name": "c", "image": "registry.test/web:1"}]}
    try:
        cluster.kubectl("apply", "--dry-run=server", "-f", "-", given=json.dumps(pod))
    except AssertionError:
        return True
    return False


def _node_name(namespace: str) -> str:
    return f"lost-{namespace}"


async def _make_node(api: Api, name: str) -> None:
    """Make a node without a kubelet: it was ready once, and never answers again."""
    now = _now()
    await api.create(
        NODE,
        {
            **NODE.stub(name),
            "metadata": {"name": name, "labels": {"primehub-deploy.io/test": "lost", "kubernetes.io/hostname": name}},
            "spec": {"taints": [{"key": "primehub-deploy.io/test", "effect": "NoSchedule"}]},
        },
    )
    room = {"cpu": "1", "memory": "1Gi", "pods": "5"}
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": now}
    status = {"capacity": room, "allocatable": room, "conditions": [{**ready, "lastTransitionTime": now}]}
    await api.patch(NODE, name, {"status": status}, subresource="status")


async def _play_kubelet(api: Api, namespace: str) -> None:
    """Say of the pod on that node that it runs and is ready, as its kubelet would have."""
    while True:
        pods = await api.list(POD, namespace, labels="app=node-lost")
        if pods and pods[0]["spec"].get("nodeName"):
            break
        await asyncio.sleep(0.2)
    now = _now()
    conditions = [
        {"type": type_, "status": "True", "lastTransitionTime": now}
        for type_ in ("PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready")
    ]
    container = {
        "name": "model",
        "image": "registry.test/web:1",
        "imageID": "registry.test/web:1",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": now}},
    }
    status = {"phase": "Running", "startTime": now, "conditions": conditions, "containerStatuses": [container]}
    with contextlib.suppress(ApiError):
        await api.patch(POD, pods[0]["metadata"]["name"], {"status": status}, namespace, subresource="status")


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _table(found: list[Seen]) -> str:
    rows = ["| failure | reason | ms after the cluster knew | what people read |", "| --- | --- | ---: | --- |"]
    for one in found:
        # The engine has a watch of its own, which may hear of it first.
        latency = f"{max(0.0, one.latency) * 1000:.0f}" if one.done else "—"
        rows.append(f"| {one.case.name} | {one.case.reason} | {latency} | {one.message or one.raw[-1:]} |")
    return "\n".join(rows)
