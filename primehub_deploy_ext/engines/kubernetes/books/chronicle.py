"""Copies events into the history before the cluster drops them.

What was told while a revision was rolled out is written on its page when that ends. Trouble that comes later (a crash,
an eviction) and what people did then is added to the page of the revision that is wanted. Any server may do it, more
than once and beside others: an event has a name of its own, and is told once.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from typing import Any

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import is_owned_by
from primehub_deploy_ext.engines.kubernetes.books.history import KIND
from primehub_deploy_ext.engines.kubernetes.known.world import World
from primehub_deploy_ext.engines.kubernetes.reading.happenings import (
    Happening,
    bounded,
    dump_happenings,
    happenings_of,
    lasts,
    load_happenings,
    merged,
)
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.patience import ended

Json = dict[str, Any]

_AT_ONCE = 2

log = logging.getLogger(__name__)


class Chronicle:
    """See the module.

    Parameters
    ----------
    gather
        Seconds between which what comes later is written: what comes together is written together, and of several
        servers one is mostly first, so that the others find it done.
    pause
        Seconds between two writes about one deployment. A crash loop tells of itself for ever.
    """

    def __init__(
        self, api: Api, world: World, *, gather: tuple[float, float] = (3.0, 9.0), pause: float = 120.0
    ) -> None:
        self._api = api
        self._world = world
        self._gather = gather
        self._pause = pause
        # How often each event had been told when it was found to be kept.
        self._kept: dict[str, dict[str, int]] = {}
        self._due: dict[str, asyncio.TimerHandle] = {}
        self._not_before: dict[str, float] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        # A server that starts may find hundreds in trouble; nobody waits for this.
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def look(self, seen: Seen) -> None:
        """See whether anything was told that is not kept yet; returns at once."""
        if seen.id in self._due or seen.id in self._busy or not self._is_between_revisions(seen):
            return
        kept = self._kept.get(seen.id, {})
        # What is told again and again is written once it was told twice as often.
        if any(lasts(event) and event.times >= 2 * kept.get(event.name, 0) for event in seen.events):
            loop = asyncio.get_running_loop()
            when = max(loop.time() + random.uniform(*self._gather), self._not_before.get(seen.id, 0.0))  # noqa: S311
            self._due[seen.id] = loop.call_at(when, self._start, seen.id)

    def forget(self, id: str) -> None:
        """A deployment is gone, and its history with it."""
        self._kept.pop(id, None)
        self._not_before.pop(id, None)
        if id in self._due:
            self._due.pop(id).cancel()

    async def close(self) -> None:
        """Stop; what was not written is left to whoever looks next."""
        for timer in self._due.values():
            timer.cancel()
        for task in list(self._busy.values()):
            await ended(task)

    async def closing(self, seen: Seen, number: int) -> dict[str, str]:
        """Return what to annotate the page of a revision with whose roll-out has ended: all that no page has yet."""
        try:
            pages = await self._pages(seen)
        except ApiError as error:
            log.info("%s: what was kept of its events can't be read: %s", seen.id, error)
            return {}
        elsewhere = {one.name for page in pages if _number(page) != number for one in load_happenings(page["metadata"])}
        own = [one for page in pages if _number(page) == number for one in load_happenings(page["metadata"])]
        found = [one for one in happenings_of(seen) if one.name not in elsewhere]
        kept = bounded(merged(own, found))
        self._remember(seen)
        return {words.EVENTS: dump_happenings(kept)} if kept else {}

    # ------------------------------------------------------------------ what comes later

    def _start(self, id: str) -> None:
        self._due.pop(id, None)
        self._busy[id] = asyncio.create_task(self._work(id))

    async def _work(self, id: str) -> None:
        try:
            async with self._turns:
                seen = self._world.seen(id)
                if seen is not None and self._is_between_revisions(seen):
                    await self._keep_late(seen)
        except ApiError as error:
            # Somebody else wrote first, or nothing can be written now: what is missing is found again.
            log.info("%s: its events can't be kept now: %s", id, error)
        except Exception:
            log.exception("%s: its events can't be kept", id)
        finally:
            self._busy.pop(id, None)
            self._not_before[id] = asyncio.get_running_loop().time() + self._pause
            if (now := self._world.seen(id)) is not None:
                self.look(now)
            else:
                self.forget(id)

    async def _keep_late(self, seen: Seen) -> None:
        record = seen.record
        pages = {_number(page): page for page in await self._pages(seen)}
        if record is None or not pages:
            return
        late = {event.name for event in seen.events if lasts(event)}
        place = {one.name: number for number, page in pages.items() for one in load_happenings(page["metadata"])}
        wanted = record.target.number if record.target.number in pages else max(pages)
        news: defaultdict[int, list[Happening]] = defaultdict(list)
        for happening in happenings_of(seen):
            if happening.name in late:
                news[place.get(happening.name, wanted)].append(happening)
        for number, happenings in news.items():
            await self._add(seen, pages[number]["metadata"], happenings)
        self._remember(seen)

    async def _add(self, seen: Seen, metadata: Json, happenings: list[Happening]) -> None:
        before = load_happenings(metadata)
        after = bounded(merged(before, happenings))
        if after == before:
            return
        annotations = {words.EVENTS: dump_happenings(after)}
        body = {"metadata": {"resourceVersion": metadata["resourceVersion"], "annotations": annotations}}
        await self._api.patch(KIND, metadata["name"], body, seen.namespace)

    async def _pages(self, seen: Seen) -> list[Json]:
        labels = words.selector(words.owned(seen.name, "history"))
        items = await self._api.list(KIND, seen.namespace, labels=labels, metadata_only=True)
        return [item for item in items if is_owned_by(item, seen.owner)]

    def _remember(self, seen: Seen) -> None:
        self._kept[seen.id] = {event.name: event.times for event in seen.events}

    def _is_between_revisions(self, seen: Seen) -> bool:
        """Tell whether nobody else will write down what is told now: the end of a roll-out does."""
        return seen.record is not None and not seen.record.in_progress and not seen.deleting


def _number(page: Json) -> int:
    return int(page["metadata"]["labels"][words.REVISION])
