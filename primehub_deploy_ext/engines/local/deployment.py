"""One deployment under the daemon's care: compares what is wanted with what runs, and acts on the difference.

``reconcile`` is level-triggered: it may run at any time, after any event or a restart of the daemon, and goes on
from the facts in the store and the slots.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable

from primehub_deploy_ext.domain.errors import Conflict, NotFound
from primehub_deploy_ext.domain.models import Deployment
from primehub_deploy_ext.domain.phases import Action, Outcome, Reason
from primehub_deploy_ext.engines.local.callers import Callers
from primehub_deploy_ext.engines.local.logs import read_tail
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.pace import Pace, Pacer
from primehub_deploy_ext.engines.local.portrait import Portrait
from primehub_deploy_ext.engines.local.record import Record
from primehub_deploy_ext.engines.local.slot import Slot
from primehub_deploy_ext.engines.local.store import DeploymentRow, RevisionRow
from primehub_deploy_ext.engines.local.workload import Workload

DRAIN_LIMIT = 30.0
_LOG_TAIL = 50
_RETRY_AFTER_ERROR = 1.0

log = logging.getLogger(__name__)


class DeploymentActor(Portrait):
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
        callers = Callers(means.store, row.uid, self.tell_who_may_call)
        super().__init__(means, Record(means.store, row, revisions), callers)
        self._publish = publish
        self._forget = forget
        self.published: Deployment | None = None
        self.removed = asyncio.Event()
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._retiring: dict[int, asyncio.Task[None]] = {}
        self._pacer = Pacer(means.ledger, row.group, row.id)
        for body in means.store.slots(row.uid):
            self._workload(body["template"]).adopt(body)
        self._adopt_stand_ins()

    # ------------------------------------------------------------------ wishes

    def add_revision(self, entry: RevisionRow) -> None:
        """Make a new revision the wanted one."""
        self.record.add(entry)
        text = f"{entry.revision.user}: {_ACTIONS[entry.revision.action]}"
        self.record.event("Normal", entry.revision.action.value.capitalize(), text, revision=entry.revision.number)
        self.publish()
        self.wake()

    def restart_replica(self, name: str, user: str, *, kill: bool) -> None:
        """Replace one replica by a fresh one."""
        serving = self.record.serving
        workload = self.workloads.get(serving.template) if serving else None
        if workload is None or workload.template != self.record.target.template:
            raise Conflict(f"{self.record.row.id} does not serve, or a revision is rolled out: wait for its end")
        slot = next((slot for slot in workload.slots.values() if slot.name == name and slot.pid is not None), None)
        if slot is None:
            raise NotFound(f"there is no replica {name!r}")
        done = "killed" if kill else "restarted"
        self.record.event("Normal", done.capitalize(), f"{user}: {done} replica {name}", replica=name)
        workload.give_up(slot, kill=kill)
        self.publish()
        self.wake()

    async def tell_who_may_call(self) -> None:
        """Have the gateway let in who may call now; returns when it does."""
        try:
            await self._means.front.update()
        except BaseException:
            # Nobody else would tell it again, and it may have let a revoked client in until then.
            self.wake()
            raise

    def delete(self) -> None:
        """Begin to remove the deployment."""
        self.record.delete()
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
                log.exception("%s: reconcile failed", self.record.row.id)
                self._wake_in(_RETRY_AFTER_ERROR)
                # A disk that is full refuses this too, and may have room again at the next round.
                with contextlib.suppress(sqlite3.Error):
                    self.record.event("Warning", "EngineError", f"{type(error).__name__}: {error}")
            try:
                if not self.removed.is_set():
                    self.publish()
            except sqlite3.Error:
                log.exception("%s: the status can't be stored", self.record.row.id)
                self._wake_in(_RETRY_AFTER_ERROR)

    async def _reconcile(self) -> None:
        if self.record.row.deleting:
            await self._remove()
            return
        await self._retire_others()
        target = self.record.target
        if target.revision.spec.stopped:
            await self._stop(target)
            return
        if stand_in := self._stand_in():
            await self._bring_back(stand_in)
            return
        if target.revision.outcome is Outcome.FAILED and self.record.serving is None:
            await self._update_gateway()
            return
        if target.template in self._retiring:
            # Stopped and started again at once: the sockets are free when the old replicas are gone.
            await self._update_gateway()
            return
        workload = self._workload(target.template)
        workload.dismiss(target.revision.spec.replicas)
        serving = self.record.serving
        if serving is not None and serving.template != target.template:
            # What serves is kept going while another revision is rolled out.
            old = self._workload(serving.template)
            pace = self._pace(serving, target)
            old.dismiss(pace.old)
            pauses = [workload.fill(pace.new), old.fill(pace.old), old.patience()]
        else:
            pauses = [workload.fill(target.revision.spec.replicas)]
        self._wake_at_first([*pauses, workload.patience()])
        if serving is not None and serving.template == target.template:
            await self._reconcile_in_place(target, workload)
        else:
            await self._reconcile_rollout(target, workload)

    def _pace(self, serving: RevisionRow, target: RevisionRow) -> Pace:
        """Decide how many old replicas go on and how many new ones run."""
        old, new = self._workload(serving.template), self._workload(target.template)
        leaving = sum(len(workload.slots) for workload in self.workloads.values() if workload.ending)
        pace = self._pacer.step(old, new, serving.revision.spec, target.revision.spec, leaving)
        if self._pacer.mixed(new.template) and not new.shares:
            new.shares = True
            group = self.record.row.group
            text = f"the quota of {group} leaves no room for all new replicas: they replace the old in steps"
            self.record.event("Normal", "ReplacedInSteps", text, revision=target.revision.number)
        return pace

    async def _reconcile_rollout(self, target: RevisionRow, workload: Workload) -> None:
        if self.record.serving is not None:
            # Old ones were given up, and traffic may go to new ones already: they end once the gateway knows.
            await self._update_gateway()
            self._workload(self.record.serving.template).end_dismissed()
        # Those that became too many before they served.
        workload.end_dismissed()
        if self.record.target is not target:
            # Another revision was asked for meanwhile, and this one's outcome is known.
            return
        # One that is ready for a moment between its crashes would never be done.
        failure = workload.failure(proven=False)
        if failure is not None:
            await self._fail(target, workload, *failure)
        elif workload.ready_count() == target.revision.spec.replicas:
            await self._switch(target, workload)
        elif self.record.serving is None:
            await self._update_gateway()

    def _stand_in(self) -> Workload | None:
        """Return what took traffic in steps and was given up, while none of what serves answers."""
        serving = self.record.serving
        if serving is None or self._workload(serving.template).ready_count():
            return None
        return next((w for w in self._others() if w.shares and w.ready_count()), None)

    def _adopt_stand_ins(self) -> None:
        """Go on with what took traffic in steps and was given up when an earlier daemon died."""
        serving = self.record.serving
        if serving is not None and len(self._workload(serving.template).slots) < serving.revision.spec.replicas:
            for workload in self._others():
                workload.shares = workload.routed

    async def _bring_back(self, stand_in: Workload) -> None:
        """Start what serves again beside the one replica that answers instead; the next step comes when it does."""
        serving = self.record.serving
        assert serving is not None  # noqa: S101 - nothing stands in for nothing
        stand_in.keep_one_ready()
        await self._update_gateway()
        stand_in.end_dismissed()
        old, wanted = self._workload(serving.template), serving.revision.spec
        replicas = self._pacer.room_beside(stand_in, wanted)
        pause = old.fill(replicas)
        if old.failure(proven=False) is not None or (replicas == 0 and len(stand_in.slots) == 1):
            # It doesn't come back, or there is no room for both.
            stand_in.shares = False
            self.wake()
        self._wake_at_first([pause, stand_in.patience()])

    async def _reconcile_in_place(self, target: RevisionRow, workload: Workload) -> None:
        """Scale what serves, or keep it going."""
        replicas = target.revision.spec.replicas
        # Counted before the gateway is told: those that become ready meanwhile come with the next round.
        ready = workload.ready_count()
        await self._update_gateway()
        workload.end_dismissed()
        if self.record.target is target and target.revision.outcome is Outcome.IN_PROGRESS:
            failure = workload.failure()
            if failure is not None:
                await self._fail(target, workload, *failure)
                return
            # A replica that was ready and crashed since is what serves having a problem, not this change.
            if ready >= replicas or workload.were_ready(replicas):
                await self._means.front.healthy(f"{self.record.row.id}/{workload.template}", min(ready, replicas))
                if self.record.target is not target:
                    # Another revision was asked for meanwhile, and this one's outcome is known.
                    return
                self.record.serve(target.revision.number)
                self._succeed(target, workload)

    async def _switch(self, target: RevisionRow, workload: Workload) -> None:
        """Every replica is ready: move the traffic, then let the old ones go."""
        workload.routed = True
        await self._means.front.update()
        await self._means.front.healthy(f"{self.record.row.id}/{workload.template}", target.revision.spec.replicas)
        if self.record.target is not target:
            # Another revision was asked for meanwhile: no route leads here yet.
            return
        self.record.serve(target.revision.number)
        workload.shares = False
        await self._means.front.update()
        if self.record.target is target:
            self._succeed(target, workload)
        self.record.event(
            "Normal", "Deployed", f"revision {target.revision.number} serves", revision=target.revision.number
        )
        await self._retire_others()

    def _succeed(self, target: RevisionRow, workload: Workload) -> None:
        self.record.finish(target, Outcome.SUCCEEDED, steps=workload.steps_since(target.revision.created_at))

    async def _fail(self, target: RevisionRow, workload: Workload, reason: Reason, message: str) -> None:
        """Give a revision up: what served before goes on."""
        slot = workload.worst()
        tail = (
            []
            if slot is None
            else read_tail(self._means.log_folder(self.record.row.uid), slot.name, slot.attempt, _LOG_TAIL)
        )
        steps = workload.steps_since(target.revision.created_at)
        self.record.finish(target, Outcome.FAILED, reason=reason, message=message, log_tail=tail, steps=steps)
        self.record.event("Warning", reason.value, message, revision=target.revision.number)
        serving = self.record.serving
        if serving is None:
            workload.ending = True
            self._retire(workload)
            await self._update_gateway()
            return
        self.record.aim(serving.revision.number)
        self.wake()

    async def _stop(self, target: RevisionRow) -> None:
        self.record.serve(None)
        await self._update_gateway()
        for workload in list(self.workloads.values()):
            self._retire(workload)
        if not self.workloads and target.revision.outcome is Outcome.IN_PROGRESS:
            self.record.finish(target, Outcome.SUCCEEDED)

    async def _remove(self) -> None:
        self.record.serve(None)
        await self._means.front.update()
        for workload in list(self.workloads.values()):
            self._retire(workload)
        if not self.workloads:
            await self._forget(self)

    # ------------------------------------------------------------------ parts

    def _workload(self, template: int) -> Workload:
        if template not in self.workloads:
            spec = self.record.revisions[template].revision.spec
            self.workloads[template] = Workload(
                self._means, self.record.row, template, spec, self.wake, self._on_failing, self.callers.seen
            )
        return self.workloads[template]

    async def _retire_others(self) -> None:
        stand_in = None if self.record.target.revision.spec.stopped else self._stand_in()
        others = [workload for workload in self._others() if workload is not stand_in]
        for workload in others:
            workload.shares = False
        if others:
            # A daemon that died, or a gateway that was away, may have left the traffic with them.
            await self._update_gateway()
            for workload in self._others():
                if workload in others:
                    self._retire(workload)

    def _others(self) -> list[Workload]:
        """Return the workloads that are neither wanted nor serving, nor on their way out already."""
        record = self.record
        keep = {record.target.template, *self._retiring} | ({record.serving.template} if record.serving else set())
        return [workload for workload in self.workloads.values() if workload.template not in keep]

    def _retire(self, workload: Workload) -> None:
        """Let a workload's replicas answer what they have, end them, and forget them."""
        if workload.template in self._retiring:
            return
        workload.ending = True

        async def retire() -> None:
            try:
                if workload.routed:
                    await self._means.front.drained(f"{self.record.row.id}/{workload.template}", DRAIN_LIMIT)
                await workload.end(DRAIN_LIMIT)
                self.workloads.pop(workload.template, None)
                await self._means.front.update()
            finally:
                self._retiring.pop(workload.template, None)
                self.wake()

        self._retiring[workload.template] = asyncio.create_task(retire())

    async def _update_gateway(self) -> None:
        serving = self.record.serving
        if serving is not None:
            self._workload(serving.template).routed = True
        await self._means.front.update()

    def _on_failing(self, slot: Slot) -> None:
        reason = slot.reason.value if slot.reason else "Failed"
        self.record.event("Warning", reason, slot.message, revision=slot.template, replica=slot.name)

    def publish(self) -> None:
        """Compute the status; tell the watchers if anything changed."""
        status = self._project()
        if status != self.status:
            self.status = status
            self.record.keep_status(status)
        self._publish(self)

    def _wake_at_first(self, pauses: Iterable[float | None]) -> None:
        if due := [pause for pause in pauses if pause is not None]:
            self._wake_in(min(due))

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.wake)

    def close(self) -> None:
        """Stop acting; replicas go on."""
        self.callers.close()
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
