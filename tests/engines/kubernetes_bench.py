"""The Kubernetes engine under test: a real cluster, a fresh namespace for each group of each test."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient

from primehub_deploy_ext.domain.models import Deployment, Model, Replica
from primehub_deploy_ext.engines.base import PredictRequest
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.cluster.cluster import RUNNER_IMAGE, Cluster
from tests.engines.bench import Bench, infer

GROUPS = ("team", "others")


class KubernetesBench(Bench):
    """See :class:`Bench`.

    Parameters
    ----------
    namespaces
        The namespace of each group.
    """

    limit = 240.0
    # A Service has no retries: what is sent to a replica in the moment of its sudden end is lost.
    retries = False
    keeps_oldest = False
    interpreters = False
    # What leads to a deployment's replicas.
    service, port = "{id}", 80

    def __init__(self, cluster: Cluster, namespaces: dict[str, str], flavor: str, **settings: Any) -> None:
        self.cluster = cluster
        self.namespaces = namespaces
        self.settings = {
            "kubeconfig": str(cluster.kubeconfig()),
            "namespaces": list(namespaces.values()),
            "runner_image": RUNNER_IMAGE,
            "artifact_root": str(cluster.artifact_root),
            "artifact_volume": {"hostPath": {"path": str(cluster.artifact_root)}},
            # On two busy cores a proxy has taken more than four seconds to learn that a pod is going.
            "linger": 6.0,
            "drain_limit": 10.0,
            "flavor": flavor,
            **settings,
        }
        super().__init__(KubernetesEngine(KubernetesSettings(**self.settings)))
        self._addresses: dict[str, str] = {}

    async def open(self) -> None:
        await self.engine.open()

    async def close(self) -> None:
        await self.engine.close()

    def another(self) -> Bench:
        return KubernetesBench(self.cluster, self.namespaces, self.settings["flavor"])

    def identity(self, replica: Replica) -> Any:
        return replica.name, replica.attempt

    async def kill(self, deployment: Deployment, replica: Replica) -> None:
        """End the process in the replica's container, from outside of it, as the kernel would."""
        pod = await asyncio.to_thread(self.cluster.get, "pod", replica.name, "-n", self.namespaces[deployment.group])
        os.kill(process_of(pod), signal.SIGKILL)

    async def deployed(self, id: str, model: Model | None = None, **spec: Any) -> Deployment:
        """Create and wait until it serves; with an engine that goes by the API server alone, by the Service as well."""
        deployment = await super().deployed(id, model, **spec)
        for _ in range(100 if self.settings.get("reach") == "proxy" else 0):
            try:
                await self.call(deployment)
                break
            except OSError:  # refused, or no route to it yet
                await asyncio.sleep(0.1)
        return deployment

    async def call(self, deployment: Deployment, value: Any = 3, *, headers: Mapping[str, str] | None = None) -> Any:
        """Call the Service by its cluster IP, as pods do."""
        if deployment.id not in self._addresses:
            namespace = self.namespaces[deployment.group]
            service = await asyncio.to_thread(
                self.cluster.get, "service", self.service.format(id=deployment.id), "-n", namespace
            )
            self._addresses[deployment.id] = service["spec"]["clusterIP"]
        path = re.sub(r"^http://[^/]*", "", deployment.endpoint)
        answer = await AsyncHTTPClient().fetch(
            f"http://{self._addresses[deployment.id]}:{self.port}{path}v2/models/{deployment.id}/infer",
            method="POST",
            body=json.dumps(infer(value)),
            headers=dict(headers or {}),
            raise_error=False,
        )
        return answer.code, json.loads(answer.body or b"null")

    async def told(self, deployment: Deployment, headers: Mapping[str, str] | None = None) -> Any:
        """A Service with no replica refuses connections: the words come by the engine's own way."""
        answer = await self.engine.predict(deployment.id, PredictRequest(body=json.dumps(infer(3)).encode()))
        return answer.status, answer.body

    async def left_by_trials(self) -> set[str]:
        found = await asyncio.to_thread(
            self.cluster.get, "pods,secrets", "-n", self.namespaces["team"], "-l", "primehub-deploy.io/part=trial"
        )
        return {item["metadata"]["name"] for item in found["items"]}

    async def strangers_hear(self, deployment: Deployment) -> str:
        """Nobody listens; a moment before every proxy knows, nobody can be reached."""
        try:
            _, body = await self.call(deployment)
        except OSError:
            return ""
        return str(body["error"]["code"])

    async def is_gone(self, deployment: Deployment) -> bool:
        self._addresses.pop(deployment.id, None)
        namespace = self.namespaces[deployment.group]
        left = await asyncio.to_thread(
            self.cluster.get, "services,pods,secrets,controllerrevisions", "-n", namespace,
            "-l", f"primehub-deploy.io/deployment={deployment.id}",
        )  # fmt: skip
        return left["items"] == []


def process_of(pod: dict[str, Any]) -> int:
    """Return the id of the process in a replica's container, as this machine sees it."""
    (status,) = pod["status"]["containerStatuses"]
    container = status["containerID"].rpartition("/")[2]
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and _is_of(process, container) and b"container" in _command(process):
            return int(process.name)
    raise AssertionError(f"no process of {pod['metadata']['name']} was found")


def _is_of(process: Path, container: str) -> bool:
    try:
        return container in (process / "cgroup").read_text()
    except OSError:
        return False


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def make_namespaces(cluster: Cluster) -> dict[str, str]:
    """Make a namespace for each group."""
    made = {group: cluster.make_namespace(f"engine-{group}") for group in GROUPS}
    for group, namespace in made.items():
        cluster.kubectl("label", "namespace", namespace, f"primehub-deploy.io/group={group}")
    return made
