"""The panel in a real browser, for benchmarks: how long until it shows something, and how old that is."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import sync_playwright

from scripts.demo_server import Server

PANEL = "primehub-deploy-panel"
CHROMIUM = os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium")
_UNTIL_ROWS = """id => new Promise(resolve => {
  const began = performance.now();
  void window.jupyterapp.shell.activateById(id);
  const look = () => {
    const row = document.querySelector(`#${id} .pd-Row`);
    row && row.getBoundingClientRect().height > 0 ? resolve(performance.now() - began) : requestAnimationFrame(look);
  };
  look();
})"""
# Painted, not only put into the document: the frame after the one that holds the text.
_UNTIL_TEXT = """([id, text]) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`${text} was not shown`)), 30_000);
  const look = () => document.querySelector(`#${id}`).textContent.includes(text)
    ? requestAnimationFrame(() => resolve(Date.now())) : requestAnimationFrame(look);
  look();
})"""


class Page:
    """JupyterLab in Chromium, with the panel of a server."""

    def __init__(self, server: Server) -> None:
        self._playwright = sync_playwright().start()
        browser = self._playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        self._page = browser.new_page(viewport={"width": 1280, "height": 800})
        self._page.goto(f"{server.url}lab?token={server.token}&reset")
        self._page.wait_for_function("() => window.jupyterapp?.restored", timeout=60_000)
        self._page.evaluate("() => window.jupyterapp.restored")

    def open_panel(self) -> float:
        """Open the panel; return the seconds until the first deployment is painted."""
        return float(self._page.evaluate(_UNTIL_ROWS, PANEL)) / 1000

    def shown(self) -> list[str]:
        """Return the ids of the deployments that are in view."""
        rows: list[str] = self._page.evaluate(
            "id => [...document.querySelectorAll(`#${id} [data-deployment]`)].map(row => row.dataset.deployment)", PANEL
        )
        return rows

    def seconds_until_shown(self, text: str, change: Callable[[], Any]) -> float:
        """Change something; return the seconds from then until a text is painted."""
        acknowledged = 0.0

        def changing() -> None:
            nonlocal acknowledged
            time.sleep(0.05)
            change()
            acknowledged = time.time()

        thread = threading.Thread(target=changing)
        thread.start()
        painted = self._page.evaluate(_UNTIL_TEXT, [PANEL, text]) / 1000
        thread.join()
        return max(0.0, float(painted) - acknowledged)

    def close(self) -> None:
        """End the browser."""
        self._playwright.stop()
