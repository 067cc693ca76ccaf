"""Quota arithmetic: what deployments take of a group's quota, and whether more may be taken. Pure.

Usage is the sum, over the deployments that run or are starting, of replicas times instance type.
A limit that an instance type doesn't have counts as the whole machine, since that is what the replica may take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from primehub_deploy_ext.domain.errors import QuotaExceeded
from primehub_deploy_ext.domain.quantities import format_cpu, format_memory
from primehub_deploy_ext.domain.resources import Quota, Resources, Usage

_TITLES = {"cpu": "CPU", "memory": "memory", "gpu": "GPU", "deployments": "deployments"}
# Deployments that a refusal names; all of them are in its details.
_MOST_NAMED = 5


def usage_of(resources: Resources, replicas: int, capacity: Resources) -> Usage:
    """Return what the replicas of one deployment take.

    Parameters
    ----------
    resources
        Limits of one replica.
    replicas
        How many run; 0 takes nothing.
    capacity
        The machine: what a missing limit counts as.
    """
    if replicas == 0:
        return Usage()
    cpu = resources.cpu if resources.cpu is not None else capacity.cpu or 0.0
    memory = resources.memory if resources.memory is not None else capacity.memory or 0
    return Usage(cpu=round(replicas * cpu, 3), memory=replicas * memory, gpu=replicas * resources.gpu, deployments=1)


def total(usages: Iterable[Usage]) -> Usage:
    """Return the sum."""
    cpu, memory, gpu, deployments = 0.0, 0, 0, 0
    # Numbers, not values: a group may have a thousand deployments, and each wish asks.
    for usage in usages:
        cpu += usage.cpu
        memory += usage.memory
        gpu += usage.gpu
        deployments += usage.deployments
    return Usage(cpu=round(cpu, 3), memory=memory, gpu=gpu, deployments=deployments)


def largest(one: Usage, other: Usage) -> Usage:
    """Return the larger of each resource."""
    return Usage(
        cpu=max(one.cpu, other.cpu),
        memory=max(one.memory, other.memory),
        gpu=max(one.gpu, other.gpu),
        deployments=max(one.deployments, other.deployments),
    )


def exceeded(quota: Quota, before: Usage, after: Usage) -> list[str]:
    """Return the resources in which ``after`` is above the quota and above ``before``.

    A group that is over its quota already (the quota was lowered) may shrink and stay, not grow.
    """
    return [
        name
        for name in _TITLES
        if (limit := getattr(quota, name)) is not None
        and getattr(after, name) > limit
        and getattr(after, name) > getattr(before, name)
    ]


def check_quota(group: str, quota: Quota, used: Mapping[str, Usage], id: str, wanted: Usage) -> None:
    """Refuse what would exceed the quota.

    Parameters
    ----------
    group, quota
        Whose ceilings they are.
    used
        What each of the group's deployments takes now, by id.
    id, wanted
        The deployment that is created or changed, and what it will take.

    Raises
    ------
    QuotaExceeded
        With the first resource that is exceeded: quota, used, asked, left, and who uses it.
    """
    before = total(used.values())
    others = total(usage for other, usage in used.items() if other != id)
    over = exceeded(quota, before, total([others, wanted]))
    if over:
        raise QuotaExceeded(
            _message(group, over[0], quota, others, wanted, used, id),
            fields=[
                {
                    "field": "group" if over[0] == "deployments" else "replicas",
                    "message": f"exceeds the {_TITLES[over[0]]} quota of the group",
                }
            ],
            details={
                "group": group,
                "resources": over,
                "quota": quota.model_dump(),
                "used": others.model_dump(),
                "asked": wanted.model_dump(),
                "deployments": {
                    other: usage.model_dump()
                    for other, usage in used.items()
                    if other != id and getattr(usage, over[0])
                },
            },
        )


def _message(
    group: str, resource: str, quota: Quota, others: Usage, wanted: Usage, used: Mapping[str, Usage], id: str
) -> str:
    limit, in_use, asked = (getattr(value, resource) for value in (quota, others, wanted))
    # What a deployment holds already is in what it asks for: counted with the used it would count twice.
    besides = " besides this deployment" if getattr(used.get(id, Usage()), resource) else ""
    users = sorted(
        ((other, getattr(usage, resource)) for other, usage in used.items() if other != id), key=lambda item: -item[1]
    )
    named = [f"{other} ({_write(resource, amount)})" for other, amount in users if amount]
    listed = ", ".join(named[:_MOST_NAMED]) + (
        f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    )
    by = f" In use by: {listed}." if named else ""
    way_out = (
        "Stop one of them"
        if resource == "deployments"
        else "Stop or scale one of them, take a smaller instance type or fewer replicas"
        if named
        else "Take a smaller instance type or fewer replicas"
    )
    return (
        f"The {_TITLES[resource]} quota of the group {group!r} would be exceeded: "
        f"quota {_write(resource, limit)}, used {_write(resource, in_use)}{besides}, asked {_write(resource, asked)}, "
        f"left {_write(resource, max(0, limit - in_use))}.{by} {way_out}, or ask an administrator for more."
    )


def _write(resource: str, amount: Any) -> str:
    if resource == "memory":
        return format_memory(int(amount))
    return format_cpu(float(amount))
