"""Data goes out as tensors and comes back as the kind of data that went in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from primehub_deploy_ext.client.tensors import column_tensor, request_for, result_of
from primehub_deploy_ext.domain.errors import InvalidInput, UpstreamFailed
from primehub_deploy_ext.runner.tensors import InputTensor

PD = {"content_type": "pd", "inputs": [{"name": "a"}, {"name": "b"}]}
NP = {"content_type": "np", "inputs": [{"name": "x"}]}
JSON = {"content_type": "json", "inputs": [{"name": "input"}]}


@pytest.mark.parametrize(
    ("values", "datatype", "data"),
    [
        (pd.Series([1, 2]), "INT64", [1, 2]),
        (pd.Series([1, 2], dtype="uint8"), "UINT8", [1, 2]),
        (pd.Series([1.5, np.nan], dtype="float32"), "FP32", [1.5, None]),
        (pd.Series([True, False]), "BOOL", [True, False]),
        (pd.Series(["x", None]), "BYTES", ["x", None]),
        (pd.Series(["x", np.nan], dtype=object), "BYTES", ["x", None]),
        (pd.Series(["x", "y"], dtype="category"), "BYTES", ["x", "y"]),
        (pd.Series([3, 4], dtype="category"), "INT64", [3, 4]),
        (pd.Series([1, 2], dtype="Int64"), "INT64", [1, 2]),
        (pd.Series([1, None], dtype="Int64"), "FP64", [1, None]),
        (pd.Series([True, False], dtype="boolean"), "BOOL", [True, False]),
        (pd.Series([1, 2.5], dtype=object), "FP64", [1, 2.5]),
    ],
)
def test_columns(values: Any, datatype: str, data: list[Any]) -> None:
    tensor = column_tensor("c", values)
    assert (tensor["datatype"], tensor["data"]) == (datatype, data)
    assert tensor["shape"] == [2]
    InputTensor.parse(tensor, "inputs[0]").array()  # the replica can read it


def test_times_are_marked() -> None:
    tensor = column_tensor("t", pd.Series(pd.to_datetime(["2026-11-23", None])))
    assert tensor["data"] == ["2026-11-23T00:00:00", None]
    assert tensor["parameters"] == {"content_type": "datetime"}


@pytest.mark.parametrize(
    ("values", "word"), [(pd.Series([1, "x"], dtype=object), "mixes texts with int"), (np.array([1j, 2]), "complex128")]
)
def test_columns_that_have_no_datatype(values: Any, word: str) -> None:
    with pytest.raises(InvalidInput, match=word) as caught:
        column_tensor("strange", values)
    assert "strange" in caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"a": [1], "b": [2]}),
        np.array([[1, 2]]),
        [[1, 2]],
        {"a": 1, "b": 2},
        [{"a": 1, "b": 2}],
        {"b": [2], "a": [1]},
        pd.Series({"a": 1, "b": 2}),
    ],
)
def test_whatever_a_table_is_given_as(data: Any) -> None:
    request = request_for(data, PD)
    assert {tensor["name"]: tensor["data"] for tensor in request["inputs"]} == {"a": [1], "b": [2]}


def test_a_table_of_another_width_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"columns a, b.*shape \(1, 3\)"):
        request_for([[1, 2, 3]], PD)


@pytest.mark.parametrize("columns", [[0, 1], ["a", "a"]])
def test_column_names_must_be_texts_and_unique(columns: list[Any]) -> None:
    with pytest.raises(InvalidInput, match="the column"):
        request_for(pd.DataFrame([[1, 2]], columns=columns), None)


@pytest.mark.parametrize(
    "data", [np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]], pd.DataFrame([[1, 2], [3, 4]], columns=["q", "r"])]
)
def test_whatever_an_array_is_given_as(data: Any) -> None:
    (tensor,) = request_for(data, NP)["inputs"]
    assert tensor == {"name": "x", "datatype": "INT64", "shape": [2, 2], "data": [1, 2, 3, 4]}


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(InvalidInput, match="unequal length"):
        request_for([[1], [2, 3]], NP)


def test_json_values_are_one_text() -> None:
    request = request_for({"a": np.int64(3), "ü": [1, None]}, JSON, method="predict")
    assert request["inputs"][0]["data"] == ['{"a": 3, "ü": [1, null]}']
    assert request["parameters"] == {"content_type": "json", "method": "predict"}


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidInput, match="set is no JSON value"):
        request_for({"a": {1, 2}}, JSON)


def answer(*outputs: tuple[str, str, list[int], list[Any]], **more: Any) -> dict[str, Any]:
    return {"outputs": [dict(zip(("name", "datatype", "shape", "data"), o, strict=True), **more) for o in outputs]}


ONE = answer(("predict", "INT64", [2], [7, 8]))
TWO_D = answer(("p", "FP64", [2, 2], [0.1, 0.9, None, 1.0]))
FRAME = pd.DataFrame({"a": [1, 2]}, index=["r", "s"])


def test_pandas_comes_back_with_its_index() -> None:
    series = result_of(ONE, FRAME)
    assert (series.name, series.to_dict()) == ("predict", {"r": 7, "s": 8})
    assert series.dtype == "int64"
    assert result_of(ONE, FRAME["a"]).index.tolist() == ["r", "s"]
    table = result_of(TWO_D, FRAME)
    assert table.index.tolist() == ["r", "s"]
    assert np.isnan(table.loc["s", 0])
    both = result_of(answer(("u", "INT64", [2], [1, 2]), ("v", "BOOL", [2], [True, False])), FRAME)
    assert both.loc["s"].to_dict() == {"u": 2, "v": False}


def test_texts_come_back_as_texts() -> None:
    names = result_of(answer(("predict", "BYTES", [2], ["x", "y"])), FRAME)
    assert names.tolist() == ["x", "y"]


def test_arrays_come_back_as_arrays_and_lists_as_lists() -> None:
    array = result_of(ONE, np.zeros((2, 1)))
    assert isinstance(array, np.ndarray)
    assert array.tolist() == [7, 8]
    assert result_of(ONE, [[0], [0]]) == [7, 8]
    assert result_of(answer(("predict", "INT64", [1], [7])), [[0]]) == [7]
    several = result_of(answer(("u", "INT64", [1], [1]), ("v", "INT64", [1], [2])), np.zeros(1))
    assert {name: values.tolist() for name, values in several.items()} == {"u": [1], "v": [2]}


@pytest.mark.parametrize(
    ("output", "like", "result"),
    [
        (("predict", "INT64", [1], [7]), {"a": 1}, 7),
        (("predict", "INT64", [2], [7, 8]), {"a": 1}, [7, 8]),
        (("predict", "BYTES", [1], ["x"]), "text", "x"),
    ],
)
def test_bare_values(output: Any, like: Any, result: Any) -> None:
    assert result_of(answer(output), like) == result


@pytest.mark.parametrize("like", [{"a": 1}, 3, [1, 2]])
def test_json_objects(like: Any) -> None:
    found = answer(("predict", "BYTES", [1], ['{"sum": 3}']), parameters={"content_type": "json"})
    assert result_of(found, like) == {"sum": 3}


@pytest.mark.parametrize("reply", [{}, {"outputs": [{"name": "x"}]}, answer(("x", "INT64", [3], [1]))])
def test_an_answer_of_another_protocol_is_said_to_be_one(reply: Any) -> None:
    with pytest.raises(UpstreamFailed, match="no Open Inference Protocol answer"):
        result_of(reply, [1])
