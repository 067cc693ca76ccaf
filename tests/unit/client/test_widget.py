"""The panel's traits carry what is shown and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from traitlets import TraitError

from primehub_deploy_ext import __version__
from primehub_deploy_ext.client.connection import Connection
from primehub_deploy_ext.widget import DeploymentsPanel


def test_the_state_is_identity_and_options(connection: Connection) -> None:
    state = DeploymentsPanel(connection, group="research").get_state()
    for key, value in {
        "_model_module": "primehub-deploy-ext",
        "_model_module_version": f"^{__version__}",
        "_model_name": "DeploymentsPanelModel",
        "_view_name": "DeploymentsPanelView",
        "group": "research",
        "deployment": "",
        "view": "grid",
        "height": "",
        "selected": "",
    }.items():
        assert state[key] == value
    assert "secret" not in repr(state)


def test_front_ends_without_widgets_get_a_table(connection: Connection) -> None:
    connection.deploy(lambda x: x, "Echo & co", id="echo")
    bundle = DeploymentsPanel(connection)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Echo &amp; co" in bundle["text/html"]
    assert "<table>" in bundle["text/html"]


def test_without_a_server_they_get_a_sentence(connection: Connection, server: Any) -> None:
    server.answer_instead = (200, "text/html", b"<html>")
    assert "The deployments can't be shown: " in DeploymentsPanel(connection)._repr_mimebundle_()["text/html"]


def test_the_rows_are_a_data_frame(connection: Connection) -> None:
    connection.deploy(lambda x: x, "Echo", id="echo")
    assert DeploymentsPanel(connection).deployments.id.tolist() == ["echo"]


def test_an_unknown_view_is_refused(connection: Connection) -> None:
    with pytest.raises(TraitError, match="view"):
        DeploymentsPanel(connection, view="globe")
