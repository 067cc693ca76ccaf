"""What an image has of other versions than this kernel is named before the model is sent."""

from __future__ import annotations

import platform
import warnings
from typing import Any

import pytest
import sklearn
from sklearn.linear_model import LogisticRegression

from primehub_deploy_ext.client import Connection, LibrariesDiffer

ROWS = [[0.0], [1.0]]
DRIFT = [
    {"package": "python", "trained": "3.1.4", "here": "3.14.0"},
    {"package": "numpy", "trained": "2.2.6", "here": "1.26.4"},
    {"package": "xgboost", "trained": "3.0", "here": None},
]
SENTENCE = (
    "The image has other versions than the model was made with: python 3.14.0 (made with 3.1.4), "
    "numpy 1.26.4 (made with 2.2.6), xgboost missing (made with 3.0)."
)


def fitted() -> LogisticRegression:
    return LogisticRegression().fit(ROWS, [0, 1])


def test_what_differs_is_a_warning_about_the_line_that_deploys_before_anything_is_stored(
    connection: Connection, server: Any
) -> None:
    server.drift = DRIFT
    with pytest.warns(LibrariesDiffer) as told:
        connection.deploy(fitted(), "Iris", example=ROWS, image="team/runner:2", wait=False)
    assert [str(one.message) for one in told] == [SENTENCE]
    assert told[0].filename == __file__
    ((question, stored_by_then),) = server.drift_questions
    assert (question["image"], question["python_version"]) == ("team/runner:2", platform.python_version())
    assert question["packages"]["sklearn"] == sklearn.__version__
    assert stored_by_then == 0
    assert len(server.artifacts) == 1


def test_an_update_is_compared_with_the_image_that_it_stays_in(connection: Connection, server: Any) -> None:
    handle = connection.deploy(fitted(), "Iris", example=ROWS, image="team/runner:2", wait=False)
    server.drift = DRIFT[1:2]
    with pytest.warns(LibrariesDiffer, match="numpy 1.26.4"):
        handle.update(fitted(), example=ROWS, wait=False)
    assert [question["image"] for question, _ in server.drift_questions] == ["team/runner:2"] * 2


@pytest.mark.parametrize("drift", [[], None], ids=["the-same", "a-server-from-before"])
def test_where_nothing_differs_or_nobody_can_be_asked_nothing_is_said(
    connection: Connection, server: Any, drift: list[Any] | None
) -> None:
    server.drift = drift
    with warnings.catch_warnings():
        warnings.simplefilter("error", LibrariesDiffer)
        connection.deploy(fitted(), "Iris", example=ROWS, wait=False)
    assert len(server.deployments) == 1


def test_who_wants_no_drift_makes_it_an_error_and_nothing_is_sent(connection: Connection, server: Any) -> None:
    server.drift = DRIFT
    with warnings.catch_warnings():
        warnings.simplefilter("error", LibrariesDiffer)
        with pytest.raises(LibrariesDiffer):
            connection.deploy(fitted(), "Iris", example=ROWS, wait=False)
    assert (server.artifacts, server.deployments) == ({}, {})
