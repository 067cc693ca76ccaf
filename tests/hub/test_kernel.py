"""``deploy()`` in a notebook of a Hub."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.hub.browsing import Tab
from tests.hub.installation import Installation, answer_of

DEPLOY = """
from primehub_deploy_ext import DeploymentsPanel, deploy
handle = deploy(lambda x: x * 2, "Lenses", id="lenses", example=1)
print("answers", handle.predict(21))
DeploymentsPanel()
"""


def test_a_cell_deploys_and_the_panels_show_it(hub: Installation, tab: Callable[[str], Tab]) -> None:
    ada = tab("ada")
    output = ada.run_notebook("ada", DEPLOY)
    try:
        expect(output).to_contain_text("answers 42", timeout=60_000)
        expect(output.locator(".pd-App.pd-mod-cell")).to_contain_text("Lenses")
        expect(ada.row("lenses")).to_contain_text("Deployed")

        with hub.rest("ada") as rest:
            lenses = rest.get("deployments/lenses").json()
            (revision,) = rest.get("deployments/lenses/revisions").json()["items"]
        assert (lenses["group"], revision["user"]) == ("vision", "ada")
        assert answer_of(lenses["endpoint"]) == 42
    finally:
        with hub.rest("ada") as rest:
            rest.delete("deployments/lenses")
    expect(ada.row("lenses")).to_have_count(0)


def test_models_run_with_nobodys_token(hub: Installation) -> None:
    # Ada's server, or grace's, started the engine that runs the models of both.
    def secrets_around(x: float) -> float:
        import os

        return float(sum(name.startswith("JUPYTERHUB_") for name in os.environ))

    for user in ("ada", "grace"):
        model = hub.connection(user).deploy(secrets_around, f"Curious {user}", id=f"curious-{user}", example=1)
        try:
            assert answer_of(model.endpoint) == 0
        finally:
            model.delete()
