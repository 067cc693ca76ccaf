"""What a mistake looks like in a notebook."""

from __future__ import annotations

import inspect
import traceback
from typing import Any

import pytest

from primehub_deploy_ext.client import Connection, DeploymentHandle, connect, deploy
from primehub_deploy_ext.client.brief import brief
from primehub_deploy_ext.client.errors import ServerUnreachable
from primehub_deploy_ext.domain.errors import InvalidInput


def functions_of(error: BaseException) -> list[str]:
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def test_a_mistake_is_shown_at_the_line_that_made_it(server: Any) -> None:
    with pytest.raises(InvalidInput) as told:
        connect(server.url, "secret").deploy(3, "three")
    assert functions_of(told.value) == ["test_a_mistake_is_shown_at_the_line_that_made_it", "called"]


def test_what_the_network_said_is_told_without_its_frames() -> None:
    with pytest.raises(ServerUnreachable) as told:
        connect("http://127.0.0.1:9/", "secret").health()
    assert functions_of(told.value)[1:] == ["called"]
    assert isinstance(told.value.__cause__, OSError)
    assert functions_of(told.value.__cause__) == []


def test_of_a_model_that_fails_the_place_is_shown(server: Any) -> None:
    def model(x: Any) -> Any:
        return x["missing"]

    with pytest.raises(InvalidInput) as told:
        connect(server.url, "secret").deploy(model, "broken", example=[{"a": 1}])
    assert "model" in functions_of(told.value.__cause__ or told.value)


def test_a_fault_of_ours_keeps_its_frames() -> None:
    @brief
    def wrong() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as told:
        wrong()
    assert functions_of(told.value)[-2:] == ["called", "wrong"]


@pytest.mark.parametrize("call", [deploy, Connection.get, DeploymentHandle.predict])
def test_help_shows_the_call_itself(call: Any) -> None:
    assert inspect.getdoc(call)
    assert "kwargs" not in inspect.signature(call).parameters
