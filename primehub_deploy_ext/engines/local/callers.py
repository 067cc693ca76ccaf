"""Who may call a private endpoint: its clients, as the gateway checks them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.errors import AlreadyExists, NotFound
from primehub_deploy_ext.engines.base import NewClient
from primehub_deploy_ext.engines.local.store import Store, now

SERVER_CLIENT = "primehub-deploy.server"
"""The name under which the servers of this engine call; no client can have it, since it contains a dot."""

_STORED_AS = "server_token"
_JUST_AFTER = 0.001
_LONGEST_SLEEP = 60.0
_WRITE_PAUSE = 5.0

log = logging.getLogger(__name__)


class Callers:
    """The clients of one deployment.

    Only the SHA-1 of a token is kept, the one hash that Envoy's basic_auth knows
    (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/basic_auth_filter). A fast, unsalted
    hash is sound for 256 random bits, which can't be guessed from it.

    Parameters
    ----------
    store, uid
        Where they are kept.
    tell
        Has the gateway let in who may call now.
    clock
        Tells the time.
    """

    def __init__(
        self, store: Store, uid: int, tell: Callable[[], Awaitable[None]], clock: Callable[[], datetime] = now
    ) -> None:
        self._store = store
        self._uid = uid
        self._tell = tell
        self._clock = clock
        self._next_expiry: asyncio.Task[None] | None = None
        self._used: set[str] = set()
        self._next_write: asyncio.TimerHandle | None = None
        self._known = {client.name: (client, secret) for client, secret in store.clients(uid)}

    def all(self) -> list[Client]:
        """Return the clients, expired ones too, by name."""
        return [client for _, (client, _) in sorted(self._known.items())]

    def users(self) -> tuple[str, ...]:
        """Return the lines by which the gateway lets them in; those of expired clients are left out."""
        clock = self._clock()
        return tuple(
            f"{name}:{secret}"
            for name, (client, secret) in sorted(self._known.items())
            if client.expires_at is None or client.expires_at > clock
        )

    async def add(self, new: NewClient) -> Client:
        """Let a client in; ``AlreadyExists`` if the name is taken."""
        if new.name in self._known:
            raise AlreadyExists(
                f"there is a client {new.name!r} already: choose another name, or revoke that one first",
                fields=[{"field": "name", "message": "taken"}],
            )
        client = Client(name=new.name, created_at=self._clock(), created_by=new.user, expires_at=new.expires_at)
        self._keep(client, hash_token(new.token))
        self.watch_expiry()
        try:
            await self._tell()
        except BaseException:
            # Whoever asked gets no token: it must not stay as a name that is taken.
            self._forget(new.name)
            raise
        return client

    async def remove(self, name: str) -> None:
        """Revoke a client; ``NotFound`` if there is none of this name."""
        if name not in self._known:
            raise NotFound(f"there is no client {name!r}")
        self._forget(name)
        await self._tell()

    def seen(self, name: str, time: float) -> None:
        """Note that a client's request was let in.

        Parameters
        ----------
        time
            Unix seconds.
        """
        if name not in self._known:
            return
        client, secret = self._known[name]
        used = client.model_copy(update={"last_used_at": datetime.fromtimestamp(time, timezone.utc)})
        self._known[name] = used, secret
        self._used.add(name)
        if self._next_write is None:
            self._next_write = asyncio.get_running_loop().call_later(_WRITE_PAUSE, self._write_uses)

    def _write_uses(self) -> None:
        # All at once, now and then: a write that survives a power cut takes milliseconds, and a thousand clients may
        # call at the same time.
        self._next_write = None
        self._store.save_clients(self._uid, [self._known[name] for name in self._used if name in self._known])
        self._used.clear()

    def watch_expiry(self) -> None:
        """Have the gateway told when the next client expires, and the one after it."""
        self._stop_watching()
        clock = self._clock()
        times = [client.expires_at for client, _ in self._known.values() if client.expires_at is not None]
        ahead = [time for time in times if time > clock]
        if ahead:
            self._next_expiry = asyncio.create_task(self._expire_at(min(ahead)))

    async def _expire_at(self, time: datetime) -> None:
        # Not in one sleep: the loop's time stands still while a laptop sleeps, and clocks are set.
        while (left := (time - self._clock()).total_seconds()) >= 0:  # noqa: ASYNC110 -- a clock calls nobody
            await asyncio.sleep(min(left + _JUST_AFTER, _LONGEST_SLEEP))
        # Forgotten first: it would end itself.
        self._next_expiry = None
        self.watch_expiry()
        try:
            await self._tell()
        except Exception:
            # Whoever tells it tries again; this must go on to the next one.
            log.exception("the gateway could not be told that a client expired")

    def close(self) -> None:
        """Watch no more."""
        self._stop_watching()
        if self._next_write is not None:
            self._next_write.cancel()
            self._write_uses()

    def _stop_watching(self) -> None:
        if self._next_expiry is not None:
            self._next_expiry.cancel()
            self._next_expiry = None

    def _forget(self, name: str) -> None:
        self._store.remove_client(self._uid, name)
        self._known.pop(name, None)

    def _keep(self, client: Client, secret: str) -> None:
        self._store.save_clients(self._uid, [(client, secret)])
        self._known[client.name] = (client, secret)


class ServerPass:
    """Lets the servers of this engine through to private endpoints.

    The secret outlives the daemon: the gateway, which does too, knows it already when the next one starts.
    """

    def __init__(self, store: Store) -> None:
        token = store.meta(_STORED_AS)
        if token is None:
            token = secrets.token_urlsafe(32)
            store.remember(_STORED_AS, token)
        self._token = token
        self.user = f"{SERVER_CLIENT}:{hash_token(self._token)}"

    @property
    def header(self) -> str:
        """Value of the ``Authorization`` header."""
        return "Basic " + base64.b64encode(f"{SERVER_CLIENT}:{self._token}".encode()).decode()


def hash_token(token: str) -> str:
    """Return the hash of a token in the form that the gateway reads."""
    digest = hashlib.sha1(token.encode(), usedforsecurity=False).digest()
    return "{SHA}" + base64.b64encode(digest).decode()
