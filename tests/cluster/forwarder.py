"""A road to the API server that can be closed for one test alone."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import yaml


class Forwarder:
    """Passes connections on to the API server of a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        self._config = yaml.safe_load(kubeconfig.read_text())
        address = urlsplit(self._config["clusters"][0]["cluster"]["server"])
        self._to = address.hostname or "", address.port or 443
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Close the road: what is open breaks, what comes is refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            writer.transport.abort()

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that takes this road."""
        self._config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self._port}"
        path.write_text(yaml.safe_dump(self._config))
        return path

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._to)
        self._open |= {writer, back}
        try:
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            self._open -= {writer, back}
            for one in (writer, back):
                with contextlib.suppress(OSError):
                    one.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    with contextlib.suppress(OSError):
        sink.close()
