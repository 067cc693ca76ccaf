"""One real JupyterHub for all these tests, and a browser."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.hub.browsing import Tab, chromium
from tests.hub.installation import Installation

USERS = ["ada", "grace"]
ADMINS = ["mary"]
RESULTS = Path(__file__).parent / "test-results"
GROUPS = {"vision": ["ada"], "nlp": ["grace"]}


@pytest.fixture(scope="session")
def hub() -> Iterator[Installation]:
    """Two groups of one member each, an administrator who is in none, and one engine for all."""
    # Unix sockets lie below: the path must be short.
    folder = Path(tempfile.mkdtemp(prefix="phh-"))
    installation = Installation(folder, USERS, ADMINS, GROUPS)
    try:
        installation.start()
        installation.start_servers([*USERS, *ADMINS])
        with installation.rest("mary") as mary:
            for group in GROUPS:
                answer = mary.patch(f"groups/{group}", json={"enabled": True})
                assert answer.status_code == 200, answer.text
        yield installation
    finally:
        left = installation.end()
        shutil.rmtree(folder, ignore_errors=True)
    assert not left, f"processes outlived the Hub: {left}"


@pytest.fixture(scope="session")
def deployed(hub: Installation) -> dict[str, str]:
    """A deployment of each member; id by user."""
    titles = {"ada": "Eyes", "grace": "Ears"}
    return {
        user: hub.connection(user).deploy(lambda x: x * 2, title, id=title.lower(), example=1).id
        for user, title in titles.items()
    }


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class OpenTabs:
    """Opens tabs for a test."""

    def __init__(self, browser: Browser, hub: Installation) -> None:
        self._browser = browser
        self._hub = hub
        self.tabs: list[Tab] = []

    def __call__(self, user: str) -> Tab:
        """Return a new tab in which somebody has logged in."""
        self.tabs.append(Tab(self._browser, self._hub))
        self.tabs[-1].log_in(user)
        return self.tabs[-1]


@pytest.fixture
def tab(browser: Browser, hub: Installation) -> Iterator[OpenTabs]:
    opened = OpenTabs(browser, hub)
    yield opened
    for tab in opened.tabs:
        tab.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the Hub said and what people saw when a test fails."""
    report = yield
    given = item.funcargs if isinstance(item, pytest.Function) else {}
    if report.failed and isinstance(hub := given.get("hub"), Installation):
        report.sections.append(("the Hub's log", hub.log()))
    if report.failed and isinstance(opened := given.get("tab"), OpenTabs):
        for number, tab in enumerate(opened.tabs):
            picture = RESULTS / f"{item.name}-{number}.png"
            tab.page.screenshot(path=picture)
            report.sections.append(("what was on the screen", str(picture)))
    return report
