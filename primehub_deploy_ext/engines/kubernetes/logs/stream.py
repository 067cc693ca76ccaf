"""Logs as ``Engine.logs`` promises them: all containers and attempts of all pods, followed over replacements."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.engines.kubernetes.api.client import Api
from primehub_deploy_ext.engines.kubernetes.api.pulse import Pulse
from primehub_deploy_ext.engines.kubernetes.logs.following import Follower
from primehub_deploy_ext.engines.kubernetes.logs.lines import Attempt, attempts_of, position_of, wanted
from primehub_deploy_ext.engines.kubernetes.logs.ranges import Range, merged, range_of
from primehub_deploy_ext.engines.patience import within

Json = dict[str, Any]

BEAT_SECONDS = 4.5
_TOGETHER = 1000
_COLLECT_SECONDS = 0.1
_WAITING_LINES = 10_000


async def read_logs(
    api: Api,
    pods: Callable[[], Sequence[Json]],
    query: LogQuery,
    *,
    pulse: Pulse | None = None,
    goes_on: Callable[[], bool] = lambda: True,
    beat: float = BEAT_SECONDS,
) -> AsyncIterator[list[LogLine]]:
    """Yield lines; ``ApiError`` if what exists can't be read.

    Parameters
    ----------
    pods
        Returns the pods as they are now, as a mirror holds them.
    pulse
        Tells when the API server is away: there is no beat then, as nobody knows what is missing.
    goes_on
        Whether there may be more to come.
    """
    ranges = [range_of(attempt, query) for attempt in wanted(list(pods()), query)]
    batch: list[LogLine] = []
    async with contextlib.aclosing(merged(api, ranges, query.tail)) as lines:
        async for line in lines:
            batch.append(line)
            if len(batch) >= _TOGETHER:
                yield batch
                batch = []
    if not query.after and not query.before:
        batch += [_word_of(one) for one in ranges if one.unread is not None]
    if batch:
        yield batch
    if not query.follow:
        return
    yield []
    crowd = _Crowd(api, pods, query, {one.attempt.name: one for one in ranges}, pulse)
    try:
        said = time.monotonic()
        while goes_on():
            fresh = await crowd.collect()
            if fresh:
                yield fresh
            if time.monotonic() - said >= beat and len(fresh) < _TOGETHER and crowd.complete:
                yield []
                said = time.monotonic()
    finally:
        await crowd.close()


class _Crowd:
    """The followers of all attempts that are wanted; new pods and attempts join by themselves."""

    def __init__(
        self,
        api: Api,
        pods: Callable[[], Sequence[Json]],
        query: LogQuery,
        read: dict[str, Range],
        pulse: Pulse | None,
    ) -> None:
        self._api = api
        self._pods = pods
        self._query = query
        self._pulse = pulse
        self._queue: asyncio.Queue[LogLine] = asyncio.Queue(_WAITING_LINES)
        self._followers: dict[tuple[str, str, int], Follower] = {}
        self._renewed = 0.0
        # What had ended when it was read is known to its end.
        self._ended = {_key(one.attempt) for one in read.values() if not one.attempt.running and one.unread is None}
        self._read = {_key(one.attempt): one.last for one in read.values()}

    @property
    def complete(self) -> bool:
        """Whether nothing can be missing: all streams are open, and all lines of them were told.

        But for those whose node does not answer, maybe for hours: that is told in words.
        """
        alive = self._pulse is None or self._pulse.alive
        open_ = all(one.done or one.connected or one.out_of_reach for one in self._followers.values())
        return alive and open_ and self._queue.empty()

    async def collect(self) -> list[LogLine]:
        """Return what is new since a moment ago, in order of time."""
        self._join()
        await self._renew()
        fresh: list[LogLine] = []
        with contextlib.suppress(asyncio.TimeoutError):
            fresh.append(await within(_COLLECT_SECONDS, self._queue.get()))
            # What other replicas print at the same moment comes with it.
            await asyncio.sleep(_COLLECT_SECONDS / 4)
        while len(fresh) < _TOGETHER and not self._queue.empty():
            fresh.append(self._queue.get_nowait())
        return sorted(fresh, key=lambda line: line.position)

    async def close(self) -> None:
        """Stop all."""
        await asyncio.gather(*(one.stop() for one in self._followers.values()))

    def _join(self) -> None:
        for attempt in wanted(list(self._pods()), self._query):
            key = _key(attempt)
            if key in self._followers or key in self._ended:
                continue
            last = self._read.get(key, range_of(attempt, self._query).begin)
            follower = Follower(self._api, last, self._finder(key), self._queue)
            self._followers[key] = follower
            follower.start()

    async def _renew(self) -> None:
        """Streams of before a break of the whole way may be dead without a word."""
        if self._pulse is not None and self._pulse.alive and self._pulse.broken_at > self._renewed:
            self._renewed = self._pulse.broken_at
            await asyncio.gather(*(one.renew(self._renewed) for one in self._followers.values()))

    def _finder(self, key: tuple[str, str, int]) -> Callable[[], Attempt | None]:
        def find() -> Attempt | None:
            found = (one for pod in self._pods() if pod["metadata"]["uid"] == key[0] for one in attempts_of(pod))
            return next((one for one in found if _key(one) == key), None)

        return find


def _key(attempt: Attempt) -> tuple[str, str, int]:
    return attempt.uid, attempt.container, attempt.number


def _word_of(unread: Range) -> LogLine:
    """Return what people read in the place of a log whose node does not answer.

    It is of no attempt: who goes on behind it has missed nothing of those that there are.
    """
    clock, attempt = datetime.now(timezone.utc), unread.attempt
    return LogLine(
        time=clock,
        replica=attempt.pod,
        attempt=0,
        stream="stderr",
        text=f"(the log of this replica can't be read now: its node does not answer: {unread.unread})",
        position=position_of(clock),
        container=attempt.label,
    )
