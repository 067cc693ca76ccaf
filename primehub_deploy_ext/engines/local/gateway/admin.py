"""Envoy's admin interface over its unix socket: a small HTTP client, and readers of what it says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from primehub_deploy_ext.engines.local.gateway.readings import Readings, filter_of, read
from primehub_deploy_ext.engines.patience import within

_STATUS = {
    "routes": "http.gw.rds.gw.version_text",
    "clusters": "cluster_manager.cds.version_text",
    "warming": "cluster_manager.warming_clusters",
    "listeners": "listener_manager.total_listeners_active",
    "routes_rejected": "http.gw.rds.gw.update_rejected",
    "routes_failed": "http.gw.rds.gw.update_failure",
    "clusters_rejected": "cluster_manager.cds.update_rejected",
    "clusters_failed": "cluster_manager.cds.update_failure",
}


class AdminError(Exception):
    """Envoy's admin interface can't be reached, or answered with an error."""


@dataclass(frozen=True)
class GatewayStatus:
    """Which files Envoy has taken, and whether it listens."""

    routes: str
    clusters: str
    warming: int
    listeners: int
    refused: int
    """Updates that were refused since Envoy started."""


class Admin:
    """Asks one Envoy process.

    Parameters
    ----------
    socket
        Its admin socket.
    timeout
        Seconds for one answer.
    """

    def __init__(self, socket: Path, timeout: float = 5.0) -> None:
        self._socket = socket
        self._timeout = timeout

    async def status(self) -> GatewayStatus:
        """Ask what :class:`GatewayStatus` tells."""
        said = await self._statistics("^(" + "|".join(re.escape(name) for name in _STATUS.values()) + ")$")
        values = {key: said.get(name, "").strip('"') for key, name in _STATUS.items()}
        numbers = {key: int(value) if value.isdigit() else 0 for key, value in values.items()}
        return GatewayStatus(
            routes=values["routes"],
            clusters=values["clusters"],
            warming=numbers["warming"],
            listeners=numbers["listeners"],
            refused=sum(count for key, count in numbers.items() if key.endswith(("_rejected", "_failed"))),
        )

    async def healthy(self, cluster: str) -> int:
        """Return how many replicas of a cluster are in rotation; 0 if there is no such cluster."""
        return await self._number(f"cluster.{cluster}.membership_healthy")

    async def active(self, cluster: str) -> int:
        """Return how many requests a cluster is answering; 0 if there is no such cluster."""
        return await self._number(f"cluster.{cluster}.upstream_rq_active")

    async def active_requests(self) -> int:
        """Return how many callers wait for an answer."""
        return await self._number("http.gw.downstream_rq_active")

    async def active_connections(self) -> int:
        """Return how many callers are connected, idle ones too."""
        return await self._number("http.gw.downstream_cx_active")

    async def readings(self, whose: Collection[str] = ()) -> Readings:
        """Return what is counted of deployments, in one answer; see :func:`.readings.filter_of`."""
        wanted = quote(filter_of(whose), safe="")
        return read(await self._ask("GET", f"/stats/prometheus?usedonly&filter={wanted}"))

    async def drain(self) -> None:
        """Ask Envoy to see callers off: answers say ``connection: close``, later the listener closes."""
        await self._ask("POST", "/drain_listeners?graceful")

    async def _number(self, name: str) -> int:
        said = (await self._statistics(f"^{re.escape(name)}$")).get(name, "0")
        return int(said) if said.isdigit() else 0

    async def _statistics(self, pattern: str) -> dict[str, str]:
        text = await self._ask("GET", f"/stats?filter={quote(pattern, safe='')}")
        return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)

    async def _ask(self, verb: str, path: str) -> str:
        try:
            return await within(self._timeout, self._exchange(verb, path))
        except asyncio.TimeoutError as error:
            raise AdminError(f"the gateway did not answer within {self._timeout:g} s") from error
        except (OSError, EOFError, ValueError) as error:
            raise AdminError(f"the gateway can't be asked: {error}") from error

    async def _exchange(self, verb: str, path: str) -> str:
        reader, writer = await asyncio.open_unix_connection(self._socket)
        try:
            writer.write(f"{verb} {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            status = head.split(" ", 2)[1]
            body = await (_read_chunks(reader) if "transfer-encoding: chunked" in head else reader.read())
        finally:
            writer.close()
        if status != "200":
            raise AdminError(f"the gateway answered {status} to {path}: {body.decode(errors='replace')[:200]}")
        return body.decode(errors="replace")


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks = []
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    return b"".join(chunks)
