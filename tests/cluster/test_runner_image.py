"""The runner's image on a real node: it serves, ends without a lost request, and leaves its reason with the cluster."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import urllib.request
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from typing import Any

import cloudpickle
import pytest

from primehub_deploy_ext.engines.kubernetes.models.artifacts import ArtifactStore, path_below
from tests.cluster.cluster import RUNNER_IMAGE, Cluster
from tests.unit.kubernetes.object_store import FakeS3
from tests.unit.runner import models

BODY = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [3]}]}


def stored(cluster: Cluster, model: Any) -> str:
    data = cloudpickle.dumps(model)
    digest = hashlib.sha256(data).hexdigest()

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    asyncio.run(ArtifactStore(str(cluster.artifact_root)).put(digest, chunks()))
    return digest


def template(cluster: Cluster, digest: str, **order: Any) -> dict[str, Any]:
    given = {
        "deployment": "double",
        "artifact": f"/artifacts/{path_below(digest)}",
        "digest": digest,
        "prefix": "/deployment/double",
        "threads": 1,
        "linger": 3,
        **order,
    }
    container = {
        "name": "runner",
        "image": RUNNER_IMAGE,
        "env": [{"name": "PRIMEHUB_DEPLOY_ORDER", "value": json.dumps(given)}],
        "readinessProbe": {"httpGet": {"path": "/v2/health/ready", "port": 9000}, "periodSeconds": 1},
        "livenessProbe": {"httpGet": {"path": "/v2/health/live", "port": 9000}, "initialDelaySeconds": 5},
        "volumeMounts": [{"name": "artifacts", "mountPath": "/artifacts", "readOnly": True}],
        "securityContext": {"runAsNonRoot": True, "readOnlyRootFilesystem": False, "allowPrivilegeEscalation": False},
    }
    volume = {"name": "artifacts", "hostPath": {"path": str(cluster.artifact_root), "type": "Directory"}}
    return {
        "metadata": {"labels": {"app": "double"}},
        "spec": {"containers": [container], "volumes": [volume], "terminationGracePeriodSeconds": 40},
    }


def deployment(cluster: Cluster, namespace: str, digest: str, **order: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "double", "namespace": namespace},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "double"}},
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": template(cluster, digest, **order),
        },
    }


def call(address: str) -> Any:
    request = urllib.request.Request(
        f"http://{address}:9000/deployment/double/v2/models/double/infer", data=json.dumps(BODY).encode()
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.loads(answer.read())["outputs"][0]["data"][0]


def answers(address: str) -> bool:
    try:
        return bool(call(address) == 6)
    except OSError:
        return False


def double() -> Callable[[Any], Any]:
    return lambda values: values * 2


def triple() -> Callable[[Any], Any]:
    return lambda values: values * 3


def test_a_rolling_update_and_a_scale_down_lose_no_request(cluster: Cluster, namespace: Any) -> None:
    space = namespace("roll")
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "double", "namespace": space},
        "spec": {"selector": {"app": "double"}, "ports": [{"port": 9000}]},
    }
    cluster.apply(service, deployment(cluster, space, stored(cluster, double())))
    rolled = ("rollout", "status", "deployment/double", "-n", space, "--timeout=90s")
    cluster.kubectl(*rolled)
    address = cluster.get("service", "double", "-n", space)["spec"]["clusterIP"]
    cluster.until(lambda: answers(address), "the service's rules on the node")
    seen: dict[Any, int] = {}
    ending = threading.Event()

    def calling() -> None:
        while not ending.is_set():
            try:
                what = call(address)
            except Exception as error:
                what = repr(error)
            seen[what] = seen.get(what, 0) + 1

    callers = [threading.Thread(target=calling) for _ in range(3)]
    for caller in callers:
        caller.start()
    try:
        cluster.apply(deployment(cluster, space, stored(cluster, triple()), revision=2))
        cluster.kubectl(*rolled)
        cluster.until(lambda: len(cluster.get("pods", "-n", space)["items"]) == 2, "the end of the old pods")
        cluster.kubectl("scale", "deployment/double", "-n", space, "--replicas=1")
        cluster.until(lambda: len(cluster.get("pods", "-n", space)["items"]) == 1, "the end of one pod")
    finally:
        ending.set()
        for caller in callers:
            caller.join()
    assert set(seen) == {6, 9}, seen
    assert seen[9] > 50


@pytest.mark.parametrize(
    ("model", "reason", "words"),
    [
        (models.importing("absent_library"), "ModelLoadFailed", "No module named 'absent_library'"),
        (None, "ArtifactMissing", "can't be read: No such file or directory"),
    ],
    ids=["import", "artifact"],
)
def test_its_last_words_are_in_the_status_of_the_pod(
    cluster: Cluster, namespace: Any, model: Any, reason: str, words: str
) -> None:
    space = namespace("words")
    digest = stored(cluster, model) if model is not None else "0" * 64
    made = template(cluster, digest, packages={"absent_library": "1.2"})
    made["spec"]["restartPolicy"] = "Never"
    cluster.apply({"apiVersion": "v1", "kind": "Pod", **made, "metadata": {"name": "one", "namespace": space}})

    def ended() -> Any:
        states = cluster.get("pod", "one", "-n", space)["status"].get("containerStatuses", [])
        return states and states[0]["state"].get("terminated")

    state = cluster.until(ended, "the end of the pod")
    assert state["exitCode"] == 3
    told = json.loads(state["message"])
    assert told["reason"] == reason
    assert words in told["message"]
    assert told["drift"] == [{"package": "absent_library", "trained": "1.2", "here": None}]


def test_a_model_comes_from_an_object_store_by_the_credentials_of_a_secret(cluster: Cluster, namespace: Any) -> None:
    space = namespace("store")
    data = cloudpickle.dumps(double())
    digest = hashlib.sha256(data).hexdigest()
    with FakeS3(address=cluster.node_address) as s3:
        s3.objects[path_below(digest)] = (data, datetime.now(timezone.utc))
        made = template(cluster, digest, artifact=f"{s3.url}/{path_below(digest)}")
        made["spec"]["containers"][0]["envFrom"] = [{"secretRef": {"name": "store"}}]
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "store", "namespace": space},
            "stringData": s3.environment,
        }
        cluster.apply(
            secret, {"apiVersion": "v1", "kind": "Pod", **made, "metadata": {"name": "one", "namespace": space}}
        )
        cluster.kubectl("wait", "--for=condition=Ready", "pod/one", "-n", space, "--timeout=60s")
        assert call(cluster.get("pod", "one", "-n", space)["status"]["podIP"]) == 6
    assert "fetched the artifact" in cluster.kubectl("logs", "one", "-n", space)


def test_users_of_one_group_see_nothing_of_another(cluster: Cluster, namespace: Any) -> None:
    space = namespace("access")
    cluster.kubectl("create", "role", "reader", "-n", space, "--verb=get,list", "--resource=pods")
    cluster.kubectl("create", "rolebinding", "readers", "-n", space, "--role=reader", "--group=research")
    assert cluster.get("pods", "-n", space, user="alice")["items"] == []
    with pytest.raises(AssertionError, match='User "bob" cannot list resource "pods"'):
        cluster.get("pods", "-n", space, user="bob")
