"""What people do in the browser: log in at the Hub, look at the panel, run a notebook."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.hub.installation import PASSWORD, Installation

CHROMIUM = os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium")
LAB_LIMIT = 120_000.0
RUN_ATTEMPTS = 5
PANEL = "primehub-deploy-panel"
# JupyterLab tells nobody when it does.
LISTENS_TO_WIDGETS = """() => {
  const session = window.jupyterapp.shell.currentWidget?.sessionContext?.session;
  return Boolean(session?.kernel?._targetRegistry?.["jupyter.widget"]);
}"""

# How long people would wait for what they look at; a busy machine needs it.
expect.set_options(timeout=60_000)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """A browser tab of one person, with cookies of its own."""

    def __init__(self, browser: Browser, hub: Installation) -> None:
        self.hub = hub
        self.page: Page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()

    def log_in(self, user: str) -> None:
        """Fill the Hub's form; the Hub starts the server and shows JupyterLab."""
        self.page.goto(f"{self.hub.url}hub/login")
        self.page.fill("#username_input", user)
        self.page.fill("#password_input", PASSWORD)
        self.page.click("#login_submit")
        self.page.wait_for_url(f"**/user/{user}/lab**", timeout=LAB_LIMIT)
        self.page.wait_for_function("() => window.jupyterapp", timeout=LAB_LIMIT)
        # Until then JupyterLab opens the side panel of the last visit: a click at that moment would close it again.
        self.page.evaluate("() => window.jupyterapp.restored.then(() => null)")

    def panel(self) -> Locator:
        """Open the side panel."""
        panel = self.page.locator(f"#{PANEL}")
        if not panel.is_visible():
            self.page.click(f'[data-id="{PANEL}"]')
        panel.wait_for()
        return panel

    def row(self, deployment: str) -> Locator:
        """Return a deployment's row in the side panel."""
        return self.panel().locator(f'[data-deployment="{deployment}"]')

    def rows(self) -> Locator:
        """Return all deployments in the side panel."""
        return self.panel().locator("[data-deployment]")

    def silence_jupyterlab(self) -> None:
        """Hold back what JupyterLab itself asks its server every few seconds: only our requests go through."""
        self.page.route(re.compile(r"/user/(?!.*/primehub-deploy/)"), lambda route: None)

    def run_notebook(self, user: str, source: str) -> Locator:
        """Open a new notebook with one cell, run it in its kernel, and return where its output appears."""
        name = f"{secrets.token_hex(4)}.ipynb"
        cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        notebook = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}
        file = self.hub.folder / "users" / user / name
        file.write_text(json.dumps(notebook))
        # A workspace of its own: notebooks of before stay closed.
        self.page.goto(f"{self.hub.url_of(user)}lab/workspaces/{name.partition('.')[0]}/tree/{name}")
        shown = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        shown.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=LAB_LIMIT)
        # A widget whose kernel speaks of it before anybody here listens to such is loaded for ever.
        self.page.wait_for_function(LISTENS_TO_WIDGETS, timeout=LAB_LIMIT)
        # JupyterLab asks for a kernel when it isn't quite connected to the one that it started.
        self.page.add_locator_handler(
            self.page.locator(".jp-Dialog").get_by_role("button", name="Select Kernel", exact=True),
            lambda button: button.click(),
        )
        for _ in range(RUN_ATTEMPTS):
            shown.locator(".jp-CodeCell .cm-content").click()
            self.page.keyboard.press("Control+Enter")
            # JupyterLab drops what is run in the moment in which the kernel's state is asked for.
            with contextlib.suppress(AssertionError):
                expect(shown.locator(".jp-InputPrompt").first).not_to_have_text("[ ]:", timeout=5_000)
                break
        return shown.locator(".jp-OutputArea")

    def close(self) -> None:
        """Close the tab; its cookies are gone."""
        self.page.context.close()
