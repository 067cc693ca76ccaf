"""The embedded engine as the service layer sees it: calls to the daemon, which it starts when it isn't there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.drift import Libraries
from primehub_deploy_ext.domain.errors import EngineUnavailable, NotFound
from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.domain.metrics import (
    Alerts,
    AlertSettings,
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
    Model,
    Prediction,
    Replica,
    Revision,
    Trial,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.domain.resources import Measurement, Quota, Resources
from primehub_deploy_ext.domain.stored import ModelUse, SavedModel
from primehub_deploy_ext.engines.base import (
    Capabilities,
    LogQuery,
    ModelOfDeployment,
    NewClient,
    NewDeployment,
    NewSavedModel,
    PredictRequest,
)
from primehub_deploy_ext.engines.local import rpc
from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.endpoint import EndpointCalls
from primehub_deploy_ext.engines.local.instance_types import INSTANCE_TYPES
from primehub_deploy_ext.engines.local.ledger import machine
from primehub_deploy_ext.engines.local.log_query import dump_log_query, parse_lines
from primehub_deploy_ext.engines.local.paths import Paths
from primehub_deploy_ext.engines.local.surroundings import daemon_environment
from primehub_deploy_ext.monitoring.promql import Scope
from primehub_deploy_ext.monitoring.questions import WINDOW, Overview, Questions, of_endpoint

_START_LIMIT = 30.0
_CONNECT_PAUSE = 0.01
_LOCKED_PAUSE = 0.5
_LOG_TAIL = 2000
_DELETE_LIMIT = 120.0
# Longer than the daemon waits for the model and for a launcher's imports.
_TRIAL_LIMIT = 240.0


class LocalEngine:
    """Runs deployments on this machine, as processes of this OS user.

    Parameters
    ----------
    paths
        Folders of the engine; those of the user when left out.
    """

    name = "local"
    capabilities = Capabilities(
        artifacts=True, images=False, warm=True, log_attempts=True, private=True, trials=True, metrics=True
    )

    def __init__(self, paths: Paths | None = None) -> None:
        self._paths = paths or Paths.of_user()
        self._artifacts = ArtifactStore(self._paths.artifacts)
        self._endpoints = EndpointCalls()
        self._starting: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Nothing to prepare: the daemon starts on first use."""

    async def close(self) -> None:
        """Cut what is open; the daemon is on its own."""
        self._endpoints.close()

    async def health(self) -> Health:
        """See ``Engine.health``."""
        try:
            self._paths.check()
        except EngineUnavailable as error:
            return Health(version=__version__, engine=self.name, status="degraded", message=str(error))
        try:
            daemon = await rpc.connect(self._paths.socket, timeout=5.0)
            return Health.model_validate(await daemon.call("health", timeout=5.0))
        except EngineUnavailable:
            return Health(
                version=__version__, engine=self.name, status="ok", message="idle: the daemon starts on first use"
            )

    async def instance_types(self) -> list[InstanceType]:
        """See ``Engine.instance_types``."""
        return list(INSTANCE_TYPES)

    async def capacity(self) -> Resources:
        """See ``Engine.capacity``."""
        return machine()

    async def deployments(self) -> tuple[list[Deployment], int]:
        """See ``Engine.deployments``."""
        found = await self._call("deployments")
        return [Deployment.model_validate(item) for item in found["items"]], found["resource_version"]

    async def get(self, id: str) -> Deployment:
        """See ``Engine.get``."""
        return Deployment.model_validate(await self._call("get", id=id))

    async def create(self, new: NewDeployment) -> Deployment:
        """See ``Engine.create``."""
        wish = {
            "id": new.id,
            "name": new.name,
            "group": new.group,
            "user": new.user,
            "update_message": new.update_message,
            "spec": new.spec.model_dump(mode="json"),
            "quota": _dump(new.quota),
        }
        return Deployment.model_validate(await self._call("create", **wish))

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
        sent = change.model_dump(mode="json", exclude_unset=True)
        return await self._wish(
            "update", id, change=sent, resources=_dump(resources), user=user, if_match=if_match, quota=quota
        )

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
        return await self._wish(
            "scale", id, replicas=replicas, user=user, update_message=update_message, if_match=if_match, quota=quota
        )

    async def stop(self, id: str, *, user: str, update_message: str = "", if_match: int | None = None) -> Deployment:
        """See ``Engine.stop``."""
        return await self._wish("stop", id, user=user, update_message=update_message, if_match=if_match)

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
        return await self._wish("start", id, user=user, update_message=update_message, if_match=if_match, quota=quota)

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
        return await self._wish("restart", id, user=user, update_message=update_message, if_match=if_match, quota=quota)

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
        return await self._wish(
            "rollback", id, revision=revision, user=user, update_message=update_message, if_match=if_match, quota=quota
        )

    async def restart_replica(self, id: str, name: str, *, user: str, kill: bool = False) -> None:
        """See ``Engine.restart_replica``."""
        await self._call("restart_replica", id=id, name=name, user=user, kill=kill)

    async def delete(self, id: str, *, if_match: int | None = None) -> None:
        """See ``Engine.delete``."""
        await self._call("delete", id=id, if_match=if_match, timeout=_DELETE_LIMIT)

    async def revisions(self, id: str) -> list[Revision]:
        """See ``Engine.revisions``."""
        return [Revision.model_validate(item) for item in await self._call("revisions", id=id)]

    async def environments(self, ids: Collection[str]) -> dict[str, list[Mapping[str, str]]]:
        """See ``Engine.environments``; the daemon is next door and has them at hand."""
        found: dict[str, list[Mapping[str, str]]] = {}
        for own in ids:
            with contextlib.suppress(NotFound):
                found[own] = [revision.spec.env for revision in await self.revisions(own)]
        return found

    async def replicas(self, id: str) -> list[Replica]:
        """See ``Engine.replicas``."""
        return [Replica.model_validate(item) for item in await self._call("replicas", id=id)]

    async def events(self, id: str) -> list[Event]:
        """See ``Engine.events``."""
        return [Event.model_validate(item) for item in await self._call("events", id=id)]

    async def logs(self, id: str, query: LogQuery) -> AsyncIterator[list[LogLine]]:
        """See ``Engine.logs``."""
        daemon = await self._daemon()
        async for item in daemon.stream("logs", id=id, query=dump_log_query(query)):
            yield parse_lines(item)

    async def watch(self, resource_version: int | None = None) -> AsyncIterator[Change]:
        """See ``Engine.watch``."""
        daemon = await self._daemon()
        async for item in daemon.stream("watch", resource_version=resource_version):
            yield Change.model_validate(item)

    async def predict(self, id: str, request: PredictRequest) -> Prediction:
        """See ``Engine.predict``."""
        deployment = await self.get(id)
        passes = {"Authorization": await self._call("server_pass")} if deployment.spec.access == "private" else {}
        return await self._endpoints.send(request.below(deployment.endpoint, id), request, passes)

    async def try_out(
        self,
        spec: DeploymentSpec,
        request: dict[str, Any] | None = None,
        *,
        group: str,  # noqa: ARG002 -- all run on this machine
    ) -> Trial:
        """See ``Engine.try_out``."""
        sent = spec.model_dump(mode="json")
        return Trial.model_validate(await self._call("try_out", spec=sent, request=request, timeout=_TRIAL_LIMIT))

    async def clients(self, id: str) -> list[Client]:
        """See ``Engine.clients``."""
        return [Client.model_validate(item) for item in await self._call("clients", id=id)]

    async def add_client(self, id: str, new: NewClient) -> Client:
        """See ``Engine.add_client``."""
        expires_at = new.expires_at and new.expires_at.isoformat()
        sent = {"name": new.name, "token": new.token, "user": new.user, "expires_at": expires_at}
        return Client.model_validate(await self._call("add_client", id=id, **sent))

    async def remove_client(self, id: str, name: str, *, user: str) -> None:
        """See ``Engine.remove_client``."""
        await self._call("remove_client", id=id, name=name, user=user)

    async def measurements(self) -> list[Measurement]:
        """See ``Engine.measurements``."""
        return [Measurement.model_validate(item) for item in await self._call("measurements")]

    async def metrics(self, id: str, wanted: MetricsRange) -> Metrics:
        """See ``Engine.metrics``."""
        return Metrics.model_validate(await self._call("metrics", id=id, wanted=str(wanted)))

    async def questions(self, id: str) -> Questions:
        """See ``Engine.questions``."""
        return of_endpoint(Scope(re.escape(id).replace("\\", "\\\\"), ".*", ".*", WINDOW))

    async def overview(self) -> Overview | None:
        """See ``Engine.overview``."""
        return None

    async def metrics_summary(self) -> MetricsSummaryList:
        """See ``Engine.metrics_summary``."""
        return MetricsSummaryList.model_validate(await self._call("metrics_summary"))

    async def exposition(self, *, openmetrics: bool = False) -> str:
        """See ``Engine.exposition``."""
        return str(await self._call("exposition", openmetrics=openmetrics))

    async def alerts(self, id: str) -> Alerts:
        """See ``Engine.alerts``."""
        return Alerts.model_validate(await self._call("alerts", id=id))

    async def set_alerts(self, id: str, settings: AlertSettings, *, user: str, if_match: int | None = None) -> Alerts:
        """See ``Engine.set_alerts``."""
        sent = settings.model_dump(mode="json")
        answer = await self._call("set_alerts", id=id, settings=sent, user=user, if_match=if_match)
        return Alerts.model_validate(answer)

    async def usage(self) -> list[UsageLine]:
        """See ``Engine.usage``."""
        return [UsageLine.model_validate(line) for line in await self._call("usage")]

    async def libraries(
        self,
        image: str,  # noqa: ARG002 -- nothing runs in one
        names: Collection[str],  # noqa: ARG002
        *,
        groups: Collection[str],  # noqa: ARG002
    ) -> Libraries | None:
        """See ``Engine.libraries``: models run with the interpreter that trained them."""
        return None

    async def has_artifact(self, digest: str) -> bool:
        """See ``Engine.has_artifact``."""
        return self._artifacts.has(digest)

    async def put_artifact(self, digest: str, chunks: AsyncIterator[bytes]) -> int:
        """See ``Engine.put_artifact``."""
        self._paths.prepare()
        return await self._artifacts.put(digest, chunks)

    async def models(self) -> list[ModelOfDeployment]:
        """See ``Engine.models``."""
        return [
            ModelOfDeployment(Model.model_validate(item["model"]), ModelUse.model_validate(item["use"]))
            for item in await self._call("models")
        ]

    async def saved_models(self) -> list[SavedModel]:
        """See ``Engine.saved_models``."""
        return [SavedModel.model_validate(item) for item in await self._call("saved_models")]

    async def save_model(self, new: NewSavedModel) -> SavedModel:
        """See ``Engine.save_model``."""
        sent = {"name": new.name, "group": new.group, "description": new.description, "user": new.user}
        model = new.model.model_dump(mode="json")
        return SavedModel.model_validate(await self._call("save_model", model=model, **sent))

    async def forget_model(self, number: int) -> None:
        """See ``Engine.forget_model``."""
        await self._call("forget_model", number=number)

    async def warm(self, request: WarmRequest) -> None:
        """See ``Engine.warm``."""
        await self._call("warm", request=request.model_dump(mode="json"))

    # ------------------------------------------------------------------ the daemon

    async def _wish(self, name: str, id: str, *, quota: Quota | None = None, **wish: Any) -> Deployment:
        return Deployment.model_validate(await self._call(name, id=id, quota=_dump(quota), **wish))

    async def _call(self, name: str, /, **arguments: Any) -> Any:
        daemon = await self._daemon()
        return await daemon.call(name, **arguments)

    async def _daemon(self) -> rpc.Connection:
        """Reach the daemon, which starts on first use and anew when it ended."""
        self._paths.check()
        try:
            return await rpc.connect(self._paths.socket)
        except rpc.NobodyListens:
            if self._starting is None or self._starting.done():
                self._starting = asyncio.create_task(self._start_daemon())
            await asyncio.shield(self._starting)
        return await rpc.connect(self._paths.socket)

    async def _start_daemon(self) -> None:
        """Start the daemon; when several do so at once, its lock leaves one."""
        self._paths.prepare()
        output = self._paths.home / "daemon.out"
        process = self._spawn_daemon(output)
        deadline = time.monotonic() + _START_LIMIT
        while time.monotonic() < deadline:
            try:
                daemon = await rpc.connect(self._paths.socket)
            except rpc.NobodyListens:
                if process.poll() not in {None, 0}:
                    said = output.read_text(errors="replace")[-_LOG_TAIL:].strip().splitlines()
                    raise EngineUnavailable(
                        f"the engine's daemon can't start: {said[-1] if said else process.returncode}; see {output}"
                    ) from None
                if process.returncode == 0:
                    # Another one had the lock: one that starts, or one that was about to end.
                    await asyncio.sleep(_LOCKED_PAUSE)
                    process = self._spawn_daemon(output)
                await asyncio.sleep(_CONNECT_PAUSE)
            else:
                daemon.close()
                return
        raise EngineUnavailable(f"the engine's daemon did not start within {_START_LIMIT:g} s; see {output}")

    def _spawn_daemon(self, output: Path) -> subprocess.Popen[bytes]:
        with output.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "primehub_deploy_ext.engines.local.daemon"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=self._paths.home,
                env=daemon_environment(os.environ, self._paths.home if self._is_given() else None),
                start_new_session=True,
            )

    def _is_given(self) -> bool:
        return self._paths != Paths.of_user()


def _dump(value: BaseModel | None) -> Any:
    return None if value is None else value.model_dump(mode="json")
