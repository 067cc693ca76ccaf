"""A Jupyter server without a token, as many a container runs it, still checks for forged requests."""

from __future__ import annotations

from collections.abc import Callable

from primehub_deploy_ext import connect
from scripts.demo_server import Server


def test_deploy_works_on_a_server_that_asks_for_no_token(start_server: Callable[..., Server]) -> None:
    server = start_server(token="")
    handle = connect(server.url).deploy(lambda x: x, "Open", example=[1.0])
    assert handle.predict([3.0]) == [3.0]
    handle.delete()
