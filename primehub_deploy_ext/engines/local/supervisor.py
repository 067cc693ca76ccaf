"""The engine inside the daemon: every wish is written to the store, then an actor makes it true."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, InvalidInput, NotFound
from primehub_deploy_ext.domain.models import (
    Change,
    Deployment,
    DeploymentSpec,
    Event,
    Health,
    Revision,
    Trial,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.domain.phases import Action
from primehub_deploy_ext.domain.resources import Measurement, Resources, Usage
from primehub_deploy_ext.engines.base import LogQuery, ModelOfDeployment, NewClient, NewDeployment
from primehub_deploy_ext.engines.changes import Changes
from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.callers import ServerPass
from primehub_deploy_ext.engines.local.deployment import DeploymentActor
from primehub_deploy_ext.engines.local.front import Front
from primehub_deploy_ext.engines.local.gateway.gateway import Gateway
from primehub_deploy_ext.engines.local.gateway.routes import Share
from primehub_deploy_ext.engines.local.housekeeping import ARTIFACTS_UNUSED, remove_old_logs
from primehub_deploy_ext.engines.local.launchers import InterpreterUnusable, Launchers
from primehub_deploy_ext.engines.local.ledger import Ledger
from primehub_deploy_ext.engines.local.logs import read_logs
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.observatory import Observatory
from primehub_deploy_ext.engines.local.paths import Paths
from primehub_deploy_ext.engines.local.processes import Processes
from primehub_deploy_ext.engines.local.saved import SavedModels, models_of
from primehub_deploy_ext.engines.local.store import DeploymentRow, RevisionRow, Store, now
from primehub_deploy_ext.engines.local.trial import Trials
from primehub_deploy_ext.engines.local.wishes import Wish, check_match, check_spec, next_revision

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
            ledger=Ledger(store, self._used),
            server_pass=ServerPass(store),
        )
        self._trials = Trials(self._means)
        self._actors: dict[str, DeploymentActor] = {}
        self.observatory = Observatory(self._means, self._actors)
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
            actor.callers.watch_expiry()
            self._spawn(actor.run())
        self._spawn(means.processes.watch())
        self._spawn(means.processes.check_answers())
        self._spawn(self._keep_house())
        self._spawn(self.observatory.run())

    async def close(self) -> None:
        """Let go of everything; replicas, launchers and the gateway go on while anything runs."""
        idle = self.idle
        # While everybody can still be asked.
        await self.observatory.close()
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

    def models(self) -> list[ModelOfDeployment]:
        """See ``Engine.models``."""
        return [found for actor in self._actors.values() for found in models_of(actor.record)]

    @property
    def saved(self) -> SavedModels:
        """Models that were saved by name."""
        return SavedModels(self._means.store, self._means.artifacts)

    @property
    def idle(self) -> bool:
        """Nothing runs and nothing is wanted to."""
        return all(actor.record.target.revision.spec.stopped and not actor.workloads for actor in self._actors.values())

    def _spawn(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _act_for(self, row: DeploymentRow, revisions: list[RevisionRow]) -> DeploymentActor:
        return DeploymentActor(self._means, row, revisions, self._publish, self._forget)

    def _shares(self) -> list[Share]:
        return [actor.share() for actor in self._actors.values() if not actor.record.row.deleting or actor.workloads]

    def _used(self, group: str) -> dict[str, Usage]:
        mine = (actor for actor in self._actors.values() if actor.record.row.group == group)
        return {actor.record.row.id: actor.usage() for actor in mine}

    async def _keep_house(self) -> None:
        while True:
            try:
                unused_since = time.time() - ARTIFACTS_UNUSED
                self._means.artifacts.keep_only(self._means.store.artifacts_in_use(), older_than=unused_since)
                uids = [actor.record.row.uid for actor in self._actors.values()]
                remove_old_logs(self._means.paths.logs, uids)
                await self.observatory.keep_only(uids)
            except EngineUnavailable:
                log.warning("what was measured can't be tidied up")
            except (OSError, sqlite3.Error):
                log.exception("housekeeping failed; it is tried again")
            await asyncio.sleep(_HOUSEKEEPING_PAUSE)

    # ------------------------------------------------------------------ wishes

    async def create(self, new: NewDeployment) -> Deployment:
        """See ``Engine.create``."""
        check_spec(new.spec, self._means.artifacts)
        ledger = self._means.ledger
        wanted = ledger.demand(new.spec.resources, new.spec.replicas)
        # Refused at once, before anything is prepared; what counts is the second time.
        ledger.admit(new.group, new.id, wanted, new.quota)
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
        ledger.admit(new.group, new.id, wanted, new.quota)
        row = self._means.store.insert(id=new.id, name=new.name, group=new.group, revision=revision)
        actor = self._act_for(row, [RevisionRow(revision, 1)])
        self._actors[row.id] = actor
        actor.record.event("Normal", "Create", f"{new.user}: created", revision=1)
        self._publish(actor)
        self._spawn(actor.run())
        return actor.view()

    async def update(
        self, id: str, change: UpdateDeployment, wish: Wish, *, resources: Resources | None = None
    ) -> Deployment:
        """See ``Engine.update``."""
        sent = change.model_dump(exclude_unset=True, exclude={"update_message"})
        fields = {name: getattr(change, name) for name in sent if getattr(change, name) is not None}
        if resources is not None:
            fields["resources"] = resources
        wish = replace(wish, update_message=change.update_message)
        actor = self._actor(id)
        access = actor.record.spec.access
        self._revise(id, Action.UPDATE, lambda spec: spec.model_copy(update=fields), wish)
        if actor.record.spec.access != access:
            # Whoever is told that it is private now relies on it.
            await actor.tell_who_may_call()
        return actor.view()

    async def scale(self, id: str, replicas: int, wish: Wish) -> Deployment:
        """See ``Engine.scale``."""
        return self._revise(id, Action.SCALE, lambda spec: spec.model_copy(update={"replicas": replicas}), wish)

    async def stop(self, id: str, wish: Wish) -> Deployment:
        """See ``Engine.stop``."""
        return self._revise(id, Action.STOP, lambda spec: spec.model_copy(update={"stopped": True}), wish)

    async def start(self, id: str, wish: Wish) -> Deployment:
        """See ``Engine.start``."""
        return self._revise(id, Action.START, lambda spec: spec.model_copy(update={"stopped": False}), wish)

    async def restart(self, id: str, wish: Wish) -> Deployment:
        """See ``Engine.restart``."""
        return self._revise(id, Action.RESTART, lambda spec: spec, wish)

    async def rollback(self, id: str, revision: int, wish: Wish) -> Deployment:
        """See ``Engine.rollback``."""
        actor = self._actor(id)
        if revision not in actor.record.revisions:
            raise InvalidInput(
                f"{id} has no revision {revision}; it has 1 to {actor.record.row.latest}",
                fields=[{"field": "revision", "message": f"1 to {actor.record.row.latest}"}],
            )
        old = actor.record.revisions[revision].revision.spec
        return self._revise(
            id,
            Action.ROLLBACK,
            # Going back to an older model must not open an endpoint that was made private since.
            lambda spec: old.model_copy(update={"stopped": spec.stopped, "access": spec.access}),
            wish,
            rollback_to=revision,
        )

    async def restart_replica(self, id: str, name: str, *, user: str, kill: bool) -> None:
        """See ``Engine.restart_replica``."""
        self._actor(id).restart_replica(name, user, kill=kill)

    async def delete(self, id: str, *, if_match: int | None) -> None:
        """See ``Engine.delete``."""
        actor = self._actor(id)
        check_match(actor.record, if_match)
        if not actor.record.row.deleting:
            actor.delete()
        await actor.removed.wait()

    def _revise(
        self,
        id: str,
        action: Action,
        change: Callable[[DeploymentSpec], DeploymentSpec],
        wish: Wish,
        *,
        rollback_to: int | None = None,
    ) -> Deployment:
        actor = self._actor(id)
        entry = next_revision(actor.record, action, change, wish, rollback_to=rollback_to)
        if entry is None:
            return actor.view()
        spec = entry.revision.spec
        check_spec(spec, self._means.artifacts)
        if action is not Action.STOP:
            ledger = self._means.ledger
            # A stopped deployment takes nothing, whatever is changed in it: its start is what counts.
            replicas = 0 if spec.stopped else spec.replicas
            wanted = ledger.demand(spec.resources, replicas)
            ledger.admit(actor.record.row.group, id, wanted, wish.quota, held=actor.claim())
        actor.add_revision(entry)
        return actor.view()

    # ------------------------------------------------------------------ clients of private endpoints

    async def add_client(self, id: str, new: NewClient) -> Client:
        """See ``Engine.add_client``."""
        actor = self._actor(id)
        client = await actor.callers.add(new)
        actor.record.event("Normal", "ClientAdded", f"{new.user}: let the client {new.name} in")
        return client

    async def remove_client(self, id: str, name: str, *, user: str) -> None:
        """See ``Engine.remove_client``."""
        actor = self._actor(id)
        await actor.callers.remove(name)
        actor.record.event("Normal", "ClientRevoked", f"{user}: revoked the client {name}")

    @property
    def server_pass(self) -> ServerPass:
        """What lets the servers of this engine through to private endpoints."""
        return self._means.server_pass

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
        return read_logs(self._means.log_folder(actor.record.row.uid), query, lambda: not actor.removed.is_set())

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

    async def try_out(self, spec: DeploymentSpec, request: dict[str, Any] | None) -> Trial:
        """See ``Engine.try_out``."""
        check_spec(spec, self._means.artifacts)
        return await self._trials.run(spec, request)

    async def measurements(self) -> list[Measurement]:
        """See ``Engine.measurements``."""
        found = await asyncio.to_thread(self._means.processes.measure)
        return [Measurement(id=key, cpu=cpu, memory=memory) for key, (cpu, memory) in sorted(found.items())]

    def _actor(self, id: str) -> DeploymentActor:
        try:
            return self._actors[id]
        except KeyError:
            raise NotFound(f"there is no deployment {id!r}") from None

    def events(self, id: str) -> list[Event]:
        """See ``Engine.events``."""
        return self._means.store.events(self._actor(id).record.row.uid)

    # ------------------------------------------------------------------ what actors tell

    async def _forget(self, actor: DeploymentActor) -> None:
        """Remove what is left of a deployment that has ended, and its route."""
        self.observatory.remember(actor)
        self._actors.pop(actor.record.row.id, None)
        await self._means.front.update()
        actor.close()
        self._means.store.remove(actor.record.row)
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
