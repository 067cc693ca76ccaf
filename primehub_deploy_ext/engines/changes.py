"""Who changed when: numbers every change and lets watchers follow, whatever their number."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from primehub_deploy_ext.domain.models import Change, Deployment
from primehub_deploy_ext.engines.patience import within

HEARTBEAT = 10.0
_KEPT = 2000
# Numbers of one run of the daemon never reach those of the next: an old one is recognised and answered by RESET.
_RUN_SIZE = 2**24


class Changes:
    """The last changes, and a signal for those who wait for the next.

    Parameters
    ----------
    run
        How often the daemon was started, so that resource versions grow over restarts.
    """

    def __init__(self, run: int) -> None:
        self._first = self.version = run * _RUN_SIZE
        self._kept: deque[Change] = deque(maxlen=_KEPT)
        self._next = asyncio.Event()
        # What keeps anybody from knowing what is true now; told with bookmarks.
        self.trouble: dict[str, Any] | None = None

    def tell_trouble(self, trouble: dict[str, Any] | None) -> None:
        """Say at once that what is shown may be out of date, and as of when it is; None: it is up to date again."""
        if trouble != self.trouble:
            self.trouble = trouble
            self._wake()

    def next_version(self) -> int:
        """Return the resource version of the change that is made now."""
        self.version += 1
        return self.version

    def publish(self, change: Change) -> None:
        """Make a change known."""
        self._kept.append(change)
        self._wake()

    def _wake(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    def _bookmark(self, version: int) -> Change:
        return Change(type="BOOKMARK", resource_version=version, error=self.trouble)

    async def watch(self, since: int | None, snapshot: Callable[[], list[Deployment]]) -> AsyncIterator[Change]:
        """List and watch; see ``Engine.watch``."""
        oldest = self._kept[0].resource_version if len(self._kept) == _KEPT else self._first + 1
        if since is None or not oldest - 1 <= since <= self.version:
            seen = self.version
            yield Change(type="RESET", resource_version=seen)
            for deployment in snapshot():
                yield Change(type="ADDED", resource_version=deployment.resource_version, object=deployment)
        else:
            seen = since
        told = self.trouble
        yield self._bookmark(seen)
        while True:
            signal = self._next
            if len(self._kept) == _KEPT and self._kept[0].resource_version > seen + 1:
                # A watcher this slow missed some: what it has is no longer the truth.
                async for change in self.watch(None, snapshot):
                    yield change
            fresh = [change for change in self._kept if change.resource_version > seen]
            for change in fresh:
                yield change
                seen = change.resource_version
            if self.trouble != told:
                told = self.trouble
                yield self._bookmark(seen)
                continue
            if fresh:
                continue
            try:
                await within(HEARTBEAT, signal.wait())
            except asyncio.TimeoutError:
                yield self._bookmark(seen)
