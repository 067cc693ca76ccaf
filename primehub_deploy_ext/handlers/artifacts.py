"""``artifacts/{sha256}``: models on their way to the store, without ever being in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from tornado import web

from primehub_deploy_ext.domain.errors import Forbidden, NotFound, TooLarge
from primehub_deploy_ext.handlers.access import RESOURCE, authorized
from primehub_deploy_ext.handlers.base import ApiHandler

# Pieces (of 64 KiB) that may wait for the disk; the reader of the network waits when there are more.
_WAITING = 16


@web.stream_request_body
class ArtifactHandler(ApiHandler):
    """One artifact.

    Tornado calls the verb when the whole body has arrived: what can be refused is refused in ``prepare``,
    and the store reads the pieces through a queue meanwhile.
    """

    _storing: asyncio.Task[int] | None = None
    _pieces: asyncio.Queue[bytes | None]
    _received = 0

    async def prepare(self) -> None:  # type: ignore[override]  # the base has a private parameter
        """Refuse before the body is read, or open the store for it."""
        await super().prepare()
        if self.request.method != "PUT":
            return
        if not await self.may("write"):
            raise Forbidden(f"you are not allowed to write on {RESOURCE}")
        # What is too large is still read (and dropped) up to twice the limit: a caller that is cut off while
        # sending would see a broken connection instead of the reason.
        self.request.connection.set_max_body_size(2 * self._limit)  # type: ignore[union-attr]
        if int(self.request.headers.get("Content-Length", 0)) > self._limit:
            raise self._too_large()
        services, caller = await self.acting()
        caller.require_some_group()
        self._pieces = asyncio.Queue(_WAITING)
        self._storing = asyncio.create_task(services.artifacts.put(self.path_kwargs["sha256"], self._arriving()))

    async def data_received(self, chunk: bytes) -> None:
        """Hand a piece over; wait while the store is slower than the network."""
        self._received += len(chunk)
        if self._storing is not None and self._received > self._limit:
            self._storing.cancel()
        await self._pass_on(chunk)

    @web.authenticated
    @authorized("read")
    async def head(self, sha256: str) -> None:
        """Tell whether it is stored."""
        if not await (await self.services()).artifacts.exists(sha256):
            raise NotFound(f"the artifact {sha256} is not stored")
        self.finish()

    @web.authenticated
    @authorized("write")
    async def put(self, sha256: str) -> None:
        """Answer once it is stored for good."""
        if self._received > self._limit or self._storing is None:
            raise self._too_large()
        await self._pass_on(None)
        size = await self._storing
        self.set_status(201)
        self.finish(json.dumps({"digest": sha256, "size": size}))

    def on_connection_close(self) -> None:
        """Keep nothing of a body that was cut off."""
        if self._storing is not None:
            self._storing.cancel()
        super().on_connection_close()

    @property
    def _limit(self) -> int:
        return self.extension.max_artifact_size

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"a model may have at most {self._limit} bytes (PrimehubDeploy.max_artifact_size of the server)",
            details={"max_artifact_size": self._limit},
        )

    async def _pass_on(self, piece: bytes | None) -> None:
        """Hand a piece to the store, unless it gives up (disk full) before it takes it."""
        if self._storing is None or self._storing.done():
            return
        passing = asyncio.ensure_future(self._pieces.put(piece))
        await asyncio.wait({passing, self._storing}, return_when=asyncio.FIRST_COMPLETED)
        passing.cancel()

    async def _arriving(self) -> AsyncIterator[bytes]:
        while True:
            piece = await self._pieces.get()
            if piece is None:
                return
            yield piece
