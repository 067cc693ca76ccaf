"""An engine in memory: the one fake of this boundary. Deployments are up at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from primehub_deploy_ext.domain.models import (
    Change,
    Deployment,
    DeploymentSpec,
    Event,
    Health,
    InstanceType,
    LogLine,
    Prediction,
    Replica,
    ReplicaCount,
    Revision,
    Status,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason, Step
from primehub_deploy_ext.engines.base import Capabilities, LogQuery, NewDeployment, PredictRequest


class FakeEngine:
    """Keeps the promises of ``engines/base.py`` for values; nothing runs.

    Tests turn ``heartbeat`` and ``fails`` (method name → exception) and look at ``open_streams``, ``warmed``,
    ``predicted`` and ``artifacts``.
    """

    name = "fake"

    def __init__(self) -> None:
        self.capabilities = Capabilities(warm=True)
        self.heartbeat = 15.0
        self.fails: dict[str, Exception] = {}
        self.open_streams = 0
        self.closed = False
        self.warmed: list[WarmRequest] = []
        self.predicted: list[PredictRequest] = []
        self.artifacts: dict[str, bytes] = {}
        self.log: list[LogLine] = []
        self._deployments: dict[str, Deployment] = {}
        self._revisions: dict[str, list[Revision]] = {}
        self._changes: list[Change] = []
        self._version = 0
        self._forgotten = 0
        self._news = asyncio.Event()
        self._time = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)

    # ------------------------------------------------------------------ what tests do to it

    def show(self, id: str, **status: Any) -> None:
        """Change the status of a deployment, as an engine that saw something would."""
        current = self._deployments[id]
        self._save(current.model_copy(update={"status": current.status.model_copy(update=status)}))

    def forget_changes(self) -> None:
        """Let the past be too long ago to resume from."""
        self._forgotten = self._version
        self._changes.clear()

    def print_line(self, text: str, replica: str = "1-0") -> None:
        """Let a replica print."""
        self.log.append(LogLine(time=self._now(), replica=replica, attempt=1, stream="stdout", text=text))
        self._tell()

    # ------------------------------------------------------------------ reading

    async def open(self) -> None:
        self._may_fail("open")

    async def close(self) -> None:
        self.closed = True

    async def health(self) -> Health:
        return Health(version="1", engine=self.name, status="ok")

    async def instance_types(self) -> list[InstanceType]:
        return [InstanceType(name="small", display_name="Small"), InstanceType(name="large", display_name="Large")]

    async def deployments(self) -> tuple[list[Deployment], int]:
        self._may_fail("deployments")
        return list(self._deployments.values()), self._version

    async def get(self, id: str) -> Deployment:
        self._may_fail("get")
        if id not in self._deployments:
            raise NotFound(f"there is no deployment {id!r}")
        return self._deployments[id]

    async def revisions(self, id: str) -> list[Revision]:
        await self.get(id)
        return self._revisions[id][::-1]

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
            )
            for slot in range(deployment.status.replicas.ready)
        ]

    async def events(self, id: str) -> list[Event]:
        deployment = await self.get(id)
        return [Event(time=deployment.created_at, kind="Normal", reason="Created", message="created")]

    async def logs(self, id: str, query: LogQuery) -> AsyncIterator[LogLine]:
        await self.get(id)
        self.open_streams += 1
        try:
            self._may_fail("logs")
            wanted = [line for line in self.log if self._wanted(line, query)]
            for line in wanted if query.tail is None else wanted[max(0, len(wanted) - query.tail) :]:
                yield line
            seen = len(self.log)
            while query.follow:
                await self._news.wait()
                for line in self.log[seen:]:
                    if self._wanted(line, query):
                        yield line
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
        self._revisions[new.id] = []
        return self._revise(deployment, Action.CREATE, new.spec, new.user, new.update_message)

    async def update(self, id: str, change: UpdateDeployment, *, user: str, if_match: int | None = None) -> Deployment:
        deployment = await self._seen(id, if_match)
        sent = {name: getattr(change, name) for name in change.model_fields_set - {"update_message"}}
        spec = deployment.spec.model_copy(update={name: value for name, value in sent.items() if value is not None})
        return self._revise(deployment, Action.UPDATE, spec, user, change.update_message)

    async def scale(
        self, id: str, replicas: int, *, user: str, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        deployment = await self._seen(id, if_match)
        spec = deployment.spec.model_copy(update={"replicas": replicas})
        return self._revise(deployment, Action.SCALE, spec, user, update_message)

    async def stop(self, id: str, *, user: str, update_message: str = "", if_match: int | None = None) -> Deployment:
        deployment = await self._seen(id, if_match)
        spec = deployment.spec.model_copy(update={"stopped": True})
        return self._revise(deployment, Action.STOP, spec, user, update_message)

    async def start(self, id: str, *, user: str, update_message: str = "", if_match: int | None = None) -> Deployment:
        deployment = await self._seen(id, if_match)
        spec = deployment.spec.model_copy(update={"stopped": False})
        return self._revise(deployment, Action.START, spec, user, update_message)

    async def restart(self, id: str, *, user: str, update_message: str = "", if_match: int | None = None) -> Deployment:
        deployment = await self._seen(id, if_match)
        return self._revise(deployment, Action.RESTART, deployment.spec, user, update_message)

    async def rollback(
        self, id: str, revision: int, *, user: str, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        deployment = await self._seen(id, if_match)
        for earlier in self._revisions[id]:
            if earlier.number == revision:
                return self._revise(deployment, Action.ROLLBACK, earlier.spec, user, update_message)
        raise NotFound(f"the deployment {id!r} has no revision {revision}")

    async def delete(self, id: str, *, if_match: int | None = None) -> None:
        deployment = await self._seen(id, if_match)
        del self._deployments[id], self._revisions[id]
        self._announce("DELETED", deployment)

    # ------------------------------------------------------------------ using

    async def predict(self, id: str, request: PredictRequest) -> Prediction:
        await self.get(id)
        self._may_fail("predict")
        self.predicted.append(request)
        return Prediction(status=200, content_type="application/json", body={"outputs": []}, latency_ms=1.5)

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

    async def warm(self, request: WarmRequest) -> None:
        self.warmed.append(request)

    # ------------------------------------------------------------------ inside

    def _may_fail(self, method: str) -> None:
        if method in self.fails:
            raise self.fails[method]

    def _now(self) -> datetime:
        self._time += timedelta(seconds=1)
        return self._time

    @staticmethod
    def _wanted(line: LogLine, query: LogQuery) -> bool:
        return query.replica in {None, line.replica} and (query.since is None or line.time >= query.since)

    async def _seen(self, id: str, if_match: int | None) -> Deployment:
        deployment = await self.get(id)
        if if_match not in {None, deployment.revision}:
            raise Conflict(f"{id!r} is at revision {deployment.revision}, not {if_match}")
        return deployment

    def _revise(
        self, deployment: Deployment, action: Action, spec: DeploymentSpec, user: str, message: str
    ) -> Deployment:
        now = self._now()
        revision = Revision(
            number=deployment.revision + 1,
            action=action,
            spec=spec,
            user=user,
            created_at=now,
            update_message=message,
            outcome=Outcome.SUCCEEDED,
        )
        self._revisions[deployment.id].append(revision)
        return self._save(
            deployment.model_copy(
                update={
                    "spec": spec,
                    "revision": revision.number,
                    "status": self._status(spec, now),
                    "updated_at": now,
                    "updated_by": user,
                }
            )
        )

    @staticmethod
    def _status(spec: DeploymentSpec, now: datetime) -> Status:
        ready = 0 if spec.stopped else spec.replicas
        return Status(
            phase=Phase.STOPPED if spec.stopped else Phase.DEPLOYED,
            reason=Reason.STOPPED if spec.stopped else Reason.READY,
            message="",
            replicas=ReplicaCount(desired=ready, ready=ready),
            since=now,
        )

    def _save(self, deployment: Deployment) -> Deployment:
        kind = "MODIFIED" if deployment.id in self._deployments else "ADDED"
        deployment = deployment.model_copy(update={"resource_version": self._version + 1})
        self._deployments[deployment.id] = deployment
        self._announce(kind, deployment)
        return deployment

    def _announce(self, kind: Any, deployment: Deployment) -> None:
        self._version += 1
        self._changes.append(Change(type=kind, resource_version=self._version, object=deployment))
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
