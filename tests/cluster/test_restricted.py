"""A namespace with Kubernetes' strictest standard takes what the docs say that it takes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import Model
from primehub_deploy_ext.domain.phases import Phase, Reason
from tests.cluster.cluster import WEB_IMAGE, Cluster
from tests.cluster.stories import Story
from tests.engines.kubernetes_bench import KubernetesBench
from tests.unit.kubernetes.object_store import FakeS3

pytestmark = pytest.mark.timeout(300)
# As docs/kubernetes/README.md has it.
POD_SPEC: dict[str, Any] = {"securityContext": {"runAsNonRoot": True}}


async def restrict(bench: KubernetesBench) -> None:
    label = "pod-security.kubernetes.io/enforce=restricted"
    await asyncio.to_thread(bench.cluster.kubectl, "label", "namespace", bench.namespaces["team"], label)


def test_stored_models_run_there_and_are_tried_out_there(story: Story, cluster: Cluster) -> None:
    async def told(bench: KubernetesBench) -> None:
        await restrict(bench)
        keys = [f"--from-literal={name}={value}" for name, value in s3.environment.items()]
        place = ("-n", bench.namespaces["team"])
        await asyncio.to_thread(cluster.kubectl, "create", "secret", "generic", "model-storage", *place, *keys)
        deployment = await bench.deployed("strict", access="private")
        assert deployment.status.phase is Phase.DEPLOYED
        assert (await bench.try_out(deployment.spec)).ok

    # A folder of the node may not be mounted there: replicas fetch.
    with pytest.MonkeyPatch.context() as patched, FakeS3(patched, address=cluster.node_address) as s3:
        story(told, pod_spec=POD_SPEC, artifact_root=s3.url, artifact_volume={}, artifact_secret="model-storage")


def test_what_may_not_run_there_says_so_in_the_clusters_words(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        await restrict(bench)
        await bench.create("web", Model(image=WEB_IMAGE))
        found = await bench.until("web", lambda one: one.status.phase is Phase.FAILED)
        assert found.status.reason is Reason.ADMISSION_DENIED
        assert "security standard of the namespace forbids it" in found.status.message

    story(told, pod_spec=POD_SPEC)
