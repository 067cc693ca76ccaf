"""From facts about replicas and revisions to the one phase, reason and message that people see. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from primehub_deploy_ext.domain.models import ReplicaCount, Revision, Status, UpdateStatus
from primehub_deploy_ext.domain.phases import Outcome, Phase, Reason, Step
from primehub_deploy_ext.engines.local.slot import Slot

# A replica that failed this often in a row is not coming back by itself soon.
CRASH_LOOP = 3

_WAITS_FOR = {
    Step.SCHEDULING: "waits for a process",
    Step.STARTING: "starts its process",
    Step.LOADING: "loads the model and tries its example",
    Step.BACKING_OFF: "waits before it is started again",
    Step.READY: "is ready",
}


@dataclass(frozen=True)
class Facts:
    """What the status is computed from.

    Parameters
    ----------
    target
        The revision that is wanted.
    serving
        The revision whose replicas take the traffic.
    latest
        The newest revision; other than ``target`` when it failed and was given up.
    wanted, served
        Slots of the target's and of the serving revision's workload (the same when nothing rolls out).
    beside
        Slots of others that take traffic too, because old replicas were given up for them.
    """

    target: Revision
    serving: Revision | None
    latest: Revision
    wanted: Sequence[Slot]
    served: Sequence[Slot]
    beside: Sequence[Slot] = ()
    deleting: bool = False
    ending: int = 0


def project(facts: Facts, previous: Status | None, clock: datetime) -> Status:
    """Return the status; ``since`` is kept from ``previous`` while phase and reason stay."""
    phase, reason, message, step = _judge(facts)
    desired = 0 if facts.target.spec.stopped else facts.target.spec.replicas
    slots = facts.served if facts.serving is not None else facts.wanted
    ready = sum(slot.ready and (slot.index < desired or not desired) for slot in slots)
    if facts.beside:
        ready = min(desired, ready + sum(slot.ready for slot in facts.beside))
    same = previous is not None and (previous.phase, previous.reason) == (phase, reason)
    same_step = previous is not None and previous.step == step
    return Status(
        phase=phase,
        reason=reason,
        message=message,
        replicas=ReplicaCount(desired=desired, ready=ready),
        since=previous.since if same and previous else clock,
        step=step,
        step_since=None if step is None else (previous.step_since if same_step and previous else clock),
        update=_update(facts),
    )


def _judge(facts: Facts) -> tuple[Phase, Reason, str, Step | None]:
    target, serving = facts.target, facts.serving
    if facts.deleting:
        return Phase.DEPLOYING, Reason.DELETING, "Being deleted: replicas answer what is in flight, then end.", None
    if target.spec.stopped:
        if facts.ending:
            return (
                Phase.DEPLOYING,
                Reason.STOPPING,
                f"Stopping: {_count(facts.ending)} still there, to answer what is in flight.",
                None,
            )
        return Phase.STOPPED, Reason.STOPPED, "Start it to serve again.", None
    if serving is None:
        return _judge_first(facts)
    if facts.wanted is not facts.served:
        slot = _slowest(facts.wanted)
        ready = sum(s.ready for s in facts.wanted)
        text = (
            f"Revision {target.number} is rolled out: {ready} of {_count(target.spec.replicas)} ready"
            f"{_waiting(slot)}. Revision {serving.number} serves."
        )
        return Phase.DEPLOYING, Reason.ROLLING_UPDATE, text, slot.step if slot else Step.SCHEDULING
    return _judge_serving(facts, serving)


def _judge_first(facts: Facts) -> tuple[Phase, Reason, str, Step | None]:
    target = facts.target
    if target.outcome is Outcome.FAILED:
        return Phase.FAILED, target.reason or Reason.CRASH_LOOP, target.message, None
    slot = _slowest(facts.wanted)
    step = slot.step if slot else Step.SCHEDULING
    reason = Reason.LOADING if step is Step.LOADING else Reason.STARTING
    ready = sum(s.ready for s in facts.wanted)
    return (
        Phase.DEPLOYING,
        reason,
        f"{ready} of {_count(target.spec.replicas)} ready{_waiting(slot)}.",
        step,
    )


def _judge_serving(facts: Facts, serving: Revision) -> tuple[Phase, Reason, str, Step | None]:
    want = facts.target.spec.replicas
    slots = [slot for slot in facts.served if slot.index < want]
    ready = sum(slot.ready for slot in slots)
    broken = max((slot for slot in slots if not slot.ready), key=lambda slot: slot.failures, default=None)
    looping = broken is not None and broken.failures >= CRASH_LOOP
    if facts.target.outcome is Outcome.IN_PROGRESS and ready < want and not looping:
        slot = _slowest(slots)
        return (
            Phase.DEPLOYING,
            Reason.SCALING,
            f"{ready} of {_count(want)} ready{_waiting(slot)}.",
            slot.step if slot else Step.SCHEDULING,
        )
    if ready == want:
        failed = facts.latest
        if failed.number > facts.target.number and failed.outcome is Outcome.FAILED:
            return (
                Phase.DEPLOYED,
                Reason.UPDATE_FAILED,
                f"Revision {serving.number} serves. The update to revision {failed.number} failed: {failed.message}",
                None,
            )
        return Phase.DEPLOYED, Reason.READY, f"{ready} of {_count(want)} ready.", None
    why = f" Replica {broken.name}: {broken.message}" if broken and broken.message else ""
    if ready:
        return Phase.DEPLOYED, Reason.DEGRADED, f"Only {ready} of {_count(want)} ready.{why}", None
    if broken and broken.failures >= CRASH_LOOP:
        return (
            Phase.FAILED,
            broken.reason or Reason.CRASH_LOOP,
            f"No replica is ready; replica {broken.name} failed {broken.failures} times: {broken.message}",
            None,
        )
    slot = _slowest(slots)
    return (
        Phase.DEPLOYING,
        Reason.RESTARTING,
        f"No replica is ready.{why}",
        slot.step if slot else Step.SCHEDULING,
    )


def _update(facts: Facts) -> UpdateStatus | None:
    latest = facts.latest
    rolling = facts.serving is not None and facts.wanted is not facts.served and not facts.target.spec.stopped
    if rolling and latest.outcome is Outcome.IN_PROGRESS:
        return UpdateStatus(revision=latest.number, outcome=latest.outcome)
    if facts.serving is not None and latest.number > facts.target.number and latest.outcome is Outcome.FAILED:
        return UpdateStatus(
            revision=latest.number, outcome=latest.outcome, reason=latest.reason, message=latest.message
        )
    return None


def _count(replicas: int) -> str:
    return "1 replica" if replicas == 1 else f"{replicas} replicas"


def _slowest(slots: Sequence[Slot]) -> Slot | None:
    order = [Step.SCHEDULING, Step.BACKING_OFF, Step.STARTING, Step.LOADING]
    waiting = [slot for slot in slots if not slot.ready]
    return min(waiting, key=lambda s: order.index(s.step) if s.step in order else len(order), default=None)


def _waiting(slot: Slot | None) -> str:
    if slot is None:
        return ""
    return f"; {slot.name} {_WAITS_FOR.get(slot.step, 'is ending')}" + (f" ({slot.message})" if slot.message else "")
