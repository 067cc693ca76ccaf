"""The headers of the request that is being answered, for models that want to know who asks."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})
_CURRENT: ContextVar[Mapping[str, str]] = ContextVar("request_headers", default=_NONE)


def no_headers() -> Mapping[str, str]:
    """Return the headers of no request."""
    return _NONE


def request_headers() -> Mapping[str, str]:
    """Return the HTTP headers of the request that the model is answering; names in any case.

    ``request_headers().get("X-Forwarded-User")`` is the name of the client of a private endpoint; the gateway lets no
    caller set it. Empty outside of a request (while the model is loaded, in a notebook).
    """
    return _CURRENT.get()


def set_request_headers(headers: Mapping[str, str]) -> None:
    """Say which request the calling thread answers from now on."""
    _CURRENT.set(headers)
