"""The routes of the fake server: what each request is answered."""

from __future__ import annotations

import copy
import hashlib
import json
import queue
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from primehub_deploy_ext.domain.clients import CreateClient, new_token
from primehub_deploy_ext.domain.errors import DeployError, InvalidInput, NotFound
from primehub_deploy_ext.runner.exchange import RequestError, dumps
from primehub_deploy_ext.runner.protocols import oip

if TYPE_CHECKING:
    from tests.unit.client.fake_server import FakeServer

TOKEN = "secret"
PREFIX = "/base/primehub-deploy/v1/"
NOW = "2026-11-23T09:40:24.123456Z"
GIB = 1024**3
GROUP = {
    "name": "alice",
    "display_name": "alice",
    "enabled": True,
    "role": "member",
    "quota": {"cpu": 4.0, "memory": None, "gpu": 0, "deployments": 3},
    "usage": {"cpu": 1.5, "memory": 2 * GIB, "gpu": 0, "deployments": 1},
}

Json = dict[str, Any]


class FakeRoutes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeServer

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self) -> None:
        server, parts = self.server, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.requests.append((self.command, self.path))
        server.programs.append(self.headers.get("User-Agent", ""))
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
        fixed = {"health": {"version": "0.1.0", "engine": "fake", "status": "ok"}, "groups": {"items": [GROUP]}}
        if path in fixed:
            return self._json(200, fixed[path])
        value = json.loads(body) if body else {}
        if path in ("drift", "warm"):
            return self._beforehand(path, value)
        if value:
            server.bodies.append(value)
        if path.partition("/")[0] == "models":
            return self._models(path.partition("/")[2], value)
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

    def _beforehand(self, path: str, question: Json) -> None:
        if path == "warm":
            self.server.bodies.append(question)
            return self._json(202, {})
        if self.server.drift is None:  # as one from before answers
            raise NotFound("no route /drift")
        self.server.drift_questions.append((question, len(self.server.artifacts)))
        return self._json(200, {"image": "runner:1", "known": True, "unknown": [], "items": self.server.drift})

    def _models(self, number: str, value: Json) -> None:
        server = self.server
        if number:
            server.saved = [saved for saved in server.saved if saved["number"] != int(number)]
            return self._send(204, "application/json", b"")
        if self.command == "POST":
            return self._json(201, server.save_model(value))
        return self._json(200, {"items": server.stored_models(), "total": len(server.saved)})

    def _deployment(self, id: str, what: str, value: Json) -> None:
        server = self.server
        value.pop("update_message", None)
        if what == "revisions":
            return self._json(200, {"items": server.revisions[id]})
        if what.startswith("revisions/"):
            wanted = int(what.partition("/")[2])
            return self._json(200, next(r for r in server.revisions[id] if r["number"] == wanted))
        if what.partition("/")[0] == "clients":
            return self._clients(id, what.partition("/")[2], value)
        if what == "metrics":
            return self._json(200, server.metrics)
        if what == "predict":
            status, answer = self._answer_of_model(id, json.dumps(value).encode())
            prediction = {"status": status, "content_type": "application/json", "body": json.loads(answer)}
            return self._json(200, prediction)
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
        if self.server.no_store:
            raise InvalidInput(self.server.no_store)
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

    def _clients(self, id: str, name: str, value: Json) -> None:
        mine = self.server.clients.setdefault(id, {})
        if self.command == "GET":
            return self._json(200, {"items": [mine[name] for name in sorted(mine)]})
        if self.command == "DELETE":
            if mine.pop(name, None) is None:
                raise NotFound(f"{id!r} has no client {name!r}")
            return self._send(204, "application/json", b"")
        CreateClient.model_validate(value)
        client = {"name": value["name"], "created_at": NOW, "created_by": "alice", "last_used_at": None}
        mine[value["name"]] = {**client, "expires_at": value["expires_at"]}
        self.server.tokens[value["name"]] = new_token(value["name"])
        return self._json(201, {"client": mine[value["name"]], "token": self.server.tokens[value["name"]]})

    def _infer(self, id: str, body: bytes) -> None:
        private = id in self.server.deployments and self.server.deployments[id]["spec"]["access"] == "private"
        if private and self.headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens_of(id):
            return self._json(401, {"error": {"code": "unauthenticated", "message": "private"}})
        status, answer = self._answer_of_model(id, body)
        return self._send(status, "application/json", answer)

    def _tokens_of(self, id: str) -> set[str]:
        return {self.server.tokens[name] for name in self.server.clients.get(id, {})}

    def _answer_of_model(self, id: str, body: bytes) -> tuple[int, bytes]:
        served = self.server.models.get(id)
        if served is None:
            return 503, json.dumps({"error": {"code": "stopped", "message": "stopped"}}).encode()
        try:
            return 200, dumps(oip.infer(served, json.loads(body)))
        except RequestError as error:
            return error.status, json.dumps({"error": str(error)}).encode()
        except Exception as error:
            return 500, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode()

    def _json(self, status: int, value: Any) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
