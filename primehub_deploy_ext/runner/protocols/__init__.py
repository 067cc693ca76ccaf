"""What callers may say: each protocol is a module that gives routes for a served model.

A new protocol is one more file and its line in ``_PROTOCOLS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from primehub_deploy_ext.runner.exchange import Request, Response, answer
from primehub_deploy_ext.runner.model import ServedModel


@dataclass(frozen=True)
class Route:
    """How one path is answered; ``runs_model`` ones run in the model's thread, and are counted under ``service``."""

    method: str
    answer: Callable[[Request], Response]
    runs_model: bool = False
    service: str = ""


Routes = dict[str, Route]


def routes(served: ServedModel, is_ready: Callable[[], bool]) -> Routes:
    """Return the routes of all protocols."""
    from primehub_deploy_ext.runner.protocols import feedback, oip, seldon

    found = {**oip.routes(served, is_ready), **seldon.routes(served), **feedback.routes(served)}
    # The address that people are shown and open in a browser.
    index = answer(
        {"name": served.name, "version": served.version, "routes": {path: found[path].method for path in sorted(found)}}
    )
    return {"/": Route("GET", lambda _: index), **found}
