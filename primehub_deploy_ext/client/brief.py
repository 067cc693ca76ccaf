"""Errors that are told in words are shown at the line of whoever made the call, not with what happened below it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import ParamSpec, TypeVar

from primehub_deploy_ext.domain.errors import DeployError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Kind = TypeVar("Kind")


def brief(call: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a function raise a ``DeployError`` without the frames below it; other errors are faults, and keep them."""

    @wraps(call)
    def called(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        __tracebackhide__ = True  # pytest's word for frames that are nobody's concern
        try:
            return call(*args, **kwargs)
        except DeployError as error:
            if isinstance(error.__cause__, OSError):
                # The network's words are enough; of a model that failed the place is wanted too.
                error.__cause__.__traceback__ = None
            raise error.with_traceback(None)  # noqa: B904 (it is the same one, with its own cause)

    return called


def with_brief_calls(kind: type[Kind]) -> type[Kind]:
    """Do the same for all public methods of a class."""
    for name, call in list(vars(kind).items()):
        if isinstance(call, FunctionType) and not name.startswith("_"):
            setattr(kind, name, brief(call))
    return kind
