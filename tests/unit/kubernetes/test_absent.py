"""A flavor that the cluster has no kind for is told as that, with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable, NotFound
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.unit.kubernetes.api_server import ApiServer, serving
from tests.unit.kubernetes.test_first_look import fill

WORDS = r"has no InferenceService \(serving.kserve.io/v1beta1\).*'kserve'.*c.KubernetesSettings.flavor"


def engine_of(server: ApiServer, folder: Path) -> KubernetesEngine:
    return KubernetesEngine(
        KubernetesSettings(kubeconfig=server.kubeconfig(folder), namespaces=["lab"], flavor="kserve")
    )


async def test_a_cluster_without_the_flavor_says_so_and_what_to_do(tmp_path: Path) -> None:
    async with serving() as server:
        fill(server, 1)
        server.objects["/apis/apps"] = {"v1": {"resources": [{"name": "deployments"}], "metadata": {}}}
        engine = engine_of(server, tmp_path)
        await engine.open()
        try:
            with pytest.raises(EngineUnavailable, match=WORDS):
                await engine.deployments()
            health = await engine.health()
            assert health.status == "unavailable"
            assert "c.KubernetesSettings.flavor" in health.message
        finally:
            await engine.close()


async def test_a_cluster_that_tells_nothing_of_its_kinds_is_believed_as_before(tmp_path: Path) -> None:
    async with serving() as server:
        fill(server, 1)
        engine = engine_of(server, tmp_path)
        await engine.open()
        try:
            with pytest.raises(NotFound, match="refused to list the deployments"):
                await engine.deployments()
        finally:
            await engine.close()
