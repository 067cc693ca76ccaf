"""What models return, written as Open Inference Protocol tensors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from primehub_deploy_ext.runner.exchange import dumps, plain

_SCALARS = (str, bool, int, float)


def to_tensors(result: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the output tensors for a model's result.

    Arrays, series and lists of equal values become one tensor, a data frame one per column, a dictionary or
    a list of arrays one per array. All else becomes ``BYTES`` with JSON text and ``content_type: json``.

    Parameters
    ----------
    result
        What the model returned.
    names
        Names of the outputs, as many as are known; the first one is enough.
    """
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    name = names[0]
    if pandas is not None and isinstance(result, pandas.DataFrame):
        return [_array_tensor(str(column), result[column].to_numpy()) for column in result.columns]
    if numpy is not None:
        if isinstance(result, (list, tuple)) and result and all(isinstance(item, numpy.ndarray) for item in result):
            known = names if len(names) == len(result) else [f"{name}-{n}" for n in range(len(result))]
            return [_array_tensor(one, item) for one, item in zip(known, result, strict=True)]
        if isinstance(result, dict) and result and all(isinstance(item, numpy.ndarray) for item in result.values()):
            return [_array_tensor(str(key), item) for key, item in result.items()]
        if isinstance(result, numpy.ndarray):
            return [_array_tensor(name, result)]
        if isinstance(result, numpy.generic):
            return [_array_tensor(name, result.reshape(1))]
        if hasattr(result, "toarray"):  # scipy's sparse matrices
            return [_array_tensor(name, result.toarray())]
        if hasattr(result, "__array__"):
            return [_array_tensor(name, numpy.asarray(result))]
    return [_plain_tensor(name, result)]


def _array_tensor(name: str, values: Any) -> dict[str, Any]:
    kind = values.dtype.kind
    shape = list(values.shape)
    if kind in "biuf":
        return _tensor(name, _numeric_datatype(kind, values.dtype.itemsize), shape, values.ravel().tolist())
    flat = plain(values.ravel())
    if kind == "O":
        # pandas has NaN where a text is missing.
        flat = [None if item != item else item for item in flat]
    return _list_tensor(name, shape, flat)


def _plain_tensor(name: str, result: Any) -> dict[str, Any]:
    value = plain(result)
    if isinstance(value, _SCALARS):
        return _list_tensor(name, [1], [value])
    if isinstance(value, list):
        shape = _regular_shape(value)
        if shape is not None:
            return _list_tensor(name, shape, _flat(value, len(shape)))
    return _json_tensor(name, [1], [value])


def _list_tensor(name: str, shape: list[int], flat: list[Any]) -> dict[str, Any]:
    kinds = {type(item) for item in flat}
    if kinds <= {str, type(None)}:
        return _tensor(name, "BYTES", shape, flat)
    if kinds == {bool}:
        return _tensor(name, "BOOL", shape, flat)
    if kinds == {int} and all(-(2**63) <= item < 2**63 for item in flat):
        return _tensor(name, "INT64", shape, flat)
    if kinds <= {int, float, type(None)} and float in kinds:
        return _tensor(name, "FP64", shape, flat)
    return _json_tensor(name, shape, flat)


def _json_tensor(name: str, shape: list[int], values: list[Any]) -> dict[str, Any]:
    texts = [dumps(value).decode() for value in values]
    return {**_tensor(name, "BYTES", shape, texts), "parameters": {"content_type": "json"}}


def _tensor(name: str, datatype: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def _numeric_datatype(kind: str, itemsize: int) -> str:
    if kind == "b":
        return "BOOL"
    # numpy's long double has no name in the protocol; JSON writes it as a double anyway.
    return {"i": "INT", "u": "UINT", "f": "FP"}[kind] + str(min(itemsize, 8) * 8)


def _regular_shape(value: list[Any]) -> list[int] | None:
    """Return the shape of nested lists of scalars, None when they are ragged or hold anything else."""
    if all(item is None or isinstance(item, _SCALARS) for item in value):
        return [len(value)]
    if not all(isinstance(item, list) for item in value):
        return None
    inner = [_regular_shape(item) for item in value]
    if inner[0] is None or any(shape != inner[0] for shape in inner):
        return None
    return [len(value), *inner[0]]


def _flat(value: list[Any], depth: int) -> list[Any]:
    for _ in range(depth - 1):
        value = [item for row in value for item in row]
    return value
