"""Seldon's protocol: what callers may say and hear, through a real socket, with real models."""

from __future__ import annotations

import pytest

from tests.unit.runner.models import ROW


@pytest.mark.parametrize("path", ["/api/v1.0/predictions", "/api/v0.1/predictions", "/predict"])
def test_seldon_paths(replicas, path):
    answer = replicas["iris"].ask("POST", path, {"data": {"ndarray": [ROW]}, "meta": {"puid": "p1"}})
    assert answer.body == {"data": {"names": [], "ndarray": [0]}, "meta": {"puid": "p1"}}


def test_seldon_tensor_answers_tensor(replicas):
    answer = replicas["iris"].ask("POST", "/predict", {"data": {"tensor": {"shape": [2, 4], "values": ROW * 2}}})
    assert answer.body["data"] == {"names": [], "tensor": {"shape": [2], "values": [0, 0]}}


def test_seldon_names_the_classes_of_probabilities(replicas):
    asked = {
        "data": {"ndarray": [["Ulm", 65]], "names": ["city", "age"]},
        "meta": {"tags": {"method": "predict_proba"}},
    }
    answer = replicas["people"].ask("POST", "/predict", asked)
    assert answer.body["data"]["names"] == ["high", "low"]
    assert answer.body["data"]["ndarray"][0][0] > 0.5


def test_seldon_rows_without_names_are_in_the_models_order(replicas):
    answer = replicas["people"].ask("POST", "/predict", {"data": {"ndarray": [[65.0, "Ulm"]]}})
    assert answer.body["data"]["ndarray"] == ["high"]


def test_seldon_names_columns_it_knows_nothing_of(replicas):
    answer = replicas["echo"].ask("POST", "/predict", {"data": {"ndarray": [[1, 2], [3, 4]]}})
    assert answer.body["data"] == {"names": ["t:0", "t:1"], "ndarray": [[1, 2], [3, 4]]}


def test_seldon_string_and_json(replicas):
    assert replicas["echo"].ask("POST", "/predict", {"strData": "ü"}).body["strData"] == "ü"
    value = {"a": [1, None, {"b": 2.5}]}
    assert replicas["echo"].ask("POST", "/predict", {"jsonData": value}).body["jsonData"] == value


FORM = "application/x-www-form-urlencoded"
MULTIPART = '--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n{"strData": "a"}\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, "json=%7B%22strData%22%3A%20%22a%22%7D"),
        (FORM, '{"strData": "a"}'),
        ("multipart/form-data; boundary=b", MULTIPART),
    ],
    ids=["form", "curl -d", "multipart"],
)
def test_seldon_form_field(replicas, kind, body):
    answer = replicas["echo"].ask("POST", "/predict", body, **{"Content-Type": kind})
    assert answer.body["strData"] == "a"


@pytest.mark.parametrize(
    ("model", "body", "message"),
    [
        ("iris", b"", "the body is empty"),
        ("iris", b"{", "the body is not JSON"),
        ("iris", b"[" * 200_000, "the body is nested too deeply"),
        ("iris", b'{"data": ' + b"9" * 5000 + b"}", "the body is not JSON"),
        ("iris", b"\xff\xfe", "the body is not JSON"),
        ("iris", [], "the body must be a JSON object"),
        ("iris", {}, "it has none"),
        ("iris", {"strData": "a", "jsonData": 1}, "it has strData and jsonData"),
        ("iris", {"strData": "a"}, "strData: the model takes an array"),
        ("echo", {"strData": 1}, "strData: must be a string"),
        ("iris", {"data": []}, "data: must be an object"),
        ("iris", {"data": {}}, "data: must have either 'ndarray' or 'tensor'"),
        ("iris", {"data": {"ndarray": 1}}, "data.ndarray: must be a list"),
        ("iris", {"data": {"ndarray": [[1], [1, 2]]}}, "data.ndarray: the lists are of unequal length"),
        ("iris", {"data": {"ndarray": [[1, 2, 3]]}}, "data.ndarray: the model takes shape [-1, 4], got [1, 3]"),
        ("iris", {"data": {"ndarray": [["a"] * 4]}}, "data.ndarray: the model takes FP64"),
        ("iris", {"data": {"tensor": {}}}, "data.tensor.shape: must be a list"),
        ("iris", {"data": {"tensor": {"shape": [1], "values": 1}}}, "data.tensor.values: must be a list"),
        ("iris", {"data": {"tensor": {"shape": [2, 4], "values": ROW}}}, "shape [2, 4] takes 8 values, got 4"),
        ("people", {"data": {"ndarray": [[1]]}}, "data.ndarray[0]: takes 2 values (age, city), got 1"),
        ("people", {"data": {"ndarray": [[1, "a"]], "names": ["age", "x"]}}, "column 'city' is missing"),
        ("people", {"data": {"ndarray": [["old", "a"]]}}, "data.ndarray[:, 0] ('age'): INT64 takes whole numbers"),
        ("people", {"data": {"ndarray": [1]}}, "data.ndarray: must be a list of rows"),
        ("iris", {"data": {"ndarray": [ROW], "names": 1}}, "data.names: must be a list of strings"),
        ("iris", {"data": {"ndarray": [ROW]}, "meta": []}, "meta: must be an object"),
        ("iris", {"data": {"ndarray": [ROW]}, "meta": {"tags": {"method": "fit"}}}, "meta.tags.method: the model has"),
    ],
)
def test_a_bad_seldon_request_is_refused_with_the_field(replicas, model, body, message):
    answer = replicas[model].ask("POST", "/predict", body)
    assert answer.status == 400
    assert message in answer.body["error"]


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [(FORM, "jason=1", "the form has no field 'json'"), ("multipart/form-data", "x", "the form can't be read")],
)
def test_a_bad_form_is_refused(replicas, kind, body, message):
    answer = replicas["echo"].ask("POST", "/predict", body, **{"Content-Type": kind})
    assert answer.status == 400
    assert message in answer.body["error"]
