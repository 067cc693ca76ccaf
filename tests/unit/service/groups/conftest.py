"""Coroutine tests, and what a provider is told when it opens."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.service.groups.provider import Surroundings

LIMIT = 60.0

ENGINE_TYPES = (
    InstanceType(name="default", display_name="Unlimited"),
    InstanceType(name="cpu-1", display_name="CPU 1", cpu=1, memory=2**30),
)

Around = Callable[..., Surroundings]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests of this folder, each in a loop of its own and never for ever."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), LIMIT))
    return True


@pytest.fixture
def around(tmp_path: Path) -> Around:
    """Surroundings over one home: ada's server, unless told otherwise."""

    def make(owner: str = "ada", *admins: str) -> Surroundings:
        return Surroundings(tmp_path / "home", owner, frozenset(admins), ENGINE_TYPES)

    return make
