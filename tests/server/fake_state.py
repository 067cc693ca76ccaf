"""What the engine in memory holds, and what tests do to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.drift import Libraries
from primehub_deploy_ext.domain.errors import Conflict, NotFound
from primehub_deploy_ext.domain.metrics import AlertSettings
from primehub_deploy_ext.domain.models import (
    Change,
    Deployment,
    DeploymentSpec,
    LogLine,
    ReplicaCount,
    Revision,
    Status,
    UpdateStatus,
    WarmRequest,
)
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason
from primehub_deploy_ext.domain.quota import check_quota, usage_of
from primehub_deploy_ext.domain.resources import Quota, Resources, Usage
from primehub_deploy_ext.domain.stored import SavedModel
from primehub_deploy_ext.engines.base import Capabilities, LogQuery, PredictRequest
from primehub_deploy_ext.monitoring.sample import Sample

GIB = 1024**3


class FakeState:
    """Deployments, their revisions, clients and changes; see ``FakeEngine``."""

    name = "fake"
    machine = Resources(cpu=8, memory=32 * GIB)

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew, as if nothing had been."""
        self.capabilities = Capabilities(warm=True, private=True, trials=True, metrics=True)
        self.heartbeat = 15.0
        self.fails: dict[str, Exception] = {}
        self.open_streams = 0
        self.closed = False
        self.warmed: list[WarmRequest] = []
        self.predicted: list[PredictRequest] = []
        self.tried: list[tuple[DeploymentSpec, dict[str, Any] | None]] = []
        self.images: dict[str, Libraries] = {}
        self.asked_about: list[tuple[str, list[str], list[str]]] = []
        self.restarted: list[tuple[str, str, str, bool]] = []
        self.artifacts: dict[str, bytes] = {}
        self.saved: list[SavedModel] = []
        self.log: list[LogLine] = []
        self.alert_settings: dict[str, AlertSettings] = {}
        self.alert_versions: dict[str, int] = {}
        self.sample = Sample(codes={200: 90, 404: 6, 500: 24})
        self.tokens: dict[tuple[str, str], str] = {}
        self._words: dict[str, str] = {}
        self._clients: dict[str, dict[str, Client]] = {}
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

    def fail_revision(self, id: str, message: str, log_tail: list[str]) -> None:
        """Let the newest revision fail, as one whose model can't be loaded."""
        failed = {"outcome": Outcome.FAILED, "reason": Reason.MODEL_LOAD_FAILED}
        self._revisions[id][-1] = self._revisions[id][-1].model_copy(
            update={**failed, "message": message, "log_tail": log_tail}
        )
        self.show(id, phase=Phase.FAILED, reason=Reason.MODEL_LOAD_FAILED, message=message)

    def say(self, id: str, words: str) -> None:
        """Let the engine repeat words of a program in an event and as the message of each replica."""
        self._words[id] = words

    def serve_old(self, id: str, spec: DeploymentSpec, update: dict[str, Any]) -> None:
        """Let a deployment serve an earlier specification, its update having failed."""
        self.show(id, update=UpdateStatus.model_validate(update))
        self._save(self._deployments[id].model_copy(update={"spec": spec}))

    def count(self, method: str) -> Callable[[], int]:
        """Count the calls of a method from now on."""
        calls: list[None] = []
        original = getattr(self, method)

        def counted(*args: Any, **options: Any) -> Any:
            calls.append(None)
            return original(*args, **options)

        setattr(self, method, counted)
        return lambda: len(calls)

    def hold_nothing(self, id: str) -> None:
        """Let a deployment take nothing of its quota, as one whose first revision failed."""
        self._save(self._deployments[id].model_copy(update={"usage": Usage()}))

    def fill_clients(self, id: str, names: list[str]) -> None:
        """Let a deployment have clients of these names."""
        self._clients[id] = {name: Client(name=name, created_at=self._now(), created_by="ada") for name in names}

    def print_line(self, text: str, replica: str = "1-0") -> None:
        """Let a replica print."""
        self.log.append(
            LogLine(time=self._now(), replica=replica, attempt=1, stream="stdout", text=text, position=len(self.log))
        )
        self._tell()

    # ------------------------------------------------------------------ what the engine does with it

    def _find(self, id: str) -> Deployment:
        if id not in self._deployments:
            raise NotFound(f"there is no deployment {id!r}")
        return self._deployments[id]

    def _may_fail(self, method: str) -> None:
        if method in self.fails:
            raise self.fails[method]

    def _now(self) -> datetime:
        self._time += timedelta(seconds=1)
        return self._time

    @staticmethod
    def _wanted(line: LogLine, query: LogQuery) -> bool:
        attempt = f"{line.replica}.{line.attempt}"
        return (
            query.replica in {None, line.replica}
            and (attempt in query.after or query.since is None or line.time >= query.since)
            and (attempt in query.before or query.until is None or line.time <= query.until)
            and query.after.get(attempt, -1) < line.position < query.before.get(attempt, 2**53)
        )

    async def _seen(self, id: str, if_match: int | None) -> Deployment:
        deployment = self._find(id)
        if if_match not in {None, deployment.revision}:
            raise Conflict(f"{id!r} is at revision {deployment.revision}, not {if_match}")
        return deployment

    async def _admit(self, group: str, id: str, spec: DeploymentSpec, quota: Quota | None) -> None:
        if quota is not None:
            used = {other.id: other.usage for other in self._deployments.values() if other.group == group}
            check_quota(group, quota, used, id, await self._usage(spec))

    async def _usage(self, spec: DeploymentSpec) -> Usage:
        return usage_of(spec.resources, 0 if spec.stopped else spec.replicas, self.machine)

    async def _revise(
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
                    "usage": await self._usage(spec),
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
