"""Whoever leaves a group sees its deployments no more."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from primehub_deploy_ext.service.groups.jupyterhub import JupyterHubGroups
from tests.engines.bench import wait_for
from tests.hub.browsing import Tab
from tests.hub.installation import Installation, listed

A_MINUTE = 60.0
# The open stream is checked at each line, and there is one at least so often.
HEARTBEAT_SECONDS = 15.0


def test_a_membership_that_is_taken_away_shows_in_lists_and_in_the_open_panel(
    hub: Installation, deployed: dict[str, str], tab: Callable[[str], Tab]
) -> None:
    ada = tab("ada")
    expect(ada.row("eyes")).to_contain_text("Deployed")
    with hub.rest("ada") as rest:
        hub.leave("ada", "vision")
        try:
            wait_for(lambda: listed(rest) == set(), A_MINUTE)
            expect(ada.row("eyes")).to_have_count(0, timeout=A_MINUTE * 1000)
            assert rest.post(f"deployments/{deployed['ada']}:stop", json={}).status_code == 404
        finally:
            hub.join("ada", "vision")
        wait_for(lambda: listed(rest) == {deployed["ada"]}, A_MINUTE)
    ada.panel().get_by_role("button", name="Refresh").click()
    expect(ada.row("eyes")).to_contain_text("Deployed")


def test_without_configuration_it_takes_no_longer_than_a_minute() -> None:
    assert JupyterHubGroups.refresh_interval.default_value + HEARTBEAT_SECONDS < A_MINUTE
