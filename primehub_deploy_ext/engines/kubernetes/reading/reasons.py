"""Why a pod does not serve, or why none can be made: from the cluster's words to a reason and a sentence. Pure.

The cluster knows within a second or two, in five places (container states, pod conditions, events, conditions of the
owner, the words of the runner itself); the catalogue of who says what is `docs/kubernetes/reasons.md`. Works on objects
as the API sends them and on what ``known/kept.py`` keeps of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.images import image_words, is_hopeless, last_pull
from primehub_deploy_ext.engines.kubernetes.reading.probes import probe_words
from primehub_deploy_ext.engines.kubernetes.reading.steps import (
    condition_of,
    container_statuses,
    is_true,
    restarts_of,
    was_ready,
)
from primehub_deploy_ext.engines.kubernetes.reading.times import moment

Json = dict[str, Any]

# A pod that was never ready and crashed this often in a row is not coming up by itself.
CRASHES = 3
# The runner's exit code after it wrote why.
_RUNNER_FAILED = 3
_TAIL_LINES = 20
_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV"}
_SIGNALS[15] = "SIGTERM"
_PULLING = {
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
}
_NOT_MADE = {"ContainerCreating", "PodInitializing"}
_UNSTARTABLE = {"CreateContainerError", "RunContainerError", "StartError", "ContainerCannotRun"}
_COMMAND_EXITS = {126: "its command may not be run", 127: "its command was not found"}
_MISSING = re.compile(r"(secret|configmap|config map).*not found|couldn't find key|not registered", re.IGNORECASE)
_EXEC = re.compile(r'(exec: ".*|exec .*|starting container process caused: .*)')


@dataclass(frozen=True)
class Failure:
    """What keeps a pod from serving.

    Parameters
    ----------
    message
        A sentence for people, with the cluster's own words.
    final
        Nothing of this heals by itself: a roll-out need not wait for its deadline.
    since
        When the cluster knew.
    container
        Which one, where it concerns one.
    tail
        The last lines that it printed, as far as the pod's status keeps them.
    until
        When it is tried again.
    """

    reason: Reason
    message: str
    final: bool = False
    since: datetime | None = None
    container: str = ""
    exit_code: int | None = None
    tail: tuple[str, ...] = field(default=())
    until: datetime | None = None


def failure_of_pod(pod: Json, events: Sequence[ClusterEvent] = ()) -> Failure | None:
    """Return why a pod does not serve; None while nothing is wrong.

    Parameters
    ----------
    events
        Those about this pod.
    """
    status = pod.get("status", {})
    if told := _of_whole(pod, status, events):
        return told
    if pod["metadata"].get("deletionTimestamp"):
        return None
    if condition := _unscheduled(pod):
        since, said = moment(condition.get("lastTransitionTime")), _scheduler(condition)
        reason = Reason.VOLUME_FAILED if "persistentvolumeclaim" in said else Reason.UNSCHEDULABLE
        return Failure(reason, f"no node can take it: {said}", since=since)
    for one in container_statuses(pod):
        if told := _of_container(pod, one, events):
            return told
    return _of_mounts(pod, events) or _of_probe(pod, events)


def last_exit(pod: Json) -> str:
    """Return how the attempt before ended; empty if there was none."""
    for one in container_statuses(pod):
        if (ended := one.get("lastState", {}).get("terminated")) and not one.get("ready"):
            return exit_words(ended)
    return ""


def exit_words(ended: Json) -> str:
    """Say how a container ended: ``exit code 3``, ``signal 9 (SIGKILL)``, ``out of memory``."""
    if ended.get("reason") == "OOMKilled":
        return "out of memory"
    code = ended.get("exitCode", 0)
    signal = ended.get("signal") or (code - 128 if code > 128 and code - 128 in _SIGNALS else 0)
    if signal:
        return f"signal {signal} ({_SIGNALS.get(signal, 'unknown')})"
    return f"exit code {code}"


def worst(failures: Iterable[Failure]) -> Failure | None:
    """Return the one to show for a whole deployment: what is final first, then what is known longest."""
    known = list(failures)
    known.sort(key=lambda one: (not one.final, _RANK.get(one.reason, 0), one.since is None, str(one.since)))
    return known[0] if known else None


def sentence(words: str) -> str:
    """Return the words of a failure as a sentence begins; names, and what programs print, stay as they are."""
    return words[:1].upper() + words[1:] if re.match(r"[a-z]+ ", words) else words


# Of failures that may heal, those that say least come last.
_RANK = {Reason.UNSCHEDULABLE: 1, Reason.PROBE_FAILED: 2, Reason.NODE_LOST: 3, Reason.EVICTED: 3}


def _of_whole(pod: Json, status: Json, events: Sequence[ClusterEvent]) -> Failure | None:
    """What befell the pod, not one of its containers."""
    reason, message = status.get("reason", ""), status.get("message", "")
    if reason == "Evicted":
        return Failure(Reason.EVICTED, f"evicted from node {_node(pod)}: {message}", since=_ended_at(pod))
    if reason == "NodeLost" or is_true(pod, "DisruptionTarget"):
        return _of_disruption(pod, message)
    if status.get("phase") == "Failed" and reason:
        # The kubelet refused what the scheduler gave it: out of a resource, wrong node.
        return Failure(Reason.UNSCHEDULABLE, f"node {_node(pod)} refused it: {message or reason}", since=_ended_at(pod))
    ready = condition_of(pod, "Ready")
    if ready is not None and ready["status"] != "True" and is_true(pod, "ContainersReady"):
        told = [one for one in events if one.reason in {"NodeNotReady", "TaintManagerEviction"}]
        if told or ready.get("reason") in {None, "NodeStatusUnknown"}:
            since = moment(ready.get("lastTransitionTime"))
            return Failure(Reason.NODE_LOST, f"node {_node(pod)} does not answer any more", since=since)
    return None


def _of_disruption(pod: Json, message: str) -> Failure:
    condition = condition_of(pod, "DisruptionTarget") or {}
    since, why = moment(condition.get("lastTransitionTime")), condition.get("reason", "")
    said = condition.get("message") or message or why
    if why in {"DeletionByTaintManager", "DeletionByPodGC", ""}:
        return Failure(Reason.NODE_LOST, f"node {_node(pod)} was lost: {said}", since=since)
    return Failure(Reason.EVICTED, f"evicted from node {_node(pod)}: {said}", since=since)


def _unscheduled(pod: Json) -> Json | None:
    condition = condition_of(pod, "PodScheduled")
    refused = condition is not None and condition["status"] == "False" and condition.get("message")
    return condition if refused else None


def _scheduler(condition: Json) -> str:
    """Keep the scheduler's words up to where it speaks of preemption, which nobody asked for."""
    message: str = condition["message"]
    said = re.split(r"\.? (?:no new claims to deallocate|preemption: )", message)[0]
    return said.replace(" not found. not found", " not found").rstrip(". ,")


def _of_container(pod: Json, status: Json, events: Sequence[ClusterEvent]) -> Failure | None:
    state, name = status.get("state", {}), status["name"]
    waiting = state.get("waiting", {})
    reason, said = waiting.get("reason", ""), waiting.get("message", "")
    if reason in _PULLING or (reason in _NOT_MADE and last_pull(events, name)):
        final = is_hopeless(name, reason, said, events)
        message = image_words(pod, name, said, events)
        return Failure(Reason.IMAGE_PULL_FAILED, message, final, _event_since(events, "Failed"), name)
    if reason in _NOT_MADE and (absent := _absent_for(events, name)):
        reason, said = "CreateContainerConfigError", absent
    if reason == "CreateContainerConfigError":
        since = _event_since(events, "Failed")
        # A busy kubelet has not read yet what the container needs.
        if _MISSING.search(said) or "failed to sync" in said:
            return Failure(Reason.CONFIG_MISSING, f"{said} (wanted by container {name!r})", False, since, name)
        return Failure(Reason.COMMAND_FAILED, f"container {name!r} can't be made: {_plain(said)}", True, since, name)
    # While the next attempt runs, the end of the one before is what there is to tell.
    ended = state.get("terminated") or status.get("lastState", {}).get("terminated")
    if reason in _UNSTARTABLE and not ended:
        since = _event_since(events, "Failed")
        return Failure(Reason.COMMAND_FAILED, _command_words(name, said), True, since, name)
    if ended and not status.get("ready") and not _done(pod, status):
        return _of_end(pod, status, ended, events)
    return None


def _absent_for(events: Sequence[ClusterEvent], container: str) -> str:
    """Return what a container could not be made for want of; empty if nothing is known to be missing.

    As with images, a busy kubelet tells it in an event seconds before it writes it into the pod's status.
    """
    mine = [one for one in events if one.container == container]
    told = [one for one in mine if one.reason == "Failed" and _MISSING.search(one.message)]
    if not told or any(one.reason in {"Created", "Started"} for one in mine):
        return ""
    return max(told, key=lambda one: one.time).message.removeprefix("Error: ")


def _of_end(pod: Json, status: Json, ended: Json, events: Sequence[ClusterEvent]) -> Failure:
    name, code = status["name"], ended.get("exitCode", 0)
    since, until = moment(ended.get("finishedAt")), _next_attempt(status, ended)
    said = (ended.get("message") or "").strip()
    tail = tuple(said.splitlines()[-_TAIL_LINES:])
    crashes = restarts_of(pod) + ("running" not in status.get("state", {}))
    looping = crashes >= CRASHES and not was_ready(pod)
    if ended.get("reason") in _UNSTARTABLE:
        return Failure(Reason.COMMAND_FAILED, _command_words(name, said), True, since, name, code, (), until)
    if ended.get("reason") == "OOMKilled":
        message = f"container {name!r} ran out of memory: {_limit(pod, name)}"
        return Failure(Reason.OOM_KILLED, message, looping, since, name, code, tail, until)
    if told := _runner_words(said):
        return Failure(told[0], told[1], code == _RUNNER_FAILED, since, name, code, (), until)
    if killed := probe_words(events, name, killed_at=since):
        return Failure(Reason.PROBE_FAILED, killed, looping, since, name, code, tail, until)
    last = f": {tail[-1].strip()}" if tail else ""
    if code in _COMMAND_EXITS:
        message = f"container {name!r}: {_COMMAND_EXITS[code]} (exit code {code}){last}"
        return Failure(Reason.COMMAND_FAILED, message, looping, since, name, code, tail, until)
    times = f", {crashes} times" if crashes > 1 else ""
    message = f"container {name!r} ended with {exit_words(ended)}{times}{last}"
    return Failure(Reason.CRASH_LOOP, message, looping, since, name, code, tail, until)


def _done(pod: Json, status: Json) -> bool:
    """An init container that ended well is done."""
    ended = status.get("state", {}).get("terminated", {})
    first = pod.get("status", {}).get("initContainerStatuses", [])
    return ended.get("exitCode") == 0 and status["name"] in {one["name"] for one in first}


def _of_mounts(pod: Json, events: Sequence[ClusterEvent]) -> Failure | None:
    """Containers that wait to be made say nothing; events do."""
    waiting = {one.get("state", {}).get("waiting", {}).get("reason") for one in container_statuses(pod)}
    if not waiting & _NOT_MADE:
        return None
    told = [one for one in events if one.reason in {"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"}]
    if not told:
        return None
    newest = max(told, key=lambda one: one.time)
    said, since = _plain(newest.message), newest.since
    if newest.reason == "FailedCreatePodSandBox":
        return Failure(Reason.NODE_LOST, f"node {_node(pod)} can't start pods: {said}", since=since)
    if found := re.match(r'MountVolume\.SetUp failed for volume "([^"]*)" : (.*)', said, re.DOTALL):
        said = f"{found[2].strip()} (wanted by volume {found[1]!r})"
    if _MISSING.search(said):
        if found and found[1] == words.ACCESS_VOLUME:
            said += ". It says who may call: a server that may write Secrets in this namespace makes it anew, soon"
        return Failure(Reason.CONFIG_MISSING, said, since=since)
    return Failure(Reason.VOLUME_FAILED, said, since=since)


def _of_probe(pod: Json, events: Sequence[ClusterEvent]) -> Failure | None:
    if is_true(pod, "Ready"):
        return None
    for one in pod.get("status", {}).get("containerStatuses", []):
        began = moment(one.get("state", {}).get("running", {}).get("startedAt"))
        if began and (said := probe_words(events, one["name"], began=began, impatient=was_ready(pod))):
            return Failure(Reason.PROBE_FAILED, said, since=_event_since(events, "Unhealthy"), container=one["name"])
    return None


def _runner_words(said: str) -> tuple[Reason, str] | None:
    """Read what the runner wrote about its own end; other programs write anything."""
    try:
        told = json.loads(said)
        return Reason(told["reason"]), str(told["message"])
    except (ValueError, KeyError, TypeError):
        return None


def _command_words(name: str, said: str) -> str:
    found = _EXEC.search(said)
    words = (found[1] if found else _plain(said)).removesuffix(": unknown")
    return f"the command of container {name!r} can't be run: {words}"


def _limit(pod: Json, name: str) -> str:
    for one in pod["spec"].get("containers", []) + pod["spec"].get("initContainers", []):
        limit = one.get("resources", {}).get("limits", {}).get("memory")
        if one["name"] == name and limit:
            return f"its limit is {_size(limit)}. Choose a larger instance type"
    return "it has no limit of its own, so its node was full"


def _size(limit: str) -> str:
    """Return a quantity that is written in bytes as people read it."""
    return f"{int(limit) / 2**20:g}Mi" if limit.isdecimal() else limit


def _next_attempt(status: Json, ended: Json) -> datetime | None:
    """The kubelet tells the pause, and when the last attempt ended."""
    waiting = status.get("state", {}).get("waiting", {})
    match = re.match(r"back-off (?:(\d+)m)?(?:(\d+)s)? restarting", waiting.get("message", ""))
    finished = moment(ended.get("finishedAt"))
    if match is None or finished is None:
        return None
    return finished + timedelta(minutes=int(match[1] or 0), seconds=int(match[2] or 0))


def _event_since(events: Sequence[ClusterEvent], reason: str) -> datetime | None:
    return min((one.since for one in events if one.reason == reason), default=None)


def _ended_at(pod: Json) -> datetime | None:
    condition = condition_of(pod, "Ready") or condition_of(pod, "PodScheduled") or {}
    return moment(condition.get("lastTransitionTime")) or moment(pod["metadata"].get("creationTimestamp"))


def _node(pod: Json) -> str:
    return pod["spec"].get("nodeName") or "?"


def _plain(said: str) -> str:
    """Drop what names the pod by its identifiers: it is shown beside its name anyway."""
    return re.sub(r' \(pod: "[^"]*"(, container: [^)]*)?\)', "", said).strip()
