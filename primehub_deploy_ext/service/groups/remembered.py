"""What a Hub or a cluster said: asked again after a while, and remembered for a while when it does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

Clock = Callable[[], float]

# Seconds after which who did not answer, or refused, is asked again.
RETRY = 5.0


class Unreachable(Exception):
    """Who was asked did not answer, or nothing that makes sense: it may be back soon."""


class Refused(Exception):
    """Who was asked answered that this may not be known; the message is theirs."""


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
    problem: Unreachable | None = None


class Remembered(Generic[T]):
    """One question and its last answer; all who wait for an answer wait for the same one.

    Parameters
    ----------
    ask
        Asks. ``Unreachable``: what it said before still counts; ``Refused``: it does no more.
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
        self._problem: Unreachable | Refused | None = None

    @property
    def last(self) -> T | None:
        """The last answer, however old."""
        return self._known[0] if self._known else None

    def expire(self) -> None:
        """Ask again at the next question: something was changed."""
        self._asked = None

    def idle(self, seconds: float) -> bool:
        """Tell whether nobody wanted to know for so long."""
        return self._asked is not None and self._clock() - self._asked > seconds

    async def get(self) -> Answer[T]:
        """Return the answer, asking when the last one is too old.

        Raises
        ------
        Unreachable
            If there is none, or none that still counts.
        Refused
            If it was refused.
        """
        async with self._asking:
            if self._due():
                await self._refresh()
            problem = self._problem
            if self._known is None or isinstance(problem, Refused):
                raise problem or Unreachable("not asked yet")
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
        except Unreachable as error:
            self._problem = error
            # Later than it was begun: who lets everybody wait is not asked again at once.
            self._asked = self._clock()
        except Refused as error:
            self._known, self._problem = None, error
            self._asked = self._clock()
        else:
            self._problem = None
            self._asked = begun
