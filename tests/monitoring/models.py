"""The models that are measured; of a file of its own, since replicas import it."""

from __future__ import annotations

from typing import Any


def sleeper(values: Any) -> Any:
    """Take as many seconds as it is told; a negative number is an error."""
    import time

    if values[0] < 0:
        raise ValueError("negative")
    time.sleep(values[0])
    return values


def another(values: Any) -> Any:
    return values
