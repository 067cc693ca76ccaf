"""Fetching what replicas say of themselves: from pod to pod where that goes, else through the API server."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import aiohttp

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, pod_proxy_path
from primehub_deploy_ext.engines.kubernetes.metering.pages import Page, read_page
from primehub_deploy_ext.engines.kubernetes.road import Road, host_of

Json = dict[str, Any]

PATH = "metrics"
_ANSWER = 3.0
_CONNECT = 1.5
_AT_ONCE = 16
_LARGEST = 1024 * 1024


class ReplicaPages:
    """Fetches the pages of pods, a few at a time.

    Parameters
    ----------
    reach
        ``service``: straight to the pod; ``proxy``: through the API server; ``auto``: straight where that goes.
    """

    def __init__(self, api: Api, reach: str) -> None:
        self._api = api
        self._road = Road(reach)
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def read(self, pod: Json) -> Page | str:
        """Return what a pod says; where it gives no such page now, why not."""
        async with self._turns:
            try:
                text = await self._straight(pod) if self._road.is_open else None
                text = await self._by_proxy(pod) if text is None else text
            except (ApiError, OSError, ValueError, aiohttp.ClientError, asyncio.TimeoutError) as error:
                return f"{pod['metadata']['name']}: {str(error) or type(error).__name__}"
        return read_page(text)

    async def close(self) -> None:
        """Cut what is open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _straight(self, pod: Json) -> str | None:
        """Return the page; None where no packet gets to pods from here, but may by another way."""
        host = host_of(pod["status"]["podIP"])
        if self._session is None:
            limits = aiohttp.ClientTimeout(total=_ANSWER, sock_connect=_CONNECT)
            self._session = aiohttp.ClientSession(timeout=limits)
        try:
            async with self._session.get(f"http://{host}:{words.PORT}/{PATH}", allow_redirects=False) as answer:
                return _text(answer.status, await _whole(answer.content))
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, ConnectionRefusedError) or self._road.only:
                raise
        except aiohttp.ConnectionTimeoutError:
            if self._road.only:
                raise
        self._road.blocked()
        return None

    async def _by_proxy(self, pod: Json) -> str:
        metadata = pod["metadata"]
        path = pod_proxy_path(metadata["namespace"], metadata["name"], words.PORT, PATH)
        answer = await self._api.raw("GET", path, timeout=_ANSWER)
        if answer.status == HTTPStatus.FORBIDDEN:
            raise ValueError("reading replicas through the API server takes the right get on pods/proxy")
        return _text(answer.status, answer.body)


async def _whole(content: aiohttp.StreamReader) -> bytes:
    """Return all of a body: half a page would be taken for smaller numbers, that is for a replica that began anew."""
    found = bytearray()
    async for part in content.iter_any():
        found += part
        if len(found) > _LARGEST:
            raise ValueError(f"/{PATH} is larger than {_LARGEST} bytes")
    return bytes(found)


def _text(status: int, body: bytes) -> str:
    if status != HTTPStatus.OK:
        raise ValueError(f"/{PATH} answered {status}")
    return body.decode(errors="replace")
