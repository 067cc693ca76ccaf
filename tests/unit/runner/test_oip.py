"""Open Inference Protocol: what callers may say and hear, through a real socket, with real models."""

from __future__ import annotations

import pytest

from tests.unit.runner import models
from tests.unit.runner.models import ROW


def tensor(data, datatype="FP64", shape=None, name="x", **more):
    return {"name": name, "datatype": datatype, "shape": shape or [len(data)], "data": data, **more}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/health/live", {"live": True}),
        ("/v2/health/ready", {"ready": True}),
        ("/v2/models/iris/ready", {"name": "iris", "ready": True}),
        ("/v2/models/iris/versions/3/ready", {"name": "iris", "ready": True}),
        (
            "/v2/models/iris",
            {
                "name": "iris",
                "versions": ["3"],
                "platform": "sklearn",
                "inputs": models.IRIS_SIGNATURE["inputs"],
                "outputs": models.IRIS_SIGNATURE["outputs"],
                "parameters": {"content_type": "np"},
            },
        ),
    ],
)
def test_health_and_metadata(replicas, path, body):
    answer = replicas["iris"].ask("GET", path)
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers["Content-Type"] == "application/json"
    assert replicas["iris"].ask("HEAD", path).status == 200


def test_server_metadata_names_us(replicas):
    assert replicas["iris"].ask("GET", "/v2/").body["name"] == "primehub-deploy-ext"


@pytest.mark.parametrize("path", ["/v2/models/iris/infer", "/v2/models/iris/versions/3/infer"])
@pytest.mark.parametrize("data", [ROW, [ROW]], ids=["flat", "nested"])
def test_infer_on_an_array(replicas, path, data):
    answer = replicas["iris"].ask("POST", path, {"id": "42", "inputs": [tensor(data, shape=[1, 4])]})
    assert answer.body == {
        "model_name": "iris",
        "model_version": "3",
        "id": "42",
        "outputs": [{"name": "species", "datatype": "INT64", "shape": [1], "data": [0]}],
    }


def test_infer_with_another_method(replicas):
    answer = replicas["iris"].infer(inputs=[tensor(ROW, shape=[1, 4])], parameters={"method": "predict_proba"})
    (output,) = answer.body["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("predict_proba", "FP64", [1, 3])
    assert sum(output["data"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        ("BOOL", [True, False]),
        *[(f"{sign}INT{bits}", [0, 2 ** (bits - (sign == "")) - 1]) for sign in ("", "U") for bits in (8, 16, 32, 64)],
        *[(f"INT{bits}", [-(2 ** (bits - 1)), 1]) for bits in (8, 16, 32, 64)],
        ("FP16", [0.5, -2.0]),
        ("FP32", [0.5, -2.0]),
        ("FP64", [0.1, 1e300]),
        ("FP64", [1, 2]),
        ("UINT64", [2**63, 2**63 + 1]),
        ("INT64", [-(2**63), 2**53 + 1]),
        ("BYTES", ["", "Größe \U0001f600"]),
    ],
)
def test_every_datatype_comes_back_as_it_went(replicas, datatype, data):
    (output,) = replicas["echo"].infer(inputs=[tensor(data, datatype)]).body["outputs"]
    assert output == {"name": "predict", "datatype": datatype, "shape": [2], "data": data}


@pytest.mark.parametrize("data", ["[NaN, 1.0]", "[null, 1.0]", "[Infinity, 1.0]", "[1e999, 1.0]"])
def test_what_is_no_number_in_json_comes_back_as_null(replicas, data):
    body = f'{{"inputs": [{{"name": "x", "datatype": "FP64", "shape": [2], "data": {data}}}]}}'
    answer = replicas["echo"].ask("POST", "/v2/models/echo/infer", body)
    assert answer.body["outputs"][0]["data"] == [None, 1.0]


def test_a_list_of_strings_for_a_model_of_texts(replicas):
    answer = replicas["shouter"].infer(inputs=[tensor(["a", "b"], "BYTES", parameters={"content_type": "str"})])
    assert answer.body["outputs"] == [{"name": "predict", "datatype": "BYTES", "shape": [2], "data": ["A", "B"]}]


def test_any_json_in_and_out(replicas):
    sent = tensor(['{"a": [1, {"b": null}]}'], "BYTES", parameters={"content_type": "json"})
    (output,) = replicas["echo"].infer(inputs=[sent]).body["outputs"]
    assert output["parameters"] == {"content_type": "json"}
    assert output["data"] == ['{"a":[1,{"b":null}]}']


def test_columns_become_a_data_frame_in_the_models_order(replicas):
    answer = replicas["people"].infer(
        inputs=[tensor(["Ulm", "Bonn"], "BYTES", name="city"), tensor([65.0, 25.0], shape=[2, 1], name="age")]
    )
    assert answer.body["outputs"] == [{"name": "rent", "datatype": "BYTES", "shape": [2], "data": ["high", "low"]}]


def test_only_the_outputs_asked_for(replicas):
    asked = {"inputs": [tensor(ROW, shape=[1, 4])], "outputs": [{"name": "species"}]}
    assert len(replicas["iris"].infer(**asked).body["outputs"]) == 1
    answer = replicas["iris"].infer(**{**asked, "outputs": [{"name": "genus"}]})
    assert (answer.status, answer.body["error"]) == (400, "outputs: there is no output 'genus'; there are: species")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (None, "inputs: must be a list with at least one tensor"),
        ([], "inputs: must be a list with at least one tensor"),
        ([1], "inputs[0]: is not an object"),
        ([{"name": "x"}], "inputs[0].shape: is missing"),
        ([tensor(ROW, name="")], "inputs[0].name: must be a non-empty string"),
        ([tensor(ROW, "FLOAT")], "inputs[0].datatype: 'FLOAT' is not one of BOOL"),
        ([tensor(ROW, [])], "inputs[0].datatype: [] is not one of BOOL"),
        ([tensor(ROW, shape=[-1, 4])], "inputs[0].shape: must be a list of"),
        ([tensor(ROW, shape="4")], "inputs[0].shape: must be a list of"),
        ([tensor(ROW, shape=[True])], "inputs[0].shape: must be a list of"),
        ([tensor("abc")], "inputs[0].data: must be a list"),
        ([tensor(ROW, shape=[2, 4])], "inputs[0].data: shape [2, 4] takes 8 values, got 4"),
        ([tensor([ROW], shape=[4, 1])], "inputs[0].data: is nested as [1, 4]"),
        ([tensor([[1.0], [1.0, 2.0]], shape=[3])], "inputs[0].data: the lists are of unequal length"),
        ([tensor(["5.1"])], "inputs[0].data: FP64 takes numbers, got '5.1'"),
        ([tensor([1.0, "a"])], "inputs[0].data: FP64 takes numbers, got"),
        ([tensor([{}])], "inputs[0].data: must hold FP64 values"),
        ([tensor([1.5], "INT64")], "inputs[0].data: INT64 takes whole numbers, got 1.5"),
        ([tensor([300], "INT8")], "inputs[0].data: INT8 goes from -128 to 127"),
        ([tensor([-1], "UINT64")], "inputs[0].data: UINT64 goes from 0"),
        ([tensor([2**70], "INT64")], "inputs[0].data: has a number that INT64 can't hold"),
        ([tensor([None], "INT64")], "inputs[0].data: INT64 takes whole numbers, got None"),
        ([tensor([1], "BOOL")], "inputs[0].data: BOOL takes true or false, got 1"),
        ([tensor([1], "BYTES")], "inputs[0].data: BYTES takes strings, got 1"),
        ([tensor([1.0, 2.0, 3.0], shape=[1, 3])], "inputs[0].shape: the model takes [-1, 4], got [1, 3]"),
        ([tensor(["a"] * 4, "BYTES", shape=[1, 4])], "inputs[0].data: the model takes FP64 for 'x'"),
        ([tensor(ROW, shape=[1, 4], parameters=[1])], "inputs[0].parameters: must be an object"),
        ([tensor(ROW), tensor(ROW, name="y")], "inputs: content type 'np' takes one tensor, got 'x', 'y'"),
    ],
)
def test_a_bad_tensor_is_refused_with_the_field(replicas, inputs, message):
    answer = replicas["iris"].infer(inputs=inputs)
    assert answer.status == 400
    assert message in answer.body["error"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"id": 1}, "id: must be a string"),
        ({"parameters": "x"}, "parameters: must be an object"),
        ({"parameters": {"method": "fit"}}, "parameters.method: the model has no method 'fit'; it has: predict"),
        ({"parameters": {"method": []}}, "parameters.method: the model has no method []"),
        ({"parameters": {"content_type": "xml"}}, "parameters.content_type: 'xml' is not one of np, pd, str, json"),
        ({"outputs": ["x"]}, "outputs: must be a list of objects with a 'name'"),
    ],
)
def test_a_bad_request_around_good_tensors_is_refused_with_the_field(replicas, more, message):
    answer = replicas["iris"].infer(inputs=[tensor(ROW, shape=[1, 4])], **more)
    assert answer.status == 400
    assert message in answer.body["error"]


AGE, CITY = tensor([1], "INT64", name="age"), tensor(["Ulm"], "BYTES", name="city")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([AGE], "column 'city' is missing; the model takes: age, city"),
        ([AGE, CITY, tensor([1.0], name="zip")], "column 'zip' is not expected"),
        ([AGE, AGE], "inputs[1].name: column 'age' is there twice"),
        ([AGE, tensor(["Ulm"] * 2, "BYTES", name="city")], "inputs[1]: 'city' has 2 rows, 'age' has 1"),
        ([tensor([1.5], name="age"), CITY], "inputs[0].data: the model takes INT64 for 'age'"),
        ([tensor([1, 2], "INT64", [1, 2], "age"), CITY], "inputs[0].shape: a column has shape [n] or [n, 1]"),
    ],
)
def test_a_bad_column_is_refused_by_name(replicas, inputs, message):
    answer = replicas["people"].infer(inputs=inputs)
    assert answer.status == 400
    assert message in answer.body["error"]
