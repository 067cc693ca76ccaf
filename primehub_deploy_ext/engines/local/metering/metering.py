"""The daemon's measuring: looks every few seconds, records, and answers what was seen."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeVar

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.metrics import Chart, Metrics, MetricsRange, MetricsSummaryList, UsageLine
from primehub_deploy_ext.domain.models import Event
from primehub_deploy_ext.engines.local.gateway.readings import Readings
from primehub_deploy_ext.engines.local.metering.archive import Archive
from primehub_deploy_ext.engines.local.metering.census import Census, DeploymentFacts
from primehub_deploy_ext.engines.local.metering.collector import Collector, Harvest
from primehub_deploy_ext.engines.local.metering.exposing import exposition_of
from primehub_deploy_ext.engines.local.metering.recent import Recent
from primehub_deploy_ext.engines.local.workload import COUNTERS
from primehub_deploy_ext.engines.patience import within
from primehub_deploy_ext.monitoring.ledger import Numbers
from primehub_deploy_ext.monitoring.marks import marks_of
from primehub_deploy_ext.monitoring.sample import Sample
from primehub_deploy_ext.monitoring.series import Point, metrics_of
from primehub_deploy_ext.monitoring.tiers import FINEST, LENGTHS, TIERS, tier_of

T = TypeVar("T")
GatewayReadings = list[tuple[str, Readings]]

# What is shown of the time before the daemon's first look is one interval's worth.
_FIRST = float(FINEST.step)
_AFTER_THE_EDGE = 0.05
_OPEN_AGAIN = 30.0
# Who asks while the daemon starts waits this long for the archive's first opening.
_OPENING = 10.0
# What one that was deleted did last is seen by the next look, and is used by its group when its minute is complete.
_DEPARTED_KEPT = 120.0

log = logging.getLogger(__name__)


class Metering:
    """Measures all deployments of one engine.

    The clock's intervals are looked at when they end. All but the question to the gateway happens in a thread of its
    own, so that no wish and no replica waits for it.

    Parameters
    ----------
    path
        The archive's file.
    census
        Tells who there is now.
    gateways
        Asks the gateway about the requests of deployments, given by uid; an empty list where none runs.
    looked
        Called after each look.
    """

    def __init__(
        self,
        path: Path,
        census: Callable[[], Census],
        gateways: Callable[[Collection[str]], Awaitable[GatewayReadings]],
        looked: Callable[[Census], None] = lambda _: None,
    ) -> None:
        self._census = census
        self._gateways = gateways
        self._looked = looked
        self._thread = ThreadPoolExecutor(1, "metering")
        self._path = path
        self._archive: Archive | None = None
        self._tried = asyncio.Event()
        self._trouble = "it is still being opened"
        # By uid, with the time at which they were deleted.
        self._departed: dict[int, tuple[DeploymentFacts, float]] = {}
        self._recent = Recent()
        self._totals: dict[tuple[int, str], Numbers] = {}
        self._seen: dict[int, Sample] = {}
        self._unrecorded = Harvest()
        self._looking = asyncio.Lock()
        # When counters were last looked at, as Unix time: of an earlier daemon at first.
        self._last: float | None = None
        self._newest = 0

    async def run(self) -> None:
        """Open the archive and remember where it stopped; look at the end of every interval, until cancelled."""
        while self._archive is None:
            try:
                await self._in_thread(self._open)
            except (OSError, sqlite3.Error) as error:
                # A full disk, say: deployments run without being measured.
                log.warning("nothing is measured: %s: %s", self._path, error)
                self._trouble = str(error)
                self._tried.set()
                await asyncio.sleep(_OPEN_AGAIN)
        self._tried.set()
        while True:
            now = time.time()
            await asyncio.sleep(FINEST.start_of(now) + FINEST.step + _AFTER_THE_EDGE - now)
            try:
                await self.look()
            except (EngineUnavailable, sqlite3.Error, OSError) as error:
                # What was not seen now is seen the next time: counters wait.
                log.warning("nothing was measured: %s", error)
            except Exception:
                log.exception("nothing was measured")

    async def look(self) -> None:
        """Measure now, and record it."""
        async with self._looking:
            await self._opened()
            gateways = await self._gateways([str(uid) for uid in self._counted().counted])
            census = self._counted()
            gone = await self._in_thread(lambda: self._take(census, gateways, time.time()))
            # A name may have been given to a new replica meanwhile, which goes on in the same file.
            running = {replica.key for _, replica in self._census().replicas()}
            for name in gone:
                if name not in running:
                    (census.counters / f"{name}.{COUNTERS}").unlink(missing_ok=True)
            self._looked(census)

    def remember(self, deployment: DeploymentFacts) -> None:
        """Count what a deployment that is deleted now did last."""
        self._departed[deployment.uid] = (deployment, time.monotonic())

    async def close(self) -> None:
        """Look once more, so that nothing is missing, and close the archive."""
        with contextlib.suppress(EngineUnavailable, sqlite3.Error, OSError, asyncio.TimeoutError):
            await within(5, self.look())
        if self._archive is not None:
            await self._in_thread(self._archive.close)
        self._thread.shutdown()

    # ------------------------------------------------------------------ questions

    async def metrics(
        self, uid: int, id: str, created_at: datetime, wanted: MetricsRange, events: Iterable[Event]
    ) -> Metrics:
        """Return the series of one deployment, up to the newest interval.

        Raises
        ------
        EngineUnavailable
            If the archive can't be opened; so do all that ask for what is kept.
        """
        archive = await self._opened()
        tier, newest = tier_of(wanted), self._newest or FINEST.start_of(time.time())
        until = -(-newest // tier.step) * tier.step
        since = until - LENGTHS[wanted]
        points = await self._in_thread(lambda: archive.points(uid, tier, since, until))
        # Before it existed nothing of it was measured, whatever else was.
        begin = created_at.timestamp()
        points = [point if point.time >= begin else Point(point.time) for point in points]
        return metrics_of(
            id,
            wanted,
            points,
            step=tier.step,
            marks=marks_of(events, datetime.fromtimestamp(since, timezone.utc)),
            requests_ever=self._requests_ever(uid),
            not_measured=_not_measured(points),
        )

    async def summary(self, deployments: Iterable[tuple[int, str, list[str]]]) -> MetricsSummaryList:
        """Return the last 15 minutes of deployments, each given by uid, id and the alerts that are firing."""
        with contextlib.suppress(EngineUnavailable):
            # Without an archive nothing is measured, and that is what is shown: the grid is about more than this.
            await self._opened()
        rows, newest = list(deployments), self._newest or FINEST.start_of(time.time())
        return await self._in_thread(lambda: self._recent.summaries(rows, newest))

    async def exposition(self, *, openmetrics: bool) -> str:
        """Return all totals in Prometheus' text format."""
        # Before they are there, no page at all: Prometheus would take their absence for a restart of the counters.
        await self._opened()
        census, totals, seen = self._census(), self._totals, self._seen
        return await self._in_thread(lambda: exposition_of(census, totals, seen, openmetrics=openmetrics))

    async def usage(self) -> list[UsageLine]:
        """Return what each group used in each month."""
        return await self._in_thread((await self._opened()).usage)

    async def keep_only(self, uids: Iterable[int]) -> None:
        """Forget the deployments that are not there any more."""
        kept, archive = [*uids, *self._departed], await self._opened()

        def forget() -> None:
            with archive.transaction():
                archive.keep_only(kept)
            gone = {uid for uid, _ in self._totals} - set(kept)
            self._totals = {name: values for name, values in self._totals.items() if name[0] not in gone}

        await self._in_thread(forget)

    def window(self, uid: int, seconds: int) -> Point:
        """Return the newest ``seconds`` of a deployment as one interval."""
        return self._recent.tail(uid, self._newest, seconds)

    def _requests_ever(self, uid: int) -> int:
        served = [
            values[0]
            for (owner, name), values in self._totals.items()
            if owner == uid and name.startswith("server|predictions|") and not name.endswith("|0")
        ]
        return int(sum(served))

    # ------------------------------------------------------------------ in the thread

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        archive = Archive(self._path)
        self._collector = Collector(archive.baselines())
        self._totals = archive.totals()
        last = archive.last_tick()
        if last is not None:
            self._last = self._newest = last + FINEST.step
            since = last - LENGTHS[MetricsRange.QUARTER]
            for begin, seconds, samples in archive.everything(since, {uid for uid, _ in self._totals}):
                self._recent.take(begin + FINEST.step, seconds, samples)
        self._archive = archive

    async def _opened(self) -> Archive:
        if self._archive is None:
            with contextlib.suppress(asyncio.TimeoutError):
                await within(_OPENING, self._tried.wait())
        if self._archive is None:
            raise EngineUnavailable(f"what is measured can't be kept: {self._path}: {self._trouble}")
        return self._archive

    def _counted(self) -> Census:
        since = time.monotonic() - _DEPARTED_KEPT
        self._departed = {uid: known for uid, known in self._departed.items() if known[1] > since}
        return replace(self._census(), departed=tuple(deployment for deployment, _ in self._departed.values()))

    def _take(self, census: Census, gateways: GatewayReadings, now: float) -> list[str]:
        # With what was read before and could not be recorded: its counters won't tell it again.
        harvest = self._unrecorded
        harvest.add(self._collector.collect(census, gateways))
        # Looked at right after its end, or a little later on a busy machine.
        begin = FINEST.start_of(now - FINEST.step / 2)
        # A clock that was set back tells nothing.
        seconds = now - self._last if self._last is not None and now > self._last else _FIRST
        totals = dict(self._totals)
        for name, increase in harvest.totals.items():
            before = totals.get(name)
            totals[name] = increase if before is None else tuple(map(sum, zip(before, increase, strict=True)))
        self._record(census, harvest, totals, begin, seconds)
        self._unrecorded = Harvest()
        self._collector.baselines.kept()
        self._totals, self._last, self._newest = totals, now, begin + FINEST.step
        self._recent.take(self._newest, seconds, harvest.samples)
        self._seen = harvest.samples
        return harvest.gone

    def _record(
        self, census: Census, harvest: Harvest, totals: dict[tuple[int, str], Numbers], begin: int, seconds: float
    ) -> None:
        archive, owners = self._archive, census.counted
        assert archive is not None  # noqa: S101 - looks begin when it is open
        with archive.transaction():
            archive.keep_baselines(self._collector.baselines)
            archive.keep_totals((name, totals[name]) for name in harvest.totals)
            archive.record(begin, seconds, harvest.samples)
            if (begin + FINEST.step) % TIERS[1].step == 0:
                for minute, samples in archive.roll_up(begin + FINEST.step, owners):
                    month = datetime.fromtimestamp(minute, timezone.utc).strftime("%Y-%m")
                    for uid, sample in samples.items():
                        archive.add_usage(month, owners[uid].group, owners[uid].id, sample)


def _not_measured(points: Iterable[Point]) -> list[Chart]:
    if any(point.seconds for point in points):
        return []
    return list(Chart)
