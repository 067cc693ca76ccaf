"""Instance types that the embedded engine offers. CPU is affinity and thread counts, memory a watched ceiling."""

from __future__ import annotations

import os

from primehub_deploy_ext.domain.groups import InstanceType

_GIB = 1024**3

# Nothing to describe: what each gives stands beside its name wherever it is shown.
INSTANCE_TYPES = (
    InstanceType(name="default", display_name="Unlimited"),
    InstanceType(name="cpu-1", display_name="CPU 1", cpu=1, memory=_GIB),
    InstanceType(name="cpu-2", display_name="CPU 2", cpu=2, memory=4 * _GIB),
    InstanceType(name="cpu-4", display_name="CPU 4", cpu=4, memory=16 * _GIB),
)


def pick_cpus(cpu: float, index: int) -> list[int] | None:
    """Choose CPUs for the ``index``-th replica, spread over the machine; None for all, and where none can be chosen."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    count = max(1, round(cpu))
    if count >= len(usable):
        return None
    return [usable[(index * count + offset) % len(usable)] for offset in range(count)]
