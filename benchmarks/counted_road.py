"""A road to the API server on which each request is counted."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml

_VERSIONED = re.compile(r"/apis?/(?:[^/]+/)?v[^/]+/")


class CountedRoad:
    """Passes HTTP on loopback on to the API server of a kubeconfig, and counts the requests by what they ask for.

    Parameters
    ----------
    kubeconfig
        Of who takes the road; its token goes along in each request.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self._config = yaml.safe_load(kubeconfig.read_text())
        address = urlsplit(self._config["clusters"][0]["cluster"]["server"])
        self._to = address.hostname or "", address.port or 443
        authority = base64.b64decode(self._config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
        self._tls = ssl.create_default_context(cadata=authority)
        self.requests: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> CountedRoad:  # noqa: PYI034 (Self is newer than the oldest Python)
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._pass, "127.0.0.1", 0), self._loop).result()
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that takes this road."""
        self._config["clusters"][0]["cluster"] = {"server": f"http://127.0.0.1:{self.port}"}
        path.write_text(yaml.safe_dump(self._config))
        return path

    def watches(self) -> int:
        """Return how many watches were begun."""
        return sum(number for what, number in self.requests.items() if what.startswith("watch "))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._to, ssl=self._tls, limit=1 << 20)
        try:
            with contextlib.suppress(OSError, EOFError, ValueError, asyncio.CancelledError):
                await asyncio.gather(self._count(reader, back), _copy(there, writer))
        finally:
            for one in (writer, back):
                one.close()

    async def _count(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while True:
            head = await source.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
            self.requests[_meaning(method, target)] += 1
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            sink.write(head)
            if length:
                sink.write(await source.readexactly(int(length[1])))
            await sink.drain()


def _meaning(method: str, target: str) -> str:
    """Say what a request is: ``watch pods``, ``list deployments``, ``PATCH configmaps``."""
    parts = urlsplit(target)
    words = _VERSIONED.sub("", parts.path).strip("/").split("/")
    if words[:1] == ["namespaces"] and len(words) > 2:
        words = words[2:]
    if method == "GET" and len(words) == 1:
        watching = parse_qs(parts.query).get("watch", ["0"])[0] in ("1", "true", "True")
        return f"{'watch' if watching else 'list'} {words[0]}"
    return f"{method} {words[0]}"


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(1 << 16):
        sink.write(data)
        await sink.drain()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
