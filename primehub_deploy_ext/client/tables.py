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
_EVENTS = {name: name for name in ("time", "kind", "reason", "message", "revision", "replica")}
_TIMES = {"created_at", "updated_at", "started_at", "step_since", "time"}
_MAYBE_INTEGERS = {"serving_revision", "pid", "memory", "revision"}


def deployments_table(items: Iterable[Json]) -> Any:
    """Return one row per deployment."""
    return _table(items, _DEPLOYMENTS)


def revisions_table(items: Iterable[Json]) -> Any:
    """Return one row per revision."""
    table = _table(items, _REVISIONS)
    table["changes"] = [", ".join(changes or ()) for changes in table["changes"]]
    return table.set_index("revision")


def replicas_table(items: Iterable[Json]) -> Any:
    """Return one row per replica."""
    return _table(items, _REPLICAS)


def events_table(items: Iterable[Json]) -> Any:
    """Return one row per event."""
    return _table(items, _EVENTS)


def instance_types_table(items: Iterable[Json]) -> Any:
    """Return one row per instance type."""
    names = ("name", "display_name", "description", "cpu", "memory", "gpu")
    return _table(items, {name: name for name in names})


def _table(items: Iterable[Json], columns: dict[str, str]) -> Any:
    import pandas as pd

    rows = [{column: _dig(item, path) for column, path in columns.items()} for item in items]
    table = pd.DataFrame(rows, columns=list(columns))
    for column in _TIMES & set(columns):
        table[column] = pd.to_datetime(table[column], utc=True, format="ISO8601")
    for column in _MAYBE_INTEGERS & set(columns):
        table[column] = table[column].astype("Int64")
    return table


def _dig(item: Any, path: str) -> Any:
    for part in path.split("."):
        item = None if item is None else item.get(part)
    return item
