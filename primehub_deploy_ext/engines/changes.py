"""Who changed when: numbers every change and lets watchers follow, whatever their number."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from primehub_deploy_ext.domain.models import Change, Deployment

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

    def next_version(self) -> int:
        """Return the resource version of the change that is made now."""
        self.version += 1
        return self.version

    def publish(self, change: Change) -> None:
        """Make a change known."""
        self._kept.append(change)
        self._next.set()
        self._next = asyncio.Event()

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
        yield Change(type="BOOKMARK", resource_version=seen)
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
            if fresh:
                continue
            try:
                await asyncio.wait_for(signal.wait(), HEARTBEAT)
            except asyncio.TimeoutError:
                yield Change(type="BOOKMARK", resource_version=seen)
