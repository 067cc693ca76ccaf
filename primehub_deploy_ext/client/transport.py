"""HTTP over kept connections, to a port or a unix socket: the standard library's client, and no more."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from primehub_deploy_ext.client.errors import ServerUnreachable

_CONNECT_TIMEOUT = 5.0
_BLOCK = 1 << 20
_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE"}
_DROPPED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ConnectionAbortedError)

Body = bytes | IO[bytes] | None


@dataclass(frozen=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """Media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the body's JSON value; ValueError if it is none."""
        return json.loads(self.body)


class Transport:
    """Requests to one origin; each thread keeps a connection of its own.

    Parameters
    ----------
    url
        Base URL; request paths are appended to its path.
    headers
        Sent with every request.
    sock
        Path of a unix socket to connect to instead of the URL's host and port.
    verify
        Check the server's certificate (https).
    """

    def __init__(
        self, url: str, headers: Mapping[str, str] | None = None, *, sock: str = "", verify: bool = True
    ) -> None:
        parts = urlsplit(url)
        self.url = url
        self._host, self._port = parts.hostname or "localhost", parts.port
        self._secure = parts.scheme == "https"
        self._prefix = parts.path.rstrip("/") + "/"
        self._headers = dict(headers or {})
        self._sock = sock
        self._verify = verify
        self._local = threading.local()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        retry: bool | None = None,
    ) -> Reply:
        """Send a request and read its answer.

        Parameters
        ----------
        retry
            Send it once more when the connection is dropped; by default where the method allows that.
        timeout
            Seconds without a byte.

        Raises
        ------
        ServerUnreachable
            When nothing listens, the connection breaks or the timeout passes.
        """
        retry = method in _IDEMPOTENT if retry is None else retry
        if not retry:
            # On a kept connection a drop could mean "closed long ago" or "died while working": never guess.
            self.close()
        try:
            try:
                return self._exchange(method, path, query, body, headers, timeout)
            except _DROPPED:
                if not retry:
                    raise
                if body is not None and not isinstance(body, bytes):
                    body.seek(0)
                return self._exchange(method, path, query, body, headers, timeout)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error, timeout) from error

    def stream(
        self,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 45.0,
    ) -> LineStream:
        """GET an answer that is read line by line, on a connection of its own; check its status first."""
        connection = self._connect()
        try:
            connection.request("GET", self._target(path, query), headers={**self._headers, **(headers or {})})
            _set_timeout(connection, timeout)
            sock = connection.sock
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._unreachable(error, timeout) from error
        return LineStream(self.url, sock, response)

    def close(self) -> None:
        """Close this thread's connection; the next request opens another."""
        kept: tuple[int, http.client.HTTPConnection] | None = getattr(self._local, "kept", None)
        self._local.kept = None
        if kept is not None and kept[0] == os.getpid():
            kept[1].close()

    def _exchange(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        body: Body,
        headers: Mapping[str, str] | None,
        timeout: float,
    ) -> Reply:
        connection = self._kept_connection()
        try:
            _set_timeout(connection, timeout)
            try:
                connection.request(method, self._target(path, query), body, {**self._headers, **(headers or {})})
            except (BrokenPipeError, ConnectionResetError):
                # A server that refuses a large body says why, and doesn't read it to the end. Of a connection that
                # was closed long ago there is nothing to read, which is a drop again.
                if body is None:
                    raise
            response = connection.getresponse()
            found = Reply(response.status, _lower(response), response.read())
        except BaseException:
            self.close()
            raise
        if response.will_close:
            self.close()
        return found

    def _kept_connection(self) -> http.client.HTTPConnection:
        kept: tuple[int, http.client.HTTPConnection] | None = getattr(self._local, "kept", None)
        # After a fork the parent's connection must not be spoken on by both.
        if kept is None or kept[0] != os.getpid():
            kept = self._local.kept = (os.getpid(), self._connect())
        return kept[1]

    def _connect(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection
        if self._sock:
            connection = _UnixConnection(self._sock)
        elif self._secure:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=_CONNECT_TIMEOUT, blocksize=_BLOCK, context=self._tls()
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=_CONNECT_TIMEOUT, blocksize=_BLOCK)
        try:
            connection.connect()
        except OSError as error:
            raise self._unreachable(error, _CONNECT_TIMEOUT) from error
        return connection

    def _tls(self) -> Any:
        import ssl

        context = ssl.create_default_context()
        if not self._verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _target(self, path: str, query: Mapping[str, Any] | None) -> str:
        known = {key: value for key, value in (query or {}).items() if value is not None}
        return self._prefix + path.lstrip("/") + (f"?{urlencode(known)}" if known else "")

    def _unreachable(self, error: Exception, timeout: float) -> ServerUnreachable:
        if isinstance(error, ServerUnreachable):
            return error
        place = f"{self.url} (socket {self._sock})" if self._sock else self.url
        if isinstance(error, TimeoutError):
            return ServerUnreachable(f"{place} didn't answer for {timeout:g} s", details={"timeout": timeout})
        if isinstance(error, (ConnectionRefusedError, FileNotFoundError)):
            return ServerUnreachable(f"nothing listens at {place}: is it still running?")
        return ServerUnreachable(f"the connection to {place} broke: {error or type(error).__name__}")


class LineStream:
    """Lines of an answer as they come; :meth:`close` may be called from another thread and ends the reading."""

    def __init__(self, url: str, sock: socket.socket, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self._url = url
        self._headers = _lower(response)
        self._socket = sock
        self._response = response
        self._closed = False

    def reply(self) -> Reply:
        """Read the rest as one answer, for the case that it isn't the stream that was asked for."""
        try:
            body = self._response.read(_BLOCK)
        except (OSError, http.client.HTTPException):
            body = b""
        self.close()
        return Reply(self.status, self._headers, body)

    @property
    def content_type(self) -> str:
        """Media type without its parameters."""
        return Reply(self.status, self._headers, b"").content_type

    def __iter__(self) -> Iterator[bytes]:
        try:
            while line := self._response.readline():
                if line.strip():
                    yield line
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
            # ValueError, AttributeError: what http.client's reader raises when closed under it.
            if not self._closed:
                raise ServerUnreachable(f"the stream from {self._url} broke: {error}") from error
        finally:
            self.close()

    def close(self) -> None:
        """End the stream."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):  # the other side was faster
            # Wakes a thread that waits in recv(); close() alone wouldn't.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_CONNECT_TIMEOUT, blocksize=_BLOCK)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _set_timeout(connection: http.client.HTTPConnection, timeout: float) -> None:
    if connection.sock is None:  # http.client closed it after the last answer
        connection.connect()
    connection.sock.settimeout(timeout)


def _lower(response: http.client.HTTPResponse) -> dict[str, str]:
    return {key.lower(): value for key, value in response.getheaders()}
