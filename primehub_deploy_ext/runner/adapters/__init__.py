"""How models are called: one module per kind of model, found by its name.

A new kind is one more file here that defines ``ADAPTER``; the name of the file is the name of the adapter.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Protocol


class Adapter(Protocol):
    """How to call one kind of model, and how to recognise it."""

    priority: int
    """Who is asked first whether a model is theirs: the highest."""

    library: str | None
    """Import name of the library whose models these are."""

    def warm_up(self) -> None:
        """Import and run once, in the launcher, what every replica would else do for the first time."""

    def recognises(self, model: Any) -> bool:
        """Tell whether a live object is of this kind, without importing its library."""

    def methods(self, model: Any) -> tuple[str, ...]:
        """Return the methods that callers may ask for; the first is the default."""

    def call(self, model: Any, method: str, data: Any) -> Any:
        """Call a method of the model."""

    def class_names(self, model: Any) -> list[str] | None:
        """Return the names of the columns of ``predict_proba``, where the model knows them."""


def names() -> list[str]:
    """Return the names of all adapters."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def by_name(name: str) -> Adapter:
    """Return an adapter.

    Raises
    ------
    LookupError
        With the names of those that exist.
    """
    if name not in names():
        raise LookupError(f"there is no adapter '{name}'; there are: {', '.join(names())}")
    adapter: Adapter = importlib.import_module(f"{__name__}.{name}").ADAPTER
    return adapter


def recognise(model: Any) -> str | None:
    """Return the name of the adapter for a live object; None if nothing can call it."""
    found = [(name, by_name(name)) for name in names()]
    found.sort(key=lambda pair: -pair[1].priority)
    return next((name for name, adapter in found if adapter.recognises(model)), None)
