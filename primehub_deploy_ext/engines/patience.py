"""Waiting that hears every word: what is cancelled ends, also where what it waited for comes in the same moment.

``asyncio.wait_for`` returns the result then and forgets the cancellation, before Python 3.12. Whoever cancels once and
waits for the end, as every ``close`` does, waits for as long as the next step lasts: five minutes for a watch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def within(seconds: float | None, work: Awaitable[T], *, lost: Callable[[T], object] | None = None) -> T:
    """Return what some work returns; ``asyncio.TimeoutError`` when that takes longer.

    Parameters
    ----------
    lost
        Called with a result that nobody gets, because whoever waited was cancelled as it came.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            await ended(task)
    except asyncio.CancelledError:
        await ended(task)
        if lost is not None and not task.cancelled() and task.exception() is None:
            lost(task.result())
        raise
    if task.cancelled():
        raise asyncio.TimeoutError
    return task.result()


async def ended(task: asyncio.Future[Any]) -> None:
    """Cancel a task and return when it has ended, however it did; whoever waits here can be cancelled as well."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        # It was nobody's any more: no complaint that nobody asked for its error.
        task.exception()
