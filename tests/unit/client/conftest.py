"""A small real HTTP server that speaks the contract, and whose deployments really predict."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from primehub_deploy_ext.client.connection import Connection
from primehub_deploy_ext.client.discovery import Server
from primehub_deploy_ext.client.rest import RestClient
from primehub_deploy_ext.domain.errors import AlreadyExists, DeployError, NotFound
from primehub_deploy_ext.runner import adapters
from primehub_deploy_ext.runner.exchange import RequestError, dumps
from primehub_deploy_ext.runner.model import ServedModel
from primehub_deploy_ext.runner.protocols import oip
from primehub_deploy_ext.runner.signature import Signature

TOKEN = "secret"
PREFIX = "/base/primehub-deploy/v1/"
NOW = "2026-11-23T09:40:24.123456Z"

Json = dict[str, Any]


class FakeServer(ThreadingHTTPServer):
    """Holds deployments in memory; ``script`` says which states follow on a change."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/base/"
        self.lock = threading.RLock()
        self.deployments: dict[str, Json] = {}
        self.revisions: dict[str, list[Json]] = {}
        self.models: dict[str, ServedModel] = {}
        self.artifacts: dict[str, bytes] = {}
        self.logs: list[Json] = []
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[Json] = []
        self.watchers: list[queue.SimpleQueue[Json | None]] = []
        self.version = 0
        self.script: list[Json] = [
            {"phase": "Deploying", "reason": "Starting", "step": "starting"},
            {"phase": "Deploying", "reason": "Loading", "step": "loading"},
            {"phase": "Deployed", "reason": "Ready", "step": None},
        ]
        self.drop_connections = 0
        """So many requests are answered by closing the connection."""
        self.answer_instead: tuple[int, str, bytes] | None = None
        """Status, type and body that every request gets."""
        self.watch_breaks = False

    # -- what tests ask it, and do to it

    def calls(self) -> list[tuple[str, str]]:
        """All requests but those for the stream, whose time isn't certain."""
        return [request for request in self.requests if "/watch" not in request[1]]

    def put(self, id: str, **fields: Any) -> Json:
        """Change a deployment and tell the watchers."""
        with self.lock:
            self.version += 1
            found = self.deployments[id]
            found.update(fields, resource_version=self.version)
            self._tell({"type": "MODIFIED", "resource_version": self.version, "object": copy.deepcopy(found)})
            return copy.deepcopy(found)

    def state(self, id: str, **status: Any) -> Json:
        """Change the status of a deployment."""
        with self.lock:
            return self.put(id, status={**self.deployments[id]["status"], **status})

    def end_streams(self) -> None:
        """Cut all watch streams."""
        for watcher in list(self.watchers):
            watcher.put(None)

    def _tell(self, change: Json) -> None:
        for watcher in self.watchers:
            watcher.put(change)

    # -- what it does

    def new_deployment(self, body: Json) -> Json:
        with self.lock:
            key = body["id"] or f"{body['name'].lower()}-x3k9q"
            if key in self.deployments:
                raise AlreadyExists(f"the id {key!r} is taken")
            given = ("model", "replicas", "env", "metadata", "description")
            spec = {**{name: body[name] for name in given}, "instance_type": "default", "stopped": False}
            self.deployments[key] = {
                "id": key,
                "name": body["name"],
                "group": body["group"] or "alice",
                "engine": "fake",
                "spec": spec,
                "revision": 0,
                "serving_revision": None,
                "status": {},
                "endpoint": f"{self.url.replace('/base/', '')}/deployment/{key}/",
                "created_at": NOW,
                "created_by": "alice",
                "updated_at": NOW,
                "updated_by": "alice",
                "resource_version": 0,
            }
            self.revisions[key] = []
            return self.new_revision(key, "create")

    def new_revision(self, id: str, action: str, **changes: Any) -> Json:
        with self.lock:
            found = self.deployments[id]
            found["spec"] = {**found["spec"], **changes}
            found["revision"] += 1
            number = found["revision"]
            desired = found["spec"]["replicas"]
            found["status"] = {
                "phase": "Deploying",
                "reason": "Scheduling",
                "message": "waiting",
                "replicas": {"desired": desired, "ready": 0},
                "since": NOW,
                "step": "scheduling",
                "step_since": NOW,
                "update": None,
            }
            self.revisions[id].insert(0, _revision(number, action, found["spec"]))
            first = self.put(id)
        threading.Thread(target=self._play, args=(id, number), daemon=True).start()
        return first

    def _play(self, id: str, number: int) -> None:
        for step in self.script:
            with self.lock:
                state, extra = step, {}
                if state["phase"] == "Deployed" and "update" not in state:
                    self._load(id, number)
                    count = self.deployments[id]["spec"]["replicas"]
                    state = {**state, "replicas": {"desired": count, "ready": count}, "message": f"{count} ready"}
                    extra["serving_revision"] = number
                    self.revisions[id][0]["outcome"] = "succeeded"
                self.put(id, status={**self.deployments[id]["status"], **state}, **extra)

    def _load(self, id: str, number: int) -> None:
        model = self.deployments[id]["spec"]["model"]
        live = pickle.loads(self.artifacts[model["artifact"]])
        signature = Signature.from_json(model["signature"]) if model["signature"] else None
        how = adapters.by_name(model["adapter"])
        self.models[id] = ServedModel(id, str(number), live, model["adapter"], how, signature)


def _revision(number: int, action: str, spec: Json) -> Json:
    return {
        "number": number,
        "action": action,
        "spec": copy.deepcopy(spec),
        "user": "alice",
        "created_at": NOW,
        "update_message": "",
        "changes": [],
        "outcome": "in progress",
        "reason": None,
        "message": "",
        "log_tail": [],
        "duration": 0.5,
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeServer

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self) -> None:
        server, parts = self.server, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.requests.append((self.command, self.path))
        if server.drop_connections:
            server.drop_connections -= 1
            self.close_connection = True
            return None
        if server.answer_instead is not None:
            return self._send(*server.answer_instead)
        if parts.path.startswith("/deployment/"):
            return self._infer(parts.path.split("/")[2], body)
        if parts.path == "/base/api":
            return self._json(200, {"version": "2.21"})
        if not parts.path.startswith(PREFIX):
            return self._send(404, "text/html", b"<html>Not found</html>")
        if self.headers.get("Authorization") != f"token {TOKEN}":
            return self._json(403, {"message": "Forbidden", "reason": None})
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        try:
            self._route(parts.path.removeprefix(PREFIX), query, body)
        except DeployError as error:
            self._json(error.status, error.to_dict())

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815 (http.server's)

    def _route(self, path: str, query: dict[str, str], body: bytes) -> None:
        server = self.server
        if path.startswith("artifacts/"):
            return self._artifact(path.removeprefix("artifacts/"), body)
        if path == "watch":
            return self._watch()
        if path == "health":
            return self._json(200, {"version": "0.1.0", "engine": "fake", "status": "ok"})
        value = json.loads(body) if body else {}
        if value:
            server.bodies.append(value)
        if path == "warm":
            return self._json(202, {})
        if path == "deployments":
            if self.command == "POST":
                return self._json(201, server.new_deployment(value))
            found = [d for d in server.deployments.values() if query.get("search", "") in d["name"]]
            start = int(query.get("continue", 0))
            end = start + min(2, int(query.get("limit", 2)))
            more = str(end) if end < len(found) else None
            return self._json(200, {"items": found[start:end], "continue_token": more})
        key, _, rest = path.removeprefix("deployments/").partition("/")
        key, _, action = key.partition(":")
        if key not in server.deployments:
            raise NotFound(f"there is no deployment {key!r}")
        return self._deployment(key, action or rest, value)

    def _deployment(self, id: str, what: str, value: Json) -> None:
        server = self.server
        value.pop("update_message", None)
        if what == "revisions":
            return self._json(200, {"items": server.revisions[id]})
        if what.startswith("revisions/"):
            wanted = int(what.partition("/")[2])
            return self._json(200, next(r for r in server.revisions[id] if r["number"] == wanted))
        if what == "logs":
            lines = b"".join(json.dumps(line).encode() + b"\n" for line in server.logs)
            return self._send(200, "application/x-ndjson", lines)
        if what == "rollback":
            spec = next(r["spec"] for r in server.revisions[id] if r["number"] == value["revision"])
            return self._json(200, server.new_revision(id, "rollback", **spec))
        if self.command == "PATCH" or what in ("scale", "start", "restart", "stop"):
            return self._json(200, server.new_revision(id, what or "update", **value))
        if self.command == "DELETE":
            with server.lock:
                server._tell({"type": "DELETED", "resource_version": 10**6, "object": server.deployments.pop(id)})
            return self._send(204, "application/json", b"")
        return self._json(200, server.deployments[id])

    def _artifact(self, digest: str, body: bytes) -> None:
        if self.command == "HEAD":
            return self._send(200 if digest in self.server.artifacts else 404, "application/json", b"")
        assert hashlib.sha256(body).hexdigest() == digest
        self.server.artifacts[digest] = body
        return self._json(201, {"digest": digest, "size": len(body)})

    def _watch(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if self.server.watch_breaks:
            self.wfile.write(b'{"type": "RES')
            return
        changes: queue.SimpleQueue[Json | None] = queue.SimpleQueue()
        with self.server.lock:
            changes.put({"type": "RESET", "resource_version": self.server.version})
            for deployment in self.server.deployments.values():
                version = deployment["resource_version"]
                changes.put({"type": "ADDED", "resource_version": version, "object": copy.deepcopy(deployment)})
            self.server.watchers.append(changes)
        while (change := changes.get()) is not None:
            try:
                self.wfile.write(json.dumps(change).encode() + b"\n")
            except OSError:
                break
        self.server.watchers.remove(changes)

    def _infer(self, id: str, body: bytes) -> None:
        served = self.server.models.get(id)
        if served is None:
            return self._json(503, {"error": {"code": "stopped", "message": "stopped"}})
        try:
            return self._send(200, "application/json", dumps(oip.infer(served, json.loads(body))))
        except RequestError as error:
            return self._json(error.status, {"error": str(error)})
        except Exception as error:
            return self._json(500, {"error": f"{type(error).__name__}: {error}"})

    def _json(self, status: int, value: Any) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A running server of the contract."""
    found = FakeServer()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    found.end_streams()
    found.shutdown()
    found.server_close()
    thread.join(5)


@pytest.fixture
def rest(server: FakeServer) -> RestClient:
    """A client of the server."""
    return RestClient(Server(server.url, TOKEN))


@pytest.fixture
def connection(rest: RestClient) -> Connection:
    """A connection to the server."""
    return Connection(rest)
