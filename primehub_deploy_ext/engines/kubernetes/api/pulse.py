"""Whether the API server answers at all: asked only when nothing else was heard of it.

A watch that is silent may be idle or dead. Bookmarks tell within a minute or so; the pulse tells within seconds when
the whole way to the API server is cut, and when it is back, with one small request for all watches of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.patience import ended, within

INTERVAL_SECONDS = 15.0
_ANSWER_SECONDS = 4.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0

log = logging.getLogger(__name__)


class Pulse:
    """The API server's sign of life.

    Parameters
    ----------
    interval
        Seconds of silence after which it is asked.
    answer
        Seconds that it has to answer.
    """

    def __init__(self, api: Api, interval: float = INTERVAL_SECONDS, answer: float = _ANSWER_SECONDS) -> None:
        self._api = api
        self._interval = interval
        self._answer = answer
        self._doubted = asyncio.Event()
        self._alive = asyncio.Event()
        self._alive.set()
        self._listeners: list[Callable[[bool], None]] = []
        self._task: asyncio.Task[None] | None = None
        self.error = ""
        self.broken_at = 0.0
        self._answered_at = 0.0

    @property
    def alive(self) -> bool:
        """Whether it answered when it was asked last."""
        return self._alive.is_set()

    def start(self) -> None:
        """Begin to listen, and to ask when there is nothing to hear."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop asking."""
        if self._task is not None:
            await ended(self._task)
            self._task = None

    def doubt(self) -> None:
        """Ask now: somebody's request had no answer."""
        self._doubted.set()

    async def wait_alive(self) -> None:
        """Return once it answers."""
        await self._alive.wait()

    def on_change(self, listener: Callable[[bool], None]) -> Callable[[], None]:
        """Call ``listener`` with whether it answers, each time that changes; returns how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _run(self) -> None:
        while True:
            quiet = time.monotonic() - max(self._api.heard, self._answered_at)
            if quiet < self._interval and not self._doubted.is_set():
                with contextlib.suppress(asyncio.TimeoutError):
                    await within(self._interval - quiet, self._doubted.wait())
                continue
            await self._ask_until_answered()
            self._answered_at = time.monotonic()
            self._doubted.clear()

    async def _ask_until_answered(self) -> None:
        pause = _FIRST_PAUSE
        while not await self._ask():
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _ask(self) -> bool:
        try:
            await self._api.alive(timeout=self._answer)
        except ApiError as error:
            # Whoever refuses is there.
            if error.unreachable:
                self._tell(alive=False, error=str(error))
                return False
        self._tell(alive=True, error="")
        return True

    def _tell(self, *, alive: bool, error: str) -> None:
        self.error = error
        if alive == self.alive:
            return
        log.log(logging.INFO if alive else logging.WARNING, "the API server %s", "answers" if alive else error)
        if alive:
            self._alive.set()
        else:
            self.broken_at = time.monotonic()
            self._alive.clear()
        for listener in list(self._listeners):
            listener(alive)
