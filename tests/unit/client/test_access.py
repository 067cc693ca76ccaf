"""Private endpoints from a notebook: clients, tokens, and predicting as oneself; groups and their quotas."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta, timezone
from html import unescape
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from primehub_deploy_ext.client.access import expiry_time
from primehub_deploy_ext.client.connection import Connection, deploy
from primehub_deploy_ext.client.handle import DeploymentHandle
from primehub_deploy_ext.domain.errors import InvalidInput, NotFound, QuotaExceeded, Unauthenticated, UpstreamFailed
from primehub_deploy_ext.domain.models import CreateDeployment, UpdateDeployment

X = pd.DataFrame({"a": [1.0, 2.0]})


def double(frame: pd.DataFrame) -> pd.DataFrame:
    if (frame["a"] < 0).any():
        raise ValueError("too small")
    return frame["a"] * 2


@pytest.fixture
def handle(connection: Connection) -> DeploymentHandle:
    return deploy(double, "Double", example=X, access="private", connection=connection)


def test_a_deployment_is_private_from_the_start_or_later(
    handle: DeploymentHandle, server: Any, connection: Connection
) -> None:
    assert CreateDeployment.model_validate(server.bodies[-1]).access == "private"
    assert connection.deployments()["access"].tolist() == ["private"]

    handle.update(access="public")

    assert UpdateDeployment.model_validate(server.bodies[-1]).access == "public"
    assert handle.spec["access"] == "public"


def test_it_is_public_unless_told(connection: Connection) -> None:
    assert deploy(double, "Double", example=X, connection=connection).spec["access"] == "public"


@pytest.mark.parametrize("access", ["secret", None, True])
def test_what_is_neither_is_refused_before_anything_is_sent(connection: Connection, server: Any, access: Any) -> None:
    with pytest.raises(InvalidInput, match=r"access: .* can't be used; it is 'public' or 'private'"):
        connection.deploy(double, "Double", access=access)
    assert server.requests == []


def test_predicting_needs_no_token_for_who_owns_it(handle: DeploymentHandle, server: Any) -> None:
    server.requests.clear()

    found = handle.predict(X)

    assert found.tolist() == [2.0, 4.0]
    assert [path for _, path in server.requests] == [f"/base/primehub-deploy/v1/deployments/{handle.id}:predict"]


def test_through_the_server_errors_say_the_same(handle: DeploymentHandle, server: Any) -> None:
    with pytest.raises(UpstreamFailed, match="too small"):
        handle.predict(X * -1)
    with pytest.raises(InvalidInput, match="column 'a' is missing"):
        handle.predict(X.rename(columns={"a": "b"}))


def test_a_client_calls_the_endpoint_itself(handle: DeploymentHandle, server: Any) -> None:
    token = handle.add_client("reader")
    server.requests.clear()

    assert handle.predict(X, token=str(token)).tolist() == [2.0, 4.0]
    assert [path for _, path in server.requests] == [f"/deployment/{handle.id}/v2/models/{handle.id}/infer"]
    with pytest.raises(Unauthenticated, match="private, and this token is none of its clients'"):
        handle.predict(X, token="reader.guessed")


def test_an_endpoint_that_somebody_else_made_private_is_reached_all_the_same(
    handle: DeploymentHandle, connection: Connection
) -> None:
    mine = connection.get(handle.id)
    handle.update(access="public")
    assert np.allclose(mine.refresh().predict(X), X["a"] * 2)

    handle.update(access="private")

    assert np.allclose(mine.predict(X), X["a"] * 2)


def test_a_token_is_shown_once_with_a_line_to_try_it(handle: DeploymentHandle, server: Any) -> None:
    token = handle.add_client("reader", expires=timedelta(days=30))

    shown, html = repr(token), token._repr_html_()
    for text in (shown, unescape(html)):
        assert token.token in text
        assert "can't be shown again" in text
    words = shlex.split(token.curl)
    assert words[words.index("-u") + 1] == f"reader:{token.token}"
    assert token.expires_at is not None
    assert "<client>" not in html
    assert token.token not in handle.clients().to_string()


def test_a_line_for_a_client_of_a_model_without_an_example_asks_whether_it_is_ready(connection: Connection) -> None:
    handle = connection.deploy(lambda value: value, "Echo", access="private")

    assert handle.add_client("reader").curl.endswith(f"/v2/models/{handle.id}/ready")


def test_clients_are_listed_and_revoked(handle: DeploymentHandle) -> None:
    handle.add_client("writer")
    token = handle.add_client("reader", expires="2126-01-01T00:00:00Z")

    clients = handle.clients()
    assert clients["name"].tolist() == ["reader", "writer"]
    assert clients["expires_at"][0] == pd.Timestamp("2126-01-01", tz="UTC")
    assert clients["last_used_at"].isna().all()

    handle.remove_client("reader")
    assert handle.clients()["name"].tolist() == ["writer"]
    with pytest.raises(Unauthenticated):
        handle.predict(X, token=token.token)
    with pytest.raises(NotFound, match="no client 'reader'"):
        handle.remove_client("reader")


def test_the_shell_command_leaves_places_for_a_client_and_its_token(handle: DeploymentHandle) -> None:
    words = shlex.split(handle.curl())
    assert words[words.index("-u") + 1] == "<client>:<token>"

    handle.update(access="public")

    assert "-u" not in shlex.split(handle.curl())


def test_who_adds_a_client_to_a_public_endpoint_is_told_that_nobody_needs_a_token(handle: DeploymentHandle) -> None:
    private = handle.add_client("reader")
    handle.update(access="public")

    public = handle.add_client("writer")

    assert "is public" not in repr(private)
    assert "The endpoint is public" in repr(public)
    assert "access='private'" in unescape(public._repr_html_())


@pytest.mark.parametrize(
    ("expires", "iso"),
    [
        (None, None),
        ("2126-01-01T00:00:00Z", "2126-01-01T00:00:00Z"),
        ("2126-01-01", datetime(2126, 1, 1).astimezone(timezone.utc).isoformat()),
        ("next year", "next year"),
        (datetime(2126, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "2126-01-01T00:00:00+00:00"),
        (datetime(2126, 1, 1), datetime(2126, 1, 1).astimezone(timezone.utc).isoformat()),  # noqa: DTZ001
    ],
)
def test_an_expiry_is_a_time_in_any_of_the_usual_ways(expires: Any, iso: str | None) -> None:
    assert expiry_time(expires) == iso


def test_an_expiry_is_a_time() -> None:
    ahead = datetime.fromisoformat(str(expiry_time(timedelta(hours=1)))) - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)
    with pytest.raises(InvalidInput, match="expires: an int is no time"):
        expiry_time(30)


def test_groups_are_a_table_with_quota_and_usage(connection: Connection) -> None:
    groups = connection.groups()

    assert groups.to_dict("records") == [
        {
            "name": "alice",
            "display_name": "alice",
            "enabled": True,
            "role": "member",
            "cpu_used": 1.5,
            "cpu_quota": 4.0,
            "memory_used": 2 * 1024**3,
            "memory_quota": None,
            "gpu_used": 0,
            "gpu_quota": 0,
            "deployments_used": 1,
            "deployments_quota": 3,
        }
    ]


def test_a_quota_that_has_no_room_reads_well_in_a_cell(
    connection: Connection, server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    said = (
        "The CPU quota of the group 'lab' would be exceeded: quota 4, used 3, asked 2, left 1. In use by: iris (3). "
        "Stop or scale one of them, take a smaller instance type or fewer replicas, or ask an administrator for more."
    )
    server.refuse_creation = QuotaExceeded(said, details={"used": {"cpu": 3}})
    shell = InteractiveShell.instance(colors="NoColor")
    shell.user_ns |= {"connection": connection, "double": double, "X": X}

    result = shell.run_cell("connection.deploy(double, 'Double', example=X)")
    InteractiveShell.clear_instance()

    assert isinstance(result.error_in_exec, QuotaExceeded)
    assert capsys.readouterr().out.rstrip().endswith(f"QuotaExceeded: {said}")
    assert result.error_in_exec.details["used"] == {"cpu": 3}


def test_what_a_notebook_does_is_told_from_what_a_browser_does(connection: Connection, server: Any) -> None:
    connection.groups()

    assert server.programs[-1].startswith("primehub-deploy-ext/")
