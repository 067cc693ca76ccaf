"""Whatever a model returns becomes valid tensors, or an error that names the type."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from primehub_deploy_ext.runner.exchange import dumps
from primehub_deploy_ext.runner.outputs import to_tensors

JSON = {"content_type": "json"}


@pytest.mark.parametrize(
    ("result", "datatype", "shape", "data"),
    [
        (np.array([[1, 2], [3, 4]], dtype="int32"), "INT32", [2, 2], [1, 2, 3, 4]),
        (np.float32(1.5), "FP32", [1], [1.5]),
        (np.array(3), "INT64", [], [3]),
        (np.array(["a", "bc"]), "BYTES", [2], ["a", "bc"]),
        (np.array(["a", None], dtype=object), "BYTES", [2], ["a", None]),
        (np.array([1, 2.5], dtype=object), "FP64", [2], [1, 2.5]),
        (np.array(["2026-11-23"], dtype="datetime64[D]"), "BYTES", [1], ["2026-11-23"]),
        (np.array([], dtype="float64"), "FP64", [0], []),
        (pd.Series([1, 2], dtype="int8"), "INT8", [2], [1, 2]),
        (pd.Series(["a", None]), "BYTES", [2], ["a", None]),
        (csr_matrix([[0, 1]]), "INT64", [1, 2], [0, 1]),
        (7, "INT64", [1], [7]),
        (True, "BOOL", [1], [True]),
        ("text", "BYTES", [1], ["text"]),
        ([[1, 2], [3, 4]], "INT64", [2, 2], [1, 2, 3, 4]),
        ((1.5, 2), "FP64", [2], [1.5, 2]),
        ([True, False], "BOOL", [2], [True, False]),
    ],
    ids=repr,
)
def test_arrays_and_what_is_like_them_become_one_tensor(result, datatype, shape, data):
    assert to_tensors(result, ["y"]) == [{"name": "y", "datatype": datatype, "shape": shape, "data": data}]


@pytest.mark.parametrize(
    ("result", "shape", "texts"),
    [
        ({"a": 1}, [1], ['{"a":1}']),
        (None, [1], ["null"]),
        ([[1], [1, 2]], [1], ["[[1],[1,2]]"]),
        ([1, "a"], [2], ["1", '"a"']),
        ([2**70], [1], [str(2**70)]),
        ({"a": np.array([1.0, np.nan]), "b": [pd.Timestamp("2026-01-01")]}, [1], None),
    ],
    ids=repr,
)
def test_all_else_becomes_json_text(result, shape, texts):
    (found,) = to_tensors(result, ["y"])
    assert (found["datatype"], found["shape"], found["parameters"]) == ("BYTES", shape, JSON)
    assert found["data"] == (texts or ['{"a":[1.0,null],"b":["2026-01-01T00:00:00"]}'])


def test_several_arrays_become_several_tensors():
    frame = pd.DataFrame({"a": [1], "b": ["x"]})
    assert [(t["name"], t["datatype"]) for t in to_tensors(frame, ["y"])] == [("a", "INT64"), ("b", "BYTES")]
    pair = [np.zeros((1, 2)), np.zeros((1, 3))]
    assert [(t["name"], t["shape"]) for t in to_tensors(pair, ["y"])] == [("y-0", [1, 2]), ("y-1", [1, 3])]
    assert [t["name"] for t in to_tensors(pair, ["p", "q"])] == ["p", "q"]
    assert [t["name"] for t in to_tensors({"mean": np.zeros(1), "sd": np.zeros(1)}, ["y"])] == ["mean", "sd"]


@pytest.mark.parametrize("result", [object(), b"raw", 1j, np.array([1j])], ids=["object", "bytes", "complex", "array"])
def test_what_has_no_json_form_is_named(result):
    with pytest.raises(TypeError, match="has no JSON form"):
        to_tensors(result, ["y"])


def test_json_never_holds_what_json_has_no_number_for():
    assert (
        dumps({"a": [float("nan"), float("inf"), 1.5], "b": np.array([np.nan])}) == b'{"a":[null,null,1.5],"b":[null]}'
    )
    assert dumps("\ud800ü") == b'"\\ud800\xc3\xbc"'
