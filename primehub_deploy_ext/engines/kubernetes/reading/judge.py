"""What has become of the revision that is wanted: reached, given up, or nothing to say yet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from primehub_deploy_ext.domain.models import StepTime
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.reading.steps import restarts_of, steps_of, was_ready
from primehub_deploy_ext.engines.kubernetes.reading.times import moment

Json = dict[str, Any]


@dataclass(frozen=True)
class Reached:
    """The wanted revision is what runs."""


@dataclass(frozen=True)
class GivenUp:
    """The wanted revision can't run; ``pod`` shows it best."""

    reason: Reason
    message: str
    pod: Json | None


def judge(seen: Seen) -> Reached | GivenUp | None:
    """Return what has become of the wanted revision; None while that is open, or was noted already."""
    record = seen.record
    if record is None or not record.in_progress or seen.deleting:
        return None
    target = record.target
    if seen.standing.problem and seen.standing.seen:
        return GivenUp(Reason.ADMISSION_DENIED, seen.standing.problem, None)
    if target.stopped:
        return Reached() if seen.standing.complete else None
    running = seen.pods_of(target.template)
    if seen.standing.complete and len(running) >= target.replicas and not seen.still_answers(target.template):
        return Reached()
    if not seen.standing.seen and not running:
        # The conditions are those of what was wanted before.
        return None
    trouble = seen.trouble(target.template)
    if trouble is None:
        return None
    failure, pod = trouble
    proven = record.serving is not None and record.serving.template == target.template
    if not failure.final or (proven and pod is not None and restarts_of(pod) and was_ready(pod)):
        return None
    return GivenUp(failure.reason, failure.message, pod)


def steps_since(seen: Seen, number: int) -> list[StepTime]:
    """Return the steps of the slowest replica that a revision started; none where it started none."""
    record = seen.record
    if record is None:
        return []
    entry = next((e for e in (record.target, record.latest) if e.number == number), None)
    if entry is None or entry.stopped:
        return []
    # Times of the cluster are whole seconds.
    begun = int(entry.created_at.timestamp())
    started = [
        steps_of(pod, seen.events_about(pod))
        for pod in seen.pods_of(entry.template)
        if (created := moment(pod["metadata"].get("creationTimestamp"))) and created.timestamp() >= begun
    ]
    slowest = max((steps for steps in started if steps), key=lambda steps: steps[-1].since, default=[])
    # Whatever was rounded down: nothing begins before it was asked for.
    return [step.model_copy(update={"since": max(step.since, entry.created_at)}) for step in slowest]
