"""Quotas on a cluster: however many wishes from however many servers at once, together they never exceed them.

The cluster keeps what runs, and one ConfigMap in each namespace keeps what was promised and may not run yet. A wish

1. reads the promises, and the version of the ConfigMap;
2. then reads what the deployments of the namespace take;
3. is compared with both, and added to the promises *if the ConfigMap is still at that version*, else from 1.;
4. is written to the cluster, and its promise taken back.

Two wishes that both fit alone can't both get past 3. A promise is taken back only once its object is there, so who no
longer finds it in 1. finds the object in 2. The ResourceQuota of the namespace is the wall behind this: it holds for
those too who go around it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
import socket
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.resources import Usage
from primehub_deploy_ext.engines.kubernetes.quota.grants import (
    PATIENCE,
    Granted,
    Record,
    Sightings,
    Wish,
    bounded,
    decide,
    unbounded,
)

_log = logging.getLogger(__name__)

Taken = Callable[[str], Awaitable[Mapping[str, Usage]]]
Clock = Callable[[], float]

# Seconds for which a wish tries to get in between others.
_PERSISTENCE = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
# Answers that leave open whether the cluster did what it was asked: only these below 500.
_UNDECIDED = {408}


class Raced(Exception):
    """The promises were changed since they were read."""


@dataclass(frozen=True)
class Page:
    """The promises of a namespace, by key, at a version; None when none was ever made."""

    version: str | None
    records: Mapping[str, Record]


class GrantStore(Protocol):
    """Keeps the promises of each namespace where all servers see them."""

    async def read(self, namespace: str) -> Page:
        """Return the newest promises, never remembered ones."""

    async def add(self, namespace: str, seen: Page, key: str, record: Record, forget: Collection[str]) -> None:
        """Add a promise and forget others; ``Raced`` when the promises are not as they were seen."""

    async def forget(self, namespace: str, key: str) -> None:
        """Take a promise back; whatever others do meanwhile."""


class Grant:
    """A wish that may be written to the cluster now."""

    def __init__(self, granted: Granted, valid_until: float | None, clock: Clock) -> None:
        self.more = granted.more
        self.reserve = granted.reserve
        self._valid_until = valid_until
        self._clock = clock

    def check(self) -> None:
        """Refuse to be used by somebody who slept too long: others count the grant no more after a while.

        Raises
        ------
        EngineUnavailable
            Nothing was changed.
        """
        if self._valid_until is not None and self._clock() > self._valid_until:
            raise EngineUnavailable(
                "the cluster took too long to answer before the change was written: nothing was changed, try again"
            )


class Ledger:
    """Lets wishes through that fit.

    Parameters
    ----------
    store
        Keeps the promises.
    taken
        Looks up, in the cluster itself and not in a cache, what each deployment of a namespace takes, by id.
    clock
        Returns seconds that only grow.
    wall
        Returns seconds since the epoch.
    """

    def __init__(self, store: GrantStore, taken: Taken, *, clock: Clock = time.monotonic, wall: Clock = time.time):
        self._store = store
        self._taken = taken
        self._clock = clock
        self._wall = wall
        self._sightings: dict[str, Sightings] = defaultdict(Sightings)
        # One wish of this server at a time: it would only race with itself.
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._server = f"{socket.gethostname()}/{os.getpid()}"

    @asynccontextmanager
    async def grant(self, wish: Wish) -> AsyncIterator[Grant]:
        """Hold what a wish takes for as long as it takes to write it to the cluster, inside this context.

        When that succeeded, or was refused for sure, the promise is taken back at the end; when nobody knows (a
        time-out, a cut connection), it counts until it expires.

        Raises
        ------
        QuotaExceeded
            If the group would grow beyond its quota.
        EngineUnavailable
            If so many wish at once that this one's turn did not come.
        """
        if not bounded(wish.quota) or _shrinks(wish):
            yield Grant(unbounded(wish), None, self._clock)
            return
        key = secrets.token_hex(8)
        async with self._turns[wish.namespace]:
            grant = await self._promise(wish, key)
        try:
            yield grant
        except BaseException as error:
            if decided(error):
                await self._take_back(wish, key)
            raise
        await self._take_back(wish, key)

    async def _promise(self, wish: Wish, key: str) -> Grant:
        begun, pause = self._clock(), _FIRST_PAUSE
        while True:
            page = await self._store.read(wish.namespace)
            expired = self._sightings[wish.namespace].expired(page.records, now=self._clock(), wall=self._wall())
            # Only now: a promise that is not in the page any more is among these.
            taken = await self._taken(wish.namespace)
            granted = decide(wish, taken, [record for k, record in page.records.items() if k not in expired])
            # From before it is sent: others can't have seen it earlier.
            valid_until = self._clock() + PATIENCE
            record = Record(wish.id, granted.reserve, self._wall(), self._server)
            try:
                await self._store.add(wish.namespace, page, key, record, expired)
            except Raced:
                if self._clock() - begun > _PERSISTENCE:
                    raise EngineUnavailable(
                        f"too many changes at once in the group {wish.group!r}: nothing was changed, try again"
                    ) from None
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 -- only to part the racers
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return Grant(granted, valid_until, self._clock)

    async def _take_back(self, wish: Wish, key: str) -> None:
        try:
            # What was written is written: whoever waits for the wish must not fail, or be cancelled, for this.
            await asyncio.shield(self._store.forget(wish.namespace, key))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is: the promise expires by itself
            _log.warning("the quota grant of %s in %s can't be taken back yet: %s", wish.id, wish.namespace, error)


def _shrinks(wish: Wish) -> bool:
    """Tell whether nothing grows, not even for a while: then nothing can be exceeded."""
    return not wish.most_more and all(
        getattr(wish.wanted, name) <= getattr(wish.held, name) for name in Usage.model_fields
    )


def decided(error: BaseException) -> bool:
    """Tell whether an error of a request says that the cluster did nothing."""
    status = getattr(error, "status", None)
    return isinstance(status, int) and 400 <= status < 500 and status not in _UNDECIDED
