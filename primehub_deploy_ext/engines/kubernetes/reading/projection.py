"""From what the cluster holds to the one phase, reason and message that people see, and to replicas. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from primehub_deploy_ext.domain.models import Deployment, Replica, ReplicaCount, Status, UpdateStatus
from primehub_deploy_ext.domain.phases import Outcome, Phase, Reason, Step
from primehub_deploy_ext.domain.quota import usage_of
from primehub_deploy_ext.domain.resources import Resources, Usage
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.flavors.base import Told, Way
from primehub_deploy_ext.engines.kubernetes.quota.asks import asks, counted
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import maker_of
from primehub_deploy_ext.engines.kubernetes.reading.reasons import CRASHES, exit_words, failure_of_pod, sentence
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen, is_leaving, is_ready, template_of
from primehub_deploy_ext.engines.kubernetes.reading.steps import restarts_of, step_since, steps_of
from primehub_deploy_ext.engines.kubernetes.reading.times import moment

Json = dict[str, Any]

# The names of the fields that are set, which pydantic otherwise holds anew with each object: a kilobyte and a half.
_DEPLOYMENT, _STATUS = set(Deployment.model_fields), set(Status.model_fields)
_WAITS_FOR = {
    Step.SCHEDULING: "waits for a node",
    Step.PULLING: "pulls its image",
    Step.STARTING: "starts",
    Step.LOADING: "loads the model and tries its example",
    Step.BACKING_OFF: "waits before it is started again",
}
_ORDER = [Step.SCHEDULING, Step.BACKING_OFF, Step.PULLING, Step.STARTING, Step.LOADING]


@dataclass(frozen=True)
class Judgement:
    """The state of a deployment, before it is known since when."""

    phase: Phase
    reason: Reason
    message: str
    step: Step | None = None


def deployment_of(
    seen: Seen, previous: Status | None, clock: datetime, way: Way, capacity: Resources, version: int
) -> Deployment:
    """Return a deployment as callers see it.

    Parameters
    ----------
    previous
        Its status as it was seen last: what stays the same keeps its time.
    capacity
        What a missing limit counts as.
    version
        Its resource version.
    """
    metadata, record = seen.owner["metadata"], seen.record
    annotations = metadata.get("annotations") or {}
    created = moment(metadata.get("creationTimestamp")) or clock
    latest = record.latest if record else None
    told = Told() if record else seen.flavor.told(seen.owner)
    maker = "" if record else maker_of(seen.owner, seen.flavor.owner).name
    return Deployment.model_construct(
        _DEPLOYMENT,
        id=seen.id,
        name=annotations.get(words.DISPLAY_NAME) or told.name or metadata["name"],
        group=seen.group,
        engine="kubernetes",
        spec=seen.spec,
        revision=latest.number if latest else told.revision,
        serving_revision=_serving(seen, told.revision),
        status=status_of(seen, previous, clock),
        usage=usage_of_seen(seen, capacity),
        endpoint=seen.flavor.endpoint(seen.owner, seen.spec, way if seen.id == seen.name else way.inside()),
        created_at=created,
        created_by=annotations.get(words.CREATED_BY) or told.created_by or maker,
        updated_at=latest.created_at if latest else told.updated_at or created,
        updated_by=latest.user if latest else told.updated_by or maker,
        managed_by=maker,
        resource_version=version,
    )


def usage_of_seen(seen: Seen, capacity: Resources) -> Usage:
    """Return what a deployment takes of its group's quota."""
    record = seen.record
    if record is None:
        count = 0 if seen.spec.stopped else seen.spec.replicas
        return asks(seen.flavor.pod_spec(seen.owner), count, capacity)
    if seen.deleting or record.target.stopped:
        return Usage()
    asked = usage_of(seen.spec.resources, record.target.replicas, capacity)
    return counted(
        asked,
        _reserved(seen.owner["metadata"]),
        rolling=record.in_progress,
        failed_first=record.never_ran,
    )


def _reserved(metadata: Json) -> Usage | None:
    """Return what is set aside for a roll-out; None where nothing is, or somebody broke what says it."""
    text = (metadata.get("annotations") or {}).get(words.RESERVED)
    try:
        return Usage.model_validate_json(text) if text else None
    except ValueError:
        return None


def status_of(seen: Seen, previous: Status | None, clock: datetime) -> Status:
    """Return the status; ``since`` is kept from ``previous`` while phase and reason stay."""
    found = _judge(seen)
    desired = 0 if _is_stopped(seen) else _wanted(seen)
    ready = min(desired, sum(is_ready(pod) for pod in seen.pods)) if desired else 0
    same = previous is not None and (previous.phase, previous.reason) == (found.phase, found.reason)
    same_step = previous is not None and previous.step == found.step
    since = previous.since if same and previous else (_since(seen) or clock if previous is None else clock)
    return Status.model_construct(
        _STATUS,
        phase=found.phase,
        reason=found.reason,
        message=sentence(found.message),
        replicas=ReplicaCount(desired=desired, ready=ready),
        since=since,
        step=found.step,
        step_since=None if found.step is None else (previous.step_since if same_step and previous else clock),
        update=_update(seen.record),
    )


def replicas_of(seen: Seen) -> list[Replica]:
    """Return the replicas now, by revision and place."""
    replicas = []
    for slot, pod in enumerate(seen.pods):
        metadata, events = pod["metadata"], seen.events_about(pod)
        step, leaving = seen.step(pod), is_leaving(pod)
        failure = None if leaving or step is Step.READY else failure_of_pod(pod, events)
        restarts = restarts_of(pod)
        replicas.append(
            Replica(
                name=metadata["name"],
                revision=template_of(pod),
                slot=slot,
                attempt=restarts + 1,
                step=step,
                step_since=step_since(pod, step, events),
                steps=steps_of(pod, events),
                restarts=restarts,
                serving=step is Step.READY,
                started_at=_started(pod),
                message=failure.message if failure else "",
                reason=failure.reason if failure else None,
                next_attempt_at=failure.until if failure else None,
                last_exit=_last_exit(pod),
            )
        )
    return sorted(replicas, key=lambda replica: (replica.revision, replica.slot))


def _judge(seen: Seen) -> Judgement:
    record = seen.record
    if seen.deleting:
        return Judgement(
            Phase.DEPLOYING, Reason.DELETING, "Being deleted: replicas answer what is in flight, then end."
        )
    if _is_stopped(seen):
        if seen.pods:
            text = f"Stopping: {_count(len(seen.pods))} still there, to answer what is in flight."
            return Judgement(Phase.DEPLOYING, Reason.STOPPING, text)
        return Judgement(Phase.STOPPED, Reason.STOPPED, f"Start it to serve again.{_left(seen)}")
    if record is None:
        return _judge_serving(seen, template=None)
    if record.serving is None:
        return _judge_first(seen, record)
    if record.serving.template != record.target.template:
        return _judge_rollout(seen, record)
    return _judge_serving(seen, template=record.target.template)


def _judge_first(seen: Seen, record: Record) -> Judgement:
    target = record.target
    if target.outcome is Outcome.FAILED:
        return Judgement(Phase.FAILED, target.reason or Reason.CRASH_LOOP, target.message)
    pods = seen.pods_of(target.template)
    ready, pod = sum(map(is_ready, pods)), _slowest(seen, pods)
    step = seen.step(pod) if pod else Step.SCHEDULING
    trouble = seen.trouble(target.template)
    if trouble is not None:
        failure = trouble[0]
        return Judgement(Phase.FAILED if failure.final else Phase.DEPLOYING, failure.reason, failure.message, step)
    if ready >= target.replicas:
        text = f"{ready} of {_count(target.replicas)} ready; the endpoint becomes reachable."
        return Judgement(Phase.DEPLOYING, Reason.LOADING, text, Step.LOADING)
    reason = {Step.LOADING: Reason.LOADING, Step.SCHEDULING: Reason.SCHEDULING}.get(step, Reason.STARTING)
    return Judgement(Phase.DEPLOYING, reason, f"{ready} of {_count(target.replicas)} ready{_waiting(seen, pod)}.", step)


def _judge_rollout(seen: Seen, record: Record) -> Judgement:
    target = record.target
    pods = seen.pods_of(target.template)
    ready, pod = sum(map(is_ready, pods)), _slowest(seen, pods)
    trouble = seen.trouble(target.template)
    if trouble:
        waiting = f". {sentence(trouble[0].message.rstrip('.'))}"
    elif ready >= target.replicas and seen.still_answers(target.template):
        waiting = "; those of before answer what still comes"
    else:
        waiting = _waiting(seen, pod)
    serving = record.serving
    text = (
        f"Revision {target.number} is rolled out: {ready} of {_count(target.replicas)} ready{waiting}. "
        f"Revision {serving.number if serving else 0} serves."
    )
    return Judgement(Phase.DEPLOYING, Reason.ROLLING_UPDATE, text, seen.step(pod) if pod else Step.SCHEDULING)


def _judge_serving(seen: Seen, template: int | None) -> Judgement:
    record, want = seen.record, _wanted(seen)
    if seen.scaled_elsewhere == 0:
        return Judgement(Phase.STOPPED, Reason.STOPPED, "Nothing runs." + _more(seen))
    pods = [pod for pod in seen.pods if not is_leaving(pod)]
    pods = pods if template is None else [pod for pod in pods if template_of(pod) == template]
    ready, pod = sum(map(is_ready, pods)), _slowest(seen, pods)
    trouble = seen.trouble(template)
    hopeless = trouble is not None and (trouble[0].final or _is_looping(seen, trouble[1]))
    step = seen.step(pod) if pod else Step.SCHEDULING
    if ready >= want:
        failed = record.latest if record else None
        if record and failed and failed.number > record.target.number and failed.outcome is Outcome.FAILED:
            text = (
                f"Revision {record.target.number} serves. The update to revision {failed.number} failed: "
                f"{failed.message}"
            )
            return Judgement(Phase.DEPLOYED, Reason.UPDATE_FAILED, text)
        note = f" {record.serving.message}" if record and record.serving and record.serving.message else ""
        return Judgement(Phase.DEPLOYED, Reason.READY, f"{want} of {_count(want)} ready.{note}{_more(seen)}")
    if record is not None and record.in_progress and not hopeless:
        waiting = f". {sentence(trouble[0].message.rstrip('.'))}" if trouble else _waiting(seen, pod)
        return Judgement(Phase.DEPLOYING, Reason.SCALING, f"{ready} of {_count(want)} ready{waiting}.", step)
    why = f": {trouble[0].message}" if trouble else ""
    if ready:
        return Judgement(
            Phase.DEPLOYED, Reason.DEGRADED, f"Only {ready} of {_count(want)} ready{why or '.'}{_more(seen)}"
        )
    if trouble is not None and hopeless:
        return Judgement(Phase.FAILED, trouble[0].reason, f"No replica is ready{why}")
    return Judgement(Phase.DEPLOYING, Reason.RESTARTING, f"No replica is ready{why or _waiting(seen, pod)}", step)


def _more(seen: Seen) -> str:
    """Tell of replicas that nobody here asked for, and of a flavor that nobody here would choose now."""
    count, text = seen.scaled_elsewhere, ""
    if count is not None:
        text = (
            f" Its object asks for {_count(count)}, by something other than this server: scale it here to change that."
        )
    return f"{text}{_left(seen)}"


def _left(seen: Seen) -> str:
    if not seen.left:
        return ""
    return (
        f" This server is not configured for what it is ({seen.flavor.name}): it is kept and changed as that. "
        "To have it as what is made now, clone it under another id and delete this one."
    )


def _update(record: Record | None) -> UpdateStatus | None:
    if record is None or record.serving is None:
        return None
    latest = record.latest
    rolling = record.serving.template != record.target.template
    if rolling and latest.outcome is Outcome.IN_PROGRESS:
        return UpdateStatus(revision=latest.number, outcome=latest.outcome)
    if latest.number > record.target.number and latest.outcome is Outcome.FAILED:
        return UpdateStatus(
            revision=latest.number, outcome=latest.outcome, reason=latest.reason, message=latest.message
        )
    return None


def _serving(seen: Seen, newest: int) -> int | None:
    if seen.record is None:
        return newest if any(map(is_ready, seen.pods)) else None
    return seen.record.serving.number if seen.record.serving else None


def _is_stopped(seen: Seen) -> bool:
    return seen.record.target.stopped if seen.record else seen.spec.stopped


def _wanted(seen: Seen) -> int:
    return seen.record.target.replicas if seen.record else seen.spec.replicas


def _since(seen: Seen) -> datetime | None:
    """Return since when it may be as it is, for somebody who sees it for the first time."""
    record = seen.record
    if record is None:
        return moment(seen.owner["metadata"].get("creationTimestamp"))
    return record.latest.finished_at or record.target.finished_at or record.target.created_at


def _slowest(seen: Seen, pods: list[Json]) -> Json | None:
    waiting = [pod for pod in pods if not is_ready(pod) and not is_leaving(pod)]
    return min(
        waiting, key=lambda pod: _ORDER.index(s) if (s := seen.step(pod)) in _ORDER else len(_ORDER), default=None
    )


def _waiting(seen: Seen, pod: Json | None) -> str:
    if pod is None:
        return ""
    return f"; {pod['metadata']['name']} {_WAITS_FOR.get(seen.step(pod), 'is ending')}"


def _count(replicas: int) -> str:
    return "1 replica" if replicas == 1 else f"{replicas} replicas"


def _is_looping(seen: Seen, pod: Json | None) -> bool:
    """Tell whether a replica that was ready once crashes again and again."""
    return pod is not None and restarts_of(pod) + 1 >= CRASHES and seen.step(pod) is Step.BACKING_OFF


def _last_exit(pod: Json) -> str:
    for one in (pod.get("status") or {}).get("containerStatuses") or []:
        ended = (one.get("lastState") or {}).get("terminated")
        if ended and (one.get("name") == words.CONTAINER or not _has_model(pod)):
            return exit_words(ended)
    return ""


def _has_model(pod: Json) -> bool:
    return any(one.get("name") == words.CONTAINER for one in (pod.get("spec") or {}).get("containers") or [])


def _started(pod: Json) -> datetime | None:
    status = pod.get("status") or {}
    for one in status.get("containerStatuses") or []:
        began = (one.get("state") or {}).get("running", {}).get("startedAt")
        if one.get("name") == words.CONTAINER and began:
            return moment(began)
    return moment(status.get("startTime") or pod["metadata"].get("creationTimestamp"))
