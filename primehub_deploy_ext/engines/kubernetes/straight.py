"""Requests straight to an address in the cluster, each on a connection of its own: the next may be somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from primehub_deploy_ext.domain.errors import UpstreamFailed


@dataclass(frozen=True)
class Answer:
    """What came back; the body as it was sent."""

    status: int
    content_type: str
    body: bytes


class Straight:
    """Sends requests side by side, however many: one that takes long holds up no other."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Cut what is open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        timeout: float,
        connect_timeout: float,
        largest: int,
    ) -> Answer:
        """Send one request.

        Raises
        ------
        UpstreamFailed
            If more than ``largest`` bytes come back.
        aiohttp.ClientError, OSError, asyncio.TimeoutError
            If nobody answers.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    force_close=True,
                    limit=0,
                    # As the rest of this machine finds names, with its search domains.
                    resolver=aiohttp.ThreadedResolver(),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=["Accept-Encoding"],
                auto_decompress=False,
            )
        async with self._session.request(
            method,
            url,
            data=body or None,
            headers=dict(headers),
            timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, connect_timeout)),
            # What runs there must not lead this server, and what it sends along, elsewhere.
            allow_redirects=False,
        ) as answer:
            whole = await _whole(answer.content, url, largest)
            return Answer(answer.status, answer.headers.get("Content-Type", ""), whole)


async def _whole(content: aiohttp.StreamReader, url: str, largest: int) -> bytes:
    """Return all of a body: half a page of numbers would be taken for smaller ones."""
    found = bytearray()
    async for part in content.iter_any():
        found += part
        if len(found) > largest:
            raise UpstreamFailed(f"what {url} answers is larger than {largest} bytes")
    return bytes(found)
