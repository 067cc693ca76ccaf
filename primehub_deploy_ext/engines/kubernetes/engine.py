"""The distributed engine as the service layer sees it: the cluster is the truth, this is how it is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.domain.models import (
    Change,
    Deployment,
    DeploymentSpec,
    Event,
    Health,
    LogLine,
    Prediction,
    Replica,
    Revision,
    Trial,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.domain.phases import Action
from primehub_deploy_ext.domain.resources import Quota, Resources
from primehub_deploy_ext.engines.base import (
    Capabilities,
    LogQuery,
    NewDeployment,
    PredictRequest,
)
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError, Json
from primehub_deploy_ext.engines.kubernetes.books.history import Page, history_of
from primehub_deploy_ext.engines.kubernetes.books.wishes import Wish, no_revision, updated
from primehub_deploy_ext.engines.kubernetes.errors import refusals_in_our_words, told
from primehub_deploy_ext.engines.kubernetes.guests.admitting import Admitting
from primehub_deploy_ext.engines.kubernetes.health import health_of
from primehub_deploy_ext.engines.kubernetes.instance_types.store import InstanceTypes
from primehub_deploy_ext.engines.kubernetes.lacking import Lacking
from primehub_deploy_ext.engines.kubernetes.logs.stream import read_logs
from primehub_deploy_ext.engines.kubernetes.metering.measuring import Measuring
from primehub_deploy_ext.engines.kubernetes.models.storing import Storing
from primehub_deploy_ext.engines.kubernetes.office import Office
from primehub_deploy_ext.engines.kubernetes.reading.happenings import happenings_of, merged
from primehub_deploy_ext.engines.kubernetes.reading.projection import replicas_of
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.reading.story import story
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings

T = TypeVar("T")


@refusals_in_our_words
class KubernetesEngine(Admitting, Storing, Measuring, Lacking):
    """Runs deployments on a Kubernetes cluster.

    Parameters
    ----------
    settings
        Where it is, and how deployments look there; from the environment when left out.
    """

    name = "kubernetes"
    capabilities = Capabilities(
        artifacts=True, images=True, warm=False, log_attempts=True, private=True, trials=True, metrics=True
    )

    def __init__(self, settings: KubernetesSettings | None = None) -> None:
        self._settings = settings or KubernetesSettings()
        self.capabilities = replace(self.capabilities, runner_image=self._settings.runner_image)
        self._office: Office | None = None

    @classmethod
    def configured(cls, parent: Any) -> KubernetesEngine:
        """Make one with the settings of a configuration (``c.KubernetesSettings``)."""
        return cls(KubernetesSettings(parent=parent))

    async def open(self) -> None:
        """Begin to listen to the cluster."""
        if self._office is None:
            office = Office(self._settings)
            await office.open()
            self._office = office

    async def close(self) -> None:
        """Stop listening; deployments go on."""
        office, self._office = self._office, None
        if office is not None:
            await office.close()

    async def health(self) -> Health:
        """See ``Engine.health``."""
        return await health_of(self._office, self.name)

    async def instance_types(self) -> list[InstanceType]:
        """See ``Engine.instance_types``."""
        settings = self._settings
        types = InstanceTypes(self._at_work.api, settings.instance_types, settings.primehub_namespace)
        try:
            return await types.all()
        except ApiError as error:
            raise told(error, "read the instance types") from error

    async def capacity(self) -> Resources:
        """See ``Engine.capacity``."""
        return await self._at_work.means.machine()

    async def deployments(self) -> tuple[list[Deployment], int]:
        """See ``Engine.deployments``."""
        office = self._at_work
        return await office.all(), office.changes.version

    async def get(self, id: str) -> Deployment:
        """See ``Engine.get``."""
        return await self._whole(id)

    async def create(self, new: NewDeployment) -> Deployment:
        """See ``Engine.create``."""
        return await self._whole(await self._at_work.desk.create(new))

    async def update(
        self,
        id: str,
        change: UpdateDeployment,
        *,
        user: str,
        if_match: int | None = None,
        resources: Resources | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """See ``Engine.update``."""
        wish = Wish(Action.UPDATE, user, change.update_message, if_match, quota)
        return await self._wish(id, wish, lambda spec: updated(spec, change, resources))

    async def scale(
        self,
        id: str,
        replicas: int,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """See ``Engine.scale``."""
        wish = Wish(Action.SCALE, user, update_message, if_match, quota)
        return await self._wish(id, wish, lambda spec: spec.model_copy(update={"replicas": replicas}))

    async def stop(self, id: str, *, user: str, update_message: str = "", if_match: int | None = None) -> Deployment:
        """See ``Engine.stop``."""
        wish = Wish(Action.STOP, user, update_message, if_match)
        return await self._wish(id, wish, lambda spec: spec.model_copy(update={"stopped": True}))

    async def start(
        self,
        id: str,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """See ``Engine.start``."""
        wish = Wish(Action.START, user, update_message, if_match, quota)
        return await self._wish(id, wish, lambda spec: spec.model_copy(update={"stopped": False}))

    async def restart(
        self,
        id: str,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """See ``Engine.restart``."""
        return await self._wish(id, Wish(Action.RESTART, user, update_message, if_match, quota), lambda spec: spec)

    async def rollback(
        self,
        id: str,
        revision: int,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """See ``Engine.rollback``."""
        office = self._at_work
        seen = await office.desk.own(id, Action.ROLLBACK)
        page = await self._asked(office.archive.page(seen, revision), seen, f"read revision {revision} of {id}")
        if page is None:
            raise no_revision(id, revision)
        old = await office.means.envs.filled(seen.namespace, page.entry.order, page.spec)
        wish = Wish(Action.ROLLBACK, user, update_message, if_match, quota, rollback_to=revision)
        # Going back to an older model must not open an endpoint that was made private since.
        return await self._wish(
            id, wish, lambda spec: old.model_copy(update={"stopped": spec.stopped, "access": spec.access})
        )

    async def restart_replica(self, id: str, name: str, *, user: str, kill: bool = False) -> None:
        """See ``Engine.restart_replica``."""
        office = self._at_work
        before = await office.seen(id)
        await office.ends.restart_replica(await office.desk.fresh(id), name, user=user, kill=kill)
        office.doors.note_uses(before)

    async def delete(self, id: str, *, if_match: int | None = None) -> None:
        """See ``Engine.delete``."""
        await self._at_work.seen(id)
        office = self._at_work
        await office.ends.delete(await office.desk.fresh(id), if_match)

    async def revisions(self, id: str) -> list[Revision]:
        """See ``Engine.revisions``."""
        office = self._at_work
        seen, pages = await self._history(id)
        orders = {page.entry.number: page.entry.order for page in pages}
        found = history_of(seen, pages)
        return [
            revision.model_copy(
                update={
                    "spec": await office.means.envs.filled(
                        seen.namespace, orders.get(revision.number, ""), revision.spec
                    )
                }
            )
            for revision in found
        ]

    async def environments(self, ids: Collection[str]) -> dict[str, list[Mapping[str, str]]]:
        """See ``Engine.environments``."""
        office = self._at_work
        await office.world.ready()
        try:
            return await office.means.envs.of_all(seen for own in ids if (seen := office.world.seen(own)))
        except ApiError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise told(error, "read the environments of deployments") from error
        # Who may not list Secrets may still get those that are named.
        there = [own for own in ids if office.world.is_there(own)]
        return {own: [revision.spec.env for revision in await self.revisions(own)] for own in there}

    async def replicas(self, id: str) -> list[Replica]:
        """See ``Engine.replicas``."""
        return replicas_of(await self._at_work.seen(id))

    async def events(self, id: str) -> list[Event]:
        """See ``Engine.events``."""
        office = self._at_work
        await office.seen(id)
        # Those of the cluster are listed last: whoever asks a server that begins wants all the same.
        await office.world.events_listed(id)
        seen, pages = await self._history(id)
        happened = merged(happenings_of(seen), *(page.happenings for page in pages))
        told_events = [*story(history_of(seen, pages)), *(one.told() for one in happened)]
        return sorted(told_events, key=lambda event: event.time, reverse=True)

    async def logs(self, id: str, query: LogQuery) -> AsyncIterator[list[LogLine]]:
        """See ``Engine.logs``."""
        office = self._at_work
        seen = await office.seen(id)

        def pods() -> list[Json]:
            return office.world.pods(id)

        def goes_on() -> bool:
            return office.world.is_there(id)

        try:
            async for lines in read_logs(office.api, pods, query, pulse=office.world.pulse, goes_on=goes_on):
                yield lines
        except ApiError as error:
            raise await office.means.explained(error, f"read the logs of {id}", seen.namespace, seen.flavor) from error

    async def watch(self, resource_version: int | None = None) -> AsyncIterator[Change]:
        """See ``Engine.watch``."""
        office = self._at_work
        await office.all()
        async for change in office.changes.watch(resource_version, office.snapshot):
            yield change

    async def predict(self, id: str, request: PredictRequest) -> Prediction:
        """See ``Engine.predict``."""
        office = self._at_work
        seen = await office.seen(id)
        return await office.reach.predict(seen, (await office.show(id)).status, request)

    async def try_out(self, spec: DeploymentSpec, request: dict[str, Any] | None = None, *, group: str) -> Trial:
        """See ``Engine.try_out``."""
        return await self._at_work.trials.run(spec, request, group)

    async def warm(self, request: WarmRequest) -> None:
        """Nothing to prepare: nodes keep the images that they ran."""

    # ------------------------------------------------------------------ parts

    @property
    def _at_work(self) -> Office:
        if self._office is None:
            raise EngineUnavailable("the engine is not open")
        return self._office

    async def _wish(self, id: str, wish: Wish, change: Callable[[DeploymentSpec], DeploymentSpec]) -> Deployment:
        before = await self._at_work.seen(id)
        await self._at_work.desk.wish(id, wish, change)
        self._at_work.doors.note_uses(before)
        return await self._whole(id)

    async def _whole(self, id: str) -> Deployment:
        """Return a deployment with the values of its environment, and all of its model."""
        office = self._at_work
        shown = await office.show(id)
        seen = await office.seen(id)
        if seen.record is None:
            return shown
        spec = await office.means.whole_spec(seen, office.archive)
        return shown.model_copy(update={"spec": spec})

    async def _history(self, id: str) -> tuple[Seen, list[Page]]:
        """Return a deployment and the pages of its history; one that was made elsewhere with all that it tells."""
        office = self._at_work
        seen = await office.seen(id)
        if seen.record is None:
            return await office.desk.fresh(id), []
        return seen, await self._asked(office.archive.pages(seen), seen, f"read the history of {id}")

    async def _asked(self, question: Awaitable[T], seen: Seen, doing: str) -> T:
        try:
            return await question
        except ApiError as error:
            raise await self._at_work.means.explained(error, doing, seen.namespace, seen.flavor) from error
