"""Models that are kept by name, to be deployed later by whoever may."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from primehub_deploy_ext.client.connection import Connection
from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.stored import SaveModel

ROWS = np.array([[0.0], [1.0]])


@pytest.fixture
def model() -> LogisticRegression:
    return LogisticRegression().fit(ROWS, [0, 1])


def test_a_model_is_kept_by_a_name_with_its_artifact_and_no_endpoint(
    connection: Connection, server: Any, model: Any
) -> None:
    first = connection.save_model(model, "Iris", example=ROWS, description="as trained")
    second = connection.save_model(model, "Iris", group="lab")

    assert (first.name, first.version, second.version, second.group) == ("Iris", 1, 2, "lab")
    assert server.deployments == {}
    sent = SaveModel.model_validate(server.bodies[0])
    assert (sent.description, sent.group) == ("as trained", None)
    assert sent.model.artifact in server.artifacts
    assert sent.model.signature is not None
    assert sent.model.signature.inputs[0].maximum == 1


def test_saved_models_are_listed_and_removed(connection: Connection, model: Any) -> None:
    saved = connection.save_model(model, "Iris", example=ROWS)

    (row,) = connection.models().to_dict("records")
    assert (row["name"], row["version"], row["deployments"]) == ("Iris", 1, 0)
    assert row["model"].endswith("LogisticRegression")

    saved.forget()
    assert connection.models().empty


def test_a_name_that_can_not_be_used_is_refused_before_anything_is_sent(
    connection: Connection, server: Any, model: Any
) -> None:
    with pytest.raises(InvalidInput, match="name"):
        connection.save_model(model, " ")
    with pytest.raises(InvalidInput, match="can't be served"):
        connection.save_model(42, "Answer")
    assert server.artifacts == {}
