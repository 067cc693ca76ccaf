"""A Prometheus that gives no answer is told as such, however it gives none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.service import prometheus_api
from primehub_deploy_ext.service.prometheus_api import PrometheusApi

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.close()


async def says_no_json(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nlost")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("talk", [hangs, hangs_up, says_no_json])
def test_no_answer_is_told_as_a_failure_of_prometheus(monkeypatch: pytest.MonkeyPatch, talk: Talk) -> None:
    monkeypatch.setattr(prometheus_api, "_TIMEOUT", 0.2)

    async def asked() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            with pytest.raises(UpstreamFailed, match="Prometheus"):
                await PrometheusApi(f"http://127.0.0.1:{port}").at("up", 0.0)
        finally:
            server.close()

    asyncio.run(asyncio.wait_for(asked(), 30))
