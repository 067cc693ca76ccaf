"""Fixtures of the conformance suite: each engine in turn, cleaned up whatever happens."""

from __future__ import annotations

import asyncio
import inspect
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from primehub_deploy_ext.engines.local.engine import LocalEngine
from primehub_deploy_ext.engines.local.paths import Paths
from scripts.demo_server import end_engine
from tests.engines.bench import TEST_LIMIT, Bench


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests of this folder, each in a loop of its own and never for ever."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), TEST_LIMIT))
    return True


@pytest.fixture(scope="session")
def engine_home() -> Iterator[Path]:
    """One daemon for the whole session: its start is part of the promise, not of each test."""
    home = Path(tempfile.mkdtemp(prefix="phd-"))
    yield home
    left = end_engine(home)
    shutil.rmtree(home, ignore_errors=True)
    assert not left, f"processes outlived the engine: {left}"


@pytest.fixture(params=["local"])
def bench(request: pytest.FixtureRequest, engine_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Each engine in turn; what a test deployed is deleted afterwards, also when it failed."""
    monkeypatch.setenv("PRIMEHUB_DEPLOY_HOME", str(engine_home))
    monkeypatch.setenv("PRIMEHUB_DEPLOY_GATEWAY_PORT", "")
    yield Bench(LocalEngine(), home=engine_home, paths=Paths.of_user())

    async def clean() -> None:
        engine = LocalEngine()
        for deployment in (await engine.deployments())[0]:
            await engine.delete(deployment.id)

    asyncio.run(asyncio.wait_for(clean(), TEST_LIMIT))
