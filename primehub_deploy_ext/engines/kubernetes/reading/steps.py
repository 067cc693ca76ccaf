"""Where a pod is on its way to serving, read from its own status. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from primehub_deploy_ext.domain.models import StepTime
from primehub_deploy_ext.domain.phases import Step
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.times import NEVER, moment

Json = dict[str, Any]

_ORDER = (Step.SCHEDULING, Step.PULLING, Step.STARTING, Step.LOADING, Step.READY)
# The kubelet writes a pod's conditions within this time after the pod was given to it.
_FIRST_WRITE = timedelta(seconds=2)


def step_of(pod: Json, events: Sequence[ClusterEvent] = ()) -> Step:
    """Return the step of a pod; ``events`` about it tell pulling from creating."""
    if pod["metadata"].get("deletionTimestamp"):
        return Step.STOPPING
    status = pod.get("status", {})
    if status.get("phase") in {"Failed", "Succeeded"}:
        return Step.EXITED
    if not is_true(pod, "PodScheduled"):
        return Step.SCHEDULING
    if is_true(pod, "Ready"):
        return Step.READY
    containers = list(container_statuses(pod))
    if any(_backs_off(one) for one in containers):
        return Step.BACKING_OFF
    if any(_pulls(one) for one in containers) or _is_pulling(events):
        return Step.PULLING
    main = status.get("containerStatuses", [])
    if not main or not all("running" in one.get("state", {}) for one in main):
        return Step.STARTING
    return Step.LOADING if all(one.get("started") for one in main) else Step.STARTING


def steps_of(pod: Json, events: Sequence[ClusterEvent] = ()) -> list[StepTime]:
    """Return when the pod took each step of its current attempt, oldest first."""
    now = step_of(pod, events)
    times = {
        Step.SCHEDULING: moment(pod["metadata"].get("creationTimestamp")),
        Step.PULLING: _first(events, "Pulling"),
        Step.STARTING: _since(pod, "PodScheduled"),
        Step.LOADING: _latest_start(pod),
        Step.READY: _since(pod, "Ready"),
    }
    pulling, pulled = times[Step.PULLING], _first(events, "Pulled")
    if pulling and pulled and pulled >= pulling:
        times[Step.STARTING] = pulled
    if restarts_of(pod):
        # A later attempt begins where its container began.
        times = {**times, Step.SCHEDULING: None, Step.PULLING: None, Step.STARTING: _latest_start(pod)}
    taken = [*_ORDER[: _ORDER.index(now) + 1]] if now in _ORDER else [*_ORDER]
    if now is not Step.READY:
        times[Step.READY] = None
    steps = [StepTime(step=step, since=since) for step in taken if (since := times[step])]
    if now not in {one.step for one in steps}:
        steps.append(StepTime(step=now, since=step_since(pod, now, events)))
    return sorted(steps, key=lambda one: one.since)


def serving_status(pod: Json) -> Json:
    """Return the status of the container that serves, while it runs: a mesh may have others beside it."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    named = [one for one in statuses if one.get("name") in {words.CONTAINER, "kserve-container"}]
    return next((one for one in named or statuses if (one.get("state") or {}).get("running")), {})


def runs(pod: Json) -> bool:
    """Tell whether what serves in a pod runs: then it can be asked, also while it ends."""
    return bool(serving_status(pod))


def running_since(pod: Json) -> datetime | None:
    """Return when what serves in a pod began; None while it doesn't run."""
    return moment((serving_status(pod).get("state") or {}).get("running", {}).get("startedAt"))


def step_since(pod: Json, step: Step, events: Sequence[ClusterEvent] = ()) -> datetime:
    """Return since when the pod is in ``step``, as well as its status tells."""
    found: datetime | None = None
    if step is Step.STOPPING:
        found = moment(pod["metadata"].get("deletionTimestamp"))
    elif step in {Step.BACKING_OFF, Step.EXITED}:
        found = max(filter(None, (_ended(one) for one in container_statuses(pod))), default=None)
    elif step is Step.PULLING:
        found = _first(events, "Pulling") or _since(pod, "PodScheduled")
    elif step is Step.STARTING:
        found = _latest_start(pod) or _since(pod, "PodScheduled")
    elif step is Step.LOADING:
        found = _latest_start(pod)
    elif step is Step.READY:
        found = _since(pod, "Ready")
    return found or moment(pod["metadata"].get("creationTimestamp")) or NEVER


def restarts_of(pod: Json) -> int:
    """Return how often containers were started again; the main ones', or the first step's while that one fails."""
    return max((one.get("restartCount", 0) for one in container_statuses(pod)), default=0)


def was_ready(pod: Json) -> bool:
    """Tell whether the pod ever was ready: its condition changed after the kubelet's first word."""
    condition = condition_of(pod, "Ready")
    began = moment(pod.get("status", {}).get("startTime"))
    if condition is None or began is None:
        return False
    changed = moment(condition.get("lastTransitionTime"))
    return condition["status"] == "True" or (changed is not None and changed > began + _FIRST_WRITE)


def container_statuses(pod: Json) -> Iterator[Json]:
    """Yield the status of each container, those that run first first."""
    status = pod.get("status", {})
    yield from status.get("initContainerStatuses", [])
    yield from status.get("containerStatuses", [])


def condition_of(item: Json, type: str) -> Json | None:
    """Return one of an object's conditions."""
    conditions: list[Json] = item.get("status", {}).get("conditions") or []
    return next((one for one in conditions if one["type"] == type), None)


def is_true(item: Json, type: str) -> bool:
    """Tell whether an object has a condition that is true."""
    condition = condition_of(item, type)
    return condition is not None and condition["status"] == "True"


def _since(pod: Json, type: str) -> datetime | None:
    condition = condition_of(pod, type)
    return moment(condition.get("lastTransitionTime")) if condition and condition["status"] == "True" else None


def _latest_start(pod: Json) -> datetime | None:
    """Return when the containers' current attempt began, also of one that has ended."""
    main = pod.get("status", {}).get("containerStatuses", [])
    return max(filter(None, map(_start, main)), default=None)


def _start(status: Json) -> datetime | None:
    state, before = status.get("state", {}), status.get("lastState", {})
    latest = state.get("running") or state.get("terminated") or before.get("terminated") or {}
    began = moment(latest.get("startedAt"))
    # One that could not even be started is told to have begun in 1970.
    return began if began and began > NEVER else None


def _ended(status: Json) -> datetime | None:
    for state in ("state", "lastState"):
        if ended := status.get(state, {}).get("terminated"):
            return moment(ended.get("finishedAt"))
    return None


def _backs_off(status: Json) -> bool:
    state = status.get("state", {})
    if "terminated" in state:
        # An init container that ended well is done, not waiting.
        return bool(state["terminated"].get("exitCode", 0)) or not status.get("ready", False)
    return bool(state.get("waiting", {}).get("reason") == "CrashLoopBackOff")


def _pulls(status: Json) -> bool:
    reason = status.get("state", {}).get("waiting", {}).get("reason", "")
    return "Image" in reason or reason == "RegistryUnavailable"


def _is_pulling(events: Sequence[ClusterEvent]) -> bool:
    pulling, pulled = _last(events, "Pulling"), _last(events, "Pulled")
    return pulling is not None and (pulled is None or pulled < pulling)


def _first(events: Sequence[ClusterEvent], reason: str) -> datetime | None:
    return min((one.since for one in events if one.reason == reason), default=None)


def _last(events: Sequence[ClusterEvent], reason: str) -> datetime | None:
    return max((one.time for one in events if one.reason == reason), default=None)
