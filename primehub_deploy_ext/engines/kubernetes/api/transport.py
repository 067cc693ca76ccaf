"""Requests to the API server: who asks, how long is waited, and what is raised when it does not answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.engines.kubernetes.api.access import Access
from primehub_deploy_ext.engines.patience import within

Json = dict[str, Any]

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0


class ApiError(Exception):
    """What the API server said instead of doing it.

    Parameters
    ----------
    status
        The HTTP status; 0 when there was no answer.
    reason
        One word for programs: ``NotFound``, ``AlreadyExists``, ``Conflict``, ``Forbidden``, ``Invalid``, ``Expired``…;
        ``Unreachable`` and ``Timeout`` are ours.
    details
        ``details`` of the server's ``Status`` object: kind, name, causes.
    """

    def __init__(self, status: int, reason: str, message: str, details: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details = details or {}

    @property
    def unreachable(self) -> bool:
        """Whether the server is away or overloaded: worth trying again, and nobody's mistake."""
        return self.status in {0, 429} or self.status >= 500

    @property
    def gone(self) -> bool:
        """Whether a watch or a list must begin anew."""
        return self.status == HTTPStatus.GONE

    @staticmethod
    def of(status: int, body: bytes | Json) -> ApiError:
        """Read the ``Status`` object of an answer; other text is the message as it is."""
        told = body if isinstance(body, dict) else _json_or_none(body)
        if isinstance(told, dict) and told.get("kind") == "Status":
            return ApiError(
                int(told.get("code") or status),
                told.get("reason") or _phrase(status),
                told.get("message") or told.get("reason") or _phrase(status),
                told.get("details"),
            )
        text = body.decode(errors="replace").strip()[:500] if isinstance(body, bytes) else ""
        return ApiError(status, _phrase(status), text or f"the API server answered {status}")


@dataclass(frozen=True)
class Answer:
    """What came back from :meth:`Api.raw`, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """One pool of connections to one API server. All raise :class:`ApiError`."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._session: aiohttp.ClientSession | None = None
        # When a watch was told something last, in monotonic seconds. Only watches count: logs go on while the
        # cluster's storage stands still.
        self.heard = 0.0

    async def open(self) -> None:
        """Read where the cluster is; asks it nothing. ``AccessUnknown`` if nothing says where it is."""
        await self._access.open()
        connector = aiohttp.TCPConnector(
            # Each open watch and followed log is a connection.
            limit=0,
            ssl=self._access.tls if self._access.tls is not None else False,
            keepalive_timeout=30,
            # The system's, which knows the search domains of a pod.
            resolver=aiohttp.ThreadedResolver(),
            socket_factory=_kept_alive,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            # Proxies of the environment are `Access`'s business: with them would come logins that ~/.netrc has for
            # others, in the place of ours.
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"primehub-deploy-ext/{__version__}"},
        )

    async def close(self) -> None:
        """Cut what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def json(
        self,
        method: str,
        path: str,
        query: Json | None = None,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str | None = None,
        timeout: float = ANSWER_SECONDS,
    ) -> Json:
        """Send JSON and return the JSON that comes back."""
        got = await self.body(method, path, query, body, content_type=content_type, accept=accept, timeout=timeout)
        parsed: Json = json.loads(got)
        return parsed

    async def body(
        self,
        method: str,
        path: str,
        query: Json | None = None,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str | None = None,
        timeout: float = ANSWER_SECONDS,
    ) -> bytes:
        """Send JSON and return what comes back as it is."""
        headers = {"Accept": accept or "application/json"}
        data = None
        if body is not None:
            headers["Content-Type"] = content_type
            data = json.dumps(body, separators=(",", ":")).encode()
        got = await self.raw(method, path, query, data, headers, timeout)
        if got.status >= HTTPStatus.BAD_REQUEST:
            raise ApiError.of(got.status, got.body)
        return got.body

    async def raw(
        self, method: str, path: str, query: Json | None, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> Answer:
        """Send bytes and return what comes back, errors included."""
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, CONNECT_SECONDS))
        with self._told(method, path):
            response = await self._request(method, path, query or {}, body, headers, limits)
            async with response:
                return Answer(response.status, response.headers, await response.read())

    @contextlib.asynccontextmanager
    async def lines(
        self,
        path: str,
        query: Json,
        *,
        silence: float | None,
        answer: float | None = None,
        accept: str = "application/json",
        verb: str = "GET",
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a stream and iterate its lines.

        ``Timeout`` when it does not begin in ``answer`` seconds, and after ``silence`` seconds without a byte.
        """
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=silence)
        with self._told("GET", path):
            request = self._request("GET", path, query, None, {"Accept": accept}, limits)
            response = await within(answer, request, lost=aiohttp.ClientResponse.close)
        async with response:
            if response.status >= HTTPStatus.BAD_REQUEST:
                with self._told("GET", path):
                    raise ApiError.of(response.status, await response.read())
            yield self._split(response, path, self._hear if verb == "WATCH" else None)

    async def _split(
        self, response: aiohttp.ClientResponse, path: str, hear: Callable[[], None] | None
    ) -> AsyncIterator[bytes]:
        """Cut a stream at line ends; aiohttp's own reader refuses lines as long as objects may be."""
        rest: list[bytes] = []
        chunks = response.content.iter_any()
        while True:
            with self._told("GET", path):
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
            if hear is not None:
                hear()
            first, *others = chunk.split(b"\n")
            rest.append(first)
            if others:
                yield b"".join(rest)
                for line in others[:-1]:
                    yield line
                rest = [others[-1]]
        if last := b"".join(rest):
            yield last

    async def _request(
        self,
        method: str,
        path: str,
        query: Json,
        body: bytes | None,
        headers: dict[str, str],
        limits: aiohttp.ClientTimeout,
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            raise ApiError(0, "Unreachable", "the client of the cluster is closed")
        again = True
        while True:
            response = await self._session.request(
                method,
                self._access.server + path,
                params=query,
                data=body,
                headers={**headers, **await self._access.headers()},
                timeout=limits,
                proxy=self._access.proxy,
                server_hostname=self._access.server_name,
                allow_redirects=False,
            )
            if response.status == HTTPStatus.UNAUTHORIZED and again and await self._access.refused():
                response.release()
                again = False
                continue
            return response

    def _hear(self) -> None:
        self.heard = time.monotonic()

    @contextlib.contextmanager
    def _told(self, method: str, path: str) -> Iterator[None]:
        """Say in our words that there was no answer."""
        try:
            yield
        except asyncio.TimeoutError as error:
            message = f"no answer in time from {self._access.server}: {method} {path}"
            raise ApiError(0, "Timeout", message) from error
        except (aiohttp.ClientError, OSError) as error:
            raise ApiError(0, "Unreachable", f"no connection to {self._access.server}: {error}") from error


def _kept_alive(info: Any) -> socket.socket:
    """Make a socket that notices within half a minute that the other end is gone, also when nothing is sent."""
    family, type_, protocol, _, _ = info
    made = socket.socket(family, type_, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPALIVE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made


def _json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.replace(" ", "")
    except ValueError:
        return "Unknown"
