"""What exists of logs: a range of each attempt's, merged by time without ever holding more than is asked for."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.logs.lines import Attempt, position_of, second_of

# Seconds without a byte of a log that exists already.
_SILENCE = 20.0
# To go back from a place, the API has to be told how far: first a little, then all.
_BACK = (timedelta(minutes=1), timedelta(hours=1))
_PER_SECOND = 10_000_000
# So many logs are opened at the same time.
_AT_ONCE = 16

log = logging.getLogger(__name__)


@dataclass
class Range:
    """Which lines of one attempt are wanted: behind ``begin``, before ``end``, the last ``tail`` of them.

    ``last`` is the last position that was seen: there, following goes on. ``unread`` says why nothing can be read,
    where its node does not answer.
    """

    attempt: Attempt
    begin: int
    end: int | None
    tail: int | None
    last: int = -1
    unread: ApiError | None = None


def range_of(attempt: Attempt, query: LogQuery) -> Range:
    """Return the range of a query in one attempt; positions come before times."""
    after, before = attempt.cursor(dict(query.after)), attempt.cursor(dict(query.before))
    begin, end = -1, before
    if after is not None:
        begin = after
    elif query.since is not None:
        begin = position_of(query.since) - 1
    if before is None and query.until is not None:
        # Times have microseconds: what was printed in the same one is not later.
        end = position_of(query.until) + 10
    return Range(attempt, begin, end, query.tail, last=begin)


async def merged(api: Api, ranges: Sequence[Range], tail: int | None) -> AsyncGenerator[LogLine, None]:
    """Yield the lines of all ranges in order of time; the last ``tail`` of them.

    Raises
    ------
    ApiError
        If none can be read, or one breaks off. One whose node does not answer keeps no other from being read.
    """
    async with contextlib.AsyncExitStack() as stack:
        sources = [await stack.enter_async_context(contextlib.aclosing(_lines(api, one))) for one in ranges]
        lines = _merge(sources, ranges)
        if tail is None:
            async for line in lines:
                yield line
            return
        kept: deque[LogLine] = deque(maxlen=tail)
        async for line in lines:
            kept.append(line)
        for line in kept:
            yield line


async def _merge(sources: Sequence[AsyncIterator[LogLine]], ranges: Sequence[Range]) -> AsyncIterator[LogLine]:
    turn = asyncio.Semaphore(_AT_ONCE)

    async def opened(source: AsyncIterator[LogLine]) -> LogLine | None:
        async with turn:
            return await anext(source, None)

    firsts = await asyncio.gather(*map(opened, sources), return_exceptions=True)
    heap: list[tuple[int, int, LogLine]] = []
    for index, first in enumerate(firsts):
        if isinstance(first, BaseException):
            raise first
        if first is not None:
            heap.append((first.position, index, first))
    unread = [one.unread for one in ranges if one.unread is not None]
    if unread and len(unread) == len(ranges):
        raise unread[0]
    heapq.heapify(heap)
    while heap:
        _, index, line = heap[0]
        yield line
        following = await anext(sources[index], None)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (following.position, index, following))


async def _lines(api: Api, wanted: Range) -> AsyncGenerator[LogLine, None]:
    begun = False
    async with contextlib.aclosing(_wanted_of(api, wanted)) as lines:
        try:
            async for line in lines:
                begun = True
                yield line
        except ApiError as error:
            if begun or not is_of_its_node(error):
                raise
            log.info("the log of %s can't be read: %s", wanted.attempt.name, error)
            wanted.unread = error


async def _wanted_of(api: Api, wanted: Range) -> AsyncGenerator[LogLine, None]:
    if wanted.tail is None or wanted.end is None:
        async for line in _read(api, wanted, wanted.begin, wanted.tail):
            yield line
        return
    for back in _BACK:
        begin = max(wanted.begin, wanted.end - int(back.total_seconds()) * _PER_SECOND)
        found = [line async for line in _read(api, wanted, begin, None)]
        if len(found) >= wanted.tail or begin == wanted.begin:
            break
    else:
        found = list(deque([line async for line in _read(api, wanted, wanted.begin, None)], maxlen=wanted.tail))
    for line in found[-wanted.tail :] if wanted.tail else []:
        yield line


async def _read(api: Api, wanted: Range, begin: int, tail: int | None) -> AsyncIterator[LogLine]:
    query = wanted.attempt.query()
    if begin >= 0:
        query["sinceTime"] = second_of(begin)
    if tail is not None:
        # The last line is read even if none is wanted: following goes on behind it.
        query["tailLines"] = max(tail, 1)
    try:
        async with api.lines(wanted.attempt.path, query, silence=_SILENCE) as lines:
            async for raw in lines:
                line = wanted.attempt.line(raw)
                if line is None or line.position <= begin:
                    continue
                if wanted.end is not None and line.position >= wanted.end:
                    return
                wanted.last = max(wanted.last, line.position)
                if tail != 0:
                    yield line
    except ApiError as error:
        if not is_gone(error):
            raise


def is_gone(error: ApiError) -> bool:
    """Tell whether there is no such log: not yet, or not any more."""
    return error.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}


def is_of_its_node(error: ApiError) -> bool:
    """Tell whether the kubelet that has the log does not answer, which says nothing of other logs.

    The API server names the address that it asked. It waits longer for a machine that is gone than anybody does here.
    """
    return "/containerLogs/" in error.message or error.reason == "Timeout"
