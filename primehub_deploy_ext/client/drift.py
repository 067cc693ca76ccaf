"""Says before a model is sent that what it will run in has other versions of its libraries than this kernel."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from primehub_deploy_ext.client.rest import RestClient
from primehub_deploy_ext.domain.drift import Drift, told
from primehub_deploy_ext.domain.errors import DeployError

Json = dict[str, Any]

_PACKAGE = __name__.partition(".")[0]


class LibrariesDiffer(UserWarning):
    """The image that a model is to run in has other versions of its libraries; it may well run there all the same."""


def warn_of_drift(rest: RestClient, model: Json, image: str) -> None:
    """Warn of what differs, where the server knows that; models that run with this kernel's Python have nothing of it.

    Parameters
    ----------
    model
        ``domain.models.Model`` as JSON.
    image
        The one that it is to run in; empty: that of the engine.
    """
    question = {"image": image, "python_version": model["python_version"], "packages": model["packages"]}
    try:
        items = rest.drift(question)["items"]
    except DeployError:
        return  # a server from before, or a cluster that doesn't answer: what can't run is told once it is sent
    sentence = told(Drift(one["package"], one["trained"], one["here"]) for one in items)
    if sentence:
        warnings.warn(sentence, LibrariesDiffer, stacklevel=_callers_level())


def _callers_level() -> int:
    """Return the ``stacklevel`` of the code that called this package: the warning is about that line."""
    level, frame = 0, sys._getframe(1)  # noqa: SLF001 (as `warnings` itself does it)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        level, frame = level + 1, frame.f_back  # type: ignore[assignment]
    return level + 1
