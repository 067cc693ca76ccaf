"""From what a real cluster said of pods (``recorded/pods.json``) to a reason and a sentence for people."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from primehub_deploy_ext.domain.phases import Reason, Step
from primehub_deploy_ext.engines.kubernetes.api.kinds import EVENT, POD
from primehub_deploy_ext.engines.kubernetes.known.kept import shape_of
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.reasons import Failure, exit_words, failure_of_pod, last_exit, worst
from primehub_deploy_ext.engines.kubernetes.reading.refusals import failure_of_owner, refusal
from primehub_deploy_ext.engines.kubernetes.reading.steps import step_of, steps_of, was_ready

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded" / "pods.json").read_text())
MAY_HEAL, FINAL = False, True


def recorded(name: str) -> tuple[dict[str, Any], list[ClusterEvent]]:
    case = copy.deepcopy(RECORDED[name])
    return case["pod"], [shape_of(EVENT).of(one) for one in case["events"]]


def told(name: str) -> Failure | None:
    return failure_of_pod(*recorded(name))


@pytest.mark.parametrize(
    ("name", "step", "reason", "final", "words"),
    [
        ("nosecret401", Step.PULLING, Reason.IMAGE_PULL_FAILED, FINAL, "(401 Unauthorized): no pull secret is named"),
        ("wrongsecret401", Step.PULLING, Reason.IMAGE_PULL_FAILED, FINAL, "pull secret 'wrong' is not accepted"),
        ("absentsecret401", Step.PULLING, Reason.IMAGE_PULL_FAILED, FINAL, "pull secret 'absent' is not in the namesp"),
        (
            "tagnotfound",
            Step.PULLING,
            Reason.IMAGE_PULL_FAILED,
            FINAL,
            "'127.0.0.1:21500/web:nope' was not found in its",
        ),
        (
            "noregistry",
            Step.PULLING,
            Reason.IMAGE_PULL_FAILED,
            MAY_HEAL,
            "can't be reached (dial tcp 127.0.0.1:1: conn",
        ),
        ("badname", Step.PULLING, Reason.IMAGE_PULL_FAILED, FINAL, "'Not A Name' is no name of an image: repository"),
        ("never", Step.PULLING, Reason.IMAGE_PULL_FAILED, FINAL, "is not on the node, and its pull policy is Never"),
        ("badcommand", None, Reason.COMMAND_FAILED, FINAL, 'can\'t be run: exec: "/no/such/program": stat'),
        ("exit127", None, Reason.COMMAND_FAILED, None, "its command was not found (exit code 127): /bin/sh: nosuch"),
        (
            "nonroot",
            Step.STARTING,
            Reason.COMMAND_FAILED,
            FINAL,
            "container has runAsNonRoot and image will run as root",
        ),
        ("envsecret", Step.STARTING, Reason.CONFIG_MISSING, MAY_HEAL, 'secret "absent" not found (wanted by container'),
        ("envkey", Step.STARTING, Reason.CONFIG_MISSING, MAY_HEAL, "couldn't find key nokey in Secret"),
        ("envconfig", Step.STARTING, Reason.CONFIG_MISSING, MAY_HEAL, 'configmap "absent" not found'),
        (
            "mountsecret",
            Step.STARTING,
            Reason.CONFIG_MISSING,
            MAY_HEAL,
            "secret \"absent\" not found (wanted by volume 'v')",
        ),
        ("mounthost", Step.STARTING, Reason.VOLUME_FAILED, MAY_HEAL, "/no/such/folder is not a directory"),
        ("pvc", Step.SCHEDULING, Reason.VOLUME_FAILED, MAY_HEAL, 'persistentvolumeclaim "absent" not found'),
        ("crash", Step.BACKING_OFF, Reason.CRASH_LOOP, None, "exit code 1, 4 times: ValueError: broken config"),
        ("initfails", Step.BACKING_OFF, Reason.CRASH_LOOP, FINAL, "container 'fetch' ended with exit code 1"),
        ("exit3", Step.BACKING_OFF, Reason.MODEL_LOAD_FAILED, FINAL, "ModuleNotFoundError: No module named xgboost"),
        ("oom", Step.BACKING_OFF, Reason.OOM_KILLED, None, "its limit is 64Mi. Choose a larger instance type"),
        ("nomemory", Step.SCHEDULING, Reason.UNSCHEDULABLE, MAY_HEAL, "0/1 nodes are available: 1 Insufficient memory"),
        ("nogpu", Step.SCHEDULING, Reason.UNSCHEDULABLE, MAY_HEAL, "1 Insufficient nvidia.com/gpu"),
        ("noselector", Step.SCHEDULING, Reason.UNSCHEDULABLE, MAY_HEAL, "didn't match Pod's node affinity/selector"),
        ("readiness404", Step.LOADING, Reason.PROBE_FAILED, MAY_HEAL, "its readiness probe failed: it answers 404"),
        ("readinessrefused", Step.LOADING, Reason.PROBE_FAILED, MAY_HEAL, "GET /: nothing listens on port 9009"),
        (
            "liveness",
            Step.BACKING_OFF,
            Reason.PROBE_FAILED,
            None,
            "killed and started again: its liveness probe failed",
        ),
        ("startup", Step.BACKING_OFF, Reason.PROBE_FAILED, FINAL, "its startup probe failed: it answers 404"),
    ],
)
def test_each_failure_of_a_real_pod_has_its_reason_and_words(
    name: str, step: Step | None, reason: Reason, final: bool | None, words: str
) -> None:
    pod, events = recorded(name)
    failure = failure_of_pod(pod, events)
    assert failure is not None
    assert (failure.reason, words in failure.message) == (reason, True), failure.message
    assert final is None or failure.final is final
    assert step is None or step_of(pod, events) is step
    assert failure.since is not None
    assert "research(" not in failure.message, "identifiers of the pod say nothing to people"


@pytest.mark.parametrize("name", RECORDED)
def test_what_the_mirrors_keep_of_a_pod_tells_the_same(name: str) -> None:
    pod, events = recorded(name)
    kept = shape_of(POD).of(pod)
    assert failure_of_pod(kept, events) == failure_of_pod(pod, events)
    assert steps_of(kept, events) == steps_of(pod, events)
    assert len(json.dumps(kept)) < 3000


def test_a_good_pod_has_nothing_to_tell_and_took_its_steps_in_order() -> None:
    pod, events = recorded("good")
    assert failure_of_pod(pod, events) is None
    steps = steps_of(pod, events)
    assert [one.step for one in steps] == [Step.SCHEDULING, Step.STARTING, Step.LOADING, Step.READY]
    assert [one.since for one in steps] == sorted(one.since for one in steps)
    assert was_ready(pod)


def test_one_that_ended_did_begin() -> None:
    pod, events = recorded("exit3")
    steps = [one.step for one in steps_of(pod, events)]
    assert steps == [Step.STARTING, Step.LOADING, Step.BACKING_OFF]


def test_a_crash_keeps_the_exit_code_and_the_last_lines() -> None:
    failure = told("crash")
    assert failure is not None
    assert failure.exit_code == 1
    assert failure.tail[-1] == "ValueError: broken config"
    assert last_exit(recorded("crash")[0]) == "exit code 1"
    assert last_exit(recorded("oom")[0]) == "out of memory"
    assert last_exit(recorded("good")[0]) == ""


def test_a_crash_is_told_while_the_next_attempt_runs_and_forgotten_once_it_is_ready() -> None:
    pod, events = recorded("crash")
    status = pod["status"]["containerStatuses"][0]
    ended = status["state"].get("terminated") or status["lastState"]["terminated"]
    status.update(state={"running": {"startedAt": "2026-11-26T01:49:00Z"}}, lastState={"terminated": ended})
    failure = failure_of_pod(pod, events)
    assert failure is not None
    assert failure.reason is Reason.CRASH_LOOP
    status["ready"] = True
    assert failure_of_pod(pod, events) is None


def test_the_next_attempt_is_told_from_the_kubelets_words() -> None:
    pod, events = recorded("startup")
    failure = failure_of_pod(pod, events)
    assert failure is not None
    assert failure.until == datetime.fromisoformat("2026-11-26T01:48:49+00:00")


@pytest.mark.parametrize("name", ["envsecret", "envkey", "envconfig"])
def test_what_is_missing_is_told_by_the_event_before_the_status_has_it(name: str) -> None:
    pod, events = recorded(name)
    (status,) = pod["status"]["containerStatuses"]
    before = copy.deepcopy(pod)
    before["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "ContainerCreating"}}
    assert failure_of_pod(before, events) == failure_of_pod(pod, events)
    assert failure_of_pod(before, [one for one in events if one.reason != "Failed"]) is None
    made = ClusterEvent(name="e", reason="Created", message="Created container", container=status["name"])
    assert failure_of_pod(before, [*events, made]) is None


def test_a_kubelet_that_is_too_busy_to_read_a_secret_gets_there_in_the_end() -> None:
    pod, _ = recorded("envsecret")
    (status,) = pod["status"]["containerStatuses"]
    status["state"]["waiting"]["message"] = "failed to sync secret cache: timed out waiting for the condition"
    failure = failure_of_pod(pod, [])
    assert failure is not None
    assert (failure.reason, failure.final) == (Reason.CONFIG_MISSING, False)


def test_a_first_failed_pull_may_heal_and_a_second_may_not() -> None:
    pod, events = recorded("nosecret401")
    waiting = pod["status"]["containerStatuses"][0]["state"]["waiting"]
    waiting.update(
        reason="ErrImagePull", message=waiting["message"].partition("ErrImagePull: ")[2] or waiting["message"]
    )
    first = failure_of_pod(pod, [one for one in events if one.reason != "BackOff"])
    again = failure_of_pod(pod, events)
    assert first is not None
    assert again is not None
    assert (first.final, again.final) == (False, True)
    assert first.message == again.message


@pytest.mark.parametrize("said", ["", "not json", "[]", '{"reason": "Nonsense", "message": "x"}', '{"reason": 3}'])
def test_what_others_write_to_the_termination_log_is_a_log_line(said: str) -> None:
    pod, events = recorded("exit3")
    for status in pod["status"]["containerStatuses"]:
        for state in (status["state"], status["lastState"]):
            if "terminated" in state:
                state["terminated"]["message"] = said
    failure = failure_of_pod(pod, events)
    assert failure is not None
    assert failure.reason is Reason.CRASH_LOOP
    assert failure.exit_code == 3


def unhealthy(message: str, times: int, at: str) -> ClusterEvent:
    return ClusterEvent(
        name="e", reason="Unhealthy", message=message, times=times, first=at, last=at, container="model"
    )


def test_a_container_that_says_that_it_loads_does_not_fail() -> None:
    pod, _ = recorded("readiness404")
    at = "2026-11-26T01:48:20Z"
    loading = unhealthy("Readiness probe failed: HTTP probe failed with statuscode: 503", 20, at)
    assert failure_of_pod(pod, [loading]) is None
    slow = unhealthy("Startup probe failed: dial tcp 10.0.0.1:9000: connect: connection refused", 2, at)
    assert failure_of_pod(pod, [slow]) is None
    slow = msgspec.structs.replace(slow, times=3)
    failure = failure_of_pod(pod, [slow])
    assert failure is not None
    assert failure.message == "its startup probe failed: nothing listens on port 9000"


def test_one_that_was_ready_is_told_at_the_first_probe_that_fails() -> None:
    pod, _ = recorded("readiness404")
    for condition in pod["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition["lastTransitionTime"] = "2026-11-26T01:50:00Z"
    hanging = unhealthy(
        'Readiness probe failed: Get "http://10.0.0.1:9000/x": context deadline exceeded (Client.Timeout exceeded)',
        1,
        "2026-11-26T01:50:00Z",
    )
    failure = failure_of_pod(pod, [hanging])
    assert failure is not None
    assert failure.message == "its readiness probe failed: GET /x: no answer in time"


def test_probes_of_an_earlier_attempt_say_nothing_of_this_one() -> None:
    pod, _ = recorded("readiness404")
    before = unhealthy("Readiness probe failed: HTTP probe failed with statuscode: 500", 9, "2026-11-26T01:40:00Z")
    assert failure_of_pod(pod, [before]) is None


def changed(name: str, **status: Any) -> dict[str, Any]:
    pod, _ = recorded(name)
    pod["status"].update(status)
    return pod


def conditions(pod: dict[str, Any], **statuses: str) -> list[dict[str, Any]]:
    return [{**one, "status": statuses.get(one["type"], one["status"])} for one in pod["status"]["conditions"]]


def test_a_node_that_is_lost_is_told_from_the_pod_alone() -> None:
    pod, events = recorded("good")
    pod["status"]["conditions"] = conditions(pod, Ready="False")
    failure = failure_of_pod(pod, events)
    assert failure is not None
    assert (failure.reason, failure.message) == (Reason.NODE_LOST, "node node-1 does not answer any more")


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("DeletionByTaintManager", Reason.NODE_LOST),
        ("PreemptionByScheduler", Reason.EVICTED),
        ("EvictionByEvictionAPI", Reason.EVICTED),
        ("TerminationByKubelet", Reason.EVICTED),
    ],
)
def test_a_disruption_says_who_did_it(why: str, reason: Reason) -> None:
    pod, _ = recorded("good")
    pod["metadata"]["deletionTimestamp"] = "2026-11-26T02:00:00Z"
    pod["status"]["conditions"].append(
        {"type": "DisruptionTarget", "status": "True", "reason": why, "message": "because", "lastTransitionTime": None}
    )
    failure = failure_of_pod(pod)
    assert failure is not None
    assert failure.reason is reason
    assert step_of(pod) is Step.STOPPING


def test_an_evicted_pod_says_which_resource_was_short() -> None:
    said = "The node was low on resource: memory."
    pod = changed("good", phase="Failed", reason="Evicted", message=said, containerStatuses=[])
    failure = failure_of_pod(pod)
    assert failure is not None
    assert (failure.reason, said in failure.message) == (Reason.EVICTED, True)
    assert step_of(pod) is Step.EXITED
    refused = failure_of_pod(changed("good", phase="Failed", reason="OutOfcpu", message="Node didn't have enough cpu"))
    assert refused is not None
    assert refused.reason is Reason.UNSCHEDULABLE


def test_a_pod_that_is_being_deleted_is_no_failure() -> None:
    pod, events = recorded("crash")
    pod["metadata"]["deletionTimestamp"] = "2026-11-26T02:00:00Z"
    assert failure_of_pod(pod, events) is None


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ({"exitCode": 3}, "exit code 3"),
        ({"exitCode": 137, "reason": "Error"}, "signal 9 (SIGKILL)"),
        ({"exitCode": 139}, "signal 11 (SIGSEGV)"),
        ({"exitCode": 137, "reason": "OOMKilled"}, "out of memory"),
        ({"exitCode": 255}, "exit code 255"),
    ],
)
def test_how_a_container_ended(ended: dict[str, Any], words: str) -> None:
    assert exit_words(ended) == words


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        (
            (
                'pods "iris-6f-x" is forbidden: exceeded quota: compute, requested: limits.memory=1Gi,pods=1, '
                "used: limits.memory=2Gi,pods=2, limited: limits.memory=2Gi,pods=2"
            ),
            Reason.QUOTA_DENIED,
            "the quota 'compute' of the namespace leaves no room: asked limits.memory=1Gi,pods=1, used",
        ),
        (
            'pods "a" is forbidden: failed quota: compute: must specify limits.cpu for: model',
            Reason.QUOTA_DENIED,
            "wants limits: limits.cpu for: model",
        ),
        (
            (
                "pods \"a\" is forbidden: ValidatingAdmissionPolicy 'images' with binding 'images-all' denied request: "
                "images must come from registry.test"
            ),
            Reason.ADMISSION_DENIED,
            "the policy 'images' of the cluster forbids it: images must come from registry.test",
        ),
        (
            'admission webhook "check.policies.test" denied the request: label team is missing',
            Reason.ADMISSION_DENIED,
            "'check.policies.test' of the cluster forbids it: label team is missing",
        ),
        (
            'pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
            Reason.ADMISSION_DENIED,
            'the security standard of the namespace forbids it: "restricted:latest": allowPrivilegeEscalation',
        ),
        (
            'pods "a" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
            Reason.ADMISSION_DENIED,
            "the cluster makes no pod: maximum memory usage per Container is 1Gi",
        ),
        (
            'pods "a" is forbidden: error looking up service account r/absent: serviceaccount "absent" not found',
            Reason.CONFIG_MISSING,
            "service account 'absent' is not in the namespace",
        ),
    ],
)
def test_why_the_cluster_makes_no_pod(said: str, reason: Reason, words: str) -> None:
    failure = refusal(said)
    assert (failure.reason, words in failure.message) == (reason, True), failure.message


def test_a_refusal_is_told_by_the_event_before_the_condition_is_there() -> None:
    message = 'Error creating: pods "a" is forbidden: exceeded quota: q, requested: p=1, used: p=1, limited: p=1'
    at = "2026-11-26T01:48:00Z"
    event = ClusterEvent(name="e", reason="FailedCreate", message=message, first=at, last=at)
    failure = failure_of_owner([], [event])
    assert failure is not None
    assert failure.reason is Reason.QUOTA_DENIED
    made = ClusterEvent(name="f", reason="SuccessfulCreate", message="Created pod", last="2026-11-26T01:49:00Z")
    assert failure_of_owner([], [event, made]) is None


def test_a_roll_out_that_took_too_long_is_told_last() -> None:
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "lastTransitionTime": None}
    failure = failure_of_owner([late])
    assert failure is not None
    assert (failure.reason, failure.final) == (Reason.START_TIMEOUT, True)
    refused = {"type": "ReplicaFailure", "status": "True", "message": 'admission webhook "w" denied the request: no'}
    failure = failure_of_owner([late, refused])
    assert failure is not None
    assert failure.reason is Reason.ADMISSION_DENIED
    assert failure_of_owner([{"type": "Progressing", "status": "True"}]) is None


def test_of_several_the_one_that_never_heals_is_shown() -> None:
    probe = Failure(Reason.PROBE_FAILED, "p")
    pull = Failure(Reason.IMAGE_PULL_FAILED, "i")
    final = Failure(Reason.MODEL_LOAD_FAILED, "m", final=True)
    assert worst([probe, pull, final]) is final
    assert worst([probe, pull]) is pull
    assert worst([]) is None
