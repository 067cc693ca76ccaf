"""Instance types as they are written down on a cluster."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.domain.resources import Scheduling, Toleration
from primehub_deploy_ext.engines.kubernetes.instance_types.entries import (
    BUILT_IN,
    InstanceTypeProblem,
    of_config_map,
    of_custom_resource,
    read,
    written,
)

GPU = """
display_name: GPU
cpu: 4
memory: 16Gi
gpu: 1
groups: [research]
requests: {cpu: 500m, memory: 4Gi}
gpu_resource: amd.com/gpu
node_selector: {pool: gpu}
tolerations:
  - {key: gpu, operator: Exists, effect: NoSchedule}
"""


def test_an_entry_says_limits_and_where_a_replica_may_run() -> None:
    kind = read("gpu", GPU)
    assert (kind.cpu, kind.memory, kind.gpu, kind.groups) == (4, 16 * 2**30, 1, ("research",))
    assert kind.scheduling == Scheduling(
        cpu_request=0.5,
        memory_request=4 * 2**30,
        gpu_resource="amd.com/gpu",
        node_selector={"pool": "gpu"},
        tolerations=(Toleration(key="gpu", operator="Exists", effect="NoSchedule"),),
    )


def test_what_is_written_is_read_again_as_it_was() -> None:
    for kind in [read("gpu", GPU), *BUILT_IN]:
        assert read(kind.name, written(kind, 3)) == kind


def test_the_smallest_order_is_the_default() -> None:
    data = {"a": "cpu: 1", "b": "{cpu: 2, order: 2}", "c": "{cpu: 3, order: 1}"}
    assert [kind.name for kind in of_config_map({"data": data})] == ["c", "b", "a"]
    assert of_config_map({}) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cpu: many", "'x', cpu: .*a number of cores"),
        ("cpus: 1", "'x', cpus: Extra inputs"),
        ("[1, 2]", "must be a mapping"),
        ("cpu: [", "is no YAML"),
        ("requests: 3", "must be a mapping"),
        ("requests: {cpu: lots}", "cpu_request: .*a number of cores"),
        ("tolerations: [gpu]", "must be a mapping"),
    ],
)
def test_a_mistake_is_named(text: str, words: str) -> None:
    with pytest.raises(InstanceTypeProblem, match=words):
        read("x", text)


def test_an_order_that_is_no_number_is_named() -> None:
    with pytest.raises(InstanceTypeProblem, match="order must be a whole number"):
        of_config_map({"data": {"x": "order: first"}})


def test_the_objects_of_primehub_mean_the_same() -> None:
    spec = {
        "displayName": "GPU",
        "limits": {"cpu": 2.5, "memory": "8G", "nvidia.com/gpu": 1},
        "requests": {"cpu": 1, "memory": "4G"},
        "nodeSelector": {"pool": "gpu"},
        "tolerations": [{"operator": "Exists", "effect": "None"}, {"key": "a", "operator": "Equal", "value": "b"}],
    }
    kind = of_custom_resource({"metadata": {"name": "gpu-1"}, "spec": spec})
    assert (kind.name, kind.display_name) == ("gpu-1", "GPU")
    assert (kind.cpu, kind.memory, kind.gpu) == (2.5, 8 * 10**9, 1)
    assert kind.scheduling == Scheduling(
        cpu_request=1,
        memory_request=4 * 10**9,
        node_selector={"pool": "gpu"},
        tolerations=(Toleration(operator="Exists"), Toleration(key="a", value="b")),
    )
