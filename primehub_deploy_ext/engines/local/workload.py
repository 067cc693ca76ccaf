"""The replicas of one template: started, watched, restarted and ended."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import time
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, StepTime
from primehub_deploy_ext.domain.phases import Reason, Step
from primehub_deploy_ext.engines.local.launchers import Exit, InterpreterUnusable, describe_exit
from primehub_deploy_ext.engines.local.logs import last_attempt, log_path
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.orders import replica_order
from primehub_deploy_ext.engines.local.projection import CRASH_LOOP
from primehub_deploy_ext.engines.local.slot import STABLE_AFTER, Slot, read_status
from primehub_deploy_ext.engines.local.store import DeploymentRow

START_TIMEOUT = 300.0
# A replica ends by itself when it has answered, within 30 s; one whose model holds the interpreter's lock can't.
END_TIMEOUT = 40.0
# Kind of the file that a replica counts in. It outlives the replica, until its last counts are read.
COUNTERS = "cnt"
_END_PAUSE = 0.02
_FAILED_STATUS = 3 << 8

log = logging.getLogger(__name__)


class Workload:
    """The replicas of one deployment that share a template.

    Parameters
    ----------
    template
        Number of the revision that began it.
    spec
        What they run.
    changed
        Called when a replica took a step.
    failing
        Called when a replica failed, after ``reason`` and ``message`` were set.
    client_seen
        Called with the name of a client of a private endpoint and the Unix time of its request.
    """

    def __init__(
        self,
        means: Means,
        row: DeploymentRow,
        template: int,
        spec: DeploymentSpec,
        changed: Callable[[], None],
        failing: Callable[[Slot], None],
        client_seen: Callable[[str, float], None],
    ) -> None:
        self._means = means
        self._row = row
        self.template = template
        self.spec = spec
        self.slots: dict[int, Slot] = {}
        self.ending = False
        # True from when the gateway may send to it until it is gone.
        self.routed = False
        self._shares = False
        self._changed = changed
        self._failing = failing
        self._client_seen = client_seen
        self._starting: dict[int, asyncio.Task[None]] = {}
        # Process id → when it was first asked to end, in Unix seconds.
        self._asked_to_end: dict[int, float] = {}

    # ------------------------------------------------------------------ facts

    @property
    def deployment(self) -> str:
        """Id of the deployment."""
        return self._row.id

    @property
    def shares(self) -> bool:
        """Whether it takes traffic beside what serves."""
        return self._shares and not self.ending

    @shares.setter
    def shares(self, shares: bool) -> None:
        self._shares = shares
        self.routed = self.routed or shares

    def live_count(self) -> int:
        """Number of replicas that run, start or wait to be started again; those that are ending don't count."""
        return 0 if self.ending else sum(not slot.ending for slot in self.slots.values())

    def steps_since(self, time: datetime) -> list[StepTime]:
        """Return the steps of the replica that took longest, of those that were started after a time."""
        started = [slot for slot in self.slots.values() if slot.steps and slot.steps[0].since >= time]
        slowest = max(started, key=lambda slot: slot.steps[-1].since, default=None)
        return list(slowest.steps) if slowest else []

    def ready_count(self) -> int:
        """Number of replicas that answer."""
        return sum(slot.ready for slot in self.slots.values())

    def were_ready(self, replicas: int) -> bool:
        """Tell whether so many replicas are there that answered at least once."""
        return sum(slot.was_ready and not slot.ending for slot in self.slots.values()) >= replicas

    def sockets(self) -> list[str]:
        """Paths that the gateway sends to: those that were ready once; health checks tell which are now."""
        if not self.routed:
            return []
        return [str(self.path(s, "sock")) for _, s in sorted(self.slots.items()) if s.was_ready and not s.ending]

    def path(self, slot: Slot, kind: str) -> Path:
        """Path of a replica's socket (``sock``) or status file (``json``): the same over restarts."""
        return self._means.paths.replicas / f"{self._row.uid}-{slot.name}.{kind}"

    def worst(self) -> Slot | None:
        """The replica that failed most."""
        return max(self.slots.values(), key=lambda slot: slot.failures, default=None)

    def failure(self, *, proven: bool = True) -> tuple[Reason, str] | None:
        """Why replicas won't be ready, or None while they still may.

        Parameters
        ----------
        proven
            One that was ready once has shown that it can be; else it counts too once it crashed again and again.
        """
        for slot in self.slots.values():
            if slot.ending or slot.reason is None or (slot.was_ready and proven):
                continue
            hopeless = slot.reason is not Reason.CRASH_LOOP and not slot.was_ready
            if hopeless or slot.failures >= CRASH_LOOP:
                return slot.reason, slot.message
        return None

    # ------------------------------------------------------------------ acting

    def fill(self, replicas: int) -> float | None:
        """Start what is missing; return in how many seconds the next attempt is due, if one waits."""
        clock, pause = time(), None
        for index in range(replicas):
            slot = self.slots.setdefault(index, Slot(self.template, index))
            if slot.pid is not None or index in self._starting or slot.ending:
                continue
            if slot.not_before > clock:
                wait = slot.not_before - clock
                pause = wait if pause is None else min(pause, wait)
                continue
            self._starting[index] = asyncio.create_task(self._start(slot))
        if pause is None and any(slot.pid and not slot.ready for slot in self.slots.values()):
            pause = START_TIMEOUT
        self._check_deadlines(clock)
        return pause

    def patience(self) -> float | None:
        """Return in how many seconds to look again at those that were asked to end, if there are any."""
        return END_TIMEOUT if any(slot.ending for slot in self.slots.values()) else None

    def dismiss(self, replicas: int) -> None:
        """Give up the replicas beyond a number: no new request is sent to them once the gateway knows."""
        for index, slot in list(self.slots.items()):
            if index >= replicas:
                slot.ending = True

    def give_up(self, slot: Slot, *, kill: bool) -> None:
        """Give up one replica; another takes its place when it has ended."""
        slot.ending = True
        if kill:
            slot.end(signal.SIGKILL)

    def keep_one_ready(self) -> None:
        """Give up all replicas but one that answers."""
        kept = next((slot for _, slot in sorted(self.slots.items()) if slot.ready), None)
        for slot in self.slots.values():
            slot.ending = slot is not kept

    def end_dismissed(self) -> None:
        """Ask the replicas given up to end, after what they have in flight; those that don't are killed."""
        for index, slot in list(self.slots.items()):
            if slot.ending:
                if slot.pid is None and index not in self._starting:
                    self._forget(slot)
                elif slot.pid is not None:
                    overdue = time() - self._asked_to_end.setdefault(slot.pid, time()) > END_TIMEOUT
                    slot.end(signal.SIGKILL if overdue else signal.SIGTERM)

    async def end(self, limit: float) -> None:
        """End all replicas: SIGTERM, and SIGKILL for those that are still there after ``limit`` seconds."""
        self.ending = True
        for starting in list(self._starting.values()):
            await asyncio.wait([starting])
        deadline = time() + limit
        self.dismiss(0)
        self.end_dismissed()
        while any(slot.pid is not None for slot in self.slots.values()):
            if time() > deadline:
                for slot in self.slots.values():
                    slot.end(signal.SIGKILL)
            await asyncio.sleep(_END_PAUSE)

    async def _start(self, slot: Slot) -> None:
        try:
            slot.restarts += slot.attempt > 0
            slot.attempt = 1 + (slot.attempt or last_attempt(self._means.log_folder(self._row.uid), slot.name))
            slot.enter(Step.STARTING)
            slot.pid, slot.oom_peak = None, None
            if slot.reason is Reason.START_TIMEOUT:
                # Of the attempt before: this one may fail for another reason.
                slot.reason = None
            self.path(slot, "json").unlink(missing_ok=True)
            self._changed()
            order = self._order(slot)
            if not Path(order["artifact"]).is_file():
                self._failed(slot, Reason.ARTIFACT_MISSING, "the stored model is gone: deploy it again")
                return
            model = self.spec.model
            try:
                pid = await self._means.launchers.start(model.interpreter, model.packages, order)
            except (InterpreterUnusable, OSError, asyncio.TimeoutError) as error:
                self._failed(slot, Reason.INTERPRETER_UNUSABLE, f"{model.interpreter}: {error}")
                return
            slot.begin(pid)
            slot.started_at = slot.step_since
            early = self._means.processes.add(self, slot)
            self._save(slot)
            if slot.ending:
                slot.end(signal.SIGTERM)
            # It may have reported before we knew its number.
            self.on_report(slot, read_status(self.path(slot, "json")))
            if early is not None:
                self.on_exit(slot, early)
        finally:
            self._starting.pop(slot.index, None)
            self._changed()

    def _order(self, slot: Slot) -> dict[str, Any]:
        folder = self._means.log_folder(self._row.uid)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return replica_order(
            self._means.paths,
            self._means.artifacts,
            self.spec,
            log=log_path(folder, slot.name, slot.attempt),
            index=self._row.uid + slot.index,
            replica=f"{self._row.uid}/{slot.name}",
            deployment=self._row.id,
            revision=self.template,
            name=slot.name,
            attempt=slot.attempt,
            socket=str(self.path(slot, "sock")),
            status=str(self.path(slot, "json")),
            counters=str(self.path(slot, COUNTERS)),
        )

    # ------------------------------------------------------------------ what happened

    def on_report(self, slot: Slot, status: dict[str, Any]) -> None:
        """A replica told its step, or whose request it answers."""
        if status.get("pid") != slot.pid or status.get("attempt") != slot.attempt:
            return
        if "seen" in status:
            self._client_seen(status["seen"]["client"], status["seen"]["time"])
            return
        step = status.get("step")
        if step in {"starting", "loading", "ready"} and slot.step is not Step(step):
            slot.enter(Step(step))
            if slot.step is Step.READY:
                slot.was_ready, slot.reason, slot.message = True, None, ""
            self._save(slot)
            self._changed()

    def on_exit(self, slot: Slot, ended: Exit) -> None:
        """A replica's process ended."""
        if slot.pid != ended.pid:
            return
        status = read_status(self.path(slot, "json"))
        told = status.get("error") if status.get("attempt") == slot.attempt else None
        self._asked_to_end.pop(ended.pid, None)
        served = slot.step is Step.READY and (time() - slot.step_since.timestamp()) > STABLE_AFTER
        slot.pid, slot.last_exit = None, describe_exit(ended.status)
        try:
            if slot.ending or self.ending:
                self._forget(slot)
                return
            if served:
                slot.failures = 0
            self._failed(slot, *self._why(slot, ended, told))
        finally:
            # Also when the disk is full and this could not be noted down.
            self._changed()

    def _why(self, slot: Slot, ended: Exit, told: dict[str, Any] | None) -> tuple[Reason, str]:
        if slot.oom_peak is not None:
            limit, mib = self.spec.resources.memory or 0, 1024 * 1024
            sizes = f"limit {limit // mib} MiB, peak {slot.oom_peak // mib} MiB"
            return Reason.OOM_KILLED, f"OOMKilled: {sizes}: choose a larger instance type"
        if ended.status == _FAILED_STATUS and told:
            return Reason(told["reason"]), str(told["message"])
        return Reason.CRASH_LOOP, f"its process ended: {slot.last_exit}"

    def adopt(self, body: dict[str, Any]) -> None:
        """Take over a replica that an earlier daemon started."""
        slot = Slot.from_json(body)
        self.slots[slot.index] = slot
        self.routed = self.routed or slot.was_ready
        if slot.pid is None:
            return
        if slot.is_alive():
            self._means.processes.add(self, slot)
            self.on_report(slot, read_status(self.path(slot, "json")))
        else:
            self._means.processes.add_lost(self, slot)

    def check_memory(self, slot: Slot, resident: int) -> None:
        """End a replica that is above its ceiling."""
        limit = self.spec.resources.memory
        if limit is not None and resident > limit and slot.oom_peak is None:
            slot.oom_peak = resident
            slot.end(signal.SIGKILL)

    def _check_deadlines(self, clock: float) -> None:
        for slot in self.slots.values():
            starting = slot.pid and not slot.ready and not slot.ending and slot.started_at
            if starting and slot.started_at and clock - slot.started_at.timestamp() > START_TIMEOUT:
                slot.reason, slot.message = Reason.START_TIMEOUT, f"not ready within {START_TIMEOUT:g} s"
                slot.end(signal.SIGKILL)

    def _failed(self, slot: Slot, reason: Reason, message: str) -> None:
        slot.failures += 1
        slot.message = message
        slot.reason = Reason.START_TIMEOUT if slot.reason is Reason.START_TIMEOUT else reason
        if slot.reason is Reason.START_TIMEOUT:
            slot.message = f"not ready within {START_TIMEOUT:g} s"
        slot.back_off(time())
        self._save(slot)
        self._failing(slot)

    def _save(self, slot: Slot) -> None:
        self._means.store.save_slot(self._row.uid, self.template, slot.index, slot.to_json())

    def _forget(self, slot: Slot) -> None:
        self.slots.pop(slot.index, None)
        self._means.store.remove_slot(self._row.uid, self.template, slot.index)
        for kind in ("sock", "json", "order"):
            self.path(slot, kind).unlink(missing_ok=True)
