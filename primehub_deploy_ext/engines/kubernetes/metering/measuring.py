"""What is measured, as the service layer sees it: by looking at replicas, or by what a Prometheus is asked."""

from __future__ import annotations

from abc import abstractmethod

from primehub_deploy_ext.domain.metrics import Metrics, MetricsRange, MetricsSummaryList
from primehub_deploy_ext.domain.models import Event
from primehub_deploy_ext.domain.resources import Measurement
from primehub_deploy_ext.engines.kubernetes.metering.exposing import states_of
from primehub_deploy_ext.engines.kubernetes.office import Office
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.monitoring.questions import Overview, Questions

# Warnings of the kubelet that come with starts that go well: no marks on a time axis.
_TRIFLES = {"Unhealthy", "MissingClusterDNS", "DNSConfigForming"}


class Measuring:
    """The part of the protocol that is about it."""

    @property
    @abstractmethod
    def _at_work(self) -> Office: ...

    @abstractmethod
    async def events(self, id: str) -> list[Event]:
        """See ``Engine.events``."""

    async def measurements(self) -> list[Measurement]:
        """See ``Engine.measurements``: of those that are measured."""
        await self._at_work.world.ready()
        return await self._at_work.metering.measurements()

    async def metrics(self, id: str, wanted: MetricsRange) -> Metrics:
        """See ``Engine.metrics``: the last 15 minutes, while somebody looks."""
        seen = await self._at_work.seen(id)
        events = [event for event in await self.events(id) if event.reason not in _TRIFLES]
        return await self._at_work.metering.metrics(seen, wanted, events)

    async def questions(self, id: str) -> Questions:
        """See ``Engine.questions``."""
        seen = await self._at_work.seen(id)
        return seen.flavor.questions(seen.owner, seen.spec)

    async def overview(self) -> Overview | None:
        """See ``Engine.overview``."""
        world = self._at_work.world
        await world.ready()
        found = self._seen()
        return Overview(
            ids={(seen.namespace, seen.name): seen.id for seen in found},
            groups={mirror.namespace: mirror.group for mirror in world.mirrors()},
        )

    async def metrics_summary(self) -> MetricsSummaryList:
        """See ``Engine.metrics_summary``: of those that are measured."""
        await self._at_work.world.ready()
        return await self._at_work.metering.summary()

    async def exposition(self, *, openmetrics: bool = False) -> str:
        """See ``Engine.exposition``: how things stand. What replicas count, they tell Prometheus themselves."""
        shown = {deployment.id: deployment for deployment in await self._at_work.all()}
        stands = [(seen, shown[seen.id]) for seen in self._seen() if seen.id in shown]
        return states_of(stands, openmetrics=openmetrics)

    def _seen(self) -> list[Seen]:
        world = self._at_work.world
        return [seen for own in world.ids() if (seen := world.seen(own)) is not None]
