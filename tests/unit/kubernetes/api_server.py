"""A small API server over real HTTP: objects in memory, LIST in pages, WATCH with history, and faults on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

Json = dict[str, Any]


def pod(name: str, **metadata: Any) -> Json:
    return {"metadata": {"name": name, "namespace": "lab", **metadata}, "spec": {}, "status": {"phase": "Running"}}


def status_object(code: int, reason: str, message: str, **details: Any) -> Json:
    return {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}


@dataclass(eq=False)
class _Watch:
    path: str
    response: web.StreamResponse
    request: web.Request
    sent: int
    bookmarks: bool
    queue: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)


class ApiServer:
    """Serves ``/api/v1/namespaces/lab/pods`` and any other collection that something is put into.

    Parameters
    ----------
    tokens
        Who is let in; None: everybody.
    silent
        Watches are accepted and never hear anything, as behind a load balancer that lost the way.
    fail
        Statuses that the next requests are answered with, in this order.
    """

    def __init__(self) -> None:
        self.version = 1000
        self.objects: dict[str, dict[str, Json]] = {}
        self.history: list[tuple[int, str, str, Json]] = []
        self.oldest = 0
        self.tokens: set[str] | None = None
        self.silent = False
        self.hang = False
        # What its clock says, where it is another than this machine's.
        self.date = ""
        self.fail: list[int] = []
        # By pod, container and whether it is the previous attempt: what it printed, and whether it has ended.
        self.logs: dict[tuple[str, str, bool], list[str]] = {}
        # Pods whose node does not answer.
        self.lost: set[str] = set()
        # Namespaces that whoever asks may not look into.
        self.closed: set[str] = set()
        self.ended: set[tuple[str, str, bool]] = set()
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.bodies: list[tuple[str, Any]] = []
        self.watches: list[_Watch] = []
        self._runner: web.AppRunner | None = None
        self.url = ""
        self._freed = asyncio.Event()
        self._printed = asyncio.Event()
        self._breaks = 0

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.cut()
        self._freed.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def kubeconfig(self, folder: Path, *, token_file: Path | None = None, token: str = "") -> str:
        user: Json = {"tokenFile": str(token_file)} if token_file else {"token": token} if token else {}
        written = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "lab",
            "clusters": [{"name": "lab", "cluster": {"server": self.url}}],
            "users": [{"name": "ada", "user": user}],
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "ada", "namespace": "lab"}}],
        }
        path = folder / "kubeconfig"
        path.write_text(yaml.safe_dump(written))
        return str(path)

    def put(self, item: Json, collection: str = "/api/v1/namespaces/lab/pods") -> Json:
        """Add or change an object, and tell the watches."""
        self.version += 1
        name = item["metadata"]["name"]
        held = self.objects.setdefault(collection, {})
        item = {**item, "metadata": {**item["metadata"], "resourceVersion": str(self.version)}}
        kind = "MODIFIED" if name in held else "ADDED"
        held[name] = item
        self._tell(collection, kind, item)
        return item

    def drop(self, name: str, collection: str = "/api/v1/namespaces/lab/pods") -> None:
        self.version += 1
        item = self.objects[collection].pop(name)
        item = {**item, "metadata": {**item["metadata"], "resourceVersion": str(self.version)}}
        self._tell(collection, "DELETED", item)

    def bookmark(self) -> None:
        """Send a bookmark to the watches that want some."""
        for watch in self.watches:
            if watch.bookmarks and not self.silent:
                watch.queue.put_nowait(_bookmark(self.version))

    def forget(self) -> None:
        """Compact: versions up to now are too old to watch from."""
        self.oldest = self.version
        self.history.clear()

    def expire(self) -> None:
        """Tell all watches, in the middle of the stream, that they are too old."""
        for watch in self.watches:
            watch.queue.put_nowait({"type": "ERROR", "object": status_object(410, "Expired", "too old")})

    def cut(self) -> None:
        """Break the connections of all watches, in the middle of a line."""
        for watch in self.watches:
            watch.queue.put_nowait(None)

    def print(self, pod: str, at: float, text: str, *, container: str = "model", previous: bool = False) -> None:
        """Let a container print a line, ``at`` seconds after noon."""
        nanoseconds = round(at * 1_000_000_000)
        seconds, rest = divmod(nanoseconds, 1_000_000_000)
        stamp = f"2026-11-26T{12 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:09}Z"
        self.logs.setdefault((pod, container, previous), []).append(f"{stamp} {text}")
        self._printed.set()
        self._printed = asyncio.Event()

    def break_logs(self) -> None:
        """Cut all followed logs."""
        self._breaks += 1
        self._printed.set()
        self._printed = asyncio.Event()

    def count(self, verb: str) -> int:
        return sum(1 for told, _, _ in self.requests if told == verb)

    def _tell(self, collection: str, kind: str, item: Json) -> None:
        self.history.append((self.version, collection, kind, item))
        if self.silent:
            return
        for watch in self.watches:
            if watch.path == collection:
                watch.queue.put_nowait({"type": kind, "object": item})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        verb = "WATCH" if request.query.get("watch") else request.method
        self.requests.append((verb, request.path, dict(request.query)))
        if self.hang:
            await self._freed.wait()
        if (refusal := self._refusal(request)) is not None:
            return _answer(refusal)
        if self.fail:
            return _answer(status_object(self.fail.pop(0), "InternalError", "etcdserver: request timed out"))
        if request.can_read_body:
            self.bodies.append((request.content_type, await request.json()))
        if request.path == "/readyz":
            return web.Response(text="ok", headers={"Date": self.date} if self.date else None)
        if request.path == "/version":
            return _answer({"gitVersion": "v1.34.4"})
        if request.path.endswith("/selfsubjectaccessreviews"):
            return _answer({"status": {"allowed": self._allows(self.bodies[-1][1])}})
        if verb == "WATCH":
            return await self._watch(request)
        if request.path.endswith("/log"):
            return await self._log(request)
        return self._read(request)

    def _refusal(self, request: web.Request) -> Json | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens is not None and token not in self.tokens:
            return status_object(401, "Unauthorized", "Unauthorized")
        if not self.closed.isdisjoint(request.path.split("/")[3:-1]):
            return status_object(403, "Forbidden", f'User "ada" cannot list resource "{request.path}"')
        return None

    def _allows(self, review: Json) -> bool:
        namespace = review["spec"]["resourceAttributes"].get("namespace")
        return not self.closed or namespace not in {None, *self.closed}

    def _read(self, request: web.Request) -> web.Response:
        held = self.objects.get(request.path)
        if held is None:
            collection, _, name = request.path.rpartition("/")
            if name in self.objects.get(collection, {}):
                return _answer(self.objects[collection][name])
            return _answer(status_object(404, "NotFound", f'pods "{name}" not found', name=name, kind="pods"))
        items = sorted(held.values(), key=lambda item: item["metadata"]["name"])
        start, limit = int(request.query.get("continue", 0)), int(request.query.get("limit", 0)) or len(items)
        metadata: Json = {"resourceVersion": str(self.version)}
        if start + limit < len(items):
            metadata["continue"] = str(start + limit)
        return _answer({"kind": "List", "metadata": metadata, "items": items[start : start + limit]})

    async def _log(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        key = (request.path.split("/")[-2], query["container"], query.get("previous") == "true")
        if key[0] in self.lost:
            said = f'Get "https://10.0.0.9:10250/containerLogs/lab/{key[0]}/{key[1]}": dial tcp: connection refused'
            return _answer(status_object(500, "InternalError", said))
        if key not in self.logs:
            return _answer(status_object(400, "BadRequest", "container is waiting to start"))
        response = web.StreamResponse()
        await response.prepare(request)
        lines = self.logs[key]
        sent = max(0, len(lines) - int(query["tailLines"])) if "tailLines" in query else 0
        breaks = self._breaks
        while True:
            for line in lines[sent:]:
                if line[:19] >= query.get("sinceTime", "")[:19]:
                    await response.write(line.encode() + b"\n")
            sent = len(lines)
            if query.get("follow") != "true" or key in self.ended:
                return response
            await self._printed.wait()
            if self._breaks > breaks:
                if request.transport is not None:
                    request.transport.abort()
                return response

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        since = int(request.query["resourceVersion"])
        if since < self.oldest:
            return _answer(status_object(410, "Expired", f"too old resource version: {since} ({self.oldest})"))
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        watch = _Watch(request.path, response, request, since, request.query.get("allowWatchBookmarks") == "true")
        if not self.silent:
            for version, collection, kind, item in self.history:
                if collection == request.path and version > since:
                    watch.queue.put_nowait({"type": kind, "object": item})
        self.watches.append(watch)
        lifetime = float(request.query.get("timeoutSeconds", 300))
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
            await asyncio.wait_for(self._send(watch), None if self.silent else lifetime)
        self.watches.remove(watch)
        return response

    async def _send(self, watch: _Watch) -> None:
        while True:
            event = await watch.queue.get()
            if event is None:
                await watch.response.write(b'{"type":"MODIFIED","object":{"metad')
                if watch.request.transport is not None:
                    watch.request.transport.abort()
                return
            await watch.response.write(json.dumps(event).encode() + b"\n")


def _bookmark(version: int) -> Json:
    return {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(version)}}}


def _answer(body: Json) -> web.Response:
    return web.json_response(body, status=body["code"] if body.get("kind") == "Status" else 200)


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[ApiServer]:
    server = ApiServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def until(condition: Any, seconds: float = 30.0) -> None:
    """Wait for a condition of the event loop's own things."""

    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(poll(), seconds)
