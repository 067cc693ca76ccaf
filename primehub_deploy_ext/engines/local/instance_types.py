"""Instance types of the embedded engine. CPU is affinity and thread counts, memory a watched ceiling."""

from __future__ import annotations

from primehub_deploy_ext.domain.models import InstanceType

_GIB = 1024**3

INSTANCE_TYPES = (
    InstanceType(name="default", display_name="Unlimited", description="All CPUs and memory of this machine"),
    InstanceType(name="cpu-1", display_name="CPU 1", description="1 CPU, 1 GiB", cpu=1, memory=_GIB),
    InstanceType(name="cpu-2", display_name="CPU 2", description="2 CPUs, 4 GiB", cpu=2, memory=4 * _GIB),
    InstanceType(name="cpu-4", display_name="CPU 4", description="4 CPUs, 16 GiB", cpu=4, memory=16 * _GIB),
)
