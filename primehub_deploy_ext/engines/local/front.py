"""The gateway as deployments use it: started when first needed, told of all of them at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.engines.local.gateway.gateway import Gateway
from primehub_deploy_ext.engines.local.gateway.readings import Readings
from primehub_deploy_ext.engines.local.gateway.routes import GatewayState, Share, Unavailable

_HEALTHY_TIMEOUT = 10.0

log = logging.getLogger(__name__)


class Front:
    """The one gateway, and what it serves.

    Parameters
    ----------
    gateway
        Not started yet.
    shares
        Gives the parts of all deployments, as they are now.
    """

    def __init__(self, gateway: Gateway, shares: Callable[[], Iterable[Share]]) -> None:
        self._gateway = gateway
        self._shares = shares
        self._starting: asyncio.Task[None] | None = None

    @property
    def url(self) -> str | None:
        """Base URL; None until it was started."""
        return self._gateway.url if self._starting is not None and self._starting.done() else None

    @property
    def problem(self) -> str | None:
        """Why it doesn't serve, or None."""
        if self._starting is not None and self._starting.done() and self._starting.exception():
            return str(self._starting.exception())
        return self._gateway.problem

    def endpoint(self, id: str) -> str:
        """Public base URL of a deployment."""
        return f"{self._gateway.url}/deployment/{id}/"

    async def start(self) -> None:
        """Start or adopt the gateway, once; after a failure the next call tries again."""
        if self._starting is None or (self._starting.done() and self._starting.exception()):
            self._starting = asyncio.create_task(self._gateway.start())
        await asyncio.shield(self._starting)

    async def update(self) -> None:
        """Have the gateway serve what the deployments say; returns when it does."""
        await self.start()
        routes, unavailable, clusters = [], [], []
        for route, parts in self._shares():
            if isinstance(route, Unavailable):
                unavailable.append(route)
            else:
                routes.append(route)
            clusters += parts
        await self._gateway.apply(GatewayState(tuple(routes), tuple(unavailable), tuple(clusters)))

    async def healthy(self, cluster: str, replicas: int) -> None:
        """Wait until the gateway sends to so many replicas."""
        await self._gateway.wait_healthy(cluster, replicas, _HEALTHY_TIMEOUT)

    async def drained(self, cluster: str, limit: float) -> None:
        """Wait until a cluster has answered everything, ``limit`` seconds at most."""
        try:
            await self._gateway.drained(cluster, limit)
        except EngineUnavailable as error:
            log.warning("can't tell whether %s has drained: %s", cluster, error)

    async def readings(self, whose: Collection[str]) -> list[tuple[str, Readings]]:
        """Return what the gateway counted since it began, and what one that it replaced counted in the end.

        Each with the name of its process. Nothing where none was started.

        Raises
        ------
        EngineUnavailable
            If it can't be asked.
        """
        if self.url is None or self.problem:
            return []
        return await self._gateway.readings(whose)

    async def close(self, *, end: bool) -> None:
        """Let go of the gateway, which goes on serving unless it is told to end."""
        if self._starting is None:
            return
        if end:
            await self._gateway.stop()
        else:
            await self._gateway.close()
