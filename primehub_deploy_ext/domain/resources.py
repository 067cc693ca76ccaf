"""What a replica is given, what a group may use, and what it uses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from primehub_deploy_ext.domain.quantities import MAX_GPU, parse_cpu, parse_memory
from primehub_deploy_ext.domain.values import Value


def _cpu(value: object) -> object:
    return None if value is None else parse_cpu(value)


def _memory(value: object) -> object:
    return None if value is None else parse_memory(value)


Cpu = Annotated[float | None, BeforeValidator(_cpu, json_schema_input_type=float | str | None)]
Memory = Annotated[int | None, BeforeValidator(_memory, json_schema_input_type=int | str | None)]
Gpu = Annotated[int, Field(ge=0, le=MAX_GPU, strict=True)]
GpuQuota = Annotated[int, Field(ge=0, le=100_000, strict=True)]
DeploymentsQuota = Annotated[int, Field(ge=0, le=100_000, strict=True)]


class Toleration(Value):
    """A taint of nodes that replicas may run on; the words are Kubernetes'."""

    key: str = Field(default="", max_length=317, description="empty: every taint, with the operator Exists")
    operator: Literal["Equal", "Exists"] = "Equal"
    value: str = Field(default="", max_length=63)
    effect: Literal["", "NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(default="", description="empty: all")
    toleration_seconds: int | None = Field(default=None, ge=0, description="with NoExecute: then it is evicted")


class Scheduling(Value):
    """Where in a cluster replicas run, and what is set aside for each; engines of one machine know nothing of it."""

    cpu_request: Cpu = Field(default=None, description="CPU cores that are set aside; none: the limit")
    memory_request: Memory = Field(default=None, description="bytes that are set aside; none: the limit")
    gpu_resource: str = Field(default="nvidia.com/gpu", max_length=253, description="what the cluster calls its GPUs")
    node_selector: dict[str, str] = Field(default_factory=dict, description="labels that the node must have")
    tolerations: tuple[Toleration, ...] = ()


class Resources(Value):
    """The limits of one replica."""

    cpu: Cpu = Field(default=None, description="CPU cores; none: all of the machine")
    memory: Memory = Field(default=None, description="bytes; none: all of the machine")
    gpu: Gpu = 0
    scheduling: Scheduling | None = None


class Quota(Value):
    """A group's ceilings; none: unlimited."""

    cpu: Cpu = Field(default=None, description="CPU cores")
    memory: Memory = Field(default=None, description="bytes")
    gpu: GpuQuota | None = None
    deployments: DeploymentsQuota | None = Field(default=None, description="number of running deployments")


class Usage(Value):
    """What is in use of a quota."""

    cpu: float = Field(default=0.0, ge=0, description="CPU cores")
    memory: int = Field(default=0, ge=0, description="bytes")
    gpu: int = Field(default=0, ge=0)
    deployments: int = Field(default=0, ge=0, description="running or starting")


class Measurement(Value):
    """What a deployment's replicas really use, measured now."""

    id: str = Field(description="of the deployment")
    cpu: float = Field(ge=0, description="CPU cores, over the last seconds")
    memory: int = Field(ge=0, description="bytes: proportional set size where known, else resident")


class MeasurementList(Value):
    """Measurements of the caller's running deployments."""

    items: list[Measurement]
