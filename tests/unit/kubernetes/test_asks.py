"""What pods ask for, whoever made them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from primehub_deploy_ext.domain.resources import Resources, Usage
from primehub_deploy_ext.engines.kubernetes.quota.asks import asks, asks_of_pod, counted, quantity

MACHINE = Resources(cpu=8, memory=2**34)


def container(cpu: str | None = None, memory: str | None = None, **more: Any) -> dict[str, Any]:
    limits = {name: amount for name, amount in (("cpu", cpu), ("memory", memory)) if amount}
    return {"name": "c", "resources": {"limits": limits | more.pop("limits", {})}, **more}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("500m", "0.5"),
        ("4", "4"),
        (2, "2"),
        ("0", "0"),
        ("1.5", "1.5"),
        ("4Gi", str(4 * 2**30)),
        ("4G", "4000000000"),
        ("1k", "1000"),
        ("128974848000m", "128974848"),
        ("100u", "0.0001"),
        ("12e6", "12000000"),
        ("12E6", "12000000"),
        ("1Ei", str(2**60)),
        ("2E", "2000000000000000000"),
    ],
)
def test_quantities_are_read_as_the_cluster_does(text: object, number: str) -> None:
    assert quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "many", "4 Gi", "4gi", None])
def test_what_is_no_quantity_is_said_to_be_none(text: object) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        quantity(text)


def test_containers_of_a_pod_add_up_and_replicas_multiply() -> None:
    spec = {"containers": [container("500m", "512Mi"), container("1", "1Gi", limits={"nvidia.com/gpu": "2"})]}
    assert asks(spec, 3, MACHINE) == Usage(cpu=4.5, memory=3 * (2**29 + 2**30), gpu=6, deployments=1)
    assert asks(spec, 0, MACHINE) == Usage()


def test_init_containers_count_by_the_largest_and_sidecars_beside_the_others() -> None:
    sidecar = container("1", "1Gi", restartPolicy="Always")
    init = container("4", "256Mi")
    spec = {"initContainers": [sidecar, init], "containers": [container("2", "2Gi")]}
    assert asks_of_pod(spec, MACHINE) == Usage(cpu=5, memory=3 * 2**30, deployments=1)


def test_a_limit_that_is_missing_counts_as_the_whole_machine_or_as_the_namespaces_default() -> None:
    spec = {"containers": [container("1")]}
    assert asks_of_pod(spec, MACHINE) == Usage(cpu=1, memory=2**34, deployments=1)
    defaults = {"cpu": "2", "memory": "1Gi"}
    assert asks_of_pod(spec, MACHINE, defaults) == Usage(cpu=1, memory=2**30, deployments=1)


def test_an_init_container_without_limits_does_not_count_as_the_whole_machine() -> None:
    spec = {"initContainers": [container()], "containers": [container("1", "1Gi")]}
    assert asks_of_pod(spec, MACHINE) == Usage(cpu=1, memory=2**30, deployments=1)


def test_limits_of_the_pod_itself_and_its_overhead_count() -> None:
    spec = {
        "resources": {"limits": {"cpu": "2", "memory": "1Gi"}},
        "overhead": {"cpu": "250m", "memory": "128Mi"},
        "containers": [container()],
    }
    assert asks_of_pod(spec, MACHINE) == Usage(cpu=2.25, memory=2**30 + 2**27, deployments=1)


def test_what_was_reserved_counts_while_the_roll_out_goes_on_and_a_failed_first_revision_never() -> None:
    asked, reserved = Usage(cpu=2, deployments=1), Usage(cpu=4, deployments=1)
    assert counted(asked, reserved, rolling=True) == reserved
    assert counted(asked, reserved) == asked
    assert counted(asked, None, rolling=True) == asked
    assert counted(asked, reserved, rolling=True, failed_first=True) == Usage()
