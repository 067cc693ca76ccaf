"""Follows one deployment: its states as the watch stream tells them, by asking when the stream is silent."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

from primehub_deploy_ext.client.errors import ServerUnreachable
from primehub_deploy_ext.client.rest import RestClient
from primehub_deploy_ext.client.transport import LineStream
from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, NotFound, UpstreamFailed

TICK = 0.5
# A proxy may hold the stream back: when nothing came for this long, ask.
_SILENCE = 5.0
_RECONNECT_MIN, _RECONNECT_MAX = 0.5, 5.0
_ASK_TIMEOUT = 10.0
# What passes when a server restarts; anything else is said at once.
_TRANSIENT = (ServerUnreachable, EngineUnavailable, UpstreamFailed)

Json = dict[str, Any]


def follow(rest: RestClient, deployment: Json, deadline: float) -> Iterator[Json | None]:
    """Yield the deployment at each change, None about twice a second in between.

    Parameters
    ----------
    deployment
        As it was last seen; nothing older is given.
    deadline
        Of :func:`time.monotonic`; the iteration then ends.

    Raises
    ------
    NotFound
        When the deployment is deleted.
    DeployError
        When the server refuses; that it is gone for a while is waited out.
    """
    name, newest = deployment["id"], deployment["resource_version"]
    yield deployment
    reader = _Reader(rest, name, newest)
    heard = time.monotonic()
    reconnect_at, backoff = 0.0, _RECONNECT_MIN
    try:
        while (now := time.monotonic()) < deadline:
            if reader.ended and now >= reconnect_at:
                reader = _Reader(rest, name, newest)
                reconnect_at, backoff = now + backoff, min(2 * backoff, _RECONNECT_MAX)
            found = reader.next(min(TICK, deadline - now))
            if found is _BROKEN or time.monotonic() - heard > _SILENCE:
                found = _ask(rest, name, deadline)
                heard = time.monotonic()
            if isinstance(found, dict):
                heard = time.monotonic()
                if found["resource_version"] > newest:
                    newest, backoff = found["resource_version"], _RECONNECT_MIN
                    yield found
                    continue
            yield None
    finally:
        reader.close()


class _Broken:
    pass


_BROKEN = _Broken()


def _ask(rest: RestClient, id: str, deadline: float) -> Json | None:
    timeout = max(0.1, min(_ASK_TIMEOUT, deadline - time.monotonic()))
    try:
        return rest.deployment(id, timeout=timeout)
    except _TRANSIENT:
        return None


class _Reader:
    """Reads the stream in a thread, so that the caller can show the time and be interrupted."""

    def __init__(self, rest: RestClient, id: str, resource_version: int) -> None:
        self.ended = False
        self._rest = rest
        self._id = id
        self._changes: queue.SimpleQueue[Json | DeployError | _Broken] = queue.SimpleQueue()
        self._stream: LineStream | None = None
        self._closed = False
        threading.Thread(target=self._run, args=(resource_version,), name="primehub-watch", daemon=True).start()

    def next(self, timeout: float) -> Json | _Broken | None:
        """Return the next state, None when the timeout passes, ``_BROKEN`` once when the stream has ended."""
        try:
            found = self._changes.get(timeout=max(timeout, 0.01))
        except queue.Empty:
            return None
        if isinstance(found, _Broken):
            self.ended = True
        elif isinstance(found, DeployError):
            raise found
        return found

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        if self._stream is not None:
            self._stream.close()

    def _run(self, resource_version: int) -> None:
        try:
            self._stream = self._rest.watch(resource_version)
            if self._closed:
                self._stream.close()
            for line in self._stream:
                self._take(json.loads(line))
        except _TRANSIENT:
            pass
        except DeployError as error:
            self._changes.put(error)
        except (ValueError, KeyError, TypeError):  # not our stream, or cut in the middle of a line
            pass
        self._changes.put(_BROKEN)

    def _take(self, change: Json) -> None:
        if change["type"] == "ERROR":
            raise ServerUnreachable(str(change.get("error")))
        deployment = change.get("object")
        if deployment is None or deployment["id"] != self._id:
            return
        if change["type"] == "DELETED":
            raise NotFound(f"deployment {self._id} was deleted")
        self._changes.put(deployment)
