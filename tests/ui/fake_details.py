"""What belongs to one deployment, as the tests write it: revisions, replicas, events and clients.

``PUT primehub-deploy/v1/script`` takes it as ``"details": {<id>: {"revisions": […], "replicas": […], "events": […],
"clients": […]}}``; what is left out is empty. Clients are added and revoked, replicas restarted for real.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from fake_directory import Refused
from fake_rest import ScriptHandler
from tornado import web

Json = dict[str, Any]


class DetailHandler(ScriptHandler):
    """Base of the routes below a deployment."""

    def find(self, id: str) -> Json:
        """Return the deployment, if the caller may see it."""
        item = self.script.items.get(id)
        if item is None:
            raise Refused(404, "not_found", f"there is no deployment {id!r}")
        return item

    def part(self, id: str, name: str) -> list[Json]:
        """Return a list that belongs to it; what is added to it stays."""
        self.find(id)
        found: list[Json] = self.script.details.setdefault(id, {}).setdefault(name, [])
        return found


class Part(DetailHandler):
    @web.authenticated
    def get(self, id: str, part: str) -> None:
        self.prepare_answer(f"list{part.capitalize()}")
        self.finish({"items": self.part(id, part)})

    @web.authenticated
    def post(self, id: str, part: str) -> None:
        if part != "clients":
            raise web.HTTPError(405)
        self.prepare_answer("addClient")
        body = self.body
        clients = self.part(id, "clients")
        if any(client["name"] == body["name"] for client in clients):
            raise Refused(
                409,
                "already_exists",
                f"there is a client {body['name']!r} already: choose another name, or revoke that one first",
                fields=[{"field": "name", "message": "taken"}],
            )
        client = {
            "name": body["name"],
            "created_at": _now(),
            "created_by": self.directory.user,
            "expires_at": body.get("expires_at"),
            "last_used_at": None,
        }
        clients.append(client)
        self.set_status(201)
        self.finish({"client": client, "token": f"{body['name']}.token-that-is-shown-once"})


class Client(DetailHandler):
    @web.authenticated
    def delete(self, id: str, name: str) -> None:
        self.prepare_answer("removeClient")
        clients = self.part(id, "clients")
        clients[:] = [client for client in clients if client["name"] != name]
        self.set_status(204)
        self.finish()


class RestartReplica(DetailHandler):
    @web.authenticated
    def post(self, id: str, name: str) -> None:
        self.prepare_answer("restartReplica")
        for replica in self.part(id, "replicas"):
            if replica["name"] == name:
                kill = self.get_query_argument("kill", "") == "1"
                step = {"step": "starting", "since": _now()}
                replica.update(
                    attempt=replica["attempt"] + 1,
                    restarts=replica["restarts"] + 1,
                    step="starting",
                    step_since=step["since"],
                    steps=[step],
                    serving=False,
                    last_exit="killed" if kill else "exit code 0",
                )
        self.set_status(204)
        self.finish()


def routes() -> list[tuple[str, type[ScriptHandler]]]:
    """Return the URL table."""
    return [
        (r"deployments/([^/:]+)/(revisions|replicas|events|clients)", Part),
        (r"deployments/([^/:]+)/clients/([^/:]+)", Client),
        (r"deployments/([^/:]+)/replicas/([^/:]+):restart", RestartReplica),
    ]


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
