"""Waiting for Envoy to come round."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from primehub_deploy_ext.engines.local.gateway.admin import AdminError

_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.1


async def until(condition: Callable[[], Awaitable[bool]], limit: float) -> bool:
    """Wait until a condition holds; False if it still doesn't after ``limit`` seconds.

    ``AdminError`` counts as "not yet": an Envoy that is starting, or is being restarted, can't be asked.
    """
    loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE
    deadline = loop.time() + limit
    while True:
        try:
            if await condition():
                return True
        except AdminError:
            pass
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
