"""Fixtures of the conformance suite: each engine in turn, cleaned up whatever happens."""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from primehub_deploy_ext.engines.local.engine import LocalEngine
from primehub_deploy_ext.engines.local.paths import Paths
from scripts.demo_server import end_engine
from tests.cluster.cluster import Cluster
from tests.cluster.fixtures import cluster, namespaces_made
from tests.cluster.standins.running import standin
from tests.engines.bench import TEST_LIMIT, Bench
from tests.unit.kubernetes.object_store import FakeS3

__all__ = ["cluster", "namespaces_made"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests of this folder, each in a loop of its own and never for ever."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    bench = arguments.get("bench")

    async def run() -> None:
        if bench is None:
            await pyfuncitem.obj(**arguments)
            return
        await bench.open()
        try:
            await pyfuncitem.obj(**arguments)
        finally:
            await bench.close()

    asyncio.run(asyncio.wait_for(run(), bench.limit if bench is not None else TEST_LIMIT))
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pods take seconds where processes take moments; the bench has the limit, this is only the wall behind it."""
    for item in items:
        if "kubernetes" in item.name:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def engine_home() -> Iterator[Path]:
    """One daemon for the whole session: its start is part of the promise, not of each test."""
    home = Path(tempfile.mkdtemp(prefix="phd-"))
    yield home
    left = end_engine(home)
    shutil.rmtree(home, ignore_errors=True)
    assert not left, f"processes outlived the engine: {left}"


@pytest.fixture(params=os.environ.get("PRIMEHUB_DEPLOY_TEST_ENGINES", "local").split(","))
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each engine in turn; what a test deployed is deleted afterwards, also when it failed."""
    engine, _, flavor = str(request.param).partition("-")
    found: Bench = request.getfixturevalue("local_bench" if engine == "local" else f"{engine}_{flavor}_bench")
    return found


@pytest.fixture
def local_bench(engine_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The embedded engine."""
    monkeypatch.setenv("PRIMEHUB_DEPLOY_HOME", str(engine_home))
    monkeypatch.setenv("PRIMEHUB_DEPLOY_GATEWAY_PORT", "")
    yield Bench(LocalEngine(), home=engine_home, paths=Paths.of_user())

    async def clean() -> None:
        engine = LocalEngine()
        for deployment in (await engine.deployments())[0]:
            await engine.delete(deployment.id)

    asyncio.run(asyncio.wait_for(clean(), TEST_LIMIT))


@pytest.fixture
def kubernetes_plain_bench(cluster: Cluster, namespaces_made: list[str]) -> Iterator[Bench]:
    """The Kubernetes engine, with Deployments of Kubernetes' own."""
    yield from _on_cluster(cluster, namespaces_made, "plain")


@pytest.fixture
def kubernetes_kserve_bench(cluster: Cluster, namespaces_made: list[str]) -> Iterator[Bench]:
    """The Kubernetes engine, with InferenceServices that the real KServe makes Deployments of."""
    yield from _on_cluster(cluster, namespaces_made, "kserve")


@pytest.fixture(scope="session")
def seldon_operator(cluster: Cluster) -> Iterator[None]:
    """What stands in for Seldon's operator."""
    with standin(cluster, "seldon"):
        yield


@pytest.fixture
def kubernetes_seldon_bench(
    cluster: Cluster,
    namespaces_made: list[str],
    seldon_operator: None,
) -> Iterator[Bench]:
    """The Kubernetes engine, with SeldonDeployments that a stand-in makes Deployments of."""
    yield from _on_cluster(cluster, namespaces_made, "seldon")


@pytest.fixture(scope="session")
def primehub_controller(cluster: Cluster) -> Iterator[None]:
    """What stands in for PrimeHub's controller."""
    with standin(cluster, "primehub"):
        yield


@pytest.fixture
def kubernetes_primehub_bench(
    cluster: Cluster,
    namespaces_made: list[str],
    primehub_controller: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bench]:
    """The Kubernetes engine, with PhDeployments that a stand-in makes Deployments of."""
    from tests.engines.kubernetes_bench import make_namespaces
    from tests.engines.primehub_bench import PrimeHubBench

    namespaces = make_namespaces(cluster)
    namespaces_made.extend(namespaces.values())
    with FakeS3(monkeypatch, cluster.node_address) as store:
        yield PrimeHubBench(cluster, namespaces, store)
    cluster.kubectl("delete", "namespace", "--wait=false", *namespaces.values())


def _on_cluster(cluster: Cluster, namespaces_made: list[str], flavor: str) -> Iterator[Bench]:
    from tests.engines.kubernetes_bench import KubernetesBench, make_namespaces

    namespaces = make_namespaces(cluster)
    namespaces_made.extend(namespaces.values())
    yield KubernetesBench(cluster, namespaces, flavor)
    cluster.kubectl("delete", "namespace", "--wait=false", *namespaces.values())
