"""A connection to a small real HTTP server that speaks the contract."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from primehub_deploy_ext.client.connection import Connection
from primehub_deploy_ext.client.discovery import Server
from primehub_deploy_ext.client.rest import RestClient
from tests.unit.client.fake_routes import TOKEN
from tests.unit.client.fake_server import FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A running server of the contract."""
    found = FakeServer()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    found.end_streams()
    found.shutdown()
    found.server_close()
    thread.join(5)


@pytest.fixture
def rest(server: FakeServer) -> RestClient:
    """A client of the server."""
    return RestClient(Server(server.url, TOKEN))


@pytest.fixture
def connection(rest: RestClient) -> Connection:
    """A connection to the server."""
    return Connection(rest)
