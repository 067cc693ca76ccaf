"""What pods ask of a cluster, as a ResourceQuota on limits counts it. Pure.

It is read from what the cluster holds, not from what somebody wished: a deployment that was made or changed with
``kubectl`` counts with what it really asks.
https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from primehub_deploy_ext.domain.quota import largest
from primehub_deploy_ext.domain.resources import Resources, Usage

Json = Mapping[str, Any]

_SUFFIXES = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1)} | {
    letter: Decimal(1000**power) for power, letter in enumerate("kMGTPE", 1)
}
_SUFFIXES |= {f"{letter}i": Decimal(1024**power) for power, letter in enumerate("KMGTPE", 1)}
_QUANTITY = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)([numkMGTPE]|[KMGTPE]i|)")
_GPUS = ("nvidia.com/gpu", "amd.com/gpu")
_INTEL_GPUS = "gpu.intel.com/"


def quantity(text: object) -> Decimal:
    """Return the number that a Kubernetes quantity stands for: ``500m`` → 0.5, ``4Gi`` → 4294967296.

    Raises
    ------
    ValueError
        If it is none.
    """
    match = _QUANTITY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{text!r} is no quantity of Kubernetes")
    return Decimal(match[1]) * _SUFFIXES[match[2]]


def written_memory(size: int) -> str | int:
    """Write bytes as people do, where that says exactly the same."""
    for unit in ("Gi", "Mi"):
        if size % int(_SUFFIXES[unit]) == 0:
            return f"{size // int(_SUFFIXES[unit])}{unit}"
    return size


def asks_of_pod(spec: Json, capacity: Resources, defaults: Json | None = None) -> Usage:
    """Return what one pod may take.

    Parameters
    ----------
    spec
        A pod's ``spec``.
    capacity
        What a missing limit counts as.
    defaults
        The default limits of the namespace's LimitRange, by resource.
    """
    return Usage(
        cpu=round(float(_of_pod(spec, ("cpu",), _or(capacity.cpu), defaults)), 3),
        memory=int(_of_pod(spec, ("memory",), _or(capacity.memory), defaults)),
        gpu=int(_of_pod(spec, _gpus_in(spec), None, defaults)),
        deployments=1,
    )


def asks(spec: Json, replicas: int, capacity: Resources, defaults: Json | None = None) -> Usage:
    """Return what so many pods of a specification may take together; nothing when there are none."""
    return times(asks_of_pod(spec, capacity, defaults), replicas) if replicas else Usage()


def times(one: Usage, replicas: int) -> Usage:
    """Return what replicas of a deployment take together."""
    return Usage(
        cpu=round(one.cpu * replicas, 3),
        memory=one.memory * replicas,
        gpu=one.gpu * replicas,
        deployments=one.deployments if replicas else 0,
    )


def counted(asked: Usage, reserved: Usage | None = None, *, rolling: bool = False, failed_first: bool = False) -> Usage:
    """Return what a deployment counts with in its group's quota.

    Parameters
    ----------
    asked
        What it asks for once it is rolled out.
    reserved
        What it was granted for the time of the roll-out.
    rolling
        The roll-out isn't over.
    failed_first
        Its first revision failed: it takes nothing until it is started anew.
    """
    if failed_first:
        return Usage()
    return largest(asked, reserved) if rolling and reserved is not None else asked


def _of_pod(spec: Json, names: Iterable[str], capacity: Decimal | None, defaults: Json | None) -> Decimal:
    names = tuple(names)

    def limit(resources: Json | None) -> Decimal | None:
        limits = (resources or {}).get("limits") or {}
        found = [quantity(limits[name]) for name in names if name in limits]
        return sum(found, Decimal(0)) if found else None

    of_pod = limit(spec.get("resources"))
    if of_pod is not None:  # pod-level resources cover all containers
        return of_pod + _overhead(spec, names)
    default = limit({"limits": defaults}) if defaults else None
    running, starting, boundless = Decimal(0), Decimal(0), False
    for container in spec.get("initContainers") or ():
        one = limit(container.get("resources"))
        one = default if one is None else one
        if container.get("restartPolicy") == "Always":  # a sidecar: it goes on beside the others
            running += one or 0
            starting = max(starting, running)
        else:
            starting = max(starting, running + (one or 0))
    for container in spec.get("containers") or ():
        one = limit(container.get("resources"))
        one = default if one is None else one
        boundless |= one is None
        running += one or 0
    if boundless and capacity is not None:
        return max(running, starting, capacity)
    return max(running, starting) + _overhead(spec, names)


def _overhead(spec: Json, names: Iterable[str]) -> Decimal:
    overhead = spec.get("overhead") or {}
    return sum((quantity(overhead[name]) for name in names if name in overhead), Decimal(0))


def _gpus_in(spec: Json) -> tuple[str, ...]:
    limits = [
        (container.get("resources") or {}).get("limits") or {}
        for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    ]
    named = {name for of_container in limits for name in of_container}
    return tuple(sorted(name for name in named if name in _GPUS or name.startswith(_INTEL_GPUS)))


def _or(amount: float | None) -> Decimal:
    return Decimal(str(amount or 0))
