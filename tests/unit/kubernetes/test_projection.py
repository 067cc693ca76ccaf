"""From what the cluster holds to phase, reason and message, and to what becomes of a revision."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason, Step
from primehub_deploy_ext.domain.resources import Resources, Usage
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.books.record import Record, now
from primehub_deploy_ext.engines.kubernetes.books.specs import dump_small
from primehub_deploy_ext.engines.kubernetes.books.wishes import Wish, first_entry, next_entry
from primehub_deploy_ext.engines.kubernetes.flavors.base import Way, Workload
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.known.owners import read_owner
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans, pod_template
from primehub_deploy_ext.engines.kubernetes.reading.judge import GivenUp, Reached, judge
from primehub_deploy_ext.engines.kubernetes.reading.projection import (
    deployment_of,
    replicas_of,
    status_of,
    usage_of_seen,
)
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

SPEC = DeploymentSpec(model=Model(image="web:1"), replicas=2, resources=Resources(cpu=1, memory="1Gi"))
OTHER = SPEC.model_copy(update={"model": Model(image="web:2")})
MACHINE = Resources(cpu=8, memory="32Gi")
CLOCK = now()


def stamp(seconds: float = 0) -> str:
    return (CLOCK + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def began(spec: DeploymentSpec = SPEC) -> Record:
    entry = first_entry(spec, "ada", "", "iris-1-abc")
    return Record(entry, entry)


def wished(record: Record, base: DeploymentSpec, spec: DeploymentSpec, action: Action = Action.UPDATE) -> Record:
    plan = next_entry("iris", record, base, None, lambda _: spec, Wish(action, "bob"))
    assert plan is not None
    return record.wish(plan.entry)


def owner(record: Record, spec: DeploymentSpec, **status: Any) -> dict[str, Any]:
    wanted = record.target
    body = Plain().build(
        Workload(
            id="iris",
            namespace="team",
            name="Iris",
            group="research",
            spec=spec,
            revision=wanted.template,
            replicas=0 if wanted.stopped or record.never_ran else wanted.replicas,
            surge=1,
            template=pod_template("iris", wanted.template, "o", spec, PodMeans()),
            annotations={words.RECORD: record.dump(), words.SPEC: dump_small(spec), words.DISPLAY_NAME: "Iris"},
        )
    )
    body["metadata"] |= {"uid": "u", "creationTimestamp": stamp(-60), "generation": 2, "resourceVersion": "9"}
    body["status"] = {"observedGeneration": 2, **status}
    return body


def all_there(count: int) -> dict[str, int]:
    return {"replicas": count, "updatedReplicas": count, "availableReplicas": count}


def pod(name: str, template: int = 1, *, ready: bool = True, state: Any = None, restarts: int = 0) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": "team",
            "uid": name,
            "creationTimestamp": stamp(-50),
            "labels": words.owned("iris", "replica", template),
        },
        "spec": {"nodeName": "node-1", "containers": [{"name": "model", "image": "web:1"}]},
        "status": {
            "phase": "Running",
            "startTime": stamp(-49),
            "conditions": [
                {"type": "PodScheduled", "status": "True", "lastTransitionTime": stamp(-49)},
                {
                    "type": "Ready",
                    "status": "True" if ready else "False",
                    "lastTransitionTime": stamp(-49 + 20 * ready),
                },
            ],
            "containerStatuses": [
                {
                    "name": "model",
                    "ready": ready,
                    "started": True,
                    "restartCount": restarts,
                    "state": state or {"running": {"startedAt": stamp(-48)}},
                }
            ],
        },
    }


def refused() -> dict[str, Any]:
    words_of_runner = json.dumps({"reason": "ModelLoadFailed", "message": "RuntimeError: the weights are corrupt"})
    ended = {"exitCode": 3, "reason": "Error", "message": words_of_runner, "finishedAt": stamp(-5)}
    return {"terminated": ended}


def seen(record: Record, spec: DeploymentSpec, *pods: dict[str, Any], **status: Any) -> Seen:
    body = owner(record, spec, **status)
    found, wanted = read_owner(Plain(), body)
    return Seen("iris", "research", Plain(), body, found, wanted, Plain().standing(body, pods, {}), pods)


def test_nothing_spins_without_saying_what_it_waits_for() -> None:
    waiting = pod("a", ready=False)
    waiting["status"]["conditions"][0]["status"] = "False"
    status = status_of(seen(began(), SPEC, waiting), None, CLOCK)
    assert (status.phase, status.reason, status.step) == (Phase.DEPLOYING, Reason.SCHEDULING, Step.SCHEDULING)
    assert status.message == "0 of 2 replicas ready; a waits for a node."
    loading = status_of(seen(began(), SPEC, pod("a"), pod("b", ready=False)), None, CLOCK)
    assert (loading.reason, loading.step) == (Reason.LOADING, Step.LOADING)
    assert loading.message == "1 of 2 replicas ready; b loads the model and tries its example."


def test_all_ready_is_deployed_once_the_controllers_say_so_too() -> None:
    before = seen(began(), SPEC, pod("a"), pod("b"), replicas=2, updatedReplicas=2, availableReplicas=1)
    assert judge(before) is None
    after = seen(began(), SPEC, pod("a"), pod("b"), **all_there(2))
    assert judge(after) == Reached()
    done = seen(began().succeeded(), SPEC, pod("a"), pod("b"), **all_there(2))
    status = status_of(done, None, CLOCK)
    assert (status.phase, status.reason, status.message) == (Phase.DEPLOYED, Reason.READY, "2 of 2 replicas ready.")
    assert judge(done) is None


def test_a_model_that_refuses_is_given_up_with_its_own_words() -> None:
    found = judge(seen(began(), SPEC, pod("a", ready=False, state=refused())))
    assert isinstance(found, GivenUp)
    assert (found.reason, found.message) == (Reason.MODEL_LOAD_FAILED, "RuntimeError: the weights are corrupt")
    failed = began().failed(found.reason, found.message)
    shown = deployment_of(seen(failed, SPEC), None, CLOCK, Way(), MACHINE, 7)
    assert (shown.status.phase, shown.status.reason) == (Phase.FAILED, Reason.MODEL_LOAD_FAILED)
    assert shown.usage == Usage()
    assert shown.serving_revision is None


def test_a_roll_out_says_how_far_it_is_and_what_serves() -> None:
    record = wished(began().succeeded(), SPEC, OTHER)
    rolling = seen(record, OTHER, pod("a"), pod("b"), pod("c", 2, ready=False))
    shown = deployment_of(rolling, None, CLOCK, Way(), MACHINE, 7)
    assert (shown.revision, shown.serving_revision) == (2, 1)
    assert shown.status.reason is Reason.ROLLING_UPDATE
    assert shown.status.message.startswith("Revision 2 is rolled out: 0 of 2 replicas ready; c loads")
    assert shown.status.update is not None
    assert shown.status.update.outcome is Outcome.IN_PROGRESS


def test_an_update_is_done_only_when_nobody_meets_what_was_before() -> None:
    """A proxy that doesn't know yet that a pod is going sends requests to it: `predict` would get old answers."""
    going = pod("a", 1)
    going["metadata"]["deletionTimestamp"] = stamp(20)
    record = wished(began().succeeded(), SPEC, OTHER)
    still = seen(record, OTHER, going, pod("c", 2), pod("d", 2), **all_there(2))
    assert judge(still) is None
    shown = status_of(still, None, CLOCK)
    assert (shown.phase, shown.reason) == (Phase.DEPLOYING, Reason.ROLLING_UPDATE)
    assert "2 of 2 replicas ready; those of before answer what still comes" in shown.message
    gone = seen(record, OTHER, pod("c", 2), pod("d", 2), **all_there(2))
    assert judge(gone) == Reached()
    # A node that is lost never says that its pod is gone; its pods are ready no more.
    lost = pod("a", 1, ready=False)
    lost["metadata"]["deletionTimestamp"] = stamp(-500)
    assert judge(seen(record, OTHER, lost, pod("c", 2), pod("d", 2), **all_there(2))) == Reached()


def test_an_update_that_failed_is_told_beside_what_serves() -> None:
    record = wished(began().succeeded(), SPEC, OTHER).failed(Reason.CRASH_LOOP, "it ends at once")
    shown = deployment_of(seen(record, SPEC, pod("a"), pod("b"), **all_there(2)), None, CLOCK, Way(), MACHINE, 7)
    assert (shown.status.phase, shown.status.reason) == (Phase.DEPLOYED, Reason.UPDATE_FAILED)
    assert shown.status.message == "Revision 1 serves. The update to revision 2 failed: it ends at once"
    assert (shown.revision, shown.serving_revision, shown.usage.cpu) == (2, 1, 2)


def test_what_served_and_crashes_is_no_fault_of_a_scale() -> None:
    wider = SPEC.model_copy(update={"replicas": 3})
    record = wished(began().succeeded(), SPEC, wider, Action.SCALE)
    ended = {"terminated": {"exitCode": 137, "reason": "Error", "finishedAt": stamp(-2)}}
    crashed = pod("a", ready=False, state=ended, restarts=4)
    crashed["status"]["conditions"][1]["lastTransitionTime"] = stamp(-2)
    assert judge(seen(record, wider, crashed, pod("b"), pod("c", ready=False))) is None


def test_stopping_ends_when_the_last_pod_is_gone() -> None:
    stopped = SPEC.model_copy(update={"stopped": True})
    record = wished(began().succeeded(), SPEC, stopped, Action.STOP)
    leaving = pod("a")
    leaving["metadata"]["deletionTimestamp"] = stamp()
    ending = seen(record, stopped, leaving, replicas=0)
    assert judge(ending) is None
    assert status_of(ending, None, CLOCK).reason is Reason.STOPPING
    gone = seen(record, stopped, replicas=0)
    assert judge(gone) == Reached()
    status = status_of(gone, None, CLOCK)
    assert (status.phase, status.replicas.desired) == (Phase.STOPPED, 0)


def test_some_replicas_are_better_than_none_and_it_says_why() -> None:
    record = began().succeeded()
    down = pod("b", ready=False, state={"waiting": {"reason": "ImagePullBackOff", "message": "Back-off: not found"}})
    status = status_of(seen(record, SPEC, pod("a"), down), None, CLOCK)
    assert (status.phase, status.reason) == (Phase.DEPLOYED, Reason.DEGRADED)
    assert status.message.startswith("Only 1 of 2 replicas ready: ")
    assert "not found" in status.message


def test_each_sentence_of_a_status_begins_as_sentences_do() -> None:
    nowhere = pod("c", 2, ready=False)
    nowhere["status"]["conditions"][0] |= {"status": "False", "message": "0/1 nodes are available"}
    rolling = seen(wished(began().succeeded(), SPEC, OTHER), OTHER, pod("a"), pod("b"), nowhere)
    told = "0 of 2 replicas ready. No node can take it: 0/1 nodes are available. Revision 1 serves."
    assert status_of(rolling, None, CLOCK).message.endswith(told)
    wider = SPEC.model_copy(update={"replicas": 3})
    nowhere["metadata"]["labels"] = words.owned("iris", "replica", 1)
    scaled = seen(wished(began().succeeded(), SPEC, wider, Action.SCALE), wider, pod("a"), pod("b"), nowhere)
    told = "2 of 3 replicas ready. No node can take it: 0/1 nodes are available."
    assert status_of(scaled, None, CLOCK).message == told
    first = status_of(seen(began(), SPEC, nowhere), None, CLOCK)
    assert first.message == "No node can take it: 0/1 nodes are available"
    # What programs call themselves, and print, stays as it is.
    failed = began().failed(Reason.MODEL_LOAD_FAILED, "libfoo.so: cannot open shared object file")
    assert status_of(seen(failed, SPEC), None, CLOCK).message == "libfoo.so: cannot open shared object file"


def test_replicas_that_kubectl_or_an_autoscaler_wants_are_told_and_left_alone() -> None:
    body = owner(began().succeeded(), SPEC, **all_there(3))
    body["spec"]["replicas"] = 3
    record, spec = read_owner(Plain(), body)
    pods = [pod("a"), pod("b"), pod("c")]
    found = Seen("iris", "research", Plain(), body, record, spec, Plain().standing(body, pods, {}), pods)
    status = status_of(found, None, CLOCK)
    assert (status.phase, status.reason) == (Phase.DEPLOYED, Reason.READY)
    assert status.message.startswith("2 of 2 replicas ready. Its object asks for 3 replicas, by something other")
    assert judge(found) is None
    body["spec"]["replicas"] = 0
    nothing = Seen("iris", "research", Plain(), body, record, spec, Plain().standing(body, [], {}))
    assert status_of(nothing, None, CLOCK).phase is Phase.STOPPED
    # While ours are changed the number is on its way.
    there = seen(wished(began().succeeded(), SPEC, SPEC.model_copy(update={"replicas": 1}), Action.SCALE), SPEC, *pods)
    assert "asks for" not in status_of(there, None, CLOCK).message


def test_since_is_kept_while_nothing_changes() -> None:
    there = seen(began().succeeded(), SPEC, pod("a"), pod("b"), **all_there(2))
    first = status_of(there, None, CLOCK)
    assert status_of(there, first, CLOCK + timedelta(hours=1)).since == first.since


def test_a_deployment_that_was_made_elsewhere_is_shown_as_it_is() -> None:
    body = owner(began(), SPEC, **all_there(2))
    del body["metadata"]["annotations"], body["metadata"]["labels"]
    record, spec = read_owner(Plain(), body)
    pods = [pod("a"), pod("b")]
    found = Seen("iris", "research", Plain(), body, record, spec, Plain().standing(body, pods, {}), pods)
    shown = deployment_of(found, None, CLOCK, Way(), MACHINE, 7)
    assert (shown.created_by, shown.managed_by) == ("somebody else", "somebody else")
    assert (shown.spec.model.image, shown.spec.replicas) == ("web:1", 2)
    assert shown.status.phase is Phase.DEPLOYED
    assert shown.usage == Usage(cpu=2, memory=2 * 2**30, deployments=1)
    assert judge(found) is None


def test_a_replica_is_its_pod() -> None:
    again = pod("b", ready=False, restarts=2)
    again["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"exitCode": 137, "finishedAt": stamp(-9)}}
    first, second = replicas_of(seen(began(), SPEC, pod("a"), again))
    assert (first.name, first.serving, first.attempt, first.step) == ("a", True, 1, Step.READY)
    assert (second.serving, second.attempt, second.restarts) == (False, 3, 2)
    assert second.last_exit == "signal 9 (SIGKILL)"


@pytest.mark.parametrize("text", ["junk", "[]", '{"cpu": "many"}', ""])
def test_what_is_set_aside_and_broken_by_somebody_breaks_nothing_else(text: str) -> None:
    """Everybody's quota is compared with what all of the namespace take."""
    whole = seen(began(), SPEC)
    broken = seen(began(), SPEC)
    broken.owner["metadata"]["annotations"][words.RESERVED] = text
    assert usage_of_seen(broken, MACHINE) == usage_of_seen(whole, MACHINE)
    assert usage_of_seen(broken, MACHINE).cpu > 0


@pytest.mark.parametrize(("stopped", "begins"), [(False, "2 of 2 replicas ready."), (True, "Start it to serve again.")])
def test_what_is_of_a_flavor_that_nobody_would_choose_now_says_so(stopped: bool, begins: str) -> None:
    spec = SPEC.model_copy(update={"stopped": stopped})
    record = began(spec).succeeded()
    found = seen(record, spec, **all_there(0)) if stopped else seen(record, spec, pod("a"), pod("b"), **all_there(2))
    assert status_of(found, None, CLOCK).message == begins
    message = status_of(replace(found, left=True), None, CLOCK).message
    assert message.startswith(f"{begins} This server is not configured for what it is (plain)")
    assert message.endswith("clone it under another id and delete this one.")
