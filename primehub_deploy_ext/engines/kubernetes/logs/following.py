"""One attempt's log as it is printed, over cut connections and restarts of the API server: no line lost, none twice."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.logs.lines import Attempt, second_of
from primehub_deploy_ext.engines.kubernetes.logs.ranges import is_gone, is_of_its_node
from primehub_deploy_ext.engines.patience import ended

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
# A log may be silent for hours: asked anew now and then, a stream that died without a word costs this long.
_SILENCE = 300.0
_OPEN_SECONDS = 10.0

log = logging.getLogger(__name__)


class Follower:
    """Puts the lines of one attempt into a queue until it has ended.

    Parameters
    ----------
    last
        The position of the last line that is known.
    now
        Returns the attempt as it stands now; None when its pod is gone.
    """

    def __init__(self, api: Api, last: int, now: Callable[[], Attempt | None], queue: asyncio.Queue[LogLine]) -> None:
        self._api = api
        self._last = last
        self._now = now
        self._queue = queue
        self._task: asyncio.Task[None] | None = None
        self._opened_at = 0.0
        self.connected = False
        self.done = False
        # The last attempt to open it got no answer of the node that has it.
        self.out_of_reach = False

    def start(self) -> None:
        """Begin, or begin anew behind the last line."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            await ended(self._task)

    async def renew(self, before: float) -> None:
        """Open the stream anew if it was opened before a moment (monotonic) at which connections may have died."""
        if not self.done and self._opened_at < before:
            await self.stop()
            self.start()

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            attempt = self._now()
            if attempt is None:
                break
            before = self._last
            try:
                await self._read(attempt)
                # The stream ends with the container; else somebody in between ended it.
                if not attempt.running:
                    break
            except ApiError as error:
                if is_gone(error) and not attempt.running:
                    break
                self.out_of_reach = not self.connected and is_of_its_node(error)
                log.info("the log of %s breaks: %s", attempt.name, error)
            finally:
                self.connected = False
            pause = _FIRST_PAUSE if self._last > before else min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)
        self.done = True

    async def _read(self, attempt: Attempt) -> None:
        query = attempt.query(follow="true")
        if self._last >= 0:
            query["sinceTime"] = second_of(self._last)
        lines = self._api.lines(attempt.path, query, silence=_SILENCE, answer=_OPEN_SECONDS)
        async with lines as raws:
            self.connected, self.out_of_reach = True, False
            self._opened_at = time.monotonic()
            async for raw in raws:
                line = attempt.line(raw)
                if line is not None and line.position > self._last:
                    await self._queue.put(line)
                    self._last = line.position
