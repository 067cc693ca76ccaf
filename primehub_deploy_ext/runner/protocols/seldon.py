"""Seldon's protocol v1: ``data.ndarray``, ``data.tensor``, ``strData`` and ``jsonData``; answers in the kind asked.

``meta.puid`` is echoed; ``meta.tags.method`` asks for another method than the default (``predict_proba``).
"""

from __future__ import annotations

import math
import sys
from typing import Any

from tornado.httputil import HTTPFile, HTTPInputError, parse_body_arguments

from primehub_deploy_ext.runner import frames, tensors
from primehub_deploy_ext.runner.exchange import Request, RequestError, Response, answer, loads, plain
from primehub_deploy_ext.runner.model import ServedModel
from primehub_deploy_ext.runner.protocols import Route, Routes

PATHS = ("/api/v1.0/predictions", "/api/v0.1/predictions", "/predict")
_KINDS = ("data", "strData", "jsonData")


def routes(served: ServedModel) -> Routes:
    """Return the protocol's routes for a model."""

    def predictions(request: Request) -> Response:
        return answer(predict(served, read_body(request)))

    return {path: Route("POST", predictions, runs_model=True, service="/predict") for path in PATHS}


def predict(served: ServedModel, body: Any) -> dict[str, Any]:
    """Answer a prediction request.

    Raises
    ------
    RequestError
        When the request doesn't fit the protocol or the model; what the model raises is passed on.
    """
    if not isinstance(body, dict):
        raise RequestError("the body must be a JSON object with 'data', 'strData' or 'jsonData'")
    given = [kind for kind in _KINDS if kind in body]
    if len(given) != 1:
        raise RequestError(f"the body must have one of {', '.join(_KINDS)}; it has {' and '.join(given) or 'none'}")
    meta = _object(body, "meta", "")
    method = served.method(_object(meta, "tags", "meta.").get("method"), "meta.tags.method")
    reply: dict[str, Any] = {"meta": {"puid": meta["puid"]} if "puid" in meta else {}}

    if given[0] == "data":
        data = _object(body, "data", "")
        result = served.call(method, _decode(data, served))
        reply["data"] = _encode(result, "tensor" in data, served.class_names(method))
        return reply
    if given[0] == "strData":
        _refuse_for_arrays(served)
        if not isinstance(body["strData"], str):
            raise RequestError("strData: must be a string")
    result = plain(served.call(method, body[given[0]]))
    reply[given[0]] = str(result) if given[0] == "strData" else result
    return reply


def read_body(request: Request) -> Any:
    """Return the request's JSON, which may come in the form field ``json``."""
    kind = request.content_type.partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return loads(request.body)
    # curl -d sends JSON under this type unless told otherwise.
    if request.body.lstrip()[:1] == b"{":
        return loads(request.body)
    fields: dict[str, list[bytes]] = {}
    files: dict[str, list[HTTPFile]] = {}
    try:
        parse_body_arguments(request.content_type, request.body, fields, files)
    except (HTTPInputError, ValueError) as cause:
        raise RequestError(f"the form can't be read: {cause}") from cause
    if "json" not in fields:
        raise RequestError("the form has no field 'json'")
    return loads(fields["json"][-1], "form field 'json'")


def message_data(served: ServedModel, body: dict[str, Any], key: str, *, as_input: bool) -> tuple[Any, list[str]]:
    """Return the data of a message inside a body and the names of its columns; None and [] where there is none.

    Parameters
    ----------
    as_input
        It is what the model takes, and becomes an array or a data frame of the kind that it takes.
    """
    message = _object(body, key, "")
    given = next((kind for kind in _KINDS if kind in message), None)
    if given is None:
        return None, []
    if given != "data":
        return message[given], []
    data = _object(message, "data", f"{key}.")
    names = data.get("names") or []
    if as_input:
        return _decode(data, served), names
    if "tensor" in data:
        return _tensor(_object(data, "tensor", f"{key}.data.")), names
    return _ndarray(data.get("ndarray")), names


def _object(body: dict[str, Any], key: str, path: str) -> dict[str, Any]:
    value = body.get(key)
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise RequestError(f"{path}{key}: must be an object")
    return value


def _refuse_for_arrays(served: ServedModel) -> None:
    if served.signature is not None and served.signature.content_type in ("np", "pd"):
        raise RequestError("strData: the model takes an array; send data.ndarray or data.tensor")


def _decode(data: dict[str, Any], served: ServedModel) -> Any:
    names = data.get("names") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RequestError("data.names: must be a list of strings")
    given = [kind for kind in ("ndarray", "tensor") if kind in data]
    if len(given) != 1:
        raise RequestError("data: must have either 'ndarray' or 'tensor'")
    signature = served.signature
    as_frame = signature is not None and signature.content_type == "pd"
    if given[0] == "tensor":
        values, field = _tensor(_object(data, "tensor", "data.")), "data.tensor.values"
        if as_frame:
            return frames.from_rows(values.tolist(), names, signature, field)
    else:
        field = "data.ndarray"
        if as_frame:
            return frames.from_rows(data["ndarray"], names, signature, field)
        values = _ndarray(data["ndarray"])
    if signature is not None and signature.content_type == "np":
        spec = signature.inputs[0]
        if not spec.takes(values.shape):
            raise RequestError(f"{field}: the model takes shape {list(spec.shape)}, got {list(values.shape)}")
        return tensors.fit(values, spec, field)
    return values


def _tensor(tensor: dict[str, Any]) -> Any:
    shape, values = tensor.get("shape"), tensor.get("values")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise RequestError("data.tensor.shape: must be a list of whole numbers >= 0")
    if not isinstance(values, list):
        raise RequestError("data.tensor.values: must be a list of numbers")
    found = tensors.array(values, "FP64", "data.tensor.values")
    if found.size != math.prod(shape):
        raise RequestError(f"data.tensor.values: shape {shape} takes {math.prod(shape)} values, got {found.size}")
    return found.reshape(shape)


def _ndarray(rows: Any) -> Any:
    import numpy as np

    if not isinstance(rows, list):
        raise RequestError("data.ndarray: must be a list")
    try:
        found = np.asarray(rows)
    except ValueError as cause:
        raise RequestError("data.ndarray: the lists are of unequal length") from cause
    if found.dtype.kind == "U":
        # numpy made everything text; the values keep their own types.
        return np.array(rows, dtype=object)
    return found


def _encode(result: Any, as_tensor: bool, class_names: list[str] | None) -> dict[str, Any]:
    import numpy as np

    pandas = sys.modules.get("pandas")
    names: list[str] | None = None
    if pandas is not None and isinstance(result, pandas.DataFrame):
        names, values = [str(column) for column in result.columns], result.to_numpy()
    elif hasattr(result, "toarray"):
        values = result.toarray()
    elif isinstance(result, (dict, str)):
        values = np.array([result], dtype=object)
    else:
        values = np.atleast_1d(np.asarray(result))
    if names is None:
        columns = values.shape[1] if values.ndim > 1 else 0
        known = class_names is not None and len(class_names) == columns
        names = class_names if known else [f"t:{n}" for n in range(columns)]
    if as_tensor and values.dtype.kind in "biuf":
        return {"names": names, "tensor": {"shape": list(values.shape), "values": values.ravel().tolist()}}
    return {"names": names, "ndarray": plain(values)}
