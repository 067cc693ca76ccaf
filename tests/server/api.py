"""How the tests of this folder call the API and look at its answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from jupyter_server.auth import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User

PREFIX = "primehub-deploy/v1"
DIGEST = "0" * 64
USER_HEADER = "X-User"


@dataclass(frozen=True)
class Answer:
    """What a test looks at."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class HeaderLogin(IdentityProvider):
    """An identity provider for tests: callers are who they say they are."""

    async def get_user(self, handler: Any) -> User | None:
        name = handler.request.headers.get(USER_HEADER)
        return User(name) if name else None

    def is_token_authenticated(self, handler: Any) -> bool:
        return True  # no browser, so no XSRF


class Api:
    """Calls with the server's token; ``headers={"Authorization": …}`` replaces it.

    Parameters
    ----------
    user
        Who calls, where the server logs people in with :class:`HeaderLogin`; empty: nobody.
    """

    def __init__(self, fetch: Callable[..., Awaitable[Any]], user: str = "") -> None:
        self._fetch = fetch
        self._user = user

    def as_user(self, user: str) -> Api:
        """Return what calls as somebody else."""
        return Api(self._fetch, user)

    async def __call__(self, verb: str, path: str, body: Any = None, **options: Any) -> Answer:
        if self._user:
            options["headers"] = {USER_HEADER: self._user, **options.get("headers", {})}
        if "body_producer" not in options and (verb in {"POST", "PUT", "PATCH"} or body is not None):
            options["body"] = body if isinstance(body, (bytes, str)) else json.dumps(body) if body is not None else ""
        options = {"raise_error": False, "allow_nonstandard_methods": True, "request_timeout": 120, **options}
        response = await self._fetch(PREFIX, path, method=verb, **options)
        return Answer(response.code, response.headers, response.body)

    async def create(self, name: str = "Iris", **fields: Any) -> dict[str, Any]:
        """Create a deployment and return it."""
        answer = await self("POST", "deployments", new_deployment(name=name, **fields))
        assert answer.status == 201, answer.body
        return answer.json


def new_deployment(**fields: Any) -> dict[str, Any]:
    """Return a valid body of ``POST deployments``, with these fields replaced."""
    return {"name": "Iris", "model": {"artifact": DIGEST, "size": 3, "interpreter": "/usr/bin/python3"}} | fields


class RecordingAuthorizer(Authorizer):
    """Notes what it is asked; lets ``allowed`` actions through."""

    allowed: ClassVar[set[str]] = set()
    asked: ClassVar[list[tuple[str, str]]] = []

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return action in self.allowed


class Stream:
    """One open answer, read piece by piece as a browser would."""

    def __init__(self, status: int, headers: dict[str, str], reader: asyncio.StreamReader) -> None:
        self.status = status
        self.headers = headers
        self._reader = reader
        self._rest = b""

    async def line(self) -> str | None:
        """Return the next line, or None at the end."""
        while b"\n" not in self._rest:
            size = int(await asyncio.wait_for(self._reader.readline(), 30), 16)
            piece = await asyncio.wait_for(self._reader.readexactly(size + 2), 30)
            if size == 0:
                return None
            self._rest += piece[:-2]
        line, self._rest = self._rest.split(b"\n", 1)
        return line.decode()

    async def change(self) -> Any:
        """Return the next line as JSON."""
        line = await self.line()
        return None if line is None else json.loads(line)

    async def is_open(self) -> bool:
        """Tell whether the server has not ended the answer; call it when no line is due."""
        try:
            await asyncio.wait_for(self._reader.read(1), 0.05)
        except asyncio.TimeoutError:
            return True
        return False


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""

    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(poll(), 30)
