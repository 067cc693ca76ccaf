"""Answers that go on: one line at a time, for as long as the reader stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from tornado.iostream import StreamClosedError

from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.handlers.base import ApiHandler
from primehub_deploy_ext.service.streams import closing


class StreamHandler(ApiHandler):
    """Base of handlers that stream lines."""

    _pumping: asyncio.Task[None] | None = None

    async def stream(
        self, lines: AsyncIterator[str], content_type: str, error_line: Callable[[DeployError], str]
    ) -> None:
        """Send lines until they end, the reader goes away or the server stops.

        Parameters
        ----------
        lines
            Closed in each of these cases, so that nothing upstream goes on for nobody.
        content_type
            Sent with the headers at once, before there is a first line.
        error_line
            How the reader is told of an error: the status was sent long ago.
        """
        self.set_header("Content-Type", content_type)
        # nginx, often in front of JupyterHub, would keep lines back until it has a buffer full.
        self.set_header("X-Accel-Buffering", "no")
        self._pumping = asyncio.create_task(self._pump(lines, error_line))
        self.extension.streams.add(self._pumping)
        self._pumping.add_done_callback(self.extension.streams.discard)
        await asyncio.wait({self._pumping})

    def on_connection_close(self) -> None:
        """Stop when the reader goes away."""
        if self._pumping is not None:
            self._pumping.cancel()
        super().on_connection_close()

    async def _pump(self, lines: AsyncIterator[str], error_line: Callable[[DeployError], str]) -> None:
        async with closing(lines):
            try:
                await self.flush()
                async for line in lines:
                    self.write(line)
                    # Waits for a slow reader, so that the engine does too.
                    await self.flush()
            except StreamClosedError:
                pass
            except DeployError as error:
                self.write(error_line(error))
            except Exception:
                self.log.exception("request %s: the stream broke", self.request_id)
                message = f"something failed inside; see the server log (request {self.request_id})"
                self.write(error_line(DeployError(message)))
