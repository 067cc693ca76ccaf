"""What a replica is given, what a group may use, and what it uses."""

from __future__ import annotations

from typing import Annotated

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


class Resources(Value):
    """The limits of one replica."""

    cpu: Cpu = Field(default=None, description="CPU cores; none: all of the machine")
    memory: Memory = Field(default=None, description="bytes; none: all of the machine")
    gpu: Gpu = 0


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
