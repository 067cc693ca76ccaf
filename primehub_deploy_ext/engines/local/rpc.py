r"""Calls over a unix socket: one connection per call, one JSON object per line.

The server begins with ``{"ready": true}``: the system takes connections in the name of a process that is about to end,
and only a call that nobody took may be made anew. ``{"call": name, "args": {…}}`` → ``{"result": …}``, or
``{"item": …}``\\ * and ``{"end": true}`` for a stream, or ``{"error": ErrorBody}``. The caller ends a stream by closing
its connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, InvalidInput
from primehub_deploy_ext.engines.patience import within

# A specification may carry an example of some hundred rows; nothing legitimate is larger.
_LINE_LIMIT = 64 * 1024 * 1024

Method = Callable[..., Awaitable[Any]]
Stream = Callable[..., AsyncIterator[Any]]

log = logging.getLogger(__name__)


class RpcServer:
    """Serves named methods and streams.

    Parameters
    ----------
    methods, streams
        What may be called, by name; arguments are passed by keyword, values are JSON.
    """

    def __init__(self, methods: dict[str, Method], streams: dict[str, Stream]) -> None:
        self._methods = methods
        self._streams = streams
        self._server: asyncio.AbstractServer | None = None
        self._calls: set[asyncio.Task[None]] = set()

    @property
    def open_calls(self) -> int:
        """Number of calls and streams that are being served."""
        return len(self._calls)

    async def start(self, path: Path) -> None:
        """Listen on ``path``, replacing a stale socket file."""
        path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._accept, path, limit=_LINE_LIMIT)
        path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and cut the calls that are open."""
        if self._server is not None:
            self._server.close()
        for call in list(self._calls):
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _send(writer, {"ready": True})
            line = await reader.readline()
            if not line:
                return
            request = json.loads(line)
            name, arguments = request["call"], request.get("args") or {}
            if name in self._streams:
                await self._serve_stream(self._streams[name](**arguments), reader, writer)
            elif name in self._methods:
                await _send(writer, {"result": await self._methods[name](**arguments)})
            else:
                raise InvalidInput(f"the engine knows no call {name!r}: is the daemon of an older version?")
        except DeployError as error:
            await _send_error(writer, error)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            log.exception("a call failed")
            await _send_error(writer, DeployError(f"the engine failed: {type(error).__name__}: {error}"))
        finally:
            writer.close()

    async def _serve_stream(
        self, items: AsyncIterator[Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async def pump() -> None:
            async for item in items:
                await _send(writer, {"item": item})
            await _send(writer, {"end": True})

        pumping = asyncio.ensure_future(pump())
        # The caller says nothing more: whatever arrives is the end of its connection.
        hanging_up = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({pumping, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
            if pumping.done():
                pumping.result()
        finally:
            for task in (pumping, hanging_up):
                task.cancel()
            await asyncio.gather(pumping, hanging_up, return_exceptions=True)
            with contextlib.suppress(AttributeError):
                await items.aclose()  # type: ignore[attr-defined]  # generators have it, plain iterators don't


class NobodyListens(EngineUnavailable):
    """Nobody took the connection: no call was made."""


class Connection:
    """A way to a server that has said it is ready, for one call."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def close(self) -> None:
        """Make no call, or end the one that was made."""
        self._writer.close()

    async def call(self, name: str, /, *, timeout: float = 60.0, **arguments: Any) -> Any:
        """Make the call and return its result.

        Raises
        ------
        EngineUnavailable
            If the connection breaks, or no answer comes within ``timeout`` seconds.
        DeployError
            What the method raised.
        """
        try:
            await _send(self._writer, {"call": name, "args": arguments})
            line = await within(timeout, self._reader.readline())
        except asyncio.TimeoutError as error:
            raise EngineUnavailable(f"the engine did not answer {name!r} within {timeout:g} s") from error
        except OSError as error:
            raise EngineUnavailable("the connection to the engine broke") from error
        finally:
            self.close()
        if not line:
            raise EngineUnavailable("the engine went away during the call")
        return _unwrap(json.loads(line))["result"]

    async def stream(self, name: str, /, **arguments: Any) -> AsyncIterator[Any]:
        """Make a call whose answer is a stream; closing the iterator ends it at the other side too."""
        try:
            await _send(self._writer, {"call": name, "args": arguments})
            while True:
                line = await self._reader.readline()
                if not line:
                    raise EngineUnavailable("the engine went away")
                message = _unwrap(json.loads(line))
                if "end" in message:
                    return
                yield message["item"]
        except OSError as error:
            raise EngineUnavailable("the connection to the engine broke") from error
        finally:
            self.close()


async def connect(path: Path, *, timeout: float = 60.0) -> Connection:
    """Reach the server and wait until it says that it is ready.

    Raises
    ------
    NobodyListens
        If there is no server, or it ended before it said so.
    EngineUnavailable
        If it says nothing for ``timeout`` seconds.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=_LINE_LIMIT)
    except OSError as error:
        raise NobodyListens("the engine's daemon is not running") from error
    try:
        await _greeted(reader, timeout)
    except BaseException:
        writer.close()
        raise
    return Connection(reader, writer)


async def _greeted(reader: asyncio.StreamReader, timeout: float) -> None:
    try:
        line = await within(timeout, reader.readline())
    except asyncio.TimeoutError as error:
        raise EngineUnavailable(f"the engine's daemon did not answer within {timeout:g} s") from error
    except OSError as error:
        raise NobodyListens("the engine's daemon has just ended") from error
    if not line:
        raise NobodyListens("the engine's daemon has just ended")


async def _send(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
    writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
    await writer.drain()


async def _send_error(writer: asyncio.StreamWriter, error: DeployError) -> None:
    with contextlib.suppress(OSError):
        await _send(writer, {"error": error.to_dict()})


def _unwrap(message: dict[str, Any]) -> dict[str, Any]:
    if "error" in message:
        raise DeployError.from_dict(message["error"])
    return message
