"""The engine inside the daemon: every wish is written to the store, then an actor makes it true."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Literal

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.errors import Conflict, DeployError, InvalidInput, NotFound
from primehub_deploy_ext.domain.models import (
    Change,
    Deployment,
    DeploymentSpec,
    Event,
    Health,
    Revision,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.domain.phases import Action, Outcome
from primehub_deploy_ext.engines.base import LogQuery, NewDeployment
from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.changes import Changes
from primehub_deploy_ext.engines.local.deployment import DeploymentActor
from primehub_deploy_ext.engines.local.front import Front, Share
from primehub_deploy_ext.engines.local.gateway.gateway import Gateway
from primehub_deploy_ext.engines.local.housekeeping import ARTIFACTS_UNUSED, remove_old_logs
from primehub_deploy_ext.engines.local.instance_types import find_instance_type
from primehub_deploy_ext.engines.local.launchers import InterpreterUnusable, Launchers
from primehub_deploy_ext.engines.local.logs import read_logs
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.paths import Paths
from primehub_deploy_ext.engines.local.processes import Processes
from primehub_deploy_ext.engines.local.store import DeploymentRow, RevisionRow, Store, now

_HOUSEKEEPING_PAUSE = 3600.0

log = logging.getLogger(__name__)


class Supervisor:
    """All deployments of one embedded engine.

    Parameters
    ----------
    paths
        Its folders, already prepared.
    """

    def __init__(self, paths: Paths) -> None:
        store = Store(paths.database)
        processes = Processes()
        self._means = Means(
            paths=paths,
            store=store,
            artifacts=ArtifactStore(paths.artifacts),
            processes=processes,
            launchers=Launchers(paths.launchers, processes.on_exit),
            front=Front(Gateway(paths.run, on_restart=log.warning), self._shares),
        )
        self._actors: dict[str, DeploymentActor] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        run = int(store.meta("runs") or 0) + 1
        store.remember("runs", str(run))
        self._changes = Changes(run)

    # ------------------------------------------------------------------ life

    async def open(self) -> None:
        """Take over what runs, and go on with what was begun."""
        means = self._means
        self._reports = await _listen_for_reports(means.paths.report, means.processes.on_report)
        rows = means.store.deployments()
        for row in rows:
            self._actors[row.id] = self._act_for(row, means.store.revisions(row.uid))
        means.processes.end_strays(await means.launchers.adopt())
        await means.processes.settle_lost()
        for actor in self._actors.values():
            # Watchers get these by listing; they are no news.
            actor.resource_version = self._changes.version
            actor.published = actor.view().model_copy(update={"resource_version": 0})
        if rows:
            self._spawn(means.front.start())
        for actor in self._actors.values():
            self._spawn(actor.run())
        self._spawn(means.processes.watch())
        self._spawn(means.processes.check_answers())
        self._spawn(self._keep_house())

    async def close(self) -> None:
        """Let go of everything; replicas, launchers and the gateway go on while anything runs."""
        idle = self.idle
        for actor in self._actors.values():
            actor.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._means.launchers.close(end=idle)
        # Stopped deployments still answer that they are.
        await self._means.front.close(end=not self._actors)
        self._reports.close()
        self._means.store.close()

    @property
    def idle(self) -> bool:
        """Nothing runs and nothing is wanted to."""
        return all(actor.target.revision.spec.stopped and not actor.workloads for actor in self._actors.values())

    def _spawn(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _act_for(self, row: DeploymentRow, revisions: list[RevisionRow]) -> DeploymentActor:
        return DeploymentActor(self._means, row, revisions, self._publish, self._forget)

    def _shares(self) -> list[Share]:
        return [actor.routing() for actor in self._actors.values() if not actor.row.deleting or actor.workloads]

    async def _keep_house(self) -> None:
        while True:
            try:
                unused_since = time.time() - ARTIFACTS_UNUSED
                self._means.artifacts.keep_only(self._means.store.artifacts_in_use(), older_than=unused_since)
                remove_old_logs(self._means.paths.logs, [actor.row.uid for actor in self._actors.values()])
            except (OSError, sqlite3.Error):
                log.exception("housekeeping failed; it is tried again")
            await asyncio.sleep(_HOUSEKEEPING_PAUSE)

    # ------------------------------------------------------------------ wishes

    async def create(self, new: NewDeployment) -> Deployment:
        """See ``Engine.create``."""
        self._check(new.spec)
        model = new.spec.model
        # The libraries are imported while the gateway starts.
        await self.warm(WarmRequest(interpreter=model.interpreter, packages=model.packages))
        await self._means.front.start()
        revision = Revision(
            number=1,
            action=Action.CREATE,
            spec=new.spec,
            user=new.user,
            created_at=now(),
            update_message=new.update_message,
        )
        row = self._means.store.insert(id=new.id, name=new.name, group=new.group, revision=revision)
        actor = self._act_for(row, [RevisionRow(revision, 1)])
        self._actors[row.id] = actor
        actor.event("Normal", "Create", f"{new.user}: created", revision=1)
        self._publish(actor)
        self._spawn(actor.run())
        return actor.view()

    async def update(self, id: str, change: UpdateDeployment, *, user: str, if_match: int | None) -> Deployment:
        """See ``Engine.update``."""
        sent = change.model_dump(exclude_unset=True, exclude={"update_message"})
        fields = {name: getattr(change, name) for name in sent if getattr(change, name) is not None}
        return self._revise(
            id, Action.UPDATE, user, if_match, change.update_message, lambda spec: spec.model_copy(update=fields)
        )

    async def scale(
        self, id: str, replicas: int, *, user: str, update_message: str, if_match: int | None
    ) -> Deployment:
        """See ``Engine.scale``."""
        return self._revise(
            id,
            Action.SCALE,
            user,
            if_match,
            update_message,
            lambda spec: spec.model_copy(update={"replicas": replicas}),
        )

    async def stop(self, id: str, *, user: str, update_message: str, if_match: int | None) -> Deployment:
        """See ``Engine.stop``."""
        return self._revise(
            id, Action.STOP, user, if_match, update_message, lambda spec: spec.model_copy(update={"stopped": True})
        )

    async def start(self, id: str, *, user: str, update_message: str, if_match: int | None) -> Deployment:
        """See ``Engine.start``."""
        return self._revise(
            id, Action.START, user, if_match, update_message, lambda spec: spec.model_copy(update={"stopped": False})
        )

    async def restart(self, id: str, *, user: str, update_message: str, if_match: int | None) -> Deployment:
        """See ``Engine.restart``."""
        return self._revise(id, Action.RESTART, user, if_match, update_message, lambda spec: spec)

    async def rollback(
        self, id: str, revision: int, *, user: str, update_message: str, if_match: int | None
    ) -> Deployment:
        """See ``Engine.rollback``."""
        actor = self._actor(id)
        if revision not in actor.revisions:
            raise InvalidInput(
                f"{id} has no revision {revision}; it has 1 to {actor.row.latest}",
                fields=[{"field": "revision", "message": f"1 to {actor.row.latest}"}],
            )
        old = actor.revisions[revision].revision.spec
        return self._revise(
            id,
            Action.ROLLBACK,
            user,
            if_match,
            update_message,
            lambda spec: old.model_copy(update={"stopped": spec.stopped}),
            rollback_to=revision,
        )

    async def delete(self, id: str, *, if_match: int | None) -> None:
        """See ``Engine.delete``."""
        actor = self._actor(id)
        _check_match(actor, if_match)
        if not actor.row.deleting:
            actor.delete()
        await actor.removed.wait()

    def _revise(
        self,
        id: str,
        action: Action,
        user: str,
        if_match: int | None,
        update_message: str,
        change: Callable[[DeploymentSpec], DeploymentSpec],
        rollback_to: int | None = None,
    ) -> Deployment:
        actor = self._actor(id)
        _check_match(actor, if_match)
        if actor.row.deleting:
            raise Conflict(f"{id} is being deleted")
        base = actor.target
        spec = change(base.revision.spec)
        if action is Action.RESTART and spec.stopped:
            raise Conflict(f"{id} is stopped: start it instead")
        changes_nothing = spec == base.revision.spec and base.revision.outcome is not Outcome.FAILED
        if changes_nothing and action in {Action.STOP, Action.START, Action.SCALE}:
            return actor.view()
        self._check(spec)
        number = actor.row.latest + 1
        before, after = base.revision.spec.model_dump(mode="json"), spec.model_dump(mode="json")
        revision = Revision(
            number=number,
            action=action,
            spec=spec,
            user=user,
            created_at=now(),
            update_message=update_message,
            rollback_to=rollback_to,
            changes=[name for name in after if after[name] != before[name]],
        )
        actor.add_revision(RevisionRow(revision, _template(actor, revision)))
        return actor.view()

    def _check(self, spec: DeploymentSpec) -> None:
        if not self._means.artifacts.has(spec.model.artifact):
            raise InvalidInput(
                "the model's artifact is not stored: upload it first",
                fields=[{"field": "model.artifact", "message": "not stored"}],
            )
        find_instance_type(spec.instance_type)

    # ------------------------------------------------------------------ questions

    def deployments(self) -> tuple[list[Deployment], int]:
        """All deployments, and the resource version they are as of."""
        return [actor.view() for actor in self._actors.values()], self._changes.version

    def actor(self, id: str) -> DeploymentActor:
        """Return the actor of a deployment; ``NotFound`` when there is none."""
        return self._actor(id)

    def watch(self, resource_version: int | None) -> AsyncIterator[Change]:
        """See ``Engine.watch``."""
        return self._changes.watch(resource_version, lambda: self.deployments()[0])

    def logs(self, id: str, query: LogQuery) -> AsyncIterator[Any]:
        """See ``Engine.logs``."""
        actor = self._actor(id)
        return read_logs(self._means.log_folder(actor.row.uid), query, lambda: not actor.removed.is_set())

    async def health(self) -> Health:
        """See ``Engine.health``."""
        front = self._means.front
        return Health(
            version=__version__,
            engine="local",
            status="degraded" if front.problem else "ok",
            message=front.problem or "",
            gateway=front.url,
            details={"pid": os.getpid(), "deployments": len(self._actors), "replicas": len(self._means.processes)},
        )

    async def warm(self, request: WarmRequest) -> None:
        """Prepare a launcher, and the gateway with it."""

        async def prepare() -> None:
            try:
                await asyncio.gather(
                    self._means.launchers.warm(request.interpreter, request.packages), self._means.front.start()
                )
            except (InterpreterUnusable, DeployError, OSError) as error:
                log.warning("can't warm %s: %s", request.interpreter, error)

        self._spawn(prepare())

    def _actor(self, id: str) -> DeploymentActor:
        try:
            return self._actors[id]
        except KeyError:
            raise NotFound(f"there is no deployment {id!r}") from None

    def events(self, id: str) -> list[Event]:
        """See ``Engine.events``."""
        return self._means.store.events(self._actor(id).row.uid)

    # ------------------------------------------------------------------ what actors tell

    async def _forget(self, actor: DeploymentActor) -> None:
        """Remove what is left of a deployment that has ended, and its route."""
        self._actors.pop(actor.row.id, None)
        await self._means.front.update()
        self._means.store.remove(actor.row)
        actor.removed.set()
        version = self._changes.next_version()
        gone = actor.view().model_copy(update={"resource_version": version})
        self._changes.publish(Change(type="DELETED", resource_version=version, object=gone))

    def _publish(self, actor: DeploymentActor) -> None:
        """Tell the watchers, if what they see of it changed."""
        seen = actor.view().model_copy(update={"resource_version": 0})
        if seen == actor.published:
            return
        kind: Literal["ADDED", "MODIFIED"] = "ADDED" if actor.published is None else "MODIFIED"
        actor.published = seen
        actor.resource_version = self._changes.next_version()
        view = seen.model_copy(update={"resource_version": actor.resource_version})
        self._changes.publish(Change(type=kind, resource_version=view.resource_version, object=view))


def _template(actor: DeploymentActor, revision: Revision) -> int:
    """Return the revision whose replicas can serve this one: an earlier one when nothing they run from changed."""
    if revision.action is Action.RESTART:
        return revision.number
    wanted = revision.spec.template()
    candidates = [actor.target] + ([actor.serving] if actor.serving else [])
    for entry in candidates:
        failed = entry.revision.outcome is Outcome.FAILED
        if not failed and entry.revision.spec.template() == wanted:
            return entry.template
    return revision.number


def _check_match(actor: DeploymentActor, if_match: int | None) -> None:
    if if_match is not None and if_match != actor.row.latest:
        newest = actor.latest.revision
        raise Conflict(
            f"{actor.row.id} was changed meanwhile: it is at revision {newest.number} "
            f"({newest.action} by {newest.user}), you saw {if_match}: read it again",
            details={"revision": newest.number, "seen": if_match},
        )


async def _listen_for_reports(path: Path, receive: Callable[[bytes], None]) -> asyncio.DatagramTransport:
    import socket

    class Reports(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            del addr
            receive(data)

    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.setblocking(False)
    listener.bind(str(path))
    path.chmod(0o600)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Reports, sock=listener)
    return transport
