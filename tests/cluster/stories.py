"""Stories told to an engine on the real cluster, each in a namespace of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cluster.cluster import Cluster
from tests.engines.kubernetes_bench import KubernetesBench

Story = Callable[..., None]


@pytest.fixture
def story(cluster: Cluster, namespace: Callable[..., str]) -> Story:
    """Run a story on an engine with a namespace of its own."""
    team = namespace("story-team")
    cluster.kubectl("label", "namespace", team, "primehub-deploy.io/group=team")

    def run(told: Callable[[KubernetesBench], Awaitable[None]], **settings: Any) -> None:
        async def whole() -> None:
            bench = KubernetesBench(cluster, {"team": team}, "plain", **settings)
            await bench.open()
            try:
                await told(bench)
            finally:
                await bench.close()

        asyncio.run(asyncio.wait_for(whole(), 240))

    return run
