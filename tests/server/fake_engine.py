"""An engine in memory: the one fake of this boundary. Deployments are up at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.drift import Libraries
from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.domain.metrics import (
    Alerts,
    AlertSettings,
    Mark,
    Metrics,
    MetricsRange,
    MetricsSummaryList,
    UsageLine,
)
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
from primehub_deploy_ext.domain.phases import Action, Reason, Step
from primehub_deploy_ext.domain.resources import Measurement, Quota, Resources
from primehub_deploy_ext.domain.stored import ModelUse, SavedModel
from primehub_deploy_ext.engines.base import (
    LogQuery,
    ModelOfDeployment,
    NewClient,
    NewDeployment,
    NewSavedModel,
    PredictRequest,
)
from primehub_deploy_ext.monitoring.promql import Scope
from primehub_deploy_ext.monitoring.questions import WINDOW, Overview, Questions, of_endpoint
from primehub_deploy_ext.monitoring.series import Point, metrics_of, summary_of
from tests.server.fake_state import GIB, FakeState

SMALL = InstanceType(name="small", display_name="Small", cpu=1, memory=GIB)
LARGE = InstanceType(name="large", display_name="Large", cpu=4, memory=16 * GIB)


class FakeEngine(FakeState):
    """Keeps the promises of ``engines/base.py`` for values; nothing runs.

    Tests turn ``heartbeat``, ``capabilities`` and ``fails`` (method name → exception) and look at ``open_streams``,
    ``warmed``, ``predicted``, ``tried``, ``tokens`` and ``artifacts``. ``images`` is what is known of them.
    """

    # ------------------------------------------------------------------ reading

    async def open(self) -> None:
        self._may_fail("open")

    async def close(self) -> None:
        self.closed = True

    async def health(self) -> Health:
        return Health(version="1", engine=self.name, status="ok")

    async def instance_types(self) -> list[InstanceType]:
        return [SMALL, LARGE]

    async def capacity(self) -> Resources:
        return self.machine

    async def deployments(self) -> tuple[list[Deployment], int]:
        self._may_fail("deployments")
        return list(self._deployments.values()), self._version

    async def get(self, id: str) -> Deployment:
        self._may_fail("get")
        return self._find(id)

    async def revisions(self, id: str) -> list[Revision]:
        await self.get(id)
        return self._revisions[id][::-1]

    async def environments(self, ids: Collection[str]) -> dict[str, list[Mapping[str, str]]]:
        return {own: [one.spec.env for one in self._revisions[own]] for own in ids if own in self._revisions}

    async def replicas(self, id: str) -> list[Replica]:
        deployment = await self.get(id)
        return [
            Replica(
                name=f"{deployment.revision}-{slot}",
                revision=deployment.revision,
                slot=slot,
                attempt=1,
                step=Step.READY,
                step_since=deployment.updated_at,
                serving=True,
                message=self._words.get(id, ""),
            )
            for slot in range(deployment.status.replicas.ready)
        ]

    async def events(self, id: str) -> list[Event]:
        deployment = await self.get(id)
        said = self._words.get(id, "created")
        return [Event(time=deployment.created_at, kind="Normal", reason="Created", message=said)]

    async def logs(self, id: str, query: LogQuery) -> AsyncIterator[list[LogLine]]:
        await self.get(id)
        self.open_streams += 1
        try:
            self._may_fail("logs")
            wanted = [line for line in self.log if self._wanted(line, query)]
            if wanted:
                yield wanted if query.tail is None else wanted[max(0, len(wanted) - query.tail) :]
            seen = len(self.log)
            while query.follow:
                yield []
                await self._news.wait()
                yield [line for line in self.log[seen:] if self._wanted(line, query)]
                seen = len(self.log)
        finally:
            self.open_streams -= 1

    async def watch(self, resource_version: int | None = None) -> AsyncIterator[Change]:
        self.open_streams += 1
        try:
            self._may_fail("watch")
            sent = resource_version
            if sent is None or not self._forgotten <= sent <= self._version:
                sent = self._version
                yield Change(type="RESET", resource_version=sent)
                for deployment in list(self._deployments.values()):
                    yield Change(type="ADDED", resource_version=sent, object=deployment)
                yield Change(type="BOOKMARK", resource_version=sent)
            while True:
                for change in [change for change in self._changes if change.resource_version > sent]:
                    sent = change.resource_version
                    yield change
                if sent < self._version:
                    continue
                try:
                    await asyncio.wait_for(self._news.wait(), self.heartbeat)
                except asyncio.TimeoutError:
                    yield Change(type="BOOKMARK", resource_version=sent)
        finally:
            self.open_streams -= 1

    # ------------------------------------------------------------------ changing

    async def create(self, new: NewDeployment) -> Deployment:
        self._may_fail("create")
        if new.id in self._deployments:
            raise AlreadyExists(f"the id {new.id!r} is taken", fields=[{"field": "id", "message": "is taken"}])
        await self._admit(new.group, new.id, new.spec, new.quota)
        now = self._now()
        deployment = Deployment(
            id=new.id,
            name=new.name,
            group=new.group,
            engine=self.name,
            spec=new.spec,
            revision=0,
            status=self._status(new.spec, now),
            endpoint=f"http://127.0.0.1:9/deployment/{new.id}/",
            created_at=now,
            created_by=new.user,
            updated_at=now,
            updated_by=new.user,
            resource_version=0,
        )
        self._revisions[new.id], self._clients[new.id] = [], {}
        return await self._revise(deployment, Action.CREATE, new.spec, new.user, new.update_message)

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
        deployment = await self._seen(id, if_match)
        sent = {name: getattr(change, name) for name in change.model_fields_set - {"update_message"}}
        sent |= {"resources": resources}
        spec = deployment.spec.model_copy(update={name: value for name, value in sent.items() if value is not None})
        await self._admit(deployment.group, id, spec, quota)
        return await self._revise(deployment, Action.UPDATE, spec, user, change.update_message)

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
        deployment = await self._seen(id, if_match)
        spec = deployment.spec.model_copy(update={"replicas": replicas})
        await self._admit(deployment.group, id, spec, quota)
        return await self._revise(deployment, Action.SCALE, spec, user, update_message)

    async def stop(self, id: str, *, user: str, update_message: str = "", if_match: int | None = None) -> Deployment:
        self._may_fail(f"stop {id}")
        deployment = await self._seen(id, if_match)
        spec = deployment.spec.model_copy(update={"stopped": True})
        return await self._revise(deployment, Action.STOP, spec, user, update_message)

    async def start(
        self,
        id: str,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        deployment = await self._seen(id, if_match)
        spec = deployment.spec.model_copy(update={"stopped": False})
        await self._admit(deployment.group, id, spec, quota)
        return await self._revise(deployment, Action.START, spec, user, update_message)

    async def restart(
        self,
        id: str,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        deployment = await self._seen(id, if_match)
        await self._admit(deployment.group, id, deployment.spec, quota)
        return await self._revise(deployment, Action.RESTART, deployment.spec, user, update_message)

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
        deployment = await self._seen(id, if_match)
        for earlier in self._revisions[id]:
            if earlier.number == revision:
                spec = earlier.spec.model_copy(update={"stopped": deployment.spec.stopped})
                await self._admit(deployment.group, id, spec, quota)
                return await self._revise(deployment, Action.ROLLBACK, spec, user, update_message)
        raise NotFound(f"the deployment {id!r} has no revision {revision}")

    async def delete(self, id: str, *, if_match: int | None = None) -> None:
        self._may_fail(f"delete {id}")
        deployment = await self._seen(id, if_match)
        del self._deployments[id], self._revisions[id], self._clients[id]
        self._announce("DELETED", deployment)

    async def clients(self, id: str) -> list[Client]:
        await self.get(id)
        return sorted(self._clients[id].values(), key=lambda client: client.name)

    async def add_client(self, id: str, new: NewClient) -> Client:
        await self.get(id)
        if new.name in self._clients[id]:
            raise AlreadyExists(f"{id!r} has a client {new.name!r} already")
        client = Client(name=new.name, created_at=self._now(), created_by=new.user, expires_at=new.expires_at)
        self._clients[id][new.name] = client
        self.tokens[id, new.name] = new.token
        return client

    async def remove_client(self, id: str, name: str, *, user: str) -> None:
        await self.get(id)
        if self._clients[id].pop(name, None) is None:
            raise NotFound(f"{id!r} has no client {name!r}")

    # ------------------------------------------------------------------ using

    async def predict(self, id: str, request: PredictRequest) -> Prediction:
        await self.get(id)
        self._may_fail("predict")
        self.predicted.append(request)
        return Prediction(status=200, content_type="application/json", body={"outputs": []}, latency_ms=1.5)

    async def libraries(self, image: str, names: Collection[str], *, groups: Collection[str]) -> Libraries | None:
        self.asked_about.append((image, sorted(names), sorted(groups)))
        found = self.images.get(image)
        return found and Libraries(found.python, {n: found.packages[n] for n in names if n in found.packages})

    async def try_out(self, spec: DeploymentSpec, request: dict[str, Any] | None = None, *, group: str) -> Trial:
        self.tried.append((spec, request))
        lines = [f"the environment is {spec.env}"]
        if "FAIL" in spec.env:
            message = f"ValueError: {spec.env['FAIL']} is no answer"
            return Trial(ok=False, reason=Reason.EXAMPLE_FAILED, message=message, log_tail=lines, duration=0.1)
        return Trial(ok=True, log_tail=lines, duration=0.1, answer=request)

    async def restart_replica(self, id: str, name: str, *, user: str, kill: bool = False) -> None:
        await self.get(id)
        self.restarted.append((id, name, user, kill))

    async def measurements(self) -> list[Measurement]:
        running = [deployment for deployment in self._deployments.values() if not deployment.spec.stopped]
        return [Measurement(id=deployment.id, cpu=0.5, memory=GIB) for deployment in running]

    async def metrics(self, id: str, wanted: MetricsRange) -> Metrics:
        await self.get(id)
        mark = Mark(time=self._now(), kind="failure", label="Failed", message=self._words.get(id, ""))
        points = [Point(60), Point(120, 60.0), Point(180, 60.0, self.sample)]
        return metrics_of(id, wanted, points, step=60, marks=[mark], requests_ever=self.sample.requests)

    async def questions(self, id: str) -> Questions:
        return of_endpoint(Scope(id, ".*", ".*", WINDOW))

    async def overview(self) -> Overview | None:
        return self.overseen

    async def metrics_summary(self) -> MetricsSummaryList:
        points = [Point(60), Point(120, 60.0), Point(180, 60.0, self.sample)]
        items = [summary_of(each, points) for each in self._deployments]
        return MetricsSummaryList(step=30, times=[60, 120, 180], items=items)

    async def exposition(self, *, openmetrics: bool = False) -> str:
        return "# EOF\n" if openmetrics else "up 1\n"

    async def alerts(self, id: str) -> Alerts:
        await self.get(id)
        settings = self.alert_settings.get(id, AlertSettings())
        return Alerts(rules=settings.rules, webhook=settings.webhook, states=[], version=self.alert_versions.get(id, 0))

    async def set_alerts(self, id: str, settings: AlertSettings, *, user: str, if_match: int | None = None) -> Alerts:
        now = (await self.alerts(id)).version
        if if_match not in {None, now}:
            raise Conflict("somebody else changed the alerts")
        self.alert_settings[id] = settings
        self.alert_versions[id] = now + 1
        return await self.alerts(id)

    async def usage(self) -> list[UsageLine]:
        used = {"cpu_hours": 1.5, "memory_gb_hours": 2.0, "replica_hours": 3.0, "requests": 4, "deployments": 1}
        return [UsageLine(month=month, group="=lab", **used) for month in ("2026-11", "2026-10")]

    async def has_artifact(self, digest: str) -> bool:
        return digest in self.artifacts

    async def put_artifact(self, digest: str, chunks: AsyncIterator[bytes]) -> int:
        self.open_streams += 1
        try:
            self._may_fail("put_artifact")
            content = b"".join([chunk async for chunk in chunks])
        finally:
            self.open_streams -= 1
        if hashlib.sha256(content).hexdigest() != digest:
            raise InvalidInput("the bytes have another SHA-256", fields=[{"field": "artifact", "message": "differs"}])
        self.artifacts[digest] = content
        return len(content)

    async def models(self) -> list[ModelOfDeployment]:
        found = {}
        for deployment in self._deployments.values():
            revisions = self._revisions[deployment.id]
            for revision in revisions:
                use = ModelUse(
                    deployment=deployment.id,
                    name=deployment.name,
                    group=deployment.group,
                    revision=revision.number,
                    created_at=revision.created_at,
                    created_by=revision.user,
                )
                model = revision.spec.model
                found[deployment.id, model.model_dump_json()] = ModelOfDeployment(model, use)
        return list(found.values())

    async def saved_models(self) -> list[SavedModel]:
        return list(self.saved)

    async def save_model(self, new: NewSavedModel) -> SavedModel:
        earlier = [saved.version for saved in self.saved if (saved.group, saved.name) == (new.group, new.name)]
        saved = SavedModel(
            number=len(self.saved) + 1,
            name=new.name,
            version=len(earlier) + 1,
            group=new.group,
            model=new.model,
            description=new.description,
            created_at=self._now(),
            created_by=new.user,
        )
        self.saved.append(saved)
        return saved

    async def forget_model(self, number: int) -> None:
        self.saved = [saved for saved in self.saved if saved.number != number]

    async def warm(self, request: WarmRequest) -> None:
        self.warmed.append(request)
