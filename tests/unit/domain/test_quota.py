"""The arithmetic of quotas, and the words in which they refuse."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.domain.errors import DeployError, Forbidden, QuotaExceeded
from primehub_deploy_ext.domain.quota import check_quota, exceeded, largest, total, usage_of
from primehub_deploy_ext.domain.resources import Quota, Resources, Usage

GIB = 2**30
MACHINE = Resources(cpu=8, memory="32Gi")


@pytest.mark.parametrize(
    ("resources", "replicas", "expected"),
    [
        (Resources(cpu=0.5, memory="1Gi", gpu=1), 3, Usage(cpu=1.5, memory=3 * GIB, gpu=3, deployments=1)),
        (Resources(cpu=0.5, memory="1Gi"), 0, Usage()),
        (Resources(), 2, Usage(cpu=16, memory=64 * GIB, deployments=1)),
        (Resources(cpu=0.1), 3, Usage(cpu=0.3, memory=96 * GIB, deployments=1)),
    ],
)
def test_usage_is_replicas_times_limits_and_no_limit_is_the_machine(
    resources: Resources, replicas: int, expected: Usage
) -> None:
    assert usage_of(resources, replicas, MACHINE) == expected


def test_sums_of_tenths_stay_tenths() -> None:
    assert total([Usage(cpu=0.1)] * 30).cpu == 3
    assert exceeded(Quota(cpu=3), Usage(), total([Usage(cpu=0.1)] * 30)) == []


def test_the_largest_of_each() -> None:
    assert largest(Usage(cpu=1, memory=5), Usage(cpu=2, gpu=1)) == Usage(cpu=2, memory=5, gpu=1)


@pytest.mark.parametrize(
    ("before", "after", "over"),
    [
        (Usage(cpu=1), Usage(cpu=4), []),
        (Usage(cpu=1), Usage(cpu=4.001), ["cpu"]),
        (Usage(cpu=9), Usage(cpu=9), []),
        (Usage(cpu=9), Usage(cpu=8), []),
        (Usage(cpu=9), Usage(cpu=10), ["cpu"]),
        (Usage(cpu=9, gpu=0), Usage(cpu=8, gpu=1), ["gpu"]),
        (Usage(deployments=2), Usage(cpu=5, deployments=3), ["cpu", "deployments"]),
    ],
)
def test_only_growth_beyond_a_quota_counts(before: Usage, after: Usage, over: list[str]) -> None:
    assert exceeded(Quota(cpu=4, gpu=0, deployments=2), before, after) == over


def test_no_quota_refuses_nothing() -> None:
    check_quota("team", Quota(), {}, "iris", Usage(cpu=10**6, memory=2**60, gpu=99, deployments=1))


def test_the_one_that_changes_counts_once() -> None:
    used = {"iris": Usage(cpu=3, deployments=1), "wine": Usage(cpu=1, deployments=1)}
    check_quota("team", Quota(cpu=4, deployments=2), used, "iris", Usage(cpu=3, deployments=1))
    with pytest.raises(QuotaExceeded, match=r"quota 4, used 1 besides this deployment, asked 3\.5, left 3\."):
        check_quota("team", Quota(cpu=4, deployments=2), used, "iris", Usage(cpu=3.5, deployments=1))


def test_the_message_says_quota_used_asked_left_and_by_whom() -> None:
    used = {f"d{number}": Usage(memory=GIB, deployments=1) for number in range(7)} | {"big": Usage(memory=2 * GIB)}
    with pytest.raises(QuotaExceeded) as refused:
        check_quota("vision", Quota(memory="10Gi"), used, "new", Usage(memory=4 * GIB, deployments=1))
    assert refused.value.message == (
        "The memory quota of the group 'vision' would be exceeded: quota 10 GiB, used 9 GiB, asked 4 GiB, left 1 GiB. "
        "In use by: big (2 GiB), d0 (1 GiB), d1 (1 GiB), d2 (1 GiB), d3 (1 GiB) and 3 more. "
        "Stop or scale one of them, take a smaller instance type or fewer replicas, or ask an administrator for more."
    )


def test_what_is_left_of_a_lowered_quota_is_nothing_rather_than_less() -> None:
    with pytest.raises(QuotaExceeded, match="left 0"):
        check_quota("vision", Quota(cpu=1), {"big": Usage(cpu=3)}, "new", Usage(cpu=1))


def test_a_refusal_travels_as_itself() -> None:
    with pytest.raises(QuotaExceeded) as refused:
        check_quota("vision", Quota(deployments=0), {}, "new", Usage(deployments=1))
    again = DeployError.from_dict(refused.value.to_dict())
    assert isinstance(again, QuotaExceeded)
    assert isinstance(again, Forbidden)
    assert (again.status, again.code, again.details["resources"]) == (403, "quota_exceeded", ["deployments"])
