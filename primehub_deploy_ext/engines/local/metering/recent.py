"""The last 15 minutes of every deployment in memory: what the grid asks for every few seconds. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from primehub_deploy_ext.domain.metrics import MetricsSummary, MetricsSummaryList
from primehub_deploy_ext.monitoring.sample import Sample
from primehub_deploy_ext.monitoring.series import SPARKLINE_STEP, Point, joined, summary_of
from primehub_deploy_ext.monitoring.tiers import MINUTE

POINTS = 15 * MINUTE // SPARKLINE_STEP


class Recent:
    """Half minutes: the newest, and those before it."""

    def __init__(self) -> None:
        # End → seconds measured, and sample by uid.
        self._summaries: dict[tuple[int, int], MetricsSummary] = {}
        self._windows: deque[tuple[int, float, dict[int, Sample]]] = deque(maxlen=POINTS)

    def take(self, end: int, seconds: float, samples: dict[int, Sample]) -> None:
        """Add a finest interval; they come in order."""
        window = -(-end // SPARKLINE_STEP) * SPARKLINE_STEP
        if not self._windows or self._windows[-1][0] != window:
            self._windows.append((window, 0.0, {}))
        self._summaries.clear()
        _, before, sums = self._windows[-1]
        for uid, sample in samples.items():
            sums.setdefault(uid, Sample()).add(sample)
        self._windows[-1] = (window, before + seconds, sums)

    def points(self, uid: int, newest: int) -> list[Point]:
        """Return the half minutes of a deployment, the last one being that in which ``newest`` lies."""
        last = -(-newest // SPARKLINE_STEP) * SPARKLINE_STEP
        found = {time: Point(time, seconds, sums.get(uid)) for time, seconds, sums in self._windows}
        ends = range(last - (POINTS - 1) * SPARKLINE_STEP, last + 1, SPARKLINE_STEP)
        return [found.get(time, Point(time)) for time in ends]

    def tail(self, uid: int, newest: int, seconds: int) -> Point:
        """Return the newest ``seconds`` as one interval; half a minute more or less."""
        return joined(self.points(uid, newest)[-max(1, seconds // SPARKLINE_STEP) :], newest)

    def summaries(self, deployments: Iterable[tuple[int, str, list[str]]], newest: int) -> MetricsSummaryList:
        """Return what the grid shows.

        Parameters
        ----------
        deployments
            Of each its uid, its id and the kinds of its alerts that are firing.
        """
        return MetricsSummaryList(
            step=SPARKLINE_STEP,
            times=[point.time for point in self.points(0, newest)],
            items=[
                self._summary(uid, name, newest).model_copy(update={"alerts": alerts})
                for uid, name, alerts in deployments
            ],
        )

    def _summary(self, uid: int, name: str, newest: int) -> MetricsSummary:
        # Every open grid asks, and the answer is the same until the next look.
        if (uid, newest) not in self._summaries:
            self._summaries[uid, newest] = summary_of(name, self.points(uid, newest))
        return self._summaries[uid, newest]
