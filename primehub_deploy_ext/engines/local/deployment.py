"""One deployment under the daemon's care: compares what is wanted with what runs, and acts on the difference.

``reconcile`` is level-triggered: it may run at any time, after any event or a restart of the daemon, and goes on
from the facts in the store and the slots.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from primehub_deploy_ext.domain.models import Deployment, Event, Replica, Revision, Status
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason
from primehub_deploy_ext.engines.local.gateway.routes import Cluster, Route, Unavailable
from primehub_deploy_ext.engines.local.logs import read_tail
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.projection import Facts, project
from primehub_deploy_ext.engines.local.slot import Slot
from primehub_deploy_ext.engines.local.store import DeploymentRow, RevisionRow, now
from primehub_deploy_ext.engines.local.workload import Workload

DRAIN_LIMIT = 30.0
_LOG_TAIL = 50
_RETRY_AFTER_ERROR = 1.0

log = logging.getLogger(__name__)


class DeploymentActor:
    """The one place that acts for a deployment.

    Parameters
    ----------
    means
        What it acts with.
    row, revisions
        What the store knows.
    publish
        Called when the watchers may have something to see.
    forget
        Called when the deployment was deleted and has ended.
    """

    def __init__(
        self,
        means: Means,
        row: DeploymentRow,
        revisions: list[RevisionRow],
        publish: Callable[[DeploymentActor], None],
        forget: Callable[[DeploymentActor], Awaitable[None]],
    ) -> None:
        self._means = means
        self._publish = publish
        self._forget = forget
        self.row = row
        self.revisions = {entry.revision.number: entry for entry in revisions}
        self.workloads: dict[int, Workload] = {}
        self.resource_version = 0
        self.published: Deployment | None = None
        self.status: Status | None = Status.model_validate(row.status) if row.status else None
        self.removed = asyncio.Event()
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._retiring: dict[int, asyncio.Task[None]] = {}
        self._rerouted = False
        for body in means.store.slots(row.uid):
            self._workload(body["template"]).adopt(body)

    # ------------------------------------------------------------------ what is known

    @property
    def target(self) -> RevisionRow:
        """The revision that is wanted."""
        return self.revisions[self.row.target]

    @property
    def latest(self) -> RevisionRow:
        """The newest revision."""
        return self.revisions[self.row.latest]

    @property
    def serving(self) -> RevisionRow | None:
        """The revision that takes the traffic."""
        return None if self.row.serving is None else self.revisions[self.row.serving]

    def view(self) -> Deployment:
        """Return what callers see."""
        status = self.status or self._project()
        return Deployment(
            id=self.row.id,
            name=self.row.name,
            group=self.row.group,
            engine="local",
            spec=self.target.revision.spec,
            revision=self.row.latest,
            serving_revision=self.row.serving,
            status=status,
            endpoint=self._means.front.endpoint(self.row.id),
            created_at=self.row.created_at,
            created_by=self.row.created_by,
            updated_at=self.row.updated_at,
            updated_by=self.row.updated_by,
            resource_version=self.resource_version,
        )

    def replicas(self) -> list[Replica]:
        """Return the replicas now."""
        serving = self.serving.template if self.serving else None
        return [
            slot.view(revision=workload.template, serving=workload.template == serving)
            for _, workload in sorted(self.workloads.items())
            for _, slot in sorted(workload.slots.items())
        ]

    def routing(self) -> tuple[Route | Unavailable, list[Cluster]]:
        """Return this deployment's share of the gateway's state."""
        clusters = [
            Cluster(self.row.id, template, tuple(sockets))
            for template, workload in sorted(self.workloads.items())
            if (sockets := workload.sockets())
        ]
        serving = self.serving
        if serving is not None and any(cluster.revision == serving.template for cluster in clusters):
            return Route(self.row.id, ((f"{self.row.id}/{serving.template}", 1),)), clusters
        status = self.status or self._project()
        if self.target.revision.spec.stopped:
            return Unavailable(
                self.row.id, "stopped", f"{self.row.name} is stopped: start it to serve again."
            ), clusters
        if status.phase is Phase.FAILED:
            return Unavailable(self.row.id, "failed", status.message[:300]), clusters
        return Unavailable(self.row.id, "starting", f"{self.row.name} is starting.", retry_after=1), clusters

    # ------------------------------------------------------------------ wishes

    def add_revision(self, entry: RevisionRow) -> None:
        """Make a new revision the wanted one."""
        before = self.target
        if before.revision.outcome is Outcome.IN_PROGRESS:
            self._finish(before, Outcome.SUPERSEDED, message=f"replaced by revision {entry.revision.number}")
        self.row = self._means.store.add_revision(self.row, entry)
        self.revisions[entry.revision.number] = entry
        text = f"{entry.revision.user}: {_ACTIONS[entry.revision.action]}"
        self.event("Normal", entry.revision.action.value.capitalize(), text, revision=entry.revision.number)
        self.publish()
        self.wake()

    def delete(self) -> None:
        """Begin to remove the deployment."""
        self.row = self._means.store.set_deleting(self.row)
        self.publish()
        self.wake()

    # ------------------------------------------------------------------ the loop

    def wake(self) -> None:
        """Have ``reconcile`` run soon."""
        self._wake.set()

    async def run(self) -> None:
        """Reconcile whenever something happened."""
        self.wake()
        while not self.removed.is_set():
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._reconcile()
            except Exception as error:
                log.exception("%s: reconcile failed", self.row.id)
                self._wake_in(_RETRY_AFTER_ERROR)
                # A disk that is full refuses this too, and may have room again at the next round.
                with contextlib.suppress(sqlite3.Error):
                    self.event("Warning", "EngineError", f"{type(error).__name__}: {error}")
            try:
                if not self.removed.is_set():
                    self.publish()
            except sqlite3.Error:
                log.exception("%s: the status can't be stored", self.row.id)
                self._wake_in(_RETRY_AFTER_ERROR)

    async def _reconcile(self) -> None:
        if self.row.deleting:
            await self._remove()
            return
        await self._retire_others()
        target = self.target
        if target.revision.spec.stopped:
            await self._stop(target)
            return
        if target.revision.outcome is Outcome.FAILED and self.serving is None:
            await self._update_gateway()
            return
        if target.template in self._retiring:
            # Stopped and started again at once: the sockets are free when the old replicas are gone.
            await self._update_gateway()
            return
        workload = self._workload(target.template)
        serving = self.serving
        pauses = [workload.fill(target.revision.spec.replicas)]
        if serving is not None and serving.template != target.template:
            # What serves is kept going while another revision is rolled out.
            pauses.append(self._workload(serving.template).fill(serving.revision.spec.replicas))
        if due := [pause for pause in pauses if pause is not None]:
            self._wake_in(min(due))
        if serving is not None and serving.template == target.template:
            await self._reconcile_in_place(target, workload)
        else:
            await self._reconcile_rollout(target, workload)

    async def _reconcile_rollout(self, target: RevisionRow, workload: Workload) -> None:
        # Those that became too many before they served: no route leads to them.
        workload.dismiss(target.revision.spec.replicas)
        workload.end_dismissed()
        failure = workload.failure()
        if failure is not None:
            await self._fail(target, workload, *failure)
        elif workload.ready_count() == target.revision.spec.replicas:
            await self._switch(target, workload)
        elif self.serving is None:
            await self._update_gateway()

    async def _reconcile_in_place(self, target: RevisionRow, workload: Workload) -> None:
        """Scale what serves, or keep it going."""
        replicas = target.revision.spec.replicas
        workload.dismiss(replicas)
        # Counted before the gateway is told: those that become ready meanwhile come with the next round.
        ready = workload.ready_count()
        await self._update_gateway()
        workload.end_dismissed()
        if self.target is target and target.revision.outcome is Outcome.IN_PROGRESS:
            failure = workload.failure()
            if failure is not None:
                await self._fail(target, workload, *failure)
                return
            # A replica that was ready and crashed since is what serves having a problem, not this change.
            if ready >= replicas or workload.were_ready(replicas):
                await self._means.front.healthy(f"{self.row.id}/{workload.template}", min(ready, replicas))
                if self.target is not target:
                    # Another revision was asked for meanwhile, and this one's outcome is known.
                    return
                self.row = self._means.store.set_serving(self.row, target.revision.number)
                self._finish(target, Outcome.SUCCEEDED)

    async def _switch(self, target: RevisionRow, workload: Workload) -> None:
        """Every replica is ready: move the traffic, then let the old ones go."""
        workload.routed = True
        await self._means.front.update()
        await self._means.front.healthy(f"{self.row.id}/{workload.template}", target.revision.spec.replicas)
        if self.target is not target:
            # Another revision was asked for meanwhile: no route leads here yet.
            return
        self.row = self._means.store.set_serving(self.row, target.revision.number)
        await self._means.front.update()
        if self.target is target:
            self._finish(target, Outcome.SUCCEEDED)
        self.event("Normal", "Deployed", f"revision {target.revision.number} serves", revision=target.revision.number)
        await self._retire_others()

    async def _fail(self, target: RevisionRow, workload: Workload, reason: Reason, message: str) -> None:
        """Give a revision up: what served before goes on."""
        slot = workload.worst()
        tail = (
            [] if slot is None else read_tail(self._means.log_folder(self.row.uid), slot.name, slot.attempt, _LOG_TAIL)
        )
        self._finish(target, Outcome.FAILED, reason=reason, message=message, log_tail=tail)
        self.event("Warning", reason.value, message, revision=target.revision.number)
        serving = self.serving
        if serving is None:
            workload.ending = True
            self._retire(workload)
            await self._update_gateway()
            return
        self.row = self._means.store.set_target(self.row, serving.revision.number)
        self.wake()

    async def _stop(self, target: RevisionRow) -> None:
        if self.row.serving is not None:
            self.row = self._means.store.set_serving(self.row, None)
        await self._update_gateway()
        for workload in list(self.workloads.values()):
            self._retire(workload)
        if not self.workloads and target.revision.outcome is Outcome.IN_PROGRESS:
            self._finish(target, Outcome.SUCCEEDED)

    async def _remove(self) -> None:
        if self.row.serving is not None:
            self.row = self._means.store.set_serving(self.row, None)
        await self._means.front.update()
        for workload in list(self.workloads.values()):
            self._retire(workload)
        if not self.workloads:
            await self._forget(self)

    # ------------------------------------------------------------------ parts

    def _workload(self, template: int) -> Workload:
        if template not in self.workloads:
            spec = self.revisions[template].revision.spec
            self.workloads[template] = Workload(self._means, self.row, template, spec, self.wake, self._on_failing)
        return self.workloads[template]

    async def _retire_others(self) -> None:
        if self._others():
            # A daemon that died, or a gateway that was away, may have left the traffic with them.
            await self._update_gateway()
            for workload in self._others():
                self._retire(workload)

    def _others(self) -> list[Workload]:
        """Return the workloads that are neither wanted nor serving, nor on their way out already."""
        keep = {self.target.template, *self._retiring} | ({self.serving.template} if self.serving else set())
        return [workload for workload in self.workloads.values() if workload.template not in keep]

    def _retire(self, workload: Workload) -> None:
        """Let a workload's replicas answer what they have, end them, and forget them."""
        if workload.template in self._retiring:
            return
        workload.ending = True

        async def retire() -> None:
            try:
                if workload.routed:
                    await self._means.front.drained(f"{self.row.id}/{workload.template}", DRAIN_LIMIT)
                await workload.end(DRAIN_LIMIT)
                self.workloads.pop(workload.template, None)
                await self._means.front.update()
            finally:
                self._retiring.pop(workload.template, None)
                self.wake()

        self._retiring[workload.template] = asyncio.create_task(retire())

    async def _update_gateway(self) -> None:
        serving = self.serving
        if serving is not None:
            self._workload(serving.template).routed = True
        await self._means.front.update()

    def _finish(self, entry: RevisionRow, outcome: Outcome, **facts: Any) -> None:
        finished = now()
        revision: Revision = entry.revision.model_copy(
            update={
                "outcome": outcome,
                "finished_at": finished,
                "duration": (finished - entry.revision.created_at).total_seconds(),
                **facts,
            }
        )
        done = replace(entry, revision=revision)
        self._means.store.save_revision(self.row.uid, done)
        self.revisions[revision.number] = done

    def event(self, kind: str, reason: str, message: str, **facts: Any) -> None:
        """Record what happened."""
        event = Event(
            time=now(), kind="Warning" if kind == "Warning" else "Normal", reason=reason, message=message, **facts
        )
        self._means.store.add_event(self.row.uid, event)

    def _on_failing(self, slot: Slot) -> None:
        reason = slot.reason.value if slot.reason else "Failed"
        self.event("Warning", reason, slot.message, revision=slot.template, replica=slot.name)

    def publish(self) -> None:
        """Compute the status; tell the watchers if anything changed."""
        status = self._project()
        if status != self.status:
            self.status = status
            self.row = self._means.store.set_status(self.row, status.model_dump(mode="json"))
        self._publish(self)

    def _project(self) -> Status:
        serving = self.serving
        wanted = self.workloads.get(self.target.template)
        served = self.workloads.get(serving.template) if serving else None
        wanted_slots = list(wanted.slots.values()) if wanted else []
        served_slots = wanted_slots if served is wanted else list(served.slots.values()) if served else []
        return project(
            Facts(
                target=self.target.revision,
                serving=serving.revision if serving else None,
                latest=self.latest.revision,
                wanted=wanted_slots,
                served=served_slots,
                deleting=self.row.deleting,
                ending=sum(slot.pid is not None for w in self.workloads.values() for slot in w.slots.values()),
            ),
            self.status,
            now(),
        )

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.wake)

    def close(self) -> None:
        """Stop acting; replicas go on."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._retiring.values():
            task.cancel()


_ACTIONS = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.SCALE: "changed the number of replicas",
    Action.STOP: "stopped",
    Action.START: "started",
    Action.RESTART: "restarted",
    Action.ROLLBACK: "rolled back",
}
