"""How large a machine of the cluster is, as far as its nodes tell."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.kubernetes.known.capacity import Capacity

LARGE = {"status": {"allocatable": {"cpu": "8", "memory": "32Gi"}}}
SMALL = {"status": {"allocatable": {"cpu": "2", "memory": "64Gi"}}}
# Registered by hand, or by a controller, before its kubelet tells anything.
UNTOLD: list[dict[str, Any]] = [
    {},
    {"status": {}},
    {"status": {"daemonEndpoints": {}}},
    {"status": {"allocatable": {}}},
]


class Nodes:
    def __init__(self, *nodes: dict[str, Any]) -> None:
        self.nodes = list(nodes)

    async def list(self, _: Any) -> list[dict[str, Any]]:
        return self.nodes


@pytest.mark.parametrize("untold", UNTOLD)
async def test_a_node_that_does_not_tell_yet_is_not_looked_at(untold: dict[str, Any]) -> None:
    capacity = Capacity(Nodes(untold, SMALL, LARGE))  # type: ignore[arg-type]
    assert await capacity.of_one_node() == Resources(cpu=8, memory="32Gi")


async def test_where_no_node_tells_a_usual_one_is_taken() -> None:
    capacity = Capacity(Nodes(*UNTOLD))  # type: ignore[arg-type]
    assert await capacity.of_one_node() == Resources(cpu=4, memory="16Gi")
