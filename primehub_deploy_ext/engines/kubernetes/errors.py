"""What the API server refused, in the words of the domain."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

from primehub_deploy_ext.domain.errors import (
    AlreadyExists,
    Conflict,
    DeployError,
    EngineUnavailable,
    Forbidden,
    InvalidInput,
    NotFound,
    QuotaExceeded,
    TooManyRequests,
)
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError

T = TypeVar("T")

# Asked again it would be refused again.
_INVALID = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_QUOTA = re.compile(
    r"exceeded quota: (?P<quota>[^,]+), requested: (?P<asked>.+), used: (?P<used>.+), limited: (?P<limit>.+)"
)
_NO_LIMIT = re.compile(r"failed quota: (?P<quota>[^:]+): must specify (?P<what>.+)")


def told(error: ApiError, doing: str) -> DeployError:
    """Return the domain's error for one of the API server.

    Parameters
    ----------
    doing
        What was to be done, as in "to ``doing``": ``create the deployment iris in research``.
    """
    details: dict[str, Any] = {"kubernetes": {"status": error.status, "reason": error.reason, "message": error.message}}
    said = error.message.rstrip(".")
    if error.status == HTTPStatus.FORBIDDEN:
        return _forbidden(error, doing, details)
    if error.status == HTTPStatus.UNAUTHORIZED:
        return EngineUnavailable(
            f"the cluster does not accept this server's credentials: they may have expired ({said})", details=details
        )
    if error.status == HTTPStatus.NOT_FOUND:
        return NotFound(f"the cluster refused to {doing}: {said}", details=details)
    if error.reason == "AlreadyExists":
        return AlreadyExists(f"the cluster refused to {doing}: {said}", details=details)
    if error.status == HTTPStatus.CONFLICT:
        return Conflict(
            f"somebody else changed it meanwhile, so the cluster refused to {doing} (nothing was changed): {said}",
            details=details,
        )
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TooManyRequests(f"the cluster is too busy to {doing}: try again in a moment ({said})", details=details)
    if error.status in _INVALID:
        return InvalidInput(f"the cluster refused to {doing}: {said}", details=details)
    return EngineUnavailable(f"the cluster can't {doing} now: {said}", details=details)


def refusals_in_our_words(engine: type[T]) -> type[T]:
    """Have an engine say in the domain's words what the cluster refuses it, wherever that was not said better before.

    A class decorator: of what callers may ask for no part is left out.
    """
    for name, question in inspect.getmembers(engine, inspect.iscoroutinefunction):
        if not name.startswith("_"):
            setattr(engine, name, _refused_in_our_words(question))
    return engine


def _refused_in_our_words(question: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(question)
    async def asked(*given: Any, **named: Any) -> Any:
        try:
            return await question(*given, **named)
        except ApiError as error:
            raise told(error, "do that") from error

    return asked


def _forbidden(error: ApiError, doing: str, details: dict[str, Any]) -> DeployError:
    """Tell apart what RBAC, a ResourceQuota and an admission controller refuse: all three say 403."""
    if over := _QUOTA.search(error.message):
        facts = over.groupdict()
        return QuotaExceeded(
            f"the ResourceQuota {facts['quota']!r} of the namespace leaves no room to {doing}: asked {facts['asked']},"
            f" used {facts['used']}, limit {facts['limit']}. Stop or scale something in the namespace, or ask an"
            " administrator for more",
            details={**details, "resource_quota": facts},
        )
    if unlimited := _NO_LIMIT.search(error.message):
        return InvalidInput(
            f"the ResourceQuota {unlimited['quota']!r} of the namespace wants limits of every container to {doing}:"
            f" {unlimited['what']}. Choose an instance type that has them, or add a LimitRange with defaults",
            details=details,
        )
    if by_rbac(error.message):
        return Forbidden(f"the cluster does not allow this server to {doing}: {error.message}", details=details)
    return Forbidden(f"an admission rule of the cluster refused to {doing}: {error.message}", details=details)


def by_rbac(message: str) -> bool:
    """Tell whether a 403 is the authorizer's, and not that of a quota or an admission rule."""
    return re.search(r'User "[^"]*" cannot \w+ resource', message) is not None
