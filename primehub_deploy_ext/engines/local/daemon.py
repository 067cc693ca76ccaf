"""The daemon: one per OS user and home, started on first use, independent of any Jupyter server.

``python -m primehub_deploy_ext.engines.local.daemon`` takes the lock or ends at once, so starting it twice is safe.
It ends by itself when nothing runs and nobody is connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from logging.handlers import RotatingFileHandler
from typing import Any

from pydantic import BaseModel

from primehub_deploy_ext.domain.metrics import AlertSettings, MetricsRange
from primehub_deploy_ext.domain.models import DeploymentSpec, Model, UpdateDeployment, WarmRequest
from primehub_deploy_ext.domain.resources import Quota, Resources
from primehub_deploy_ext.engines.base import NewClient, NewDeployment, NewSavedModel
from primehub_deploy_ext.engines.local.log_query import dump_lines, parse_log_query
from primehub_deploy_ext.engines.local.paths import Paths
from primehub_deploy_ext.engines.local.rpc import RpcServer
from primehub_deploy_ext.engines.local.supervisor import Supervisor
from primehub_deploy_ext.engines.local.wishes import Wish

IDLE_VARIABLE = "PRIMEHUB_DEPLOY_IDLE_SECONDS"
_IDLE_SECONDS = 600.0
_IDLE_PAUSE = 1.0

log = logging.getLogger(__name__)


def main() -> int:
    """Run the daemon; 0 when it ended by itself or another one has the lock."""
    paths = Paths.of_user().prepare()
    lock = paths.lock.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    handler = RotatingFileHandler(paths.daemon_log, maxBytes=2_000_000, backupCount=1)
    logging.basicConfig(
        handlers=[handler], level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        asyncio.run(_serve(paths))
    except Exception:
        log.exception("the daemon failed")
        raise
    return 0


async def _serve(paths: Paths) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    supervisor = Supervisor(paths)
    await supervisor.open()
    calls = Calls(supervisor)
    server = RpcServer(calls.methods(), calls.streams())
    await server.start(paths.socket)
    log.info("serving, process %d", os.getpid())
    idle_limit = float(os.environ.get(IDLE_VARIABLE, _IDLE_SECONDS))
    idle_since = loop.time()
    while not ending.is_set():
        if not supervisor.idle or server.open_calls:
            idle_since = loop.time()
        if loop.time() - idle_since > idle_limit:
            log.info("nothing runs and nobody is connected: ending")
            break
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(ending.wait(), _IDLE_PAUSE)
    # First the door, so that the next call starts a new daemon instead of finding a dying one.
    paths.socket.unlink(missing_ok=True)
    await server.close()
    await supervisor.close()


class Calls:
    """The rpc face of the supervisor: JSON in, JSON out."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def methods(self) -> dict[str, Any]:
        """Calls with one answer."""
        return {
            name: getattr(self, name)
            for name in (
                "health", "deployments", "get", "create", "update", "scale", "stop", "start", "restart", "rollback",
                "delete", "revisions", "replicas", "events", "warm", "clients", "add_client", "remove_client",
                "server_pass", "measurements", "try_out", "restart_replica", "metrics", "metrics_summary", "exposition",
                "alerts", "set_alerts", "usage",
                "models", "saved_models", "save_model",
                "forget_model",
            )
        }  # fmt: skip

    def streams(self) -> dict[str, Any]:
        """Calls with a stream of answers."""
        return {"watch": self.watch, "logs": self.logs}

    async def health(self) -> Any:
        return _json(await self._supervisor.health())

    async def deployments(self) -> Any:
        items, version = self._supervisor.deployments()
        return {"items": [_json(item) for item in items], "resource_version": version}

    async def get(self, id: str) -> Any:
        return _json(self._supervisor.actor(id).view())

    async def create(self, spec: dict[str, Any], quota: dict[str, Any] | None, **new: Any) -> Any:
        wanted = NewDeployment(spec=DeploymentSpec.model_validate(spec), quota=_quota(quota), **new)
        return _json(await self._supervisor.create(wanted))

    async def update(self, id: str, change: dict[str, Any], resources: dict[str, Any] | None, **wish: Any) -> Any:
        given = None if resources is None else Resources.model_validate(resources)
        changed = UpdateDeployment.model_validate(change)
        return _json(await self._supervisor.update(id, changed, _wish(wish), resources=given))

    async def scale(self, id: str, replicas: int, **wish: Any) -> Any:
        return _json(await self._supervisor.scale(id, replicas, _wish(wish)))

    async def stop(self, id: str, **wish: Any) -> Any:
        return _json(await self._supervisor.stop(id, _wish(wish)))

    async def start(self, id: str, **wish: Any) -> Any:
        return _json(await self._supervisor.start(id, _wish(wish)))

    async def restart(self, id: str, **wish: Any) -> Any:
        return _json(await self._supervisor.restart(id, _wish(wish)))

    async def rollback(self, id: str, revision: int, **wish: Any) -> Any:
        return _json(await self._supervisor.rollback(id, revision, _wish(wish)))

    async def restart_replica(self, id: str, name: str, user: str, kill: bool) -> None:
        await self._supervisor.restart_replica(id, name, user=user, kill=kill)

    async def delete(self, id: str, if_match: int | None) -> None:
        await self._supervisor.delete(id, if_match=if_match)

    async def revisions(self, id: str) -> Any:
        entries = self._supervisor.actor(id).record.revisions.values()
        return [_json(entry.revision) for entry in sorted(entries, key=lambda e: -e.revision.number)]

    async def replicas(self, id: str) -> Any:
        return [_json(replica) for replica in self._supervisor.actor(id).replicas()]

    async def events(self, id: str) -> Any:
        return [_json(event) for event in self._supervisor.events(id)]

    async def clients(self, id: str) -> Any:
        return [_json(client) for client in self._supervisor.actor(id).callers.all()]

    async def add_client(self, id: str, expires_at: str | None, **new: Any) -> Any:
        expiry = None if expires_at is None else datetime.fromisoformat(expires_at)
        return _json(await self._supervisor.add_client(id, NewClient(expires_at=expiry, **new)))

    async def remove_client(self, id: str, name: str, user: str) -> None:
        await self._supervisor.remove_client(id, name, user=user)

    async def server_pass(self) -> Any:
        return self._supervisor.server_pass.header

    async def try_out(self, spec: dict[str, Any], request: dict[str, Any] | None) -> Any:
        return _json(await self._supervisor.try_out(DeploymentSpec.model_validate(spec), request))

    async def measurements(self) -> Any:
        return [_json(measurement) for measurement in await self._supervisor.measurements()]

    async def metrics(self, id: str, wanted: str) -> Any:
        return _json(await self._supervisor.observatory.metrics(id, MetricsRange(wanted)))

    async def metrics_summary(self) -> Any:
        return _json(await self._supervisor.observatory.summary())

    async def exposition(self, openmetrics: bool) -> Any:
        return await self._supervisor.observatory.exposition(openmetrics=openmetrics)

    async def models(self) -> Any:
        return [{"model": _json(found.model), "use": _json(found.use)} for found in self._supervisor.models()]

    async def saved_models(self) -> Any:
        return [_json(saved) for saved in self._supervisor.saved.all()]

    async def save_model(self, model: dict[str, Any], **new: Any) -> Any:
        return _json(self._supervisor.saved.add(NewSavedModel(model=Model.model_validate(model), **new)))

    async def forget_model(self, number: int) -> None:
        self._supervisor.saved.remove(number)

    async def alerts(self, id: str) -> Any:
        return _json(self._supervisor.observatory.alerts(id))

    async def set_alerts(self, id: str, settings: dict[str, Any], user: str, if_match: int | None) -> Any:
        wanted = AlertSettings.model_validate(settings)
        return _json(self._supervisor.observatory.set_alerts(id, wanted, user=user, if_match=if_match))

    async def usage(self) -> Any:
        return [_json(line) for line in await self._supervisor.observatory.usage()]

    async def warm(self, request: dict[str, Any]) -> None:
        await self._supervisor.warm(WarmRequest.model_validate(request))

    async def watch(self, resource_version: int | None) -> AsyncIterator[Any]:
        async for change in self._supervisor.watch(resource_version):
            yield _json(change)

    async def logs(self, id: str, query: dict[str, Any]) -> AsyncIterator[Any]:
        async for lines in self._supervisor.logs(id, parse_log_query(query)):
            yield dump_lines(lines)


def _wish(sent: dict[str, Any]) -> Wish:
    return Wish(**(sent | {"quota": _quota(sent.get("quota"))}))


def _quota(sent: dict[str, Any] | None) -> Quota | None:
    return None if sent is None else Quota.model_validate(sent)


def _json(value: BaseModel) -> Any:
    return value.model_dump(mode="json")


if __name__ == "__main__":
    sys.exit(main())
