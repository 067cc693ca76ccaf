"""Instance types of a cluster: from a ConfigMap, from PrimeHub's ``InstanceType`` objects, else built in.

Beside what the domain knows (limits), they say where a replica may run and what it asks for at least.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import ValidationError

from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.engines.kubernetes.asks import quantity

Json = Mapping[str, Any]

NVIDIA = "nvidia.com/gpu"
_GIB = 1024**3
_HINTS = {"requests", "gpu_resource", "node_selector", "tolerations"}


class InstanceTypeProblem(ValueError):
    """What is written is no instance type; the message names it and says why."""


@dataclass(frozen=True)
class KubeInstanceType:
    """An instance type, and what only a cluster makes of it.

    Parameters
    ----------
    kind
        Limits, as everybody sees them.
    requests
        What the scheduler sets aside for a replica (``cpu``, ``memory``); where it is missing: the limits.
    gpu_resource
        What the cluster calls the GPUs.
    node_selector, tolerations
        On which nodes a replica may run, as in a pod's ``spec``.
    """

    kind: InstanceType
    requests: Mapping[str, str] = field(default_factory=dict)
    gpu_resource: str = NVIDIA
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Json, ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        return self.kind.name

    def hints(self) -> dict[str, Any]:
        """Return what is written beside the limits; without what says nothing."""
        told: dict[str, Any] = {
            "requests": dict(self.requests),
            "gpu_resource": "" if self.gpu_resource == NVIDIA else self.gpu_resource,
            "node_selector": dict(self.node_selector),
            "tolerations": [dict(toleration) for toleration in self.tolerations],
        }
        return {key: value for key, value in told.items() if value}


BUILT_IN = (
    KubeInstanceType(
        InstanceType(name="small", display_name="Small", description="1 CPU, 2 GiB", cpu=1, memory=2 * _GIB),
        requests={"cpu": "250m", "memory": "512Mi"},
    ),
    KubeInstanceType(
        InstanceType(name="medium", display_name="Medium", description="2 CPUs, 8 GiB", cpu=2, memory=8 * _GIB),
        requests={"cpu": "1", "memory": "4Gi"},
    ),
    KubeInstanceType(
        InstanceType(name="large", display_name="Large", description="4 CPUs, 16 GiB", cpu=4, memory=16 * _GIB),
        requests={"cpu": "2", "memory": "8Gi"},
    ),
)


def of_config_map(config_map: Json) -> list[KubeInstanceType]:
    """Return the instance types of a ConfigMap: one key each, in the order of their keys.

    A value is YAML with the fields of a groups file (``display_name``, ``description``, ``cpu``, ``memory``, ``gpu``,
    ``groups``), ``order`` (the smallest is the default) and the cluster's own (``requests``, ``gpu_resource``,
    ``node_selector``, ``tolerations``).

    Raises
    ------
    InstanceTypeProblem
        At the first that can't be understood.
    """
    found = [(_order(name, text), read(name, text)) for name, text in (config_map.get("data") or {}).items()]
    return [kind for _, kind in sorted(found, key=lambda entry: (entry[0], entry[1].name))]


def read(name: str, text: str) -> KubeInstanceType:
    """Read one entry of a ConfigMap."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InstanceTypeProblem(f"the instance type {name!r} is no YAML: {error}") from None
    if not isinstance(value, dict):
        raise InstanceTypeProblem(f"the instance type {name!r} must be a mapping (lines such as 'cpu: 1')")
    fields = {key: field for key, field in value.items() if key not in _HINTS | {"order"}}
    hints = {key: field for key, field in value.items() if key in _HINTS and field}
    if type(fields.get("memory")) is int:  # as somebody wrote it
        fields["memory"] = str(fields["memory"])
    return _made(fields | {"name": name}, hints)


def written(kind: KubeInstanceType, order: int) -> str:
    """Return what is stored of an instance type under its name."""
    fields = kind.kind.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    if "memory" in fields:
        fields["memory"] = _memory(fields["memory"])
    body = fields | kind.hints() | {"version": kind.kind.version, "order": order}
    text: str = yaml.safe_dump(body, sort_keys=False, allow_unicode=True)
    return text


def orders(config_map: Json) -> dict[str, int]:
    """Return the place of each entry."""
    return {name: _order(name, text) for name, text in (config_map.get("data") or {}).items()}


def of_custom_resource(found: Json) -> KubeInstanceType:
    """Return the instance type that PrimeHub keeps as an object of its own kind.

    ``limits.memory`` is written as ``4G`` there and means it; a GPU may be under ``gpu`` or the older
    ``nvidia.com/gpu``; a toleration's effect ``None`` means all effects.
    """
    spec, name = found.get("spec") or {}, found["metadata"]["name"]
    limits = spec.get("limits") or {}
    requests = spec.get("requests") or {}
    gpu = limits.get("gpu", limits.get(NVIDIA, 0)) or 0
    fields = {
        "name": name,
        "display_name": spec.get("displayName") or "",
        "description": spec.get("description") or "",
        "cpu": limits.get("cpu") or None,
        "memory": limits.get("memory") or None,
        "gpu": int(gpu),
    }
    hints = {
        "requests": {key: str(requests[key]) for key in ("cpu", "memory") if requests.get(key)},
        "gpu_resource": spec.get("gpuResourceName") or NVIDIA,
        "node_selector": spec.get("nodeSelector") or {},
        "tolerations": [_toleration(toleration) for toleration in spec.get("tolerations") or ()],
    }
    return _made(fields, {key: value for key, value in hints.items() if value})


def _made(fields: dict[str, Any], hints: dict[str, Any]) -> KubeInstanceType:
    name = fields["name"]
    try:
        kind = InstanceType.model_validate(fields)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise InstanceTypeProblem(f"the instance type {name!r}, {where}: {problem['msg']}") from None
    try:
        requests = {key: str(amount) for key, amount in _mapping(hints.get("requests")).items()}
        for amount in requests.values():
            quantity(amount)
        selector = {key: str(value) for key, value in _mapping(hints.get("node_selector")).items()}
        tolerations = tuple(dict(_mapping(toleration)) for toleration in hints.get("tolerations") or ())
    except (TypeError, ValueError) as error:
        raise InstanceTypeProblem(f"the instance type {name!r}: {error}") from None
    return KubeInstanceType(kind, requests, str(hints.get("gpu_resource") or NVIDIA), selector, tolerations)


def _mapping(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError("requests, node_selector and each of the tolerations must be mappings")
    return {str(key): entry for key, entry in value.items()}


def _toleration(toleration: Json) -> dict[str, Any]:
    return {key: value for key, value in toleration.items() if value and (key, value) != ("effect", "None")}


def _order(name: str, text: str) -> int:
    try:
        order = (yaml.safe_load(text) or {}).get("order", 1000)
        return int(order)
    except (yaml.YAMLError, AttributeError, TypeError, ValueError):
        raise InstanceTypeProblem(f"the instance type {name!r}: order must be a whole number") from None


def _memory(size: int) -> str | int:
    for unit, bytes_ in (("Gi", _GIB), ("Mi", 1024**2)):
        if size % bytes_ == 0:
            return f"{size // bytes_}{unit}"
    return size
