"""What is measured of the deployments of one engine, and who is told when it is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.domain.metrics import (
    Alerts,
    AlertSettings,
    Metrics,
    MetricsRange,
    MetricsSummaryList,
    UsageLine,
)
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.metering.census import Census, GroupFacts
from primehub_deploy_ext.engines.local.metering.metering import Metering
from primehub_deploy_ext.engines.local.metering.watchman import Watchman
from primehub_deploy_ext.engines.local.portrait import Portrait
from primehub_deploy_ext.monitoring.alerts import Change


class Observatory:
    """Looks at all deployments.

    Parameters
    ----------
    means
        Knows the gateway, the quotas and where things are kept.
    portraits
        All deployments by id, as they come and go.
    """

    def __init__(self, means: Means, portraits: Mapping[str, Portrait]) -> None:
        self._means = means
        self._portraits = portraits
        self._metering = Metering(means.paths.metrics, self._census, means.front.readings, self._looked)
        self._watchman = Watchman(means.store, self._metering.window, self._tell)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        await self._metering.run()

    async def close(self) -> None:
        """Look once more, and let go; while everybody can still be asked."""
        await self._metering.close()
        self._watchman.close()

    def remember(self, portrait: Portrait) -> None:
        """Count what a deployment that is deleted now did last."""
        self._metering.remember(portrait.facts())

    async def keep_only(self, uids: Iterable[int]) -> None:
        """Forget the deployments that are not there any more."""
        await self._metering.keep_only(uids)

    # ------------------------------------------------------------------ questions

    async def metrics(self, id: str, wanted: MetricsRange) -> Metrics:
        """See ``Engine.metrics``."""
        row = self._portrait(id).record.row
        return await self._metering.metrics(row.uid, id, row.created_at, wanted, self._means.store.events(row.uid))

    async def summary(self) -> MetricsSummaryList:
        """See ``Engine.metrics_summary``."""
        rows = [(portrait.record.row.uid, name) for name, portrait in self._portraits.items()]
        return await self._metering.summary((uid, name, self._watchman.firing(uid)) for uid, name in rows)

    async def exposition(self, *, openmetrics: bool) -> str:
        """See ``Engine.exposition``."""
        return await self._metering.exposition(openmetrics=openmetrics)

    async def usage(self) -> list[UsageLine]:
        """See ``Engine.usage``."""
        return await self._metering.usage()

    def alerts(self, id: str) -> Alerts:
        """See ``Engine.alerts``."""
        return self._watchman.of(self._portrait(id).record.row.uid)

    def set_alerts(self, id: str, settings: AlertSettings, *, user: str, if_match: int | None = None) -> Alerts:
        """See ``Engine.set_alerts``."""
        record = self._portrait(id).record
        stands = self._watchman.set(record.row.uid, settings, if_match=if_match)
        record.event("Normal", "AlertsChanged", f"{user}: changed the alerts")
        return stands

    # ------------------------------------------------------------------ looking

    def _portrait(self, id: str) -> Portrait:
        try:
            return self._portraits[id]
        except KeyError:
            raise NotFound(f"there is no deployment {id!r}") from None

    def _census(self) -> Census:
        groups = [GroupFacts(name, quota, usage) for name, (quota, usage) in self._means.ledger.groups().items()]
        facts = tuple(portrait.facts() for portrait in self._portraits.values())
        return Census(facts, self._means.paths.replicas, tuple(groups))

    def _looked(self, census: Census) -> None:
        self._watchman.look(census)

    def _tell(self, id: str, change: Change) -> None:
        kind, reason = ("Warning", "AlertFiring") if change.firing else ("Normal", "AlertResolved")
        portrait = self._portraits.get(id)
        if portrait is not None:
            portrait.record.event(kind, reason, f"{change.kind}: {change.message}")
