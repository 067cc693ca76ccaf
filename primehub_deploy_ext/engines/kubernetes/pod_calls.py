"""Requests to one pod: by its own address where that is reachable, else through the API server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, pod_proxy_path
from primehub_deploy_ext.engines.kubernetes.flavors.base import Json
from primehub_deploy_ext.engines.kubernetes.road import CONNECT_LIMIT, Road, host_of
from primehub_deploy_ext.engines.kubernetes.straight import Straight

_LARGEST = 64 * 1024 * 1024

Answer = tuple[int, bytes]


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    timeout: float
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    largest: int = _LARGEST


class PodCalls:
    """Sends requests to pods, each on a connection of its own: the next pod may have the address of the last.

    Parameters
    ----------
    reach
        The setting of this name: ``service`` (by address), ``proxy`` or ``auto``.
    """

    def __init__(self, api: Api, reach: str) -> None:
        self._api = api
        self._road = Road(reach)
        self._line = Straight()

    async def close(self) -> None:
        """Cut what is open."""
        await self._line.close()

    async def get(self, pod: Json, path: str, timeout: float, *, largest: int = _LARGEST) -> Answer:
        """Read something; return status and body.

        Raises
        ------
        UpstreamFailed
            If nobody answers there, or with more than so many bytes.
        """
        return await self._send(pod, _Request("GET", path, timeout, largest=largest))

    async def post(self, pod: Json, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """Send one request; return status and body.

        Raises
        ------
        UpstreamFailed
            If nobody answers there.
        """
        return await self._send(pod, _Request("POST", path, timeout, body, headers))

    async def _send(self, pod: Json, request: _Request) -> Answer:
        if self._road.is_open:
            answer = await self._straight(pod, request)
            if answer is not None:
                return answer
            self._road.blocked()
        return await self._by_proxy(pod, request)

    async def _straight(self, pod: Json, request: _Request) -> Answer | None:
        """Return the answer; None where no packet gets to pods from here, but may by another way."""
        name, address = pod["metadata"]["name"], (pod.get("status") or {}).get("podIP", "")
        if not address:
            raise UpstreamFailed(f"{name} has no address yet")
        try:
            answer = await self._line.send(
                request.method,
                f"http://{host_of(address)}:{words.PORT}{request.path}",
                body=request.body,
                headers=request.headers,
                timeout=request.timeout,
                connect_timeout=CONNECT_LIMIT,
                largest=request.largest,
            )
        except aiohttp.ClientConnectorError as error:
            # A refusal is an answer too, and none that another way would change.
            if isinstance(error.os_error, ConnectionRefusedError):
                raise UpstreamFailed(f"nobody listens at {address} yet") from error
            if self._road.only:
                raise UpstreamFailed(f"{name} can't be reached at {address}: {error}") from error
        except aiohttp.ConnectionTimeoutError as error:
            if self._road.only:
                raise UpstreamFailed(f"{name} can't be reached at {address}: {error}") from error
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            raise UpstreamFailed(f"{name} did not answer: {str(error) or type(error).__name__}") from error
        else:
            return answer.status, answer.body
        return None

    async def _by_proxy(self, pod: Json, request: _Request) -> Answer:
        metadata = pod["metadata"]
        proxied = pod_proxy_path(metadata["namespace"], metadata["name"], words.PORT, request.path)
        try:
            answer = await self._api.raw(
                request.method, proxied, body=request.body or None, headers=request.headers, timeout=request.timeout
            )
        except ApiError as error:
            raise UpstreamFailed(f"{metadata['name']} did not answer: {error.message}") from error
        if _is_of_the_api_server(answer.status, answer.body):
            said = ApiError.of(answer.status, answer.body).message
            raise UpstreamFailed(f"{metadata['name']} can't be reached through the API server: {said}")
        return answer.status, answer.body


def _is_of_the_api_server(status: int, body: bytes) -> bool:
    """Tell whether an answer is the API server's own and none of the pod's: it may be gone, or be too many who ask."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return True  # in plain text
    return status >= HTTPStatus.BAD_REQUEST and b'"kind":"Status"' in body
