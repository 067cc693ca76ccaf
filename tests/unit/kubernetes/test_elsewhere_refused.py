"""Whatever would change a deployment that was made elsewhere is refused, and not a byte of it is written."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import Conflict
from primehub_deploy_ext.domain.metrics import AlertSettings
from primehub_deploy_ext.domain.models import UpdateDeployment
from primehub_deploy_ext.engines.base import Engine, NewClient
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.unit.kubernetes.api_server import ApiServer, pod, serving

Json = dict[str, Any]
IN_LAB = "/api/v1/namespaces/lab"
APPS = "/apis/apps/v1/namespaces/lab"
KUBECTL = {"managedFields": [{"manager": "kubectl-client-side-apply", "time": "2026-01-01T00:00:00Z"}]}
# A copy of one of ours, with the Secret that its clients are in.
IN_GIT = {
    "labels": {**words.owned("shop"), "argocd.argoproj.io/instance": "shop"},
    "annotations": {words.RECORD: "{}", words.SPEC: "{}", words.ACCESS: "shop-access-1"},
}

CHANGES: dict[str, Callable[[KubernetesEngine], Awaitable[Any]]] = {
    "update": lambda engine: engine.update("shop", UpdateDeployment(description="mine now"), user="ada"),
    "scale": lambda engine: engine.scale("shop", 3, user="ada"),
    "stop": lambda engine: engine.stop("shop", user="ada"),
    "start": lambda engine: engine.start("shop", user="ada"),
    "restart": lambda engine: engine.restart("shop", user="ada"),
    "rollback": lambda engine: engine.rollback("shop", 1, user="ada"),
    "restart_replica": lambda engine: engine.restart_replica("shop", "shop-1", user="ada"),
    "delete": lambda engine: engine.delete("shop"),
    "add_client": lambda engine: engine.add_client("shop", NewClient("alice", "alice.token", "ada")),
    "remove_client": lambda engine: engine.remove_client("shop", "alice", user="ada"),
}
READS = {"get", "revisions", "replicas", "events", "logs", "clients", "metrics", "questions", "alerts", "predict"}
# Refused for all deployments: rules are Prometheus' on a cluster.
REFUSED_ANYWAY = {"set_alerts": lambda engine: engine.set_alerts("shop", AlertSettings(), user="ada")}


def test_every_call_about_one_deployment_is_in_this_table() -> None:
    methods = {name: method for name, method in vars(Engine).items() if inspect.isfunction(method)}
    about_one = {name for name, method in methods.items() if "id" in inspect.signature(method).parameters}
    assert about_one == {*CHANGES, *READS, *REFUSED_ANYWAY}


def shop(**metadata: Any) -> Json:
    containers = [{"name": "web", "image": "web:1"}]
    own = {"name": "shop", "namespace": "lab", "uid": "u1", "creationTimestamp": "2026-01-01T00:00:00Z", **metadata}
    template = {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": containers}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "shop"}}, "template": template}
    return {"metadata": own, "spec": spec, "status": {}}


def fill(server: ApiServer, owner: Json) -> None:
    server.put({"metadata": {"name": "lab", "namespace": None, "labels": {words.GROUP: ""}}}, "/api/v1/namespaces")
    for path in (f"{IN_LAB}/pods", f"{IN_LAB}/events", "/api/v1/nodes", f"{APPS}/replicasets"):
        server.objects.setdefault(path, {})
    server.put(pod("shop-1", uid="p1"))
    server.put(owner, f"{APPS}/deployments")


def written(server: ApiServer) -> list[str]:
    """Return what was asked for that is no question."""
    asked = [(verb, path) for verb, path, _ in server.requests if verb not in {"GET", "WATCH"}]
    return [f"{verb} {path}" for verb, path in asked if not path.endswith("/selfsubjectaccessreviews")]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    ("metadata", "words"),
    [(KUBECTL, "made by kubectl, and it is only shown here"), (IN_GIT, "made by Argo CD.*would be undone")],
    ids=["kubectl", "git"],
)
async def test_what_would_change_it_is_refused_with_the_way_to_do_it(
    tmp_path: Path, change: str, metadata: Json, words: str
) -> None:
    async with serving() as server:
        fill(server, shop(**metadata))
        engine = KubernetesEngine(KubernetesSettings(kubeconfig=server.kubeconfig(tmp_path), namespaces=["lab"]))
        await engine.open()
        try:
            with pytest.raises(Conflict, match=words):
                await CHANGES[change](engine)
            assert await engine.clients("shop") == []
        finally:
            await engine.close()
        assert written(server) == []
