"""A Hub that is down: what it said last counts for a while, and everybody is told."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.engines.bench import wait_for
from tests.hub.browsing import Tab
from tests.hub.installation import Installation, answer_of, listed

LIMIT = 120.0


def test_the_last_known_membership_counts_for_a_while_and_the_panel_says_so(
    hub: Installation, deployed: dict[str, str], tab: Callable[[str], Tab]
) -> None:
    endpoint = hub.connection("ada").get(deployed["ada"]).endpoint
    ada = tab("ada")
    expect(ada.row("eyes")).to_contain_text("Deployed")
    with hub.rest("ada") as rest:
        assert warning(rest) == ""
        hub.kill_hub()
        try:
            wait_for(lambda: "JupyterHub can't be reached" in warning(rest), LIMIT)
            assert listed(rest) == {deployed["ada"]}
            ada.panel().get_by_role("button", name="Refresh").click()
            expect(ada.panel()).to_contain_text("JupyterHub can't be reached")
            expect(ada.row("eyes")).to_contain_text("Deployed")

            wait_for(lambda: rest.get("deployments").status_code == 503, LIMIT)
            assert "waits until the Hub is back" in rest.get("deployments").json()["message"]
            assert answer_of(endpoint) == 42
        finally:
            hub.start_hub()
        wait_for(lambda: rest.get("deployments").status_code == 200, LIMIT)
        assert warning(rest) == ""
    ada.panel().get_by_role("button", name="Refresh").click()
    expect(ada.panel()).not_to_contain_text("JupyterHub can't be reached")
    expect(ada.row("eyes")).to_contain_text("Deployed")


def warning(rest: httpx.Client) -> str:
    """Return what the server says of its group provider."""
    return str(rest.get("me").json()["provider"]["warning"])
