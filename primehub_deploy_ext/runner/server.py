"""HTTP in front of a model: one connection loop, one thread that calls the model.

tornado parses HTTP; requests don't go through ``tornado.web``, whose handlers would cost as much as a
small model. The model runs in a thread of its own so that health checks are answered while it predicts.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from http.client import responses
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.netutil import bind_sockets, bind_unix_socket

from primehub_deploy_ext.runner.exchange import JSON_TYPE, Request, RequestError, Response, error
from primehub_deploy_ext.runner.failure import one_line, trimmed_traceback
from primehub_deploy_ext.runner.headers import set_request_headers
from primehub_deploy_ext.runner.meter import Meter
from primehub_deploy_ext.runner.protocols import Route, Routes

CLIENT_HEADER = "X-Forwarded-User"
MAX_BODY = 64 * 1024 * 1024
DRAIN_TIMEOUT = 30.0
# After the last answer: whoever connected before the socket file went away may still send a request.
_QUIET = 0.1
# Longer than any gateway keeps idle connections, so that it never sends a request into a closed one.
_IDLE_CONNECTION_TIMEOUT = 3600
_BACKLOG = 1024


class ModelServer(HTTPServerConnectionDelegate):
    """Serves routes on a unix socket or on a port.

    Parameters
    ----------
    routes
        What to answer, by path.
    worker
        The single thread that calls the model.
    max_body
        Bytes; a larger body is refused with 413.
    saw
        Called with the name of the client of a private endpoint, for each of its requests.
    meter
        Counts the calls of the model.
    take_rows
        Gives the size of the batch that was predicted last, in the worker's thread.
    prefix
        What paths may begin with: no gateway in front has to take it away then.
    answered
        Called after each answer with its path (without the prefix), its route where there is one, method, status and
        seconds.
    names_client
        Whether the header that names the client of a private endpoint is from a gateway, not from the caller.
    guard
        Called before anything else with the path, as it came, and the headers, which it may change; what it returns is
        the answer to somebody who is not let in.
    """

    def __init__(
        self,
        routes: Routes,
        worker: Executor,
        max_body: int = MAX_BODY,
        saw: Callable[[str], None] = lambda _: None,
        meter: Meter | None = None,
        take_rows: Callable[[], int | None] = lambda: None,
        prefix: str = "",
        answered: Callable[[str, Route | None, str, int, float], None] | None = None,
        names_client: bool = True,
        guard: Callable[[str, HTTPHeaders], Response | None] | None = None,
    ) -> None:
        self.routes = routes
        self.otherwise: Response | None = None  # to what no route is for, instead of 404
        self.answered = answered
        self.max_body = max_body
        self.saw = saw
        self.meter = meter
        self._take_rows = take_rows
        self.names_client = names_client
        self.guard = guard
        self._prefix = prefix.rstrip("/")
        self.in_flight = 0
        self.draining = False
        self._worker = worker
        self._socket_path: Path | None = None
        self._inode = 0
        self._http = HTTPServer(
            self,
            idle_connection_timeout=_IDLE_CONNECTION_TIMEOUT,
            # Our own limit answers with JSON; tornado's would cut the connection.
            max_body_size=sys.maxsize,
        )

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:  # noqa: ARG002
        """Begin a request on a connection (tornado calls this)."""
        return _Exchange(self, request_conn)

    def listen(self, path: str) -> None:
        """Serve on a unix socket that only this user can open; a stale file is replaced."""
        self._http.add_socket(bind_unix_socket(path, mode=0o600, backlog=_BACKLOG))
        self._socket_path = Path(path)
        self._inode = self._socket_path.stat().st_ino

    def listen_on_port(self, port: int) -> None:
        """Serve on a port of all addresses, as what runs in a container of its own does."""
        for bound in bind_sockets(port, backlog=_BACKLOG):
            self._http.add_socket(bound)

    def inside(self, path: str) -> str:
        """Return a path without the prefix that it may have."""
        if self._prefix and path.startswith(self._prefix) and path[len(self._prefix) :][:1] in ("", "/"):
            return path[len(self._prefix) :] or "/"
        return path

    def find(self, method: str, path: str) -> Route | Response:
        """Return the route of a request, or the answer that tells why there is none."""
        route = self.routes.get(path) or self.routes.get(path.rstrip("/"))
        if route is None:
            return self.otherwise or _not_found(path, self.routes)
        if method == route.method or (method == "HEAD" and route.method == "GET"):
            return route
        return error(f"{path} takes {route.method}, not {method}", 405, ("Allow", route.method))

    def submit(self, answer: Callable[[Request], Response], request: Request) -> Future[Response]:
        """Run a route in the model's thread."""
        return self._worker.submit(self._measured, answer, request)

    def _measured(self, answer: Callable[[Request], Response], request: Request) -> Response:
        began = time.perf_counter()
        response = _guarded(answer, request)
        response.seconds = time.perf_counter() - began
        response.rows = self._take_rows()
        return response

    async def drain(self, timeout: float = DRAIN_TIMEOUT) -> bool:
        """Let nobody new in, answer what is in flight; True if all of it was answered in time.

        Connections that exist may go on to send requests: those are answered, and then closed.
        """
        self.draining = True
        if self._socket_path is not None:
            with contextlib.suppress(OSError):
                # Another replica may have taken the path over.
                if self._socket_path.stat().st_ino == self._inode:
                    self._socket_path.unlink()
        else:
            self._http.stop()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        quiet_since = loop.time()
        while loop.time() - quiet_since < _QUIET:
            if loop.time() > deadline:
                return False
            await asyncio.sleep(_QUIET / 5)
            if self.in_flight:
                quiet_since = loop.time()
        return True


class _Exchange(HTTPMessageDelegate):
    """One request on one connection."""

    __slots__ = (
        "_began",
        "_chunks",
        "_connection",
        "_future",
        "_headers",
        "_length",
        "_path",
        "_refusal",
        "_route",
        "_server",
        "_start",
    )

    _start: RequestStartLine
    _headers: HTTPHeaders

    def __init__(self, server: ModelServer, connection: HTTPConnection) -> None:
        self._server = server
        self._connection = connection
        self._chunks: list[bytes] | None = []
        self._length = 0
        self._future: Future[Response] | None = None
        self._route: Route | None = None
        self._refusal: Response | None = None
        self._path = ""

    def headers_received(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> None:
        assert isinstance(start_line, RequestStartLine)  # noqa: S101 (a server gets requests only)
        self._start = start_line
        self._headers = headers
        self._began = time.perf_counter()  # not when this was made: an idle connection has the next one waiting
        came = start_line.path.partition("?")[0]
        self._path = self._server.inside(came)
        if not self._server.names_client:
            headers.pop(CLIENT_HEADER, None)
        if self._server.guard is not None and (refusal := self._server.guard(came, headers)) is not None:
            # Told when the body has come, of which nothing is kept: an answer before that may never be read.
            self._refusal, self._chunks = refusal, None
        announced = headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > self._server.max_body:
            self._refuse()

    def data_received(self, chunk: bytes) -> None:
        if self._chunks is not None:
            self._chunks.append(chunk)
            self._length += len(chunk)
            if self._length > self._server.max_body:
                self._refuse()

    def finish(self) -> None:
        server, chunks = self._server, self._chunks or ()
        if self._refusal is not None:
            self._send(self._refusal)
            return
        client = self._headers.get(CLIENT_HEADER)
        if client:
            server.saw(client)
        found = server.find(self._start.method, self._path)
        if isinstance(found, Response):
            self._send(found)
            return
        self._route = found
        content_type = self._headers.get("Content-Type", JSON_TYPE)
        request = Request(self._start.method, self._path, content_type, b"".join(chunks), self._headers)
        if not found.runs_model:
            self._send(_guarded(found.answer, request))
            return
        server.in_flight += 1
        loop = asyncio.get_running_loop()
        self._future = future = server.submit(found.answer, request)
        self._connection.set_close_callback(future.cancel)  # type: ignore[attr-defined]  # HTTP1Connection has it
        future.add_done_callback(lambda done: loop.call_soon_threadsafe(self._answered, done, found.service))

    def _answered(self, done: Future[Response], service: str) -> None:
        server = self._server
        server.in_flight -= 1
        if done.cancelled():
            return
        response = done.result()
        if server.meter is not None:
            server.meter.called(service, response.status, response.seconds, response.rows)
            if response.reward is not None:
                server.meter.rewarded(response.reward)
        self._send(response)

    def _refuse(self) -> None:
        """Answer at once; tornado reads the rest of the body and drops it."""
        self._chunks = None
        limit = self._server.max_body / (1024 * 1024)
        self._send(error(f"the body is larger than {limit:g} MiB", 413, ("Connection", "close")))

    def _send(self, response: Response) -> None:
        headers = HTTPHeaders()
        headers["Content-Type"] = JSON_TYPE
        headers["Content-Length"] = str(len(response.body))
        for name, value in response.headers:
            headers[name] = value
        if self._server.draining:
            headers["Connection"] = "close"
        status = ResponseStartLine("HTTP/1.1", response.status, responses[response.status])
        body = None if self._start.method == "HEAD" else response.body
        self._connection.write_headers(status, headers, body)
        self._connection.finish()
        if self._server.answered is not None:
            seconds = time.perf_counter() - self._began
            self._server.answered(self._path, self._route, self._start.method, response.status, seconds)


def _guarded(answer: Callable[[Request], Response], request: Request) -> Response:
    """Answer a request, whatever the model does."""
    set_request_headers(request.headers)
    try:
        return answer(request)
    except RequestError as refused:
        return error(str(refused), refused.status)
    except BaseException as failed:  # noqa: BLE001 (a model may even call sys.exit)
        print(trimmed_traceback(failed), end="", file=sys.stderr)
        return error(one_line(failed), 500)


def _not_found(path: str, routes: Routes) -> Response:
    prefix = "/v2/models/"
    if path.startswith(prefix):
        asked = path.removeprefix(prefix).partition("/")[0]
        served = next(known for known in routes if known.startswith(prefix)).removeprefix(prefix).partition("/")[0]
        if asked != served:
            return error(f"there is no model '{asked}' here; this is '{served}'", 404)
    return error(f"there is nothing at {path}; there are: {', '.join(sorted(routes))}", 404)
