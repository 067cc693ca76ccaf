"""How a deployment is called from here."""

from __future__ import annotations

import asyncio

from primehub_deploy_ext.engines.base import PredictRequest
from primehub_deploy_ext.engines.kubernetes import reach


async def test_nobody_is_sent_elsewhere_by_what_an_image_answers() -> None:
    asked: list[bytes] = []

    async def redirects(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(redirects, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/predict"
    status, _, _ = await reach._call(url, PredictRequest(b"{}", timeout=5), "POST")
    server.close()
    # As through the API server: an image leads this server, and what it sends along, nowhere.
    assert status == 307
    assert asked == [b"POST /predict HTTP/1.1\r\n"]
