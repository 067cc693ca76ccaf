"""One request and its answer, as protocols see them, and JSON in and out."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from primehub_deploy_ext.runner.headers import no_headers

JSON_TYPE = "application/json"


@dataclass(slots=True)
class Request:
    """A request whose body has arrived."""

    method: str
    path: str
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=no_headers)


@dataclass(slots=True)
class Response:
    """An answer, ready to be sent."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    # For the books: how long it took, how large the batch was, what a feedback was worth.
    seconds: float = 0.0
    rows: int | None = None
    reward: float | None = None


class RequestError(Exception):
    """The caller's request can't be served; the message names the field and what it should be."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def answer(value: Any, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(status, dumps(value))


def error(message: str, status: int, *headers: tuple[str, str]) -> Response:
    """Return the answer to a request that failed: ``{"error": message}``."""
    return Response(status, dumps({"error": message}), headers)


def loads(body: bytes, what: str = "the body") -> Any:
    """Read JSON that a caller sent.

    ``NaN`` and ``Infinity`` are read too, because Python's own clients write them.
    """
    if not body:
        raise RequestError(f"{what} is empty; a JSON object is expected")
    try:
        return json.loads(body)
    except RecursionError as cause:
        raise RequestError(f"{what} is nested too deeply") from cause
    except ValueError as cause:
        raise RequestError(f"{what} is not JSON: {cause}") from cause


def dumps(value: Any) -> bytes:
    """Write JSON; what JSON has no number for (NaN, infinities) becomes ``null``."""
    try:
        text = _encode(value)
    except ValueError:
        text = _encode(_without_nan(plain(value)))
    return text.encode("utf-8", "backslashreplace")


def plain(value: Any) -> Any:
    """Turn what models return into JSON values: arrays to lists, data frames to records.

    Raises
    ------
    TypeError
        For a type that has no JSON form.
    """
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return plain(_foreign(value))


def _foreign(value: Any) -> Any:
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return value.to_dict("records")
    if pandas is not None and (value is pandas.NA or value is pandas.NaT):
        return None
    if numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)):
        return _array_values(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return list(value)
    if hasattr(value, "__array__"):
        return _array_values(value.__array__())
    raise TypeError(f"the model returned {type(value).__module__}.{type(value).__qualname__}, which has no JSON form")


def _array_values(values: Any) -> Any:
    if values.dtype.kind == "M":
        return values.astype(str).tolist()
    if values.dtype.kind in "biufUO":
        return values.tolist()
    raise TypeError(f"the model returned an array of {values.dtype}, which has no JSON form")


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"), default=_foreign
).encode


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return value
