"""What the Hub said: asked again after a while, and remembered for a while when it does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from primehub_deploy_ext.service.groups.hub_api import HubRefused, HubUnreachable

T = TypeVar("T")

Clock = Callable[[], float]

# Seconds after which a Hub that did not answer, or refused, is asked again.
RETRY = 5.0


@dataclass(frozen=True)
class Bounds:
    """How old answers may be, in seconds.

    Parameters
    ----------
    refresh
        After that the question is asked again.
    grace
        For so long the last answer counts when there is no new one.
    """

    refresh: float
    grace: float


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer that counts, and how old it is; ``problem`` says why there is no newer one."""

    value: T
    age: float
    problem: HubUnreachable | None = None


class Remembered(Generic[T]):
    """One question and its last answer; all who wait for an answer wait for the same one.

    Parameters
    ----------
    ask
        Asks the Hub. ``HubUnreachable``: what it said before still counts; ``HubRefused``: it does no more.
    clock
        Returns seconds that only grow.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], bounds: Bounds, clock: Clock) -> None:
        self._ask = ask
        self._bounds = bounds
        self._clock = clock
        self._asking = asyncio.Lock()
        self._asked: float | None = None
        self._known: tuple[T, float] | None = None
        self._problem: HubUnreachable | HubRefused | None = None

    @property
    def last(self) -> T | None:
        """The last answer, however old."""
        return self._known[0] if self._known else None

    def idle(self, seconds: float) -> bool:
        """Tell whether nobody wanted to know for so long."""
        return self._asked is not None and self._clock() - self._asked > seconds

    async def get(self) -> Answer[T]:
        """Return the answer, asking when the last one is too old.

        Raises
        ------
        HubUnreachable
            If there is none, or none that still counts.
        HubRefused
            If the Hub refused.
        """
        async with self._asking:
            if self._due():
                await self._refresh()
            problem = self._problem
            if self._known is None or isinstance(problem, HubRefused):
                raise problem or HubUnreachable("not asked yet")
            value, since = self._known
            age = self._clock() - since
            if problem is not None and age > self._bounds.grace:
                raise problem
            return Answer(value, age, problem)

    def _due(self) -> bool:
        if self._asked is None:
            return True
        wait = self._bounds.refresh if self._problem is None else min(self._bounds.refresh, RETRY)
        return self._clock() - self._asked >= wait

    async def _refresh(self) -> None:
        begun = self._clock()
        try:
            self._known = (await self._ask(), begun)
        except HubUnreachable as error:
            self._problem = error
            # Later than it was begun: a Hub that lets everybody wait is not asked again at once.
            self._asked = self._clock()
        except HubRefused as error:
            self._known, self._problem = None, error
            self._asked = self._clock()
        else:
            self._problem = None
            self._asked = begun
