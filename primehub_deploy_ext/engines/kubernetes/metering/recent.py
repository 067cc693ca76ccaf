"""The last minutes of one deployment, as they were looked at: more often while its charts are open. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from primehub_deploy_ext.domain.metrics import MetricsRange, Numbers
from primehub_deploy_ext.monitoring.sample import Sample
from primehub_deploy_ext.monitoring.series import SPARKLINE_STEP, Point, joined
from primehub_deploy_ext.monitoring.tiers import FINEST, LENGTHS

KEPT = float(LENGTHS[MetricsRange.QUARTER])
# What was seen once a minute or more often is shown as the mean of that time; what was not is one point of its own.
_SPREAD = 60.0


@dataclass(frozen=True)
class Look:
    """What one look at a deployment gave.

    Parameters
    ----------
    time
        Unix time.
    seconds
        For how long before it is known what happened; 0: it isn't.
    ready
        Replicas that answer.
    """

    time: float
    seconds: float
    sample: Sample
    ready: int


class Recent:
    """Looks, oldest first; those that are no longer shown are forgotten."""

    def __init__(self) -> None:
        self._looks: deque[Look] = deque()

    def take(self, look: Look) -> None:
        """Add a look; they come in order."""
        self._looks.append(look)
        while self._looks[0].time < look.time - KEPT - SPARKLINE_STEP:
            self._looks.popleft()

    @property
    def since(self) -> float | None:
        """Since when it is known what happened; None where it is not known of any time."""
        return min((look.time - look.seconds for look in self._looks if look.seconds), default=None)

    @property
    def looks(self) -> tuple[Look, ...]:
        """All that there are."""
        return tuple(self._looks)

    def total(self, since: float) -> Sample:
        """Return all that was counted since a time."""
        return Sample.sum_of(look.sample for look in self._looks if look.seconds and look.time > since)

    def points(self, until: int, length: int, step: int) -> list[Point]:
        """Return intervals of ``step`` seconds, the last of which ends at ``until``; empty ones were not looked at.

        In the finest intervals a look stands for all those that it is about: they show the same mean, and don't add up.
        """
        ends = range(until - length + step, until + step, step)
        found: dict[int, list[Point]] = {}
        for look in self._looks:
            for time in _times(look) if step == FINEST.step else [_end(look.time, step)]:
                found.setdefault(time, []).append(Point(time, look.seconds, look.sample))
        return [joined(found[end], end) if end in found else Point(end) for end in ends]

    def ready(self, times: list[int], step: int) -> Numbers:
        """Return how many replicas answered at the end of each interval."""
        found: dict[int, int] = {}
        for look in self._looks:
            for time in _times(look):
                found[_end(time, step)] = look.ready
        return [found.get(time) for time in times]


def _times(look: Look) -> list[int]:
    """Return the ends of the finest intervals that a look is about, newest first."""
    parts = max(1, round(look.seconds / FINEST.step)) if look.seconds <= _SPREAD else 1
    return [_end(look.time, FINEST.step) - index * FINEST.step for index in range(parts)]


def _end(time: float, step: int) -> int:
    """Return the end of the interval that a look was at: right after it, or a little later on a busy machine."""
    return -(-round(time - FINEST.step / 2) // step) * step
