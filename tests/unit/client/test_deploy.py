"""The whole way of a notebook: deploy, call, look, change, remove."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from primehub_deploy_ext.client.connection import Connection, deploy
from primehub_deploy_ext.client.errors import DeploymentFailed
from primehub_deploy_ext.client.handle import DeploymentHandle
from primehub_deploy_ext.client.images import deploy_image
from primehub_deploy_ext.domain.errors import (
    AlreadyExists,
    EngineUnavailable,
    InvalidInput,
    NotFound,
    UpstreamFailed,
)
from primehub_deploy_ext.domain.models import CreateDeployment, UpdateDeployment

X = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [1.0, 1, 0, 0]}, index=list("wxyz"))
Y = np.array(["low", "low", "high", "high"])


@pytest.fixture
def model() -> LogisticRegression:
    return LogisticRegression().fit(X, Y)


@pytest.fixture
def handle(connection: Connection, model: Any) -> DeploymentHandle:
    return deploy(model, "Iris", example=X, connection=connection)


def test_a_model_becomes_an_endpoint_that_predicts(handle: DeploymentHandle, model: Any) -> None:
    found = handle.predict(X)
    assert found.index.tolist() == list("wxyz")
    assert found.tolist() == model.predict(X).tolist()
    assert handle.predict(X.to_numpy().tolist()) == Y.tolist()
    assert np.allclose(handle.predict(X, method="predict_proba"), model.predict_proba(X))


def test_what_is_sent_fits_the_schema(handle: DeploymentHandle, server: Any, model: Any) -> None:
    handle.update(model, replicas=2, env={"A": "1"}, metadata={"k": "v"}, update_message="more")
    create, update = server.bodies
    sent = CreateDeployment.model_validate(create)
    assert sent.model.adapter == "sklearn"
    assert sent.model.class_name == "sklearn.linear_model._logistic.LogisticRegression"
    assert {"sklearn", "numpy", "pandas"} <= set(sent.model.packages)
    assert UpdateDeployment.model_validate({**update, "update_message": "more"}).replicas == 2


def test_the_environment_is_there_when_the_example_is_tried_and_gone_afterwards(
    connection: Connection, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTOR", "1")
    monkeypatch.delenv("OFFSET", raising=False)

    def scaled(x: float) -> float:
        return x * int(os.environ["FACTOR"]) + int(os.environ["OFFSET"])

    connection.deploy(scaled, "Scaled", example=2, env={"FACTOR": "10", "OFFSET": "3"}, wait=False)
    assert server.bodies[0]["env"] == {"FACTOR": "10", "OFFSET": "3"}
    assert (os.environ["FACTOR"], os.environ.get("OFFSET")) == ("1", None)


def test_the_same_model_is_sent_once(handle: DeploymentHandle, server: Any, model: Any) -> None:
    handle.update(model)
    assert [method for method, _ in server.requests].count("PUT") == 1


def test_storing_a_large_model_is_announced(
    connection: Connection, model: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("primehub_deploy_ext.client.submission._LARGE", 100)
    connection.deploy(model, "Iris")
    assert capsys.readouterr().out.startswith("Storing the model: 0 MiB\n")


def test_functions_take_and_give_json(connection: Connection) -> None:
    handle = connection.deploy(lambda d: {"sum": d["a"] + 1}, "Sum", example={"a": 1})
    assert handle.predict({"a": 41}) == {"sum": 42}


def test_without_waiting_the_handle_comes_at_once(connection: Connection, server: Any, model: Any) -> None:
    server.script = []
    handle = connection.deploy(model, "Iris", wait=False)
    assert handle.phase == "Deploying"


def test_an_id_that_is_taken_is_said_before_the_model_is_packed(
    handle: DeploymentHandle, connection: Connection, server: Any
) -> None:
    before = len(server.calls())
    with pytest.raises(AlreadyExists, match=r"connect\(\)\.get\('iris-x3k9q'\)\.update\(model=…\)"):
        connection.deploy(lambda x: x, "Other", id="iris-x3k9q")
    assert len(server.calls()) == before + 1


@pytest.mark.parametrize(("name", "id", "field"), [("", None, "name"), (3, None, "name"), ("ok", "UPPER", "id")])
def test_names_are_checked_first(connection: Connection, server: Any, name: Any, id: Any, field: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{field}: .* can't be used; it is a text of"):
        connection.deploy(lambda x: x, name, id=id)
    assert server.requests == []


def test_an_update_that_fails_leaves_the_handle_useful(handle: DeploymentHandle, server: Any) -> None:
    failed = {"revision": 2, "outcome": "failed", "reason": "ExampleFailed", "message": "boom"}
    server.script = [{"phase": "Deployed", "reason": "UpdateFailed", "step": None, "update": failed}]
    with pytest.raises(DeploymentFailed, match="Revision 1 still serves"):
        handle.update(lambda d: d, example={"a": 1})
    # The newest specification takes JSON, the model that serves a table.
    assert handle.predict(X).tolist() == Y.tolist()


def test_a_model_that_somebody_else_replaced_is_noticed(handle: DeploymentHandle, connection: Connection) -> None:
    connection.get(handle.id).update(LogisticRegression().fit(X[["b"]], Y))
    assert handle.predict(X[["b"]]).tolist() == ["low", "low", "high", "high"]


def test_a_dropped_connection_is_tried_once_more(handle: DeploymentHandle, server: Any) -> None:
    server.drop_connections = 1
    assert len(handle.predict(X)) == 4


def test_what_the_model_cannot_take_names_the_column(handle: DeploymentHandle) -> None:
    with pytest.raises(InvalidInput, match="column 'b' is missing"):
        handle.predict(X[["a"]])


def test_what_the_model_raises_is_said(connection: Connection) -> None:
    handle = connection.deploy(lambda d: d["a"], "Get", example={"a": 1})
    with pytest.raises(UpstreamFailed, match="KeyError: 'a'"):
        handle.predict({"b": 1})


def test_a_stopped_deployment_says_how_to_start_it(handle: DeploymentHandle, server: Any) -> None:
    server.models.clear()
    with pytest.raises(EngineUnavailable, match=r"stopped: start it with \.start\(\)"):
        handle.predict(X)


def test_curl_predicts_the_example(handle: DeploymentHandle) -> None:
    ran = subprocess.run(shlex.split(handle.curl()), capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["outputs"][0]["data"] == Y.tolist()


def test_curl_without_an_example_says_what_to_do(connection: Connection) -> None:
    with pytest.raises(InvalidInput, match="example=…"):
        connection.deploy(lambda x: x, "Plain").curl()


def test_actions_come_back_with_the_handle(handle: DeploymentHandle, server: Any) -> None:
    assert handle.scale(3) is handle
    assert handle.status.desired == 3
    handle.restart().start()
    assert [revision["action"] for revision in handle.revisions()] == ["start", "restart", "scale", "create"]
    server.script = [{"phase": "Stopped", "reason": "Stopped"}]
    assert handle.stop().phase == "Stopped"


def test_rollback_without_a_number_brings_back_the_model_before(handle: DeploymentHandle, server: Any) -> None:
    first = handle.spec["model"]["artifact"]
    handle.update(LogisticRegression(C=9).fit(X, Y)).scale(2)
    handle.rollback()
    assert handle.spec["model"]["artifact"] == first
    assert ("POST", "/base/primehub-deploy/v1/deployments/iris-x3k9q:rollback") in server.requests


def test_rollback_with_nothing_before_says_what_there_is(handle: DeploymentHandle) -> None:
    with pytest.raises(InvalidInput, match=r"there are: 1 \(succeeded\)"):
        handle.rollback()


@pytest.mark.parametrize(("changes", "words"), [({}, "nothing to change"), ({"example": [1]}, "give the model too")])
def test_updates_that_change_nothing(handle: DeploymentHandle, changes: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        handle.update(**changes)


def test_delete(handle: DeploymentHandle, connection: Connection) -> None:
    handle.delete()
    with pytest.raises(NotFound):
        handle.status  # noqa: B018 (asks the server)
    with pytest.raises(NotFound, match="no deployment with the id or name"):
        connection.get("Iris")


def test_get_by_id_and_by_name(handle: DeploymentHandle, connection: Connection) -> None:
    assert connection.get("iris-x3k9q").name == connection.get("Iris").name
    connection.deploy(lambda x: x, "Iris", id="second")
    with pytest.raises(InvalidInput, match="iris-x3k9q, second"):
        connection.get("Iris")


def test_deployments_is_tidy_over_all_pages(connection: Connection) -> None:
    assert connection.deployments().empty
    for number in range(5):
        connection.deploy(lambda x: x, f"m{number}", id=f"dep-{number}")
    table = connection.deployments()
    assert table.id.tolist() == [f"dep-{n}" for n in range(5)]
    assert table.phase.unique().tolist() == ["Deployed"]
    assert str(table.updated_at.dtype).startswith("datetime64")
    assert len(connection.deployments(limit=3)) == 3


def test_history_is_a_table(handle: DeploymentHandle) -> None:
    table = handle.scale(2).history()
    assert table.action.to_dict() == {2: "scale", 1: "create"}
    assert table.index.name == "revision"


def test_logs_read_well_and_follow_is_an_iterator(handle: DeploymentHandle, server: Any) -> None:
    line = {"time": "2026-11-23T09:40:24.123456Z", "replica": "1-0", "attempt": 1}
    server.logs = [{**line, "stream": "stdout", "text": "hello"}, {**line, "stream": "stderr", "text": "oh"}]
    log = handle.logs(since=60)
    assert repr(log) == "2026-11-23 09:40:24.123 1-0  hello\n2026-11-23 09:40:24.123 1-0! oh"
    assert log.lines[1]["text"] == "oh"
    assert "tail=200" in server.calls()[-1][1]
    assert "follow" not in server.calls()[-1][1]
    assert next(handle.logs(follow=True)).endswith("hello")
    server.logs = []
    assert repr(handle.logs()) == "(no log lines)"


def test_a_loop_over_a_log_goes_from_line_to_line(
    handle: DeploymentHandle, server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"time": "2026-11-23T09:40:24.123456Z", "replica": "1-0", "attempt": 1, "stream": "stdout"}
    server.logs = [{**line, "text": "10 %\r20 %"}, {**line, "text": "done"}]
    log = handle.logs()
    expected = ["2026-11-23 09:40:24.123 1-0  10 %\r20 %", "2026-11-23 09:40:24.123 1-0  done"]
    assert list(log) == expected
    assert [line for line in log if "done" in line] == expected[1:]
    print(log)
    assert capsys.readouterr().out == "\n".join(expected) + "\n"
    assert "done" in log
    assert isinstance(log, str)
    server.logs = []
    assert list(handle.logs()) == []


def test_a_time_that_is_none_is_refused(handle: DeploymentHandle) -> None:
    with pytest.raises(InvalidInput, match="since: 'yesterday'"):
        handle.logs(since="yesterday")


def test_a_handle_shows_itself(handle: DeploymentHandle, server: Any) -> None:
    assert repr(handle).startswith("<DeploymentHandle iris-x3k9q 'Iris': Deployed, revision 1, 1/1 replicas, http")
    assert str(handle.status) == "Deployed (Ready), revision 1: 1 ready"
    server.put(handle.id, name="<b>Iris</b>")
    bundle = handle._repr_mimebundle_()
    assert "\n" not in bundle["text/plain"]
    assert "&lt;b&gt;Iris" in bundle["text/html"]
    assert "Message" not in bundle["text/html"]
    server.answer_instead = (503, "text/html", b"gone")
    assert "web page" in handle._repr_mimebundle_()["text/html"]


def test_a_connection_shows_what_it_is(connection: Connection, server: Any) -> None:
    assert repr(connection) == f"<Connection to {server.url}>"
    assert connection.health()["status"] == "ok"
    assert "There are no deployments yet" in connection.overview()


def test_an_image_is_deployed_by_its_name(connection: Connection, server: Any) -> None:
    handle = deploy_image(
        "registry.example.com/team/echo:1",
        "Echo",
        pull_secret="team-registry",
        replicas=2,
        env={"MODE": "fast"},
        wait=False,
        connection=connection,
    )
    (sent,) = (CreateDeployment.model_validate(body) for body in server.bodies)
    assert (sent.model.image, sent.model.artifact) == ("registry.example.com/team/echo:1", "")
    assert (sent.name, sent.pull_secret, sent.replicas, sent.env) == ("Echo", "team-registry", 2, {"MODE": "fast"})
    assert handle.id in server.deployments
    assert connection.deployments()["model"].tolist() == ["registry.example.com/team/echo:1"]
    # Paths and bodies are the image's own.
    assert handle.curl() == f"curl -sS {handle.endpoint}"


@pytest.mark.parametrize(
    ("wrong", "field"), [({"name": ""}, "name"), ({"id": "UPPER"}, "id"), ({"access": "secret"}, "access")]
)
def test_the_options_of_an_image_are_judged_as_those_of_a_model(
    connection: Connection, server: Any, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"^{field}: .* can't be used"):
        deploy_image("registry.example.com/team/echo:1", **{"name": "Echo", "connection": connection, **wrong})
    assert server.requests == []


def test_a_model_runs_in_the_image_that_is_named_and_stays_there_when_it_is_replaced(
    connection: Connection, server: Any, model: Any
) -> None:
    image = "registry.example.com/team/runner:2"
    handle = deploy(model, "Iris", example=X, image=image, pull_secret="team-registry", connection=connection)
    handle.update(model, example=X)
    create, update = server.bodies
    sent = CreateDeployment.model_validate(create)
    assert (sent.model.image, bool(sent.model.artifact), sent.pull_secret) == (image, True, "team-registry")
    assert UpdateDeployment.model_validate(update).model.image == image  # type: ignore[union-attr]


def test_a_model_that_replaces_an_image_which_serves_by_itself_does_not_run_in_it(
    connection: Connection, server: Any, model: Any
) -> None:
    handle = deploy_image("registry.example.com/team/echo:1", "Echo", wait=False, connection=connection)
    handle.update(model, example=X, wait=False)
    assert "image" not in server.bodies[-1]["model"]
