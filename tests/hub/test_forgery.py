"""Other web pages can't use somebody's login."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.hub.browsing import Tab
from tests.hub.installation import Installation

# The same site, as browsers see it (the port doesn't count): the cookies go along.
PAGE = """<form method="post" enctype="text/plain" action="{target}"><button>A harmless button</button></form>"""


@pytest.fixture
def page_of_others() -> Iterator[Callable[[str], str]]:
    """Serve a page of another origin that posts a form wherever one likes."""
    target = []

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.format(target=target[-1]).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def serve(url: str) -> str:
        target.append(url)
        return f"http://127.0.0.1:{server.server_port}/"

    try:
        yield serve
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_forged_request_is_refused(
    hub: Installation, deployed: dict[str, str], tab: Callable[[str], Tab], page_of_others: Callable[[str], str]
) -> None:
    ada = tab("ada")
    stop = f"{hub.url_of('ada')}primehub-deploy/v1/deployments/{deployed['ada']}:stop"

    ada.page.goto(page_of_others(stop))
    with ada.page.expect_response(stop) as answer:
        ada.page.get_by_role("button").click()

    assert "jupyterhub-user-ada" in answer.value.request.all_headers()["cookie"]
    assert answer.value.status in {401, 403}
    with hub.rest("ada") as rest:
        assert rest.get(f"deployments/{deployed['ada']}").json()["status"]["phase"] == "Deployed"


def test_cookies_alone_are_refused_and_the_proof_of_the_own_page_is_accepted(
    hub: Installation, deployed: dict[str, str], tab: Callable[[str], Tab]
) -> None:
    ada = tab("ada")
    expect(ada.row("eyes")).to_contain_text("Deployed")
    describe = f"{hub.url_of('ada')}primehub-deploy/v1/deployments/{deployed['ada']}"
    cookies = ada.page.context.cookies(hub.url_of("ada"))
    proof = next(cookie["value"] for cookie in cookies if (cookie["name"], cookie["path"]) == ("_xsrf", "/user/ada/"))

    without = ada.page.request.patch(describe, data={"description": "forged"})
    wrong = ada.page.request.patch(describe, data={"description": "forged"}, headers={"X-XSRFToken": proof[::-1]})
    right = ada.page.request.patch(describe, data={"description": "honest"}, headers={"X-XSRFToken": proof})

    assert {without.status, wrong.status} <= {401, 403}
    assert right.status == 200, right.text()
    assert right.json()["spec"]["description"] == "honest"
