"""What the cluster holds of one kind in one namespace, kept up to date by one LIST and one WATCH.

Readers look at :attr:`Reflector.items`; however many there are, the API server sees one watch. The stream goes on
from where it broke when the server ends it, cuts it or is restarted; it begins anew with a list when the server has
forgotten that place (410). A stream that died without a word is noticed because bookmarks stay away, or, sooner, by the
:class:`Pulse`. While it is broken, the items stay as they were and :attr:`Reflector.last_sync` tells as of when.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Json
from primehub_deploy_ext.engines.kubernetes.api.kinds import EVENT, Kind
from primehub_deploy_ext.engines.kubernetes.api.pulse import Pulse
from primehub_deploy_ext.engines.kubernetes.api.shapes import WHOLE, Shape
from primehub_deploy_ext.engines.patience import ended, within

# Of a kind whose shape says so, what is kept is no dictionary.
Listener = Callable[[str, Any, Any], None]

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
# What is refused for good (no right, no such kind) is asked for less often.
_REFUSED_PAUSE = 30.0
_AT_ONCE = 1.0
_LONG_ENOUGH = 10.0
# A server that forgot the version without saying so (restored from a backup) answers with other errors.
_LIST_AFTER = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How long a stream lives, and how long it may be silent before it is taken for dead; seconds.

    The server sends a bookmark about once a minute. It sends none for events, which its cache doesn't hold: their
    streams live short instead.
    """

    lifetime: float = 300.0
    silence: float = 80.0

    @staticmethod
    def of(kind: Kind) -> Pace:
        """Return the pace that suits a kind."""
        return Pace(lifetime=60.0, silence=65.0) if kind == EVENT else Pace()


class Reflector:
    """A mirror of one collection.

    Parameters
    ----------
    namespace
        All namespaces when left out; keys are ``namespace/name`` then, else names.
    shape
        What is kept of an object: 5,000 pods as the server sends them take 125 MB.
    labels, fields
        Selectors: what doesn't match is never sent.
    pulse
        Shared by all reflectors of an API server.
    """

    def __init__(
        self,
        api: Api,
        kind: Kind,
        namespace: str | None = None,
        *,
        shape: Shape = WHOLE,
        labels: str = "",
        fields: str = "",
        pulse: Pulse | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.kind = kind
        self.namespace = namespace
        self.items: dict[str, Any] = {}
        self._error = ""
        self.last_sync: datetime | None = None
        self.lists = 0
        self.watches = 0
        self._api = api
        self._shape = shape
        self._labels = labels
        self._fields = fields
        self._pulse = pulse
        self._pace = pace or Pace.of(kind)
        self._versions: dict[str, str] = {}
        self._version = ""
        self._failures = 0
        self._failed_as = ""
        self._may_not = False
        self._heard_at = 0.0
        self._wake = asyncio.Event()
        self._first: asyncio.Future[None] | None = None
        self._listeners: list[Listener] = []
        self._state_listeners: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._stream: asyncio.Task[None] | None = None
        self._forget_pulse: Callable[[], None] | None = None

    @property
    def error(self) -> str:
        """Why :attr:`items` may be out of date; empty while they are not."""
        return self._error or (self._pulse.error if self._pulse is not None and not self._pulse.alive else "")

    @property
    def refused(self) -> bool:
        """Whether the API server does not let this user look any more, though it answers."""
        return bool(self._error) and self._may_not and (self._pulse is None or self._pulse.alive)

    @property
    def healthy(self) -> bool:
        """Whether :attr:`items` is what the cluster holds now, as far as anybody can know."""
        return self.last_sync is not None and not self.error

    def start(self) -> None:
        """Begin, and never give up until :meth:`close`."""
        if self._task is not None:
            return
        loop = asyncio.get_running_loop()
        self._first = loop.create_future()
        self._task = loop.create_task(self._run())
        if self._pulse is not None:
            self._forget_pulse = self._pulse.on_change(self._pulse_changed)

    async def close(self) -> None:
        """Stop; the items stay as they are."""
        if self._forget_pulse is not None:
            self._forget_pulse()
            self._forget_pulse = None
        for task in (self._task, self._stream):
            if task is not None:
                await ended(task)
        self._task = None
        if self._first is not None:
            self._first.cancel()

    async def ready(self) -> None:
        """Wait for the first list.

        Raises
        ------
        ApiError
            If it was refused for good; it is tried again nevertheless. Or if the reflector was closed meanwhile.
        """
        if self._first is None:
            raise RuntimeError("the reflector was not started")
        try:
            await asyncio.shield(self._first)
        except asyncio.CancelledError:
            if not self._first.cancelled():
                raise
            # Not whoever waits was cancelled.
            raise ApiError(503, "Closed", f"nobody listens to {self} any more") from None

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(key, before, now)`` at each difference; None is for what is not there.

        It is called in the order of the cluster's versions, and for what a new list shows to be gone as well.
        Returns how to stop that.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_state(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when :attr:`healthy` or :attr:`error` changes; returns how to stop that."""
        self._state_listeners.append(listener)
        return lambda: self._state_listeners.remove(listener)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._stream = loop.create_task(self._list_and_watch())
            await asyncio.wait({self._stream})
            lived = loop.time() - began
            if lived > _LONG_ENOUGH:
                self._failures = 0
            pause = self._pause_after(self._stream, lived)
            if pause:
                self._wake.clear()
                with contextlib.suppress(asyncio.TimeoutError):
                    await within(pause, self._wake.wait())
            if self._pulse is not None:
                await self._pulse.wait_alive()

    def _pause_after(self, stream: asyncio.Task[None], lived: float) -> float:
        if stream.cancelled():
            return 0.0
        error = stream.exception()
        if error is None:
            # Somebody in between who ends every stream at once must not make us spin.
            return 0.0 if lived > _AT_ONCE else _AT_ONCE
        if isinstance(error, ApiError):
            return self._failed(error)
        log.error("the mirror of %s stumbled", self, exc_info=error)
        return self._failed(ApiError(500, "InternalError", repr(error)))

    async def _list_and_watch(self) -> None:
        if not self._version:
            await self._list()
        events = self._api.watch(
            self.kind,
            self.namespace,
            resource_version=self._version,
            labels=self._labels,
            fields=self._fields,
            lifetime=self._pace.lifetime * random.uniform(0.85, 1.0),  # noqa: S311 - so that they don't end together
            silence=self._pace.silence,
            opened=self._synced,
            read=self._shape.read,
        )
        self.watches += 1
        async with contextlib.aclosing(events):
            async for type_, item in events:
                self._failures = 0
                self._version = item["metadata"]["resourceVersion"]
                if type_ != "BOOKMARK":
                    self._put(item, gone=type_ == "DELETED")
                self._synced()

    async def _list(self) -> None:
        found: dict[str, str] = {}
        version = ""
        pages = self._api.pages(
            self.kind, self.namespace, labels=self._labels, fields=self._fields, read=self._shape.read_page
        )
        async for page in pages:
            version = page["metadata"]["resourceVersion"]
            for item in page["items"]:
                found[self._key(item)] = item["metadata"]["resourceVersion"]
                self._put(item)
        for key in self._versions.keys() - found.keys():
            self._drop(key)
        self.lists += 1
        self._version = version
        self._synced()
        if self._first is None:
            return
        if self._first.done() and not self._first.cancelled() and self._first.exception() is not None:
            # It was refused at first: whoever asks from now on has it.
            self._first = asyncio.get_running_loop().create_future()
        if not self._first.done():
            self._first.set_result(None)

    def _key(self, item: Json) -> str:
        metadata = item["metadata"]
        return metadata["name"] if self.namespace else f"{metadata.get('namespace', '')}/{metadata['name']}"

    def _put(self, item: Json, *, gone: bool = False) -> None:
        key, version = self._key(item), item["metadata"]["resourceVersion"]
        if gone:
            self._drop(key)
            return
        if self._versions.get(key) == version:
            return
        before, now = self.items.get(key), self._shape.keep(item)
        self._versions[key] = version
        self.items[key] = now
        self._tell(key, before, now)

    def _drop(self, key: str) -> None:
        self._versions.pop(key, None)
        before = self.items.pop(key, None)
        if before is not None:
            self._tell(key, before, None)

    def _tell(self, key: str, before: Any, now: Any) -> None:
        for listener in list(self._listeners):
            try:
                listener(key, before, now)
            except Exception:
                log.exception("somebody who listens to %s stumbled", self)

    def _synced(self) -> None:
        self.last_sync = datetime.now(timezone.utc)
        self._heard_at = time.monotonic()
        if self._error:
            self._set_error("")

    def _failed(self, error: ApiError) -> float:
        """Remember what went wrong, and return for how long to wait."""
        # What kept it waiting before says nothing of this: a place that was forgotten is no reason to wait at all.
        sort = "gone" if error.gone else "unreachable" if error.unreachable else "refused"
        if sort == self._failed_as:
            self._failures += 1
        else:
            self._failures = 1 if error.gone or not self._failures else 2
        self._failed_as = sort
        if error.gone or (error.status and self._failures % _LIST_AFTER == 0):
            log.info("%s begins anew with a list: %s", self, error)
            self._version = ""
        elif self._pulse is not None and error.unreachable:
            self._pulse.doubt()
        if self._failures == 1:
            # A stream that breaks and goes on at once was never out of date.
            return _AT_ONCE / 100
        if not error.gone:
            self._may_not = error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
            self._set_error(str(error))
        if not error.unreachable and self._first is not None and not self._first.done():
            self._first.set_exception(error)
            # Nobody may be waiting.
            self._first.exception()
        longest = _LONGEST_PAUSE if error.unreachable else _REFUSED_PAUSE
        pause = min(_FIRST_PAUSE * 2.0 ** min(self._failures, 20), longest)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - so that not all come back together

    def _set_error(self, error: str) -> None:
        if error != self._error:
            log.log(logging.WARNING if error else logging.INFO, "%s: %s", self, error or "up to date again")
        self._error = error
        self._tell_state()

    def _pulse_changed(self, alive: bool) -> None:
        if alive and self._pulse is not None:
            self._wake.set()
            # A connection of before the break may be dead without a word.
            if self._stream is not None and self._heard_at < self._pulse.broken_at:
                self._stream.cancel()
        self._tell_state()

    def _tell_state(self) -> None:
        for listener in list(self._state_listeners):
            listener()

    def __str__(self) -> str:
        return f"{self.kind} of {self.namespace or 'all namespaces'}"
