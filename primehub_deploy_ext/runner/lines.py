"""A connection that speaks one JSON object per line and never blocks."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

# An order carries the model's example; nobody means to send more.
_LINE_LIMIT = 16 * 1024 * 1024
# A reader that leaves so much unread is gone in all but name; it learns of exits when it watches again.
_PENDING_LIMIT = 4 * 1024 * 1024


class LineConnection:
    """One client of the launcher.

    ``closed`` means: no more use, to be closed by the owner. ``pending`` holds what its reader didn't take yet.
    """

    def __init__(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        self.socket = accepted
        self.closed = False
        self.pending = bytearray()
        self._received = bytearray()

    def receive(self) -> Iterator[Any]:
        """Read what is there and yield the complete lines; a line that isn't JSON is yielded as a ValueError."""
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.closed = True
            return
        self._received += data
        *lines, rest = self._received.split(b"\n")
        self._received = bytearray(rest)
        for line in lines:
            if line.strip():
                yield _parse(line)
        if len(self._received) > _LINE_LIMIT:
            yield ValueError(f"longer than {_LINE_LIMIT} bytes")
            self.closed = True

    def send(self, value: dict[str, Any]) -> None:
        """Send a line as far as the reader takes it now; the rest waits in ``pending``."""
        self.pending += json.dumps(value).encode() + b"\n"
        self.send_pending()
        if len(self.pending) > _PENDING_LIMIT:
            self.closed = True

    def send_pending(self) -> None:
        """Go on with what waits."""
        try:
            while self.pending:
                del self.pending[: self.socket.send(self.pending)]
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True


def _parse(line: bytes | bytearray) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return error if isinstance(error, ValueError) else ValueError("nested too deeply")
