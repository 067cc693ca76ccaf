"""Open Inference Protocol tensors, read into arrays with everything checked that the caller can get wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from primehub_deploy_ext.runner.exchange import RequestError
from primehub_deploy_ext.runner.signature import TensorSpec

DTYPES = {
    "BOOL": "bool",
    **{f"{sign}INT{bits}": f"{sign.lower()}int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)},
    "FP16": "float16",
    "FP32": "float32",
    "FP64": "float64",
    "BYTES": "object",
}
_MAX_DIMENSIONS = 32


@dataclass(slots=True)
class InputTensor:
    """One tensor of a request, its form checked; ``field`` is its place in the request, for messages."""

    field: str
    name: str
    datatype: str
    shape: tuple[int, ...]
    data: Any
    content_type: str | None

    @classmethod
    def parse(cls, value: Any, field: str) -> InputTensor:
        """Check one element of ``inputs``."""
        if not isinstance(value, dict):
            raise RequestError(f"{field}: is not an object")
        for key in ("name", "shape", "datatype", "data"):
            if key not in value:
                raise RequestError(f"{field}.{key}: is missing")
        name, datatype, shape, data = value["name"], value["datatype"], value["shape"], value["data"]
        if not isinstance(name, str) or not name:
            raise RequestError(f"{field}.name: must be a non-empty string")
        if not isinstance(datatype, str) or datatype not in DTYPES:
            raise RequestError(f"{field}.datatype: {datatype!r} is not one of {', '.join(DTYPES)}")
        if (
            not isinstance(shape, list)
            or len(shape) > _MAX_DIMENSIONS
            or not all(type(size) is int and size >= 0 for size in shape)
        ):
            raise RequestError(f"{field}.shape: must be a list of at most {_MAX_DIMENSIONS} whole numbers >= 0")
        if not isinstance(data, list):
            raise RequestError(f"{field}.data: must be a list")
        return cls(field, name, datatype, tuple(shape), data, content_type(value, field))

    def array(self) -> Any:
        """Return the values as an array of the shape and datatype that the request states."""
        values = array(self.data, self.datatype, f"{self.field}.data")
        if values.ndim > 1 and values.shape != self.shape:
            raise RequestError(
                f"{self.field}.data: is nested as {list(values.shape)}, {self.field}.shape says {list(self.shape)}"
            )
        if values.size != math.prod(self.shape):
            raise RequestError(
                f"{self.field}.data: shape {list(self.shape)} takes {math.prod(self.shape)} values, got {values.size}"
            )
        return values.reshape(self.shape)


def content_type(value: dict[str, Any], field: str) -> str | None:
    """Return ``parameters.content_type`` of a request or of one of its tensors."""
    wanted = parameters(value, field).get("content_type")
    if wanted is not None and not isinstance(wanted, str):
        raise RequestError(f"{_dotted(field)}parameters.content_type: must be a string")
    return wanted


def parameters(value: dict[str, Any], field: str) -> dict[str, Any]:
    """Return the ``parameters`` of a request or of one of its tensors."""
    found = value.get("parameters") or {}
    if not isinstance(found, dict):
        raise RequestError(f"{_dotted(field)}parameters: must be an object")
    return found


def _dotted(field: str) -> str:
    return f"{field}." if field else ""


def array(data: list[Any], datatype: str, field: str) -> Any:
    """Return an array of a datatype, from flat or nested lists; nothing is rounded or parsed on the way."""
    import numpy as np

    if datatype == "BYTES":
        return _text_array(data, field)
    try:
        found = np.asarray(data)
    except (ValueError, OverflowError) as cause:
        raise RequestError(f"{field}: the lists are of unequal length") from cause
    kind, dtype = found.dtype.kind, np.dtype(DTYPES[datatype])
    if found.size == 0:
        return found.astype(dtype)
    if dtype.kind in "iu" and kind in "fO":
        # numpy has no type of its own for numbers on both sides of 2**63.
        whole = np.array(data, dtype=object)
        if all(type(item) is int for item in whole.flat):
            found, kind = whole, "O"
    if kind == "O":
        return _array_with_nulls(found, dtype, datatype, field)
    if kind not in {"b": "b", "i": "iu", "u": "iu", "f": "iuf"}[dtype.kind]:
        raise _wrong_type(found.flat[0].item(), datatype, field)
    if dtype.kind in "iu" and found.dtype != dtype:
        limits = np.iinfo(dtype)
        if found.min() < limits.min or found.max() > limits.max:
            raise RequestError(f"{field}: {datatype} goes from {limits.min} to {limits.max}")
    with np.errstate(over="ignore"):
        return found.astype(dtype, copy=False)


def _array_with_nulls(found: Any, dtype: Any, datatype: str, field: str) -> Any:
    for item in found.flat:
        if isinstance(item, (list, dict)):
            raise RequestError(f"{field}: must hold {datatype} values, flat or as nested lists of equal length")
        missing = item is None and dtype.kind == "f"
        if not missing and (isinstance(item, (str, bool)) or item is None):
            raise _wrong_type(item, datatype, field)
    try:
        return found.astype(dtype)
    except OverflowError as cause:
        raise RequestError(f"{field}: has a number that {datatype} can't hold") from cause


def _text_array(data: list[Any], field: str) -> Any:
    import numpy as np

    found = np.empty(len(data), dtype=object)
    if any(isinstance(item, list) for item in data):
        try:
            found = np.array(data, dtype=object)
        except ValueError as cause:
            raise RequestError(f"{field}: the lists are of unequal length") from cause
    else:
        found[:] = data
    for item in found.flat:
        if not isinstance(item, str) and item is not None:
            raise _wrong_type(item, "BYTES", field)
    return found


def _wrong_type(item: Any, datatype: str, field: str) -> RequestError:
    wanted = {"BOOL": "true or false", "BYTES": "strings"}.get(
        datatype, "numbers" if datatype.startswith("FP") else "whole numbers"
    )
    text = repr(item)
    return RequestError(f"{field}: {datatype} takes {wanted}, got {text if len(text) < 40 else text[:40] + '…'}")


def fit(values: Any, spec: TensorSpec, field: str) -> Any:
    """Convert an array to the datatype that the model was trained with, where that loses nothing."""
    import numpy as np

    dtype = np.dtype(DTYPES.get(spec.datatype, "object"))
    if values.dtype == dtype or dtype.kind == "O" == values.dtype.kind:
        return values
    if dtype.kind == "f" and values.dtype.kind in "iuf":
        return values.astype(dtype)
    if dtype.kind in "iu" and values.dtype.kind in "iuf":
        limits = np.iinfo(dtype)
        if values.size == 0 or (values.min() >= limits.min and values.max() <= limits.max and not np.any(values % 1)):
            return values.astype(dtype)
    raise RequestError(f"{field}: the model takes {spec.datatype} for '{spec.name}', and these values are not")
