"""How large a machine of the cluster is: what a replica without limits may take."""

from __future__ import annotations

import time
from http import HTTPStatus

from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Json
from primehub_deploy_ext.engines.kubernetes.api.kinds import NODE
from primehub_deploy_ext.engines.kubernetes.quota.asks import quantity

_REFRESH = 300.0
_GIB = 1024**3
# Where nodes may not be looked at, and none is known.
_SOME_NODE = Resources(cpu=4, memory=16 * _GIB)


class Capacity:
    """Looks at the nodes now and then."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.known = _SOME_NODE
        self._until = 0.0

    async def of_one_node(self) -> Resources:
        """Return the largest node; a usual one where nodes can't be looked at."""
        if time.monotonic() >= self._until:
            try:
                sizes = [size for node in await self._api.list(NODE) if (size := _allocatable(node))]
            except ApiError as error:
                if error.status != HTTPStatus.FORBIDDEN and not error.unreachable:
                    raise
                sizes = []
            if sizes:
                largest = max(sizes, key=lambda size: (quantity(size["cpu"]), quantity(size["memory"])))
                self.known = Resources(cpu=float(quantity(largest["cpu"])), memory=int(quantity(largest["memory"])))
            self._until = time.monotonic() + _REFRESH
        return self.known


def _allocatable(node: Json) -> Json | None:
    """Return what pods may take of a node; None before its kubelet has told."""
    size: Json = (node.get("status") or {}).get("allocatable") or {}
    return size if {"cpu", "memory"} <= size.keys() else None
