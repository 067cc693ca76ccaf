"""The engine on the real cluster, for tests that speak to it beside kubectl."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.cluster.cluster import WEB_IMAGE, Cluster

_LIMIT = 240.0
WEB = DeploymentSpec(model=Model(image=WEB_IMAGE))


def run(scenario: Coroutine[Any, Any, None]) -> None:
    """Run a test's story, never for ever."""
    asyncio.run(asyncio.wait_for(scenario, _LIMIT))


@asynccontextmanager
async def engine_of(cluster: Cluster, *namespaces: str, **settings: Any) -> AsyncIterator[KubernetesEngine]:
    """Return a server's engine at work."""
    told = {"kubeconfig": str(cluster.kubeconfig()), "namespaces": list(namespaces), "linger": 0.0, **settings}
    engine = KubernetesEngine(KubernetesSettings(**told))
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


async def until(condition: Callable[[], Coroutine[Any, Any, Any]], what: str) -> Any:
    """Wait for a condition, as long as the test's story may last."""
    for _ in range(1800):
        if found := await condition():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"waited for {what}")


async def settled(engine: KubernetesEngine, id: str) -> None:
    """Wait for the end of the newest revision."""

    async def ended() -> bool:
        return (await engine.revisions(id))[0].outcome is not Outcome.IN_PROGRESS

    await until(ended, f"the end of the newest revision of {id}")
