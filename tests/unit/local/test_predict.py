"""An endpoint that gives no answer in time is told as such."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.engines.base import PredictRequest
from primehub_deploy_ext.engines.local.engine import LocalEngine


@pytest.mark.parametrize(
    ("path", "asked_for"),
    [("", "/d/iris/v2/models/iris/infer"), ("/", "/d/iris/"), ("predict", "/d/iris/predict")],
    ids=["nothing-said", "the-endpoint-itself", "a-path"],
)
def test_a_request_goes_where_it_says(monkeypatch: pytest.MonkeyPatch, path: str, asked_for: str) -> None:
    lines: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async def asked() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/d/iris/"

        async def get(_: LocalEngine, __: str) -> Any:
            return SimpleNamespace(endpoint=endpoint, spec=SimpleNamespace(access="public"))

        monkeypatch.setattr(LocalEngine, "get", get)
        try:
            assert (await LocalEngine().predict("iris", PredictRequest(b"{}", path=path))).status == 200
        finally:
            server.close()

    asyncio.run(asyncio.wait_for(asked(), 30))
    assert lines == [f"POST {asked_for} HTTP/1.1\r\n".encode()]


@pytest.mark.parametrize("reads", [True, False], ids=["hangs", "hangs-up"])
def test_no_answer_is_told_as_a_failure_of_the_endpoint(monkeypatch: pytest.MonkeyPatch, reads: bool) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await (reader.read() if reads else reader.readline())
        writer.close()

    async def asked() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

        async def get(_: LocalEngine, __: str) -> Any:
            return SimpleNamespace(endpoint=endpoint, spec=SimpleNamespace(access="public"))

        monkeypatch.setattr(LocalEngine, "get", get)
        try:
            with pytest.raises(UpstreamFailed, match="the endpoint did not answer"):
                await LocalEngine().predict("iris", PredictRequest(b"{}", timeout=0.2))
        finally:
            server.close()

    asyncio.run(asyncio.wait_for(asked(), 30))
