"""Data of a notebook as Open Inference Protocol requests, and the answers as the kind of data that went in.

Without pandas or numpy in the process nothing here imports them.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from primehub_deploy_ext.domain.errors import InvalidInput, UpstreamFailed

Json = dict[str, Any]

INPUT_NAME = "input"
_DATATYPES = {
    "bool": "BOOL",
    **{f"{sign}int{bits}": f"{sign.upper()}INT{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "float16": "FP16",
    "float32": "FP32",
    "float64": "FP64",
}
_DTYPES = {datatype: dtype for dtype, datatype in _DATATYPES.items()}


def is_frame(value: Any) -> bool:
    """Tell whether a value is a pandas data frame."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def is_series(value: Any) -> bool:
    """Tell whether a value is a pandas series."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Series)


def is_array(value: Any) -> bool:
    """Tell whether a value is a numpy array."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


# ------------------------------------------------------------------ writing


def request_for(data: Any, signature: Mapping[str, Any] | None, method: str | None = None) -> Json:
    """Return the inference request for data as a notebook has it.

    Parameters
    ----------
    data
        A data frame, series, array, list, or any JSON value.
    signature
        What the model takes (``domain.models.Signature`` as JSON), if that was recorded.
    method
        Which of the model's methods to call; its default one when left out.

    Raises
    ------
    InvalidInput
        When the data can't be written down as tensors, naming the column.
    """
    wanted = signature["content_type"] if signature else _natural_content_type(data)
    if wanted == "json":
        request = _json_request(data)
    elif wanted == "pd":
        request = {"parameters": {"content_type": "pd"}, "inputs": _columns(data, signature)}
    else:
        name = signature["inputs"][0]["name"] if signature else INPUT_NAME
        tensor = array_tensor(name, _as_array(data))
        request = {"parameters": {"content_type": "np"}, "inputs": [tensor]}
    if method is not None:
        request["parameters"]["method"] = method
    return request


def _natural_content_type(data: Any) -> str:
    if is_frame(data):
        return "pd"
    return "np" if is_array(data) or is_series(data) else "json"


def _json_request(data: Any) -> Json:
    if is_frame(data):
        data = data.to_dict("records")
    elif is_array(data) or is_series(data):
        data = data.tolist()
    try:
        text = json.dumps(data, ensure_ascii=False, default=_scalar)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"the data can't be written as JSON: {error}") from error
    tensor = {"name": INPUT_NAME, "datatype": "BYTES", "shape": [1], "data": [text]}
    return {"parameters": {"content_type": "json"}, "inputs": [tensor]}


def _scalar(value: Any) -> Any:
    """Return what numpy's and pandas's values are in JSON."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__qualname__} is no JSON value")


def _columns(data: Any, signature: Mapping[str, Any] | None) -> list[Json]:
    names = [tensor["name"] for tensor in signature["inputs"]] if signature else []
    if is_frame(data):
        return [column_tensor(name, data.iloc[:, n]) for n, name in enumerate(_column_names(data))]
    if is_series(data) and set(map(str, data.index)) == set(names):
        data = data.to_dict()
    if isinstance(data, Mapping):
        import pandas as pd

        rows = data if any(isinstance(item, (list, tuple)) or is_array(item) for item in data.values()) else [data]
        return _columns(pd.DataFrame(rows), signature)
    if isinstance(data, (list, tuple)) and data and all(isinstance(row, Mapping) for row in data):
        import pandas as pd

        return _columns(pd.DataFrame(list(data)), signature)
    array = _as_array(data)
    if array.ndim != 2 or array.shape[1] != len(names):
        raise InvalidInput(
            f"the model takes a table with the columns {', '.join(names)}: a DataFrame, a dict, a list of dicts, or an "
            f"array of shape (rows, {len(names)}); got an array of shape {array.shape}"
        )
    return [column_tensor(name, array[:, n]) for n, name in enumerate(names)]


def _column_names(frame: Any) -> list[str]:
    names = list(frame.columns)
    for name in names:
        if not isinstance(name, str):
            raise InvalidInput(
                f"the column {name!r} has no text for a name; give names, frame.columns = frame.columns.astype(str), "
                "before training too, or use frame.to_numpy()"
            )
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise InvalidInput(f"the column name {min(repeated)!r} is there more than once")
    return names


def column_tensor(name: str, values: Any) -> Json:
    """Return the tensor of one column: a series or a one-dimensional array."""
    kind = getattr(values.dtype, "kind", "O")
    if kind == "M":
        texts = [None if value != value else value.isoformat() for value in values]
        return _tensor(name, "BYTES", [len(texts)], texts, content_type="datetime")
    if type(values.dtype).__module__.partition(".")[0] == "pandas":  # categories, nullable numbers, str
        values = _without_extension(values, kind)
    elif not is_array(values):
        values = values.to_numpy()
    if values.dtype.kind == "O":
        values = _narrowed(values)
    return array_tensor(name, values)


def _without_extension(values: Any, kind: str) -> Any:
    import numpy as np

    if kind in "iufb" and values.isna().any():
        return values.to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray(values) if kind in "iufb" else np.asarray(values, dtype=object)


def _narrowed(values: Any) -> Any:
    """Return an object array as numbers where it holds nothing else: what pandas leaves after a concat."""
    import numpy as np

    present = [item for item in values.tolist() if item is not None and item == item]
    if present and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in present):
        return values.astype("float64") if len(present) < len(values) else np.array(values.tolist())
    if present and len(present) == len(values) and all(isinstance(item, bool) for item in present):
        return values.astype(bool)
    return values


def array_tensor(name: str, array: Any) -> Json:
    """Return the tensor of a numpy array.

    Raises
    ------
    InvalidInput
        For a dtype that the protocol has no datatype for.
    """
    shape, kind = list(array.shape), array.dtype.kind
    if kind in "biuf":
        datatype = _DATATYPES.get(array.dtype.name, "FP64")
        flat = array.ravel().tolist()
        if kind == "f":
            flat = [None if value != value else value for value in flat]
        return _tensor(name, datatype, shape, flat)
    if kind == "M":
        return _tensor(name, "BYTES", shape, array.astype(str).ravel().tolist())
    if kind not in "UO":
        raise InvalidInput(f"'{name}': an array of {array.dtype} can't be sent")
    flat = [None if item is None or item != item else item for item in array.ravel().tolist()]
    for item in flat:
        if item is not None and not isinstance(item, str):
            raise InvalidInput(
                f"'{name}' mixes texts with {type(item).__qualname__} ({str(item)[:40]!r}): make it one type, "
                f"for example with .astype(str)"
            )
    return _tensor(name, "BYTES", shape, flat)


def _as_array(data: Any) -> Any:
    import numpy as np

    if is_array(data):
        return data
    try:
        array = np.asarray(data.to_numpy() if hasattr(data, "to_numpy") else data)
    except ValueError as error:
        raise InvalidInput(f"the lists are of unequal length: {error}") from error
    return _narrowed(array.ravel()).reshape(array.shape) if array.dtype.kind == "O" else array


def _tensor(name: str, datatype: str, shape: list[int], data: list[Any], content_type: str | None = None) -> Json:
    tensor: Json = {"name": name, "datatype": datatype, "shape": shape}
    if content_type is not None:
        tensor["parameters"] = {"content_type": content_type}
    return {**tensor, "data": data}


# ------------------------------------------------------------------ reading


def result_of(reply: Mapping[str, Any], like: Any) -> Any:
    """Return the outputs of an inference answer as the kind of data that went in.

    Arrays give an array (a dict of arrays where there are several outputs), pandas gives a series or a data
    frame with the same index, lists a list, other JSON values the bare value.
    """
    try:
        outputs = {output["name"]: _values(output) for output in reply["outputs"]}
        shapes = {output["name"]: output["shape"] for output in reply["outputs"]}
    except (KeyError, TypeError, ValueError) as error:
        raise UpstreamFailed(f"the endpoint's answer is no Open Inference Protocol answer: {error!r}") from error
    if is_frame(like) or is_series(like):
        return _pandas_result(outputs, like)
    if is_array(like):
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs
    found = {name: _plain(values, shapes[name], like) for name, values in outputs.items()}
    return next(iter(found.values())) if len(found) == 1 else found


def _values(output: Mapping[str, Any]) -> Any:
    import numpy as np

    shape, data = output["shape"], output["data"]
    if (output.get("parameters") or {}).get("content_type") == "json":
        parsed = np.empty(len(data), dtype=object)
        for number, text in enumerate(data):
            parsed[number] = json.loads(text)
        return parsed.reshape(shape)
    if output["datatype"] == "BYTES":
        return np.array(data, dtype=object).reshape(shape)
    return np.array(data, dtype=_DTYPES[output["datatype"]]).reshape(shape)


def _pandas_result(outputs: dict[str, Any], like: Any) -> Any:
    import pandas as pd

    index = like.index
    if len(outputs) > 1 and all(values.ndim == 1 and len(values) == len(index) for values in outputs.values()):
        return pd.DataFrame(outputs, index=index)
    if len(outputs) > 1:
        return outputs
    name, values = next(iter(outputs.items()))
    # One row may have gone in as a series, whose index then is the columns' names.
    kept = index if values.ndim and len(values) == len(index) and not (is_series(like) and len(values) == 1) else None
    if values.ndim == 1:
        # `infer_objects`, because texts are the version of pandas' own idea of a text column.
        return pd.Series(values.tolist() if values.dtype.kind == "O" else values, index=kept, name=name)
    return pd.DataFrame(values, index=kept) if values.ndim == 2 else values


def _plain(values: Any, shape: Sequence[int], like: Any) -> Any:
    found = values.tolist()
    if list(shape) == [1] and not isinstance(like, (list, tuple)):
        return found[0]
    # A list of one JSON value is how a callable's own list or object comes back.
    if list(shape) == [1] and values.dtype.kind == "O" and isinstance(found[0], (list, dict)):
        return found[0]
    return found


# ------------------------------------------------------------------ describing


def describe(tensor: Mapping[str, Any], *, free_batch: bool) -> Json:
    """Return the signature's entry for a tensor: its type, its shape, and the range of its numbers."""
    shape = list(tensor["shape"])
    if free_batch and shape:
        shape[0] = -1
    found: Json = {"name": tensor["name"], "datatype": tensor["datatype"], "shape": shape}
    if tensor["datatype"] not in ("BYTES", "BOOL"):
        numbers = [value for value in tensor["data"] if value is not None and math.isfinite(value)]
        if numbers:
            found["minimum"], found["maximum"] = float(min(numbers)), float(max(numbers))
    return found
