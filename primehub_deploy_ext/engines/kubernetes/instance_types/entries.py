"""Instance types as a cluster keeps them: entries of a ConfigMap, objects of PrimeHub, or built in. Pure.

Beside the limits they say where a replica may run and what is set aside for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.domain.resources import Scheduling
from primehub_deploy_ext.engines.kubernetes.quota.asks import written_memory

Json = Mapping[str, Any]

NVIDIA = "nvidia.com/gpu"
_GIB = 1024**3
_SCHEDULING = {"requests", "gpu_resource", "node_selector", "tolerations"}
_LAST = 1000


class InstanceTypeProblem(ValueError):
    """What is written is no instance type; the message names it and says why."""


def _built_in(name: str, cpu: float, memory: int, cpu_request: float) -> InstanceType:
    return InstanceType(
        name=name,
        display_name=name.title(),
        cpu=cpu,
        memory=memory * _GIB,
        scheduling=Scheduling(cpu_request=cpu_request, memory_request=memory * _GIB // 2),
    )


BUILT_IN = (_built_in("small", 1, 2, 0.25), _built_in("medium", 2, 8, 1), _built_in("large", 4, 16, 2))


def of_config_map(config_map: Json) -> list[InstanceType]:
    """Return the instance types of a ConfigMap: one key each, in the order of their keys.

    A value is YAML with the fields of a groups file (``display_name``, ``description``, ``cpu``, ``memory``, ``gpu``,
    ``groups``), ``order`` (the smallest is the default) and what only a cluster makes of it (``requests`` with ``cpu``
    and ``memory``, ``gpu_resource``, ``node_selector``, ``tolerations``).

    Raises
    ------
    InstanceTypeProblem
        At the first that can't be understood.
    """
    found = [(_order(name, text), read(name, text)) for name, text in (config_map.get("data") or {}).items()]
    return [kind for _, kind in sorted(found, key=lambda entry: (entry[0], entry[1].name))]


def read(name: str, text: str) -> InstanceType:
    """Read one entry of a ConfigMap."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InstanceTypeProblem(f"the instance type {name!r} is no YAML: {error}") from None
    if not isinstance(value, dict):
        raise InstanceTypeProblem(f"the instance type {name!r} must be a mapping (lines such as 'cpu: 1')")
    fields = {key: field for key, field in value.items() if key not in _SCHEDULING | {"order"}}
    fields["memory"] = _as_written(fields.get("memory"))
    return _made(fields | {"name": name}, {key: value[key] for key in _SCHEDULING if value.get(key)})


def written(kind: InstanceType, order: int) -> str:
    """Return what is stored of an instance type under its name."""
    fields = kind.model_dump(mode="json", exclude={"name", "scheduling"}, exclude_defaults=True)
    if "memory" in fields:
        fields["memory"] = written_memory(fields["memory"])
    body = fields | _written_scheduling(kind.scheduling) | {"version": kind.version, "order": order}
    text: str = yaml.safe_dump(body, sort_keys=False, allow_unicode=True)
    return text


def orders(config_map: Json) -> dict[str, int]:
    """Return the place of each entry."""
    return {name: _order(name, text) for name, text in (config_map.get("data") or {}).items()}


def of_custom_resource(found: Json) -> InstanceType:
    """Return the instance type that PrimeHub keeps as an object of its own kind.

    A GPU may be under ``gpu`` or the older ``nvidia.com/gpu``; a toleration's effect ``None`` means all effects.
    """
    spec, name = found.get("spec") or {}, found["metadata"]["name"]
    limits = spec.get("limits") or {}
    fields = {
        "name": name,
        "display_name": spec.get("displayName") or "",
        "description": spec.get("description") or "",
        "cpu": limits.get("cpu") or None,
        "memory": limits.get("memory") or None,
        "gpu": limits.get("gpu", limits.get(NVIDIA, 0)) or 0,
    }
    scheduling = {
        "requests": spec.get("requests"),
        "gpu_resource": spec.get("gpuResourceName"),
        "node_selector": spec.get("nodeSelector"),
        "tolerations": [
            {key: value for key, value in toleration.items() if (key, value) != ("effect", "None")}
            for toleration in spec.get("tolerations") or ()
        ],
    }
    return _made(fields, {key: value for key, value in scheduling.items() if value})


def _made(fields: dict[str, Any], scheduling: dict[str, Any]) -> InstanceType:
    name = fields["name"]
    try:
        if scheduling:
            fields["scheduling"] = _scheduling(scheduling)
        return InstanceType.model_validate(fields)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise InstanceTypeProblem(f"the instance type {name!r}, {where}: {problem['msg']}") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise InstanceTypeProblem(f"the instance type {name!r}: {error}") from None


def _scheduling(said: dict[str, Any]) -> Scheduling:
    requests = said.get("requests") or {}
    if not isinstance(requests, dict) or not set(requests) <= {"cpu", "memory"}:
        raise ValueError("requests must be a mapping of cpu and memory")
    fields: dict[str, Any] = {
        "cpu_request": requests.get("cpu"),
        "memory_request": _as_written(requests.get("memory")),
        "gpu_resource": said.get("gpu_resource"),
        "node_selector": {str(key): str(value) for key, value in (said.get("node_selector") or {}).items()},
        "tolerations": [_toleration(toleration) for toleration in said.get("tolerations") or ()],
    }
    return Scheduling.model_validate({key: value for key, value in fields.items() if value})


def _toleration(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise TypeError("each of the tolerations must be a mapping")
    # Written as in a pod.
    renamed = {("toleration_seconds" if key == "tolerationSeconds" else key): value for key, value in said.items()}
    return {key: value for key, value in renamed.items() if value is not None}


def _written_scheduling(scheduling: Scheduling | None) -> dict[str, Any]:
    if scheduling is None:
        return {}
    said = scheduling.model_dump(mode="json", exclude_defaults=True)
    requests: dict[str, Any] = {}
    if "cpu_request" in said:
        requests["cpu"] = said.pop("cpu_request")
    if "memory_request" in said:
        requests["memory"] = written_memory(said.pop("memory_request"))
    return ({"requests": requests} if requests else {}) | said


def _order(name: str, text: str) -> int:
    try:
        return int((yaml.safe_load(text) or {}).get("order", _LAST))
    except (yaml.YAMLError, AttributeError, TypeError, ValueError):
        raise InstanceTypeProblem(f"the instance type {name!r}: order must be a whole number") from None


def _as_written(memory: object) -> object:
    """Memory without a unit is a number to YAML; it is read as the text that somebody wrote."""
    return str(memory) if type(memory) is int else memory
