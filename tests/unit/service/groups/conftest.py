"""What a provider is told when it opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.service.groups.provider import Surroundings

ENGINE_TYPES = (
    InstanceType(name="default", display_name="Unlimited"),
    InstanceType(name="cpu-1", display_name="CPU 1", cpu=1, memory=2**30),
)

Around = Callable[..., Surroundings]


@pytest.fixture
def around(tmp_path: Path) -> Around:
    """Surroundings over one home: ada's server, unless told otherwise."""

    def make(owner: str = "ada", *admins: str) -> Surroundings:
        return Surroundings(tmp_path / "home", owner, frozenset(admins), ENGINE_TYPES)

    return make
