"""Idle servers are stopped, deployments are not."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.engines.bench import wait_for
from tests.hub.browsing import Tab
from tests.hub.installation import Installation, answer_of

IDLE_SECONDS = 3


def test_an_open_panel_keeps_no_server_alive_and_deployments_need_none(
    hub: Installation, deployed: dict[str, str], tab: Callable[[str], Tab]
) -> None:
    endpoint = hub.connection("ada").get(deployed["ada"]).endpoint
    ada = tab("ada")
    expect(ada.row("eyes")).to_contain_text("Deployed")
    ada.silence_jupyterlab()

    with hub.culling(IDLE_SECONDS):
        wait_for(lambda: hub.server_is_gone("ada"), 120)
        assert answer_of(endpoint) == 42
        with ada.page.expect_response(re.compile("/hub/user/ada/primehub-deploy/")) as refused:
            ada.panel().get_by_role("button", name="Refresh").click()
        expect(ada.panel()).to_contain_text("Connection lost")
        # Asking starts no server.
        assert refused.value.status == 424
        assert hub.server_is_gone("ada")
        assert answer_of(endpoint) == 42

    again = tab("ada")
    expect(again.row("eyes")).to_contain_text("Deployed")
    assert answer_of(endpoint) == 42
