"""Who may call a verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

from jupyter_server.auth.decorator import authorized as jupyter_authorized

RESOURCE = "primehub_deploy"

Verb = TypeVar("Verb", bound=Callable[..., Any])


def authorized(action: Literal["read", "write"]) -> Callable[[Verb], Verb]:
    """Ask the server's authorizer whether the caller may ``action`` on :data:`RESOURCE`.

    Jupyter's decorator with both words spelled out (left out, it keeps the first action and resource that it
    sees, also for subclasses), and typed. ``@web.authenticated`` goes outside of it.
    """
    return cast("Callable[[Verb], Verb]", jupyter_authorized(action, RESOURCE))
