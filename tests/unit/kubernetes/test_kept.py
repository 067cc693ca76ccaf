"""What mirrors keep is small: thousands of pods are held in a notebook server's memory."""

from __future__ import annotations

import copy
import json
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, EVENT, POD, Kind
from primehub_deploy_ext.engines.kubernetes.api.shapes import Shape
from primehub_deploy_ext.engines.kubernetes.known.kept import shape_of

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


def page_of(*items: dict[str, Any]) -> bytes:
    """Return a list as a server sends it."""
    return json.dumps({"metadata": {"resourceVersion": "1"}, "items": items}).encode()


def kept_of(shape: Shape, *items: dict[str, Any]) -> list[Any]:
    return [shape.keep(item) for item in shape.read_page(page_of(*items))["items"]]


def bytes_for_each(kind: Kind, items: Iterable[dict[str, Any]]) -> float:
    """Return how much memory is held by what is kept, for each object."""
    page = page_of(*items)
    tracemalloc.start()
    shape = shape_of(kind)
    before, _ = tracemalloc.get_traced_memory()
    kept = [shape.keep(item) for item in shape.read_page(page)["items"]]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(kept)


def test_a_pod_takes_less_than_two_kilobytes() -> None:
    """5,000 are 10 MB; as the server sends them they are twelve times that."""
    page = page_of(*(as_sent(number) for number in range(500)))
    tracemalloc.start()
    shape = shape_of(POD)
    before, _ = tracemalloc.get_traced_memory()
    kept = {pod["metadata"]["name"]: pod for pod in map(shape.keep, shape.read_page(page)["items"])}
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == 500
    assert (after - before) / 500 < 2_000


def test_a_deployment_adds_little_to_what_is_its_own() -> None:
    """Its record and its specification are; conditions, containers and what a template says are those of many."""
    assert bytes_for_each(DEPLOYMENT, (deployment_as_sent(number) for number in range(500))) < 3_000


def deployment_as_sent(number: int) -> dict[str, Any]:
    """Return one that is ready; names of Secrets and of what was made make its words its own."""
    name, at = (
        f"model-{number}",
        {"lastTransitionTime": "2026-11-26T10:00:00Z", "lastUpdateTime": "2026-11-26T10:00:01Z"},
    )
    container = {"name": "model", "image": "web:1", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}
    template = {
        "metadata": {"labels": {"primehub-deploy.io/deployment": name, "primehub-deploy.io/revision": "1"}},
        "spec": {"containers": [{**container, "envFrom": [{"secretRef": {"name": f"{name}-1-abc"}}]}]},
    }
    conditions = [
        {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable", "message": "It has.", **at},
        {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "message": f"{name}-5f6b", **at},
    ]
    metadata = {"name": name, "namespace": "lab", "uid": name, "resourceVersion": str(number)}
    status = {"observedGeneration": 1, "replicas": 5, "readyReplicas": 5, "conditions": conditions}
    return {"metadata": metadata, "spec": {"replicas": 5, "template": template}, "status": status}


def test_an_event_takes_less_than_one_kilobyte() -> None:
    event = RECORDED["crash"]["events"][0]
    events = [{**event, "metadata": {**event["metadata"], "name": f"e.{number}"}} for number in range(500)]
    assert bytes_for_each(EVENT, events) < 1_000


def test_nothing_that_is_kept_holds_on_to_the_page_that_it_was_read_from() -> None:
    """What is read only when it is new is a view of the whole page until then."""
    for kind, item in ((POD, as_sent(0)), (EVENT, RECORDED["crash"]["events"][0])):
        (kept,) = kept_of(shape_of(kind), item)
        assert not any(isinstance(value, msgspec.Raw) for value in values_of(msgspec.to_builtins(kept)))


def values_of(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from values_of(inner)


def test_pods_of_one_template_hold_what_they_share_once() -> None:
    one, other = kept_of(shape_of(POD), as_sent(0), as_sent(1))
    assert one["spec"]["containers"] is other["spec"]["containers"]
    assert one["metadata"]["labels"] is other["metadata"]["labels"]
    assert one["status"]["conditions"] is other["status"]["conditions"]
    assert one["status"]["containerStatuses"] is other["status"]["containerStatuses"]
    assert one["metadata"]["name"] != other["metadata"]["name"]


def test_what_is_sent_otherwise_and_is_the_same_but_for_what_is_not_kept_is_held_once() -> None:
    sent = [as_sent(0), as_sent(5)]
    for number, pod in enumerate(sent):
        pod["status"]["containerStatuses"][0]["containerID"] = f"containerd://{number}"
        pod["spec"]["containers"][0]["envFrom"] = [{"secretRef": {"name": f"model-{number}-1-abc"}}]
    one, other = kept_of(shape_of(POD), *sent)
    assert one["status"]["containerStatuses"] is other["status"]["containerStatuses"]
    assert one["spec"]["containers"] is other["spec"]["containers"]
    sent[1]["status"]["containerStatuses"][0]["restartCount"] = 7
    one, other = kept_of(shape_of(POD), *sent)
    assert [pod["status"]["containerStatuses"][0]["restartCount"] for pod in (one, other)] == [0, 7]


def test_values_of_the_environment_are_not_kept_but_the_revision_is() -> None:
    sent = as_sent(0)
    sent["spec"]["containers"][0]["env"].append({"name": "PRIMEHUB_DEPLOY_REVISION", "value": "7"})
    (pod,) = kept_of(shape_of(POD), sent)
    assert "SECRET_KEY" not in json.dumps(pod)
    assert pod["spec"]["containers"][0]["env"] == [{"name": "PRIMEHUB_DEPLOY_REVISION", "value": "7"}]


def test_of_a_deployment_the_wish_and_the_status_are_kept() -> None:
    deployment = {
        "metadata": {
            "name": "iris",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"},
            "managedFields": [
                {"manager": "late", "time": "2026-01-01T00:00:02Z", "fieldsV1": {"f:spec": {}}},
                {
                    "manager": "kubectl-create",
                    "time": "2026-01-01T00:00:01Z",
                    "fieldsV1": {"f:spec": {"f:replicas": {}}},
                },
                {"manager": "controller", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:status": {}}},
            ],
        },
        "spec": {
            "replicas": 2,
            "template": {
                "metadata": {"creationTimestamp": None, "labels": {"app": "iris", "primehub-deploy.io/revision": "3"}},
                "spec": {"containers": [{"name": "model", "env": [], "args": ["x"]}]},
            },
        },
        "status": {"readyReplicas": 2},
    }
    (kept,) = kept_of(shape_of(DEPLOYMENT), deployment)
    assert kept == shape_of(DEPLOYMENT).of(deployment)
    assert kept["metadata"]["annotations"] == {"a": "b"}
    assert kept["metadata"]["managedFields"] == [{"manager": "kubectl-create"}]
    assert kept["spec"]["replicas"] == 2
    assert kept["spec"]["template"]["metadata"]["labels"] == {"primehub-deploy.io/revision": "3"}
    assert kept["spec"]["template"]["spec"]["containers"] == [{"name": "model"}]
    assert kept["status"] == {"readyReplicas": 2}


def test_of_an_event_whom_it_is_about_is_kept() -> None:
    event = RECORDED["crash"]["events"][0]
    kept = shape_of(EVENT).of({**event, "source": {"host": "node-1"}})
    assert kept.about_uid == event["involvedObject"]["uid"]
    assert kept.message == event["message"]


@pytest.mark.parametrize(
    ("told", "first", "last", "times"),
    [
        ({"firstTimestamp": "1", "lastTimestamp": "2", "count": 7, "eventTime": None}, "1", "2", 7),
        ({"firstTimestamp": None, "lastTimestamp": None, "eventTime": "3"}, "3", "3", 1),
        ({"eventTime": "3", "series": {"count": 4, "lastObservedTime": "5"}}, "3", "5", 4),
        ({"series": None}, "0", "0", 1),
    ],
)
def test_whoever_wrote_an_event_it_tells_when_and_how_often(
    told: dict[str, Any], first: str, last: str, times: int
) -> None:
    kept = shape_of(EVENT).of({"metadata": {"name": "e", "creationTimestamp": "0"}, **told})
    assert (kept.first, kept.last, kept.times) == (first, last, times)


def test_an_event_about_a_container_names_it() -> None:
    sent = {"metadata": {"name": "e"}, "involvedObject": {"fieldPath": "spec.initContainers{fetch}"}}
    assert shape_of(EVENT).of(sent).container == "fetch"
    assert shape_of(EVENT).of({"metadata": {"name": "e"}, "involvedObject": {"kind": "Pod"}}).container == ""
