"""Words for values, in messages."""

from __future__ import annotations

from typing import Any

_SHOWN = 60


def a_kind(value: Any) -> str:
    """Return what a value is: ``an int``, ``a _thread.lock``, ``None``."""
    if value is None:
        return "None"
    kind = type(value)
    module = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    name = f"{module}{kind.__qualname__}"
    return f"{'an' if name[0] in 'aeioAEIO' else 'a'} {name}"


def shown(value: Any) -> str:
    """Return a text as it would be typed, shortened when it is long; of anything else what it is."""
    if not isinstance(value, str):
        return a_kind(value)
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
