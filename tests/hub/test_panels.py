"""What different people see in the browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.hub.browsing import Tab


def test_members_see_their_own_and_administrators_all_in_the_administration(
    deployed: dict[str, str], tab: Callable[[str], Tab]
) -> None:
    for user in ("ada", "grace"):
        member = tab(user)
        expect(member.row(deployed[user])).to_contain_text("Deployed")
        expect(member.rows()).to_have_count(1)
        expect(member.panel().get_by_role("button", name="Administration")).to_have_count(0)

    mary = tab("mary")
    mary.panel().get_by_role("button", name="Administration").click()
    mary.panel().get_by_label("Screen of the administration").select_option("Deployments")
    for name in ("Eyes", "Ears"):
        expect(mary.panel().get_by_role("region", name="Deployments", exact=True)).to_contain_text(name)
