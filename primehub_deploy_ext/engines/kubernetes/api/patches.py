"""The smallest change that makes one object of another, for a conditional write. Pure.

Merge patches (RFC 7386) need the right to patch alone, and leave what others wrote meanwhile in other fields as it is;
the ``resourceVersion`` makes sure that there is nothing of that kind.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def changed_since(before: Json, after: Json) -> Json:
    """Return the merge patch that makes ``after`` of ``before`` if nobody changed ``before`` in between."""
    patch = _difference(before, after)
    version = before["metadata"]["resourceVersion"]
    patch["metadata"] = {**patch.get("metadata", {}), "resourceVersion": version}
    return patch


def _difference(before: Json, after: Json) -> Json:
    patch: Json = dict.fromkeys(before.keys() - after.keys())
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            if inner := _difference(old, value):
                patch[key] = inner
        elif value != old:
            patch[key] = value
    return patch
