"""The panel's traits carry what is shown and nothing else."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from traitlets import TraitError

from primehub_deploy_ext import __version__
from primehub_deploy_ext.client.cards import MIME_TYPE
from primehub_deploy_ext.client.connection import Connection
from primehub_deploy_ext.widget import DeploymentsPanel


def test_the_state_is_identity_and_options(connection: Connection) -> None:
    state = DeploymentsPanel(connection=connection, group="research").get_state()
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
    bundle = DeploymentsPanel(connection=connection)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Echo &amp; co" in bundle["text/html"]
    assert "<table>" in bundle["text/html"]


def test_without_a_server_they_get_a_sentence(connection: Connection, server: Any) -> None:
    server.answer_instead = (200, "text/html", b"<html>")
    assert (
        "The deployments can't be shown: " in DeploymentsPanel(connection=connection)._repr_mimebundle_()["text/html"]
    )


def test_the_rows_are_a_data_frame(connection: Connection) -> None:
    connection.deploy(lambda x: x, "Echo", id="echo")
    assert DeploymentsPanel(connection=connection).deployments.id.tolist() == ["echo"]


def test_an_unknown_view_is_refused(connection: Connection) -> None:
    with pytest.raises(TraitError, match="view"):
        DeploymentsPanel(connection=connection, view="globe")


def test_the_panel_is_made_as_the_documents_say(connection: Connection) -> None:
    handle = connection.deploy(lambda x: x, "Echo", id="echo")
    panel = DeploymentsPanel("research", "table", handle, "480px", connection=connection)
    assert (panel.group, panel.view, panel.deployment, panel.height) == ("research", "table", "echo", "480px")
    everything = DeploymentsPanel(connection=connection)
    assert (everything.group, everything.deployment, everything.tab, everything.filter) == ("", "", "", "")


def test_one_deployment_is_a_card_where_there_are_no_widgets(connection: Connection) -> None:
    connection.deploy(lambda x: x, "Echo & co", id="echo")
    bundle = DeploymentsPanel(deployment="echo", connection=connection)._repr_mimebundle_()
    assert "Echo &amp; co" in bundle["text/html"]
    assert "Replicas" in bundle["text/html"]


def test_an_exported_notebook_has_the_table(connection: Connection) -> None:
    """The output as a front end keeps it, through nbconvert."""
    connection.deploy(lambda x: x, "Echo & co", id="echo")
    data = DeploymentsPanel(connection=connection)._repr_mimebundle_()
    shown = nbformat.v4.new_output("display_data", data=data)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("panel", outputs=[shown])])
    html, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert "Echo &amp; co" in html
    assert '<th scope="col">Endpoint</th>' in html


def test_a_handle_is_a_card_that_names_the_deployment(connection: Connection) -> None:
    bundle = connection.deploy(lambda x: x, "Echo", id="echo")._repr_mimebundle_()
    named = bundle[MIME_TYPE]
    assert (named["id"], named["name"]) == ("echo", "Echo")
    assert "<table>" in bundle["text/html"]
    assert "DeploymentHandle echo" in bundle["text/plain"]


def test_a_cell_has_one_card_of_a_deployment(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shell:
        kernel = object()
        cell = "first"

        def get_parent(self) -> dict[str, Any]:
            return {"header": {"msg_id": self.cell}}

    shell = Shell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    shown: list[dict[str, Any]] = []

    class Output:
        def update(self, bundle: dict[str, Any], raw: bool) -> None:
            shown.append(bundle)

    def display(bundle: dict[str, Any], **options: Any) -> Output:
        shown.append(bundle)
        return Output()

    monkeypatch.setattr("IPython.display.display", display)
    handle = connection.deploy(lambda x: x, "Echo", id="echo")
    assert shown[0][MIME_TYPE]["id"] == "echo"
    assert list(handle._repr_mimebundle_()) == ["text/plain"]
    other = connection.deploy(lambda x: x, "Other", id="other", wait=False)
    assert MIME_TYPE in other._repr_mimebundle_(), "nothing was shown of it yet"
    shell.cell = "second"
    assert MIME_TYPE in handle._repr_mimebundle_()
