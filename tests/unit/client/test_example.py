"""What is recorded with a model: types, ranges, an example that was really predicted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from primehub_deploy_ext.client.example import Description, adapter_for, describe_model
from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.models import Signature

PEOPLE = pd.DataFrame({"age": [20, 30, 40, 50, 60, 70], "city": list("ababab"), "rich": [0, 0, 0, 1, 1, 1]})


def described(model: Any, example: Any = None) -> Description:
    found = describe_model(model, adapter_for(model), example)
    if found.signature is not None:
        Signature.model_validate(found.signature)
    return found


@pytest.mark.parametrize(
    ("model", "adapter"),
    [(LinearRegression(), "sklearn"), (lambda x: x, "callable"), (np.mean, "callable")],
)
def test_adapters_are_recognised(model: Any, adapter: str) -> None:
    assert adapter_for(model) == adapter


@pytest.mark.parametrize(
    ("thing", "hint"),
    [
        (42, "an int can't be served.*wrap it in a function"),
        (None, "None can't be served"),
        ("model.pkl", "load the model first"),
        (LinearRegression, "an instance of it"),
    ],
)
def test_what_is_no_model_is_told_what_is(thing: Any, hint: str) -> None:
    with pytest.raises(InvalidInput, match=hint):
        adapter_for(thing)


def test_an_unknown_adapter_is_told_which_there_are() -> None:
    with pytest.raises(InvalidInput, match="callable, sklearn"):
        adapter_for(LinearRegression(), "torch")


def test_arrays_get_a_free_first_axis_ranges_of_all_rows_and_five_rows_kept() -> None:
    x = np.arange(40, dtype="float32").reshape(20, 2)
    found = described(LinearRegression().fit(x, x.sum(axis=1)), x)
    assert found.signature is not None
    assert found.signature["content_type"] == "np"
    (tensor,) = found.signature["inputs"]
    assert (tensor["datatype"], tensor["shape"]) == ("FP32", [-1, 2])
    assert (tensor["minimum"], tensor["maximum"]) == (0, 39)
    assert found.example is not None
    assert found.example["inputs"][0]["shape"] == [5, 2]
    (output,) = found.signature["outputs"]
    assert (output["name"], output["shape"]) == ("predict", [-1])


def test_frames_get_a_tensor_per_column() -> None:
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["city"]), (StandardScaler(), ["age"]))
    x = PEOPLE[["age", "city"]]
    found = described(make_pipeline(encoder, LogisticRegression()).fit(x, PEOPLE.rich), x)
    assert found.signature is not None
    assert [(t["name"], t["datatype"], t["shape"]) for t in found.signature["inputs"]] == [
        ("age", "INT64", [-1]),
        ("city", "BYTES", [-1]),
    ]
    assert found.signature.get("derived", False) is False
    assert found.example is not None
    assert found.example["parameters"] == {"content_type": "pd"}


def test_texts_are_examples_too() -> None:
    texts = ["good wine", "bad wine", "good", "bad"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0])
    for example in (texts, np.array(texts), pd.Series(texts)):
        found = described(model, example)
        assert found.signature is not None
        assert (found.signature["inputs"][0]["datatype"], found.signature["inputs"][0]["shape"]) == ("BYTES", [-1])
    assert described(model) == Description()


def test_functions_take_json() -> None:
    found = described(lambda d: {"sum": d["a"] + d["b"]}, {"a": 1, "b": 2})
    assert found.signature is not None
    assert found.signature["content_type"] == "json"
    assert found.signature["outputs"][0]["datatype"] == "BYTES"


def test_an_array_that_is_one_thing_is_kept_whole() -> None:
    image = np.zeros((28, 28))

    def brightness(x: Any) -> Any:
        assert x.shape == (28, 28)
        return x.mean()

    found = described(brightness, image)
    assert found.signature is not None
    assert found.signature["inputs"][0]["shape"] == [28, 28]


def test_a_huge_example_is_tried_but_not_kept() -> None:
    found = described(lambda x: x.mean(axis=(1, 2)), np.random.default_rng(0).random((1, 300, 300)))
    assert found.example is None
    assert found.signature is not None


def test_a_model_that_fails_on_the_example_says_so_itself() -> None:
    def picky(x: Any) -> Any:
        raise KeyError("no such city")

    with pytest.raises(InvalidInput, match=r"example: the model fails on it: KeyError: 'no such city'"):
        described(picky, {"a": 1})


def test_without_an_example_a_fitted_array_model_is_tried_on_zeros() -> None:
    found = described(LinearRegression().fit(np.eye(3), [1, 2, 3]))
    assert found.signature is not None
    assert found.signature["derived"] is True
    assert found.signature["inputs"][0]["shape"] == [-1, 3]
    assert "minimum" not in found.signature["inputs"][0]
    assert found.example is not None
    assert found.example["inputs"][0]["data"] == [0, 0, 0]


def test_without_an_example_a_fitted_frame_model_knows_its_columns() -> None:
    found = described(LogisticRegression().fit(PEOPLE[["age"]], PEOPLE.rich))
    assert found.signature is not None
    assert [t["name"] for t in found.signature["inputs"]] == ["age"]
    assert found.signature["derived"] is True


@pytest.mark.parametrize("handle_unknown", ["error", "ignore"])
def test_zeros_that_say_nothing_about_types_are_dropped(handle_unknown: str) -> None:
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown=handle_unknown), ["city"]), (StandardScaler(), ["age"])
    )
    model = make_pipeline(encoder, LogisticRegression()).fit(PEOPLE[["age", "city"]], PEOPLE.rich)
    assert described(model) == Description()


def test_a_function_without_example_has_none() -> None:
    assert described(lambda x: x) == Description()


@pytest.mark.parametrize("model", [LinearRegression(), make_pipeline(StandardScaler(), LogisticRegression())])
def test_a_model_that_was_not_fitted_is_refused(model: Any) -> None:
    with pytest.raises(InvalidInput, match="not fitted yet"):
        described(model)


def test_a_model_of_texts_without_example_has_none() -> None:
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(["good", "bad"], [1, 0])
    assert described(model) == Description()


@pytest.mark.parametrize("example", [PEOPLE.iloc[:0], np.zeros((0, 2))])
def test_an_empty_example_is_refused(example: Any) -> None:
    with pytest.raises(InvalidInput, match="example: the"):
        described(LinearRegression(), example)
