"""What can be deployed among the variables of a notebook, and what a form learns of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from primehub_deploy_ext.client import live_models
from primehub_deploy_ext.client.connection import Connection
from primehub_deploy_ext.client.live_models import answer_model, answer_models, find_models

X = pd.DataFrame({"alcohol": [12.1, 13.4, 14.0, 12.8], "ash": [2.1, 2.4, 2.2, 2.7]})
Y = [0, 1, 1, 0]


def own_function(values: list[float]) -> list[float]:
    return values


own_function.__module__ = "__main__"


def found(**variables: Any) -> list[str]:
    return [model.name for model in find_models(variables)]


def test_fitted_models_come_first_and_newer_before_older() -> None:
    older, newer = LinearRegression().fit(X, Y), LogisticRegression().fit(X, Y)
    assert found(double=own_function, raw=LinearRegression(), older=older, newer=newer) == [
        "newer",
        "older",
        "double",
        "raw",
    ]


def test_a_model_tells_class_columns_and_whether_it_is_fitted() -> None:
    (model,) = find_models({"model": LogisticRegression().fit(X, Y)})
    assert model.fitted is True
    assert model.features == ("alcohol", "ash")
    assert model.feature_count == 2
    assert model.class_name.endswith("LogisticRegression")
    assert model.adapter == "sklearn"
    assert find_models({"raw": LogisticRegression()})[0].fitted is False


def test_what_a_library_brought_is_no_model() -> None:
    assert found(train_test_split=train_test_split, np=np, pd=pd, LinearRegression=LinearRegression, X=X, n=3) == []


def test_a_step_of_a_pipeline_is_no_model() -> None:
    """It can be deployed, but is hardly what is meant."""
    assert found(scaler=StandardScaler().fit(X)) == []


def test_what_is_deployed_already_is_no_model(connection: Connection) -> None:
    assert found(handle=connection.deploy(lambda x: x, "Echo", id="echo")) == []


def test_names_of_one_object_are_one_model() -> None:
    model = LinearRegression().fit(X, Y)
    (only,) = find_models({"model": model, "best": model, "_": model})
    assert (only.name, only.aliases) == ("best", ("model",))


def test_the_data_that_fits_is_offered_likeliest_first() -> None:
    model = LinearRegression().fit(X, Y)
    (only,) = find_models(
        {
            "model": model,
            "other": X.rename(columns={"ash": "dust"}),
            "wide": np.zeros((3, 5)),
            "values": X.to_numpy(),
            "frame": X,
            "X_test": X,
            "empty": X.head(0),
        }
    )
    assert only.examples == ("X_test", "frame", "values")


def test_an_object_that_can_not_be_asked_is_left_out() -> None:
    class Hostile:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

    with pytest.raises(RuntimeError):
        _ = Hostile().predict
    assert found(hostile=Hostile(), fine=LinearRegression().fit(X, Y)) == ["fine"]


def test_the_answer_is_json_that_nobody_sees() -> None:
    bundle = answer_models({"model": LinearRegression().fit(X, Y), "X": X})._repr_mimebundle_()
    assert bundle["text/plain"] == ""
    assert json.loads(json.dumps(bundle["application/json"]))["models"][0]["examples"] == ["X"]


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_a_notebook_that_made_nothing_has_no_models(shell: InteractiveShell) -> None:
    assert answer_models().value == {"models": []}


def test_the_variables_of_the_notebook_are_looked_through(shell: InteractiveShell) -> None:
    shell.run_cell(
        "from sklearn.dummy import DummyClassifier\n"
        "model = DummyClassifier().fit([[1], [2]], [0, 1])\n"
        "def double(x): return x"
    )
    assert [model["name"] for model in answer_models().value["models"]] == ["model", "double"]


def test_the_expression_of_the_page_works_in_a_kernel(shell: InteractiveShell) -> None:
    """What JupyterLab sends is an expression, and its value comes back as JSON."""
    expression = "__import__('importlib').import_module('primehub_deploy_ext.client.live_models').answer_models()"
    answer = shell.user_expressions({"answer": expression})["answer"]
    assert answer["status"] == "ok"
    assert answer["data"]["application/json"] == {"models": []}


@pytest.fixture
def at_the_server(monkeypatch: pytest.MonkeyPatch, server: Any) -> Any:
    from tests.unit.client.fake_routes import TOKEN

    monkeypatch.setenv("PRIMEHUB_DEPLOY_URL", server.url)
    monkeypatch.setenv("PRIMEHUB_DEPLOY_TOKEN", TOKEN)
    return server


def test_the_chosen_model_is_stored_with_types_ranges_and_an_example(at_the_server: Any) -> None:
    variables = {"model": LogisticRegression().fit(X, Y), "X_test": X}
    answer = answer_model("model", "X_test", variables).value
    assert answer["problem"] is None
    alcohol = answer["model"]["signature"]["inputs"][0]
    assert (alcohol["name"], alcohol["minimum"], alcohol["maximum"]) == ("alcohol", 12.1, 14.0)
    assert answer["model"]["example"]["inputs"][0]["data"][0] == 12.1
    json.dumps(answer)


def test_what_is_wrong_with_it_is_said(at_the_server: Any) -> None:
    assert "not fitted" in answer_model("raw", None, {"raw": LinearRegression()}).value["problem"]
    assert "run the cell" in answer_model("gone", None, {}).value["problem"]


def test_a_server_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PRIMEHUB_DEPLOY_TOKEN", "x")
    answer = answer_model("model", None, {"model": LinearRegression().fit(X, Y)}).value
    assert answer["model"] is None
    assert answer["problem"]


def test_a_notebook_full_of_models_lists_so_many() -> None:
    variables = {f"m{n}": LinearRegression() for n in range(live_models.MAX_MODELS + 10)}
    assert len(find_models(variables)) == live_models.MAX_MODELS
