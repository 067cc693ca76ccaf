"""What the server lists, as tidy data frames: one row per thing, plain columns, times as times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

_DEPLOYMENTS = {
    "id": "id",
    "name": "name",
    "phase": "status.phase",
    "reason": "status.reason",
    "ready": "status.replicas.ready",
    "replicas": "status.replicas.desired",
    "revision": "revision",
    "serving_revision": "serving_revision",
    "group": "group",
    "model": "spec.model.class_name",
    "instance_type": "spec.instance_type",
    "access": "spec.access",
    "updated_at": "updated_at",
    "updated_by": "updated_by",
    "endpoint": "endpoint",
    "message": "status.message",
}
_REVISIONS = {
    "revision": "number",
    "action": "action",
    "outcome": "outcome",
    "user": "user",
    "update_message": "update_message",
    "changes": "changes",
    "replicas": "spec.replicas",
    "model": "spec.model.class_name",
    "created_at": "created_at",
    "duration": "duration",
    "reason": "reason",
    "message": "message",
}
_REPLICAS = {
    name: name
    for name in (
        *("name", "revision", "step", "serving", "restarts", "attempt", "pid", "memory", "started_at"),
        *("step_since", "message", "last_exit"),
    )
}
_CLIENTS = {name: name for name in ("name", "created_at", "created_by", "expires_at", "last_used_at")}
_GROUPS = {
    "name": "name",
    "display_name": "display_name",
    "enabled": "enabled",
    "role": "role",
    **{
        f"{resource}_{column}": f"{part}.{resource}"
        for resource in ("cpu", "memory", "gpu", "deployments")
        for column, part in (("used", "usage"), ("quota", "quota"))
    },
}
_EVENTS = {name: name for name in ("time", "kind", "reason", "message", "revision", "replica")}
_TIMES = {"created_at", "updated_at", "started_at", "step_since", "time", "expires_at", "last_used_at"}
_MAYBE_INTEGERS = {
    "version",
    *("serving_revision", "pid", "memory", "revision"),
    *("memory_used", "memory_quota", "gpu_used", "gpu_quota", "deployments_used", "deployments_quota"),
}
_MAYBE_NUMBERS = {"cpu_quota"}


_MODELS = ("name", "version", "model", "size", "group", "deployments", "created_at", "created_by")


def deployments_table(items: Iterable[Json]) -> Any:
    """Return one row per deployment."""
    return _named(_table(found := list(items), _DEPLOYMENTS), found)


def revisions_table(items: Iterable[Json]) -> Any:
    """Return one row per revision."""
    table = _named(_table(found := list(items), _REVISIONS), found)
    table["changes"] = [", ".join(changes or ()) for changes in table["changes"]]
    return table.set_index("revision")


def replicas_table(items: Iterable[Json]) -> Any:
    """Return one row per replica."""
    return _table(items, _REPLICAS)


def events_table(items: Iterable[Json]) -> Any:
    """Return one row per event."""
    return _table(items, _EVENTS)


def clients_table(items: Iterable[Json]) -> Any:
    """Return one row per client of a private endpoint."""
    return _table(items, _CLIENTS)


def groups_table(items: Iterable[Json]) -> Any:
    """Return one row per group, with what it uses and may use: CPU cores, bytes, GPUs, running deployments."""
    return _table(items, _GROUPS)


def instance_types_table(items: Iterable[Json]) -> Any:
    """Return one row per instance type."""
    names = ("name", "display_name", "description", "cpu", "memory", "gpu")
    return _table(items, {name: name for name in names})


def models_table(items: Iterable[Json]) -> Any:
    """Return one row per stored model: by what it is known best, and how often it is deployed."""
    return _table(map(_known_best, items), {name: name for name in _MODELS})


def _known_best(stored: Json) -> Json:
    best: Json = (stored["saved"] or stored["uses"] or [{}])[0]
    model = stored["model"]
    return {
        **{name: best.get(name) for name in ("name", "version", "group", "created_by")},
        "created_at": best.get("created_at"),
        "model": model["class_name"],
        "size": model["size"],
        "deployments": len(stored["uses"]),
    }


def _table(items: Iterable[Json], columns: dict[str, str]) -> Any:
    import pandas as pd

    rows = [{column: _dig(item, path) for column, path in columns.items()} for item in items]
    table = pd.DataFrame(rows, columns=list(columns))
    for column in _TIMES & set(columns):
        table[column] = pd.to_datetime(table[column], utc=True, format="ISO8601")
    for column in _MAYBE_INTEGERS & set(columns):
        table[column] = table[column].astype("Int64")
    for column in _MAYBE_NUMBERS & set(columns):
        table[column] = table[column].astype("Float64")
    return table


def _named(table: Any, items: list[Json]) -> Any:
    """What serves by itself has no class: its image is its name."""
    images = [_dig(item, "spec.model.image") for item in items]
    table["model"] = [model or image for model, image in zip(table["model"], images, strict=True)]
    return table


def _dig(item: Any, path: str) -> Any:
    for part in path.split("."):
        item = None if item is None else item.get(part)
    return item
