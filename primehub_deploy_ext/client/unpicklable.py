"""Why a model can't be pickled: the path of the attribute that is to blame, and what to do about it."""

from __future__ import annotations

import functools
import inspect
import itertools
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

from primehub_deploy_ext.client.wording import a_kind

_MAX_DEPTH = 30
_MAX_CHILDREN = 2000
_TIME_LIMIT = 5.0

_Child = tuple[str, Any]


def find_culprit(model: Any, error: Exception, why_not: Callable[[Any], Exception | None]) -> str:
    """Return a message like ``model.steps[1][1].fn: a _thread.lock can't be pickled. …``.

    Goes down from the model, each time to the first part that can't be pickled on its own.

    Parameters
    ----------
    model
        What was to be pickled.
    error
        What pickling it raised.
    why_not
        Tries a value: returns what pickling it raises, None when it works.
    """
    path, value, seen = "model", model, {id(model)}
    deadline = time.monotonic() + _TIME_LIMIT
    for _ in range(_MAX_DEPTH):
        for step, child in itertools.islice(_children(value), _MAX_CHILDREN):
            if id(child) in seen or time.monotonic() > deadline:
                continue
            found = why_not(child)
            if found is not None:
                path, value, error = path + step, child, found
                seen.add(id(child))
                break
        else:
            break
    if value is model:
        return f"the model, {a_kind(value)}, can't be pickled: {type(error).__name__}: {error}. {_advice(value)}"
    return f"the model can't be pickled. {path}: {a_kind(value)} can't be ({error}). {_advice(value)}"


def _children(value: Any) -> Iterator[_Child]:
    """Yield the parts that pickling would go through, with how each is reached."""
    if isinstance(value, dict):
        yield from ((f"[{key!r}]", item) for key, item in value.items())
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from ((f"[{number}]", item) for number, item in enumerate(value))
    elif isinstance(value, types.FunctionType):
        yield from _parts_of_function(value)
    elif isinstance(value, types.MethodType):
        yield from (("", value.__self__), ("", value.__func__))
    elif isinstance(value, functools.partial):
        yield from ((".func", value.func), (".args", value.args), (".keywords", value.keywords))
    elif isinstance(value, type):
        yield from _parts_of_class(value)
    elif not isinstance(value, types.ModuleType):
        yield from _state(value)
        yield ".__class__", type(value)


def _parts_of_class(kind: type) -> Iterator[_Child]:
    for name, item in vars(kind).items():
        if name not in ("__dict__", "__weakref__"):
            yield f".{name}", getattr(item, "__func__", item)


def _parts_of_function(function: types.FunctionType) -> Iterator[_Child]:
    # Raises for a variable that isn't bound yet, as `del` leaves it: pickling then fails for that alone.
    try:
        variables = inspect.getclosurevars(function)
    except ValueError:
        return
    for name, item in {**variables.nonlocals, **variables.globals}.items():
        yield f" → variable {name}", item
    for name, item in (function.__kwdefaults__ or {}).items():
        yield f" → default of {name}", item
    for number, item in enumerate(function.__defaults__ or ()):
        yield f" → default {number}", item
    for name, item in vars(function).items():
        yield f".{name}", item


def _state(value: Any) -> Iterator[_Child]:
    state = getattr(value, "__dict__", None)
    own = getattr(type(value), "__getstate__", None)
    if own is not None and own is not getattr(object, "__getstate__", None):
        try:
            state = value.__getstate__()
        except Exception:  # noqa: BLE001 (the model's own code; its failure is then the error to show)
            return
    if isinstance(state, dict):
        for name, item in state.items():
            yield f".{name}", item
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            if hasattr(value, name) and name not in ("__dict__", "__weakref__"):
                yield f".{name}", getattr(value, name)


def _advice(value: Any) -> str:
    module = type(value).__module__.partition(".")[0]
    name = type(value).__name__.lower()
    if module in ("_thread", "threading") or "lock" in name:
        what = "A lock belongs to one process"
    elif module in ("_io", "io"):
        what = "An open file belongs to one process"
    elif module in ("_socket", "socket", "sqlite3", "ssl") or any(
        w in name for w in ("connection", "session", "client")
    ):
        what = "A connection belongs to one process"
    elif isinstance(value, types.GeneratorType):
        what = "A generator can't be copied: make a list of it"
    else:
        what = "It can't be copied to another process"
    return f"{what}: make it inside predict() when it is first needed, or leave it out in __getstate__()."
