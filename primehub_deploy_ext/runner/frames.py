"""Data frames out of columns, with the columns and types that the model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from primehub_deploy_ext.runner.exchange import RequestError
from primehub_deploy_ext.runner.signature import Signature, TensorSpec
from primehub_deploy_ext.runner.tensors import InputTensor, array, fit


def from_tensors(inputs: list[InputTensor], signature: Signature | None) -> Any:
    """Return a data frame with one column per tensor."""
    by_name: dict[str, InputTensor] = {}
    for tensor in inputs:
        if tensor.name in by_name:
            raise RequestError(f"{tensor.field}.name: column '{tensor.name}' is there twice")
        by_name[tensor.name] = tensor
    specs = _specs(list(by_name), signature, "inputs")
    columns = {name: _column(by_name[name], spec) for name, spec in specs.items()}
    return _frame(columns, {name: tensor.field for name, tensor in by_name.items()})


def from_rows(rows: Any, names: Sequence[str], signature: Signature | None, field: str) -> Any:
    """Return a data frame from a list of rows; without names the order is the signature's."""
    import pandas as pd

    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise RequestError(f"{field}: must be a list of rows, each a list")
    if not names and signature is not None:
        names = [spec.name for spec in signature.inputs]
    for number, row in enumerate(rows):
        if names and len(row) != len(names):
            raise RequestError(f"{field}[{number}]: takes {len(names)} values ({', '.join(names)}), got {len(row)}")
    if not names:
        try:
            return pd.DataFrame(rows)
        except ValueError as cause:
            raise RequestError(f"{field}: {cause}") from cause
    specs = _specs(list(names), signature, "data.names")
    place = {name: names.index(name) for name in specs}
    columns = {}
    for name, spec in specs.items():
        values = [row[place[name]] for row in rows]
        where = f"{field}[:, {place[name]}] ('{name}')"
        columns[name] = _typed(values, spec, where) if spec else values
    return _frame(columns, dict.fromkeys(columns, field))


def _specs(given: list[str], signature: Signature | None, field: str) -> dict[str, TensorSpec | None]:
    """Return the columns in the model's order, each with its type where it is known."""
    if signature is None or signature.content_type != "pd":
        return dict.fromkeys(given)
    wanted = {spec.name: spec for spec in signature.inputs}
    missing = [name for name in wanted if name not in given]
    unexpected = [name for name in given if name not in wanted]
    if missing or unexpected:
        faults = [f"column '{name}' is missing" for name in missing]
        faults += [f"column '{name}' is not expected" for name in unexpected]
        raise RequestError(f"{field}: {'; '.join(faults)}; the model takes: {', '.join(wanted)}")
    return dict(wanted)


def _column(tensor: InputTensor, spec: TensorSpec | None) -> Any:
    values = tensor.array()
    if values.ndim != 1:
        if values.ndim != 2 or values.shape[1] != 1:
            raise RequestError(f"{tensor.field}.shape: a column has shape [n] or [n, 1], got {list(tensor.shape)}")
        values = values.ravel()
    if spec is not None:
        values = fit(values, spec, f"{tensor.field}.data")
    if tensor.content_type == "datetime":
        return _times(values, f"{tensor.field}.data")
    return _as_pandas_infers(values)


def _typed(values: list[Any], spec: TensorSpec, field: str) -> Any:
    if spec.datatype.startswith(("INT", "UINT")):
        # JSON writers turn 3 into 3.0 when another column has fractions.
        values = [int(value) if isinstance(value, float) and value.is_integer() else value for value in values]
    return _as_pandas_infers(array(values, spec.datatype, field))


def _as_pandas_infers(values: Any) -> Any:
    # A list of strings becomes what read_csv made of it when the model was trained: `object` or `str`,
    # by the version of pandas.
    return values.tolist() if values.dtype.kind == "O" else values


def _times(values: Any, field: str) -> Any:
    import pandas as pd

    try:
        return pd.to_datetime(values.tolist())
    except (ValueError, TypeError) as cause:
        raise RequestError(f"{field}: {cause}") from cause


def _frame(columns: dict[str, Any], fields: dict[str, str]) -> Any:
    import pandas as pd

    lengths = {name: len(values) for name, values in columns.items()}
    first = next(iter(lengths), "")
    for name, length in lengths.items():
        if length != lengths[first]:
            raise RequestError(f"{fields[name]}: '{name}' has {length} rows, '{first}' has {lengths[first]}")
    return pd.DataFrame(columns)
