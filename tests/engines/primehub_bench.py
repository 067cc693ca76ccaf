"""The Kubernetes engine with PhDeployments, beside a stand-in for PrimeHub's controller."""

from __future__ import annotations

from primehub_deploy_ext.engines.kubernetes.api.kinds import PH_INSTANCE_TYPE
from tests.cluster.cluster import Cluster
from tests.engines.kubernetes_bench import KubernetesBench
from tests.unit.kubernetes.object_store import FakeS3

STORE = "model-store"


class PrimeHubBench(KubernetesBench):
    """See :class:`KubernetesBench`."""

    # PrimeHub never runs more replicas than are wanted: a single one is away while it is replaced.
    surges = False
    service, port = "deploy-{id}", 8000

    def __init__(self, cluster: Cluster, namespaces: dict[str, str], store: FakeS3) -> None:
        for namespace in namespaces.values():
            secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": STORE, "namespace": namespace}}
            kind = PH_INSTANCE_TYPE.stub("default", namespace)
            limits = {"limits": {"cpu": 0.35, "memory": "512Mi"}}
            cluster.apply({**secret, "stringData": store.environment}, {**kind, "spec": limits})
        # No volume can be mounted: models are fetched.
        fetched = {"artifact_root": store.url, "artifact_volume": {}, "artifact_secret": STORE}
        super().__init__(cluster, namespaces, "primehub", **fetched)
