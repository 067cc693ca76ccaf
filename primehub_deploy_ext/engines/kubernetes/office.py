"""What an open engine holds, wired together: the API, what is known, who writes, who keeps the books, who is told."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from primehub_deploy_ext.domain.errors import EngineUnavailable, NotFound
from primehub_deploy_ext.domain.models import Change, Deployment, Status
from primehub_deploy_ext.engines.changes import Changes
from primehub_deploy_ext.engines.kubernetes.api.access import AccessUnknown
from primehub_deploy_ext.engines.kubernetes.api.client import Api
from primehub_deploy_ext.engines.kubernetes.books.archive import Archive
from primehub_deploy_ext.engines.kubernetes.books.clerk import Clerk
from primehub_deploy_ext.engines.kubernetes.books.record import now
from primehub_deploy_ext.engines.kubernetes.desk import Desk
from primehub_deploy_ext.engines.kubernetes.ends import Ends
from primehub_deploy_ext.engines.kubernetes.envs import Envs
from primehub_deploy_ext.engines.kubernetes.flavors.all import FLAVORS
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Way
from primehub_deploy_ext.engines.kubernetes.guests.doors import Doors
from primehub_deploy_ext.engines.kubernetes.known.capacity import Capacity
from primehub_deploy_ext.engines.kubernetes.known.left import LeftFlavors
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces
from primehub_deploy_ext.engines.kubernetes.known.world import World
from primehub_deploy_ext.engines.kubernetes.means import Means
from primehub_deploy_ext.engines.kubernetes.metering.metering import Metering
from primehub_deploy_ext.engines.kubernetes.metering.reading import ReplicaPages
from primehub_deploy_ext.engines.kubernetes.models.artifacts import ArtifactStore
from primehub_deploy_ext.engines.kubernetes.models.libraries import ImageLibraries
from primehub_deploy_ext.engines.kubernetes.models.sweep import ArtifactSweep
from primehub_deploy_ext.engines.kubernetes.pod_calls import PodCalls
from primehub_deploy_ext.engines.kubernetes.quota.dues import Dues
from primehub_deploy_ext.engines.kubernetes.quota.grant_store import ConfigMapGrants
from primehub_deploy_ext.engines.kubernetes.quota.ledger import Ledger
from primehub_deploy_ext.engines.kubernetes.reach import Reach
from primehub_deploy_ext.engines.kubernetes.reading.projection import deployment_of
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.reading.times import moment
from primehub_deploy_ext.engines.kubernetes.rights.preflight import Preflight
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from primehub_deploy_ext.engines.kubernetes.sweeping import Sweeper
from primehub_deploy_ext.engines.kubernetes.trials import Trials

# Changes that come together are told together: a roll-out makes dozens within a moment.
_GATHER = 0.02
# So many are worked out before others get their turn.
_AT_ONCE = 50
# Resource versions of one run never reach those of a later one, and stay below 2**53, which JavaScript counts to.
_EPOCH = 1_735_689_600

log = logging.getLogger(__name__)


class Office:
    """One engine at work."""

    def __init__(self, settings: KubernetesSettings) -> None:
        self.settings = settings
        self.api = Api(settings.source())
        self.way = Way(
            route=settings.route,
            public_url=settings.public_url,
            gateway=settings.gateway,
            ingress_class=settings.ingress_class,
            ingress_annotations=settings.ingress_annotations,
            cluster_domain=settings.cluster_domain,
        )
        flavors = {name: _flavor(name) for name in sorted({settings.flavor, *settings.flavors.values()})}
        namespaces = Namespaces(self.api, settings.namespaces)
        left = LeftFlavors(self.api, flavors)
        self.world = World(self.api, namespaces, list(flavors.values()), self._on_change, self._on_doubt, left)
        capacity = Capacity(self.api)
        self.means = Means(
            api=self.api,
            calls=PodCalls(self.api, settings.reach),
            settings=settings,
            world=self.world,
            namespaces=namespaces,
            flavors=flavors,
            ledger=Ledger(ConfigMapGrants(self.api), Dues(self.api, self.world, flavors, capacity).taken),
            preflight=Preflight(self.api),
            envs=Envs(self.api),
            artifacts=ArtifactStore(settings.artifact_root, settings.artifact_options)
            if settings.artifact_root
            else None,
            libraries=ImageLibraries(self.world, settings.runner_image),
            capacity=capacity,
            way=self.way,
        )
        self.doors = Doors(self.means)
        self.reach = Reach(self.means, self.doors)
        self.archive = Archive(self.means)
        self.clerk = Clerk(self.means, self.archive, self.reach, self.doors)
        self.desk = Desk(self.means, self.archive, self.clerk, self.doors)
        self.trials = Trials(self.means)
        self.ends = Ends(self.means)
        self._sweeper = Sweeper(
            self.means, self.archive, besides=(self.trials.sweep_all, ArtifactSweep(self.means).sweep)
        )
        self.metering = Metering(self.world, ReplicaPages(self.means.calls))
        self.changes = Changes(int(time.time()) - _EPOCH)
        self._shown: dict[str, Deployment] = {}
        self._dirty: set[str] = set()
        self._gathering: asyncio.TimerHandle | None = None
        self._machine = self.means.capacity.known
        self._closed = False

    async def open(self) -> None:
        """Begin to listen; waits for nothing.

        Raises
        ------
        EngineUnavailable
            If nothing says where the cluster is.
        """
        try:
            await self.api.open()
        except AccessUnknown as error:
            raise EngineUnavailable(str(error)) from error
        self.world.start()
        self._sweeper.start()

    async def close(self) -> None:
        """Stop listening; what runs goes on."""
        self._closed = True
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        await self._sweeper.close()
        await self.clerk.close()
        await self.doors.close()
        await self.metering.close()
        await self.reach.close()
        await self.means.calls.close()
        await self.world.close()
        await self.api.close()

    async def seen(self, id: str) -> Seen:
        """Return all that is known of a deployment; ``NotFound`` if there is none."""
        await self.world.ready()
        seen = self.world.seen(id)
        if seen is None:
            raise NotFound(f"there is no deployment {id!r}")
        return seen

    async def all(self) -> list[Deployment]:
        """Return all deployments."""
        _, self._machine = await asyncio.gather(self.world.ready(), self.means.machine())
        while self._dirty:
            self._flush(_AT_ONCE)
            await asyncio.sleep(0)
        return list(self._shown.values())

    async def show(self, id: str) -> Deployment:
        """Return a deployment as it is now; ``NotFound`` if there is none."""
        await self.seen(id)
        self._machine = await self.means.machine()
        self._publish(id)
        if id not in self._shown:
            raise NotFound(f"there is no deployment {id!r}")
        return self._shown[id]

    def snapshot(self) -> list[Deployment]:
        """Return all deployments as they were last told."""
        self._flush()
        return list(self._shown.values())

    def status(self, id: str) -> Status | None:
        """Return the status as it was last told."""
        return self._shown[id].status if id in self._shown else None

    # ------------------------------------------------------------------ telling

    def _on_change(self, id: str) -> None:
        self._dirty.add(id)
        if self._gathering is None:
            self._gather(_GATHER)

    def _gather(self, seconds: float) -> None:
        if self._closed:
            return  # what is still heard while all is closed begins nothing any more
        self._gathering = asyncio.get_running_loop().call_later(seconds, self._flush, _AT_ONCE)

    def _on_doubt(self) -> None:
        """Tell those who watch as of when what they see is true, while nobody knows what is true now."""
        problem, as_of = self.world.problem, self.world.as_of
        if not problem or as_of is None:
            self.changes.tell_trouble(None)
        elif self.changes.trouble is None:
            # Only why: that the cluster can't be reached, and as of when, is what the code says.
            trouble = {"code": "stale", "message": problem.rstrip("."), "as_of": as_of.isoformat()}
            self.changes.tell_trouble(trouble)

    def _flush(self, most: int | None = None) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        for one in [self._dirty.pop() for _ in range(min(len(self._dirty), most or len(self._dirty)))]:
            # One that somebody broke keeps no other from being shown.
            for look in (self._publish, self.clerk.look, self.doors.look):
                try:
                    look(one)
                except Exception:
                    log.exception("%s can't be looked at", one)
        if self._dirty and self._gathering is None:
            self._gather(0.0)

    def _publish(self, id: str) -> None:
        """Tell those who watch what became of a deployment, if anything did."""
        seen, before = self.world.seen(id), self._shown.get(id)
        if seen is None:
            if before is not None:
                del self._shown[id]
                self.reach.forget(id)
                version = self.changes.next_version()
                self.changes.publish(Change.model_construct(type="DELETED", resource_version=version, object=before))
            return
        if before is not None and before.created_at != _created(seen):
            before = None
        version = before.resource_version if before else self.changes.next_version()
        current = deployment_of(seen, before.status if before else None, now(), self.way, self._machine, version)
        if current == before:
            return
        if before is not None:
            version = self.changes.next_version()
            current = current.model_copy(update={"resource_version": version})
        kind: Any = "MODIFIED" if before is not None else "ADDED"
        self._shown[id] = current
        self.changes.publish(Change.model_construct(type=kind, resource_version=version, object=current))


def _flavor(name: str) -> Flavor:
    try:
        return FLAVORS[name]()
    except KeyError:
        raise EngineUnavailable(
            f"c.KubernetesSettings.flavor: there is no flavor {name!r}; there are: {', '.join(sorted(FLAVORS))}"
        ) from None


def _created(seen: Seen) -> Any:
    return moment(seen.owner["metadata"].get("creationTimestamp"))
