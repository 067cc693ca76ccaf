"""Looks at replicas while somebody looks at what is measured, and answers from the last minutes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Protocol

from primehub_deploy_ext.domain.metrics import Chart, Metrics, MetricsRange, MetricsSummary, MetricsSummaryList
from primehub_deploy_ext.domain.models import Event
from primehub_deploy_ext.domain.resources import Measurement
from primehub_deploy_ext.engines.kubernetes.metering.harvest import Reading, Tally
from primehub_deploy_ext.engines.kubernetes.metering.pages import Page
from primehub_deploy_ext.engines.kubernetes.metering.recent import KEPT, Look, Recent
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen, is_ready, template_of
from primehub_deploy_ext.engines.kubernetes.reading.steps import restarts_of, running_since, runs, serving_status
from primehub_deploy_ext.engines.patience import ended
from primehub_deploy_ext.monitoring.marks import marks_of
from primehub_deploy_ext.monitoring.series import SPARKLINE_STEP, metrics_of, summary_of, totals_of
from primehub_deploy_ext.monitoring.tiers import FINEST, LENGTHS, tier_of

Json = dict[str, Any]

# Who looked is taken to look on for this long: a page asks every few seconds.
_ATTENTION = 75.0
# Grids show half minutes.
_GRID_EVERY = SPARKLINE_STEP
# Replicas that are read for grids, at most: of a thousand deployments not all are measured by each open page.
MOST_REPLICAS = 300
_FORGOTTEN = KEPT + 5 * 60
_FIRST_LOOK = 3.0
_AFTER_THE_EDGE = 0.05
_MINUTE = 60.0
# What no replica can know: bytes are counted nowhere.
_NEVER = [Chart.BYTES]
_ONLY_WITH_PROMETHEUS = (
    "Earlier than the last 15 minutes nothing is kept here: an administrator can have a Prometheus scrape the "
    "replicas, and set c.PrimehubDeploy.prometheus_url."
)
_SERVES_BY_ITSELF = (
    "The image serves by itself and counts nothing that is known here. An administrator can have a Prometheus tell its "
    "CPU and memory, and its requests where a service mesh counts them: c.PrimehubDeploy.prometheus_url."
)

log = logging.getLogger(__name__)


class Known(Protocol):
    """What is known of the cluster."""

    def seen(self, id: str) -> Seen | None:
        """Return all that is known of a deployment."""

    def ids(self) -> Iterable[str]:
        """Return the ids of the deployments there are."""


class Pages(Protocol):
    """Reads replicas."""

    async def read(self, pod: Json) -> Page | str:
        """Return what a pod says, or why that is not known."""


@dataclass
class _Watched:
    """One deployment that somebody looks at.

    Parameters
    ----------
    uid
        Of its object: a name may be used again.
    """

    uid: str
    tally: Tally = field(default_factory=lambda: Tally(KEPT))
    recent: Recent = field(default_factory=Recent)
    attention: float = 0.0
    looked: float = 0.0
    served: int = 0
    counted: bool = False
    problem: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Metering:
    """See the module.

    Parameters
    ----------
    clock
        Unix time.
    """

    def __init__(self, known: Known, pages: Pages, clock: Callable[[], float] = time.time) -> None:
        self._known = known
        self._pages = pages
        self._clock = clock
        self._watched: dict[str, _Watched] = {}
        self._grid_attention = 0.0
        self._looking: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop looking; what was seen is forgotten."""
        task, self._looking = self._looking, None
        if task is not None:
            await ended(task)

    # ------------------------------------------------------------------ questions

    async def metrics(self, seen: Seen, wanted: MetricsRange, events: Iterable[Event]) -> Metrics:
        """Return what was measured of a deployment."""
        watched = await self._attend(seen)
        now, step = self._clock(), tier_of(wanted).step
        until = -(-round(now - FINEST.step / 2) // step) * step
        length, since = LENGTHS[wanted], watched.recent.since
        # Nobody stands before the replicas and sees who gives up.
        totals = totals_of(watched.recent.total(until - length), measured=since is not None).model_copy(
            update={"aborted": None}
        )
        made = metrics_of(
            seen.id,
            wanted,
            watched.recent.points(until, length, step),
            step=step,
            marks=marks_of(events, datetime.fromtimestamp(until - length, timezone.utc)),
            requests_ever=_requests_ever(seen, watched),
        )
        return made.model_copy(
            update={
                "totals": totals,
                "ready": [*watched.recent.ready(made.times[:-1], step), sum(map(is_ready, seen.pods))],
                "measured_since": None if since is None else datetime.fromtimestamp(since, timezone.utc),
                "note": _note(seen, watched, wanted),
                "not_measured": _unknown(seen, watched),
            }
        )

    async def summary(self) -> MetricsSummaryList:
        """Return the last 15 minutes of all deployments, of those that are measured."""
        begun = self._clock() - self._grid_attention > _ATTENTION
        self._grid_attention = self._clock()
        self._run()
        if begun:
            # What takes longer is in the next answer.
            await asyncio.wait({asyncio.ensure_future(self._look())}, timeout=_FIRST_LOOK)
        until = -(-round(self._clock() - FINEST.step / 2) // SPARKLINE_STEP) * SPARKLINE_STEP
        return MetricsSummaryList(
            step=SPARKLINE_STEP,
            times=list(range(until - int(KEPT) + SPARKLINE_STEP, until + SPARKLINE_STEP, SPARKLINE_STEP)),
            items=[self._summary(own, until) for own in self._known.ids()],
        )

    async def measurements(self) -> list[Measurement]:
        """Return what deployments take, of those that are measured, over the last minute."""
        await self.summary()
        since = self._clock() - _MINUTE
        found = []
        for own, watched in self._watched.items():
            looks = [look for look in watched.recent.looks if look.time > since and look.sample.replicas]
            held = [taken.memory.mean or 0.0 for taken in looks[-1].sample.replicas.values()] if looks else []
            seconds = sum(look.seconds for look in looks)
            if held and seconds:
                taken = sum(one.cpu_seconds for look in looks for one in look.sample.replicas.values())
                found.append(Measurement(id=own, cpu=max(0.0, taken / seconds), memory=int(sum(held))))
        return found

    # ------------------------------------------------------------------ looking

    async def _attend(self, seen: Seen) -> _Watched:
        watched = self._of(seen)
        watched.attention = self._clock()
        self._run()
        if self._clock() - watched.looked >= FINEST.step:
            await self._look_at(seen, watched)
        return watched

    def _of(self, seen: Seen) -> _Watched:
        uid = str(seen.owner["metadata"].get("uid", ""))
        watched = self._watched.get(seen.id)
        if watched is None or watched.uid != uid:
            watched = self._watched[seen.id] = _Watched(uid)
        return watched

    def _run(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_on())

    async def _look_on(self) -> None:
        """Look at the end of every interval, for as long as anybody wants to know."""
        while self._is_wanted():
            now = self._clock()
            await asyncio.sleep(FINEST.start_of(now) + FINEST.step + _AFTER_THE_EDGE - now)
            try:
                await self._look()
            except Exception:
                log.exception("replicas were not measured")

    def _is_wanted(self) -> bool:
        last = max([self._grid_attention, *(one.attention for one in self._watched.values())])
        return self._clock() - last <= _ATTENTION

    async def _look(self) -> None:
        now = self._clock()
        for_grid = now - self._grid_attention <= _ATTENTION
        wanted: list[tuple[Seen, _Watched]] = []
        room = MOST_REPLICAS
        for own in self._known.ids():
            seen = self._known.seen(own)
            if seen is None:
                continue
            attended = own in self._watched and now - self._watched[own].attention <= _ATTENTION
            if not attended:
                room -= len(_to_read(seen))
                if not for_grid or room < 0:
                    continue
            watched = self._of(seen)
            due = FINEST.step if attended else _GRID_EVERY
            # By the clock's intervals, so that each has its look.
            if now // due != watched.looked // due:
                wanted.append((seen, watched))
        await asyncio.gather(*(self._look_at(seen, watched) for seen, watched in wanted))
        self._forget(now)

    async def _look_at(self, seen: Seen, watched: _Watched) -> None:
        if watched.turn.locked():
            # Another looks just now: that is as good.
            async with watched.turn:
                return
        async with watched.turn:
            pods = _to_read(seen)
            pages = await asyncio.gather(*(self._pages.read(pod) for pod in pods))
            now = self._clock()
            readings = [
                _reading(pod, page, now)
                for pod, page in zip(pods, pages, strict=True)
                if isinstance(page, Page) and page.counts_requests
            ]
            seconds, sample = watched.tally.harvest(readings, now)
            watched.looked = now
            watched.counted = watched.counted or bool(readings)
            watched.served = max(watched.served, sum(reading.page.predictions for reading in readings))
            watched.problem = next((page for page in pages if isinstance(page, str)), "")
            watched.recent.take(Look(now, seconds, sample, sum(map(is_ready, seen.pods))))

    def _forget(self, now: float) -> None:
        there = set(self._known.ids())
        for own, watched in list(self._watched.items()):
            if own not in there or now - max(watched.looked, watched.attention) > _FORGOTTEN:
                del self._watched[own]

    def _summary(self, id: str, until: int) -> MetricsSummary:
        recent = self._watched[id].recent if id in self._watched else Recent()
        return summary_of(id, recent.points(until, int(KEPT), SPARKLINE_STEP))


def _note(seen: Seen, watched: _Watched, wanted: MetricsRange) -> str:
    """Return what people should know about the numbers."""
    if not watched.counted and seen.pods:
        if not seen.spec.model.artifact:
            return _SERVES_BY_ITSELF
        if watched.problem and any(map(is_ready, seen.pods)):
            return f"Replicas can't be read from here: {watched.problem}"
    return "" if wanted is MetricsRange.QUARTER else _ONLY_WITH_PROMETHEUS


def _unknown(seen: Seen, watched: _Watched) -> list[Chart]:
    """Return the charts that can't be filled."""
    if watched.counted or (seen.spec.model.artifact and not watched.problem):
        return _NEVER
    return [one for one in Chart if one is not Chart.READY]


def _to_read(seen: Seen) -> list[Json]:
    """Return the pods that may count: those that run our runner, for as long as they answer."""
    if not seen.spec.model.artifact:
        return []
    return [pod for pod in seen.pods if (pod.get("status") or {}).get("podIP") and runs(pod)]


def _reading(pod: Json, page: Page, now: float) -> Reading:
    metadata, began = pod["metadata"], running_since(pod)
    return Reading(
        uid=str(metadata.get("uid", metadata["name"])),
        name=metadata["name"],
        revision=str(template_of(pod)),
        attempt=serving_status(pod).get("restartCount", 0),
        began=began.timestamp() if began else now,
        page=page,
    )


def _requests_ever(seen: Seen, watched: _Watched) -> int | None:
    """Return how often it was called, as far as the replicas that are there tell.

    None rather than 0 where others served before them.
    """
    if not watched.counted:
        return None
    first = seen.record is not None and seen.record.target.template == 1 and not any(map(restarts_of, seen.pods))
    return watched.served if watched.served or first else None
