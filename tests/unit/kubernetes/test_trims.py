"""What mirrors keep is small: thousands of pods are held in a notebook server's memory."""

from __future__ import annotations

import copy
import json
import tracemalloc
from pathlib import Path
from typing import Any

from primehub_deploy_ext.engines.kubernetes.known.trims import trim_deployment, trim_event, trim_pod

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded" / "pods.json").read_text())


def as_sent(number: int) -> dict[str, Any]:
    """Return a pod as a server sends it: five of each deployment, with names of their own."""
    pod = copy.deepcopy(RECORDED["good"]["pod"])
    group = number // 5
    pod["metadata"].update(
        name=f"model-{group}-{number}",
        uid=f"00000000-0000-0000-0000-{number:012}",
        resourceVersion=str(number),
        labels={"app": f"model-{group}", "primehub-deploy.io/deployment": f"model-{group}"},
        managedFields=[{"manager": "kubelet", "fieldsV1": {"f:status": {"f:phase": {}}}}],
    )
    pod["spec"]["containers"][0]["env"] = [{"name": "SECRET_KEY", "value": "x" * 500}]
    return json.loads(json.dumps(pod))


def test_a_pod_takes_less_than_four_kilobytes() -> None:
    """5,000 are 20 MB; as the server sends them they are four times that."""
    tracemalloc.start()
    kept = {}
    before, _ = tracemalloc.get_traced_memory()
    for number in range(500):
        pod = trim_pod(as_sent(number))
        kept[pod["metadata"]["name"]] = pod
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == 500
    assert (after - before) / 500 < 4_000


def test_pods_of_one_template_hold_what_they_share_once() -> None:
    one, other = trim_pod(as_sent(0)), trim_pod(as_sent(1))
    assert one["spec"]["containers"] is other["spec"]["containers"]
    assert one["metadata"]["labels"] is other["metadata"]["labels"]
    assert one["metadata"]["name"] != other["metadata"]["name"]


def test_values_of_the_environment_are_not_kept_but_the_revision_is() -> None:
    pod = as_sent(0)
    pod["spec"]["containers"][0]["env"].append({"name": "PRIMEHUB_DEPLOY_REVISION", "value": "7"})
    assert "SECRET_KEY" not in json.dumps(trim_pod(pod))
    assert trim_pod(pod)["spec"]["containers"][0]["env"] == [{"name": "PRIMEHUB_DEPLOY_REVISION", "value": "7"}]


def test_of_a_deployment_the_wish_and_the_status_are_kept() -> None:
    deployment = {
        "metadata": {
            "name": "iris",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"},
        },
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "model", "env": [], "args": ["x"]}]}}},
        "status": {"readyReplicas": 2},
    }
    kept = trim_deployment(deployment)
    assert kept["metadata"]["annotations"] == {"a": "b"}
    assert kept["spec"]["replicas"] == 2
    assert kept["spec"]["template"]["spec"]["containers"] == [{"name": "model"}]
    assert kept["status"] == {"readyReplicas": 2}


def test_of_an_event_whom_it_is_about_is_kept() -> None:
    event = RECORDED["crash"]["events"][0]
    kept = trim_event({**event, "source": {"host": "node-1"}, "metadata": {**event["metadata"], "managedFields": []}})
    assert kept["involvedObject"]["uid"] == event["involvedObject"]["uid"]
    assert kept["message"] == event["message"]
    assert "managedFields" not in kept["metadata"]
