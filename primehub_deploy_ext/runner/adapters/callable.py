"""Functions and any object that has ``predict`` or can be called."""

from __future__ import annotations

from typing import Any

_METHODS = ("predict", "__call__", "predict_proba", "transform")


class CallableAdapter:
    """Prefers ``predict`` over a call, so that an object with both behaves as models do."""

    priority = 0
    library = None

    def warm_up(self) -> None:
        """Nothing is shared by all callables."""

    def recognises(self, model: Any) -> bool:
        """Tell whether a live object is of this kind."""
        return bool(self.methods(model)) and not isinstance(model, type)

    def methods(self, model: Any) -> tuple[str, ...]:
        """Return those of the known methods that the model has."""
        return tuple(method for method in _METHODS if callable(getattr(model, method, None)))

    def call(self, model: Any, method: str, data: Any) -> Any:
        """Call the method, or the object itself."""
        return model(data) if method == "__call__" else getattr(model, method)(data)

    def class_names(self, model: Any) -> list[str] | None:
        """Return the model's ``class_names``, if it has such a list."""
        names = getattr(model, "class_names", None)
        return [str(name) for name in names] if isinstance(names, (list, tuple)) else None


ADAPTER = CallableAdapter()
