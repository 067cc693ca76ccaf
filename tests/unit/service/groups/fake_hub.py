"""A small HTTP server that answers as JupyterHub 6.1.1 was seen to answer; the real one is in ``tests/hub``."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import unquote

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

TOKEN = "token-of-the-server"
DEFAULT_SCOPES = ("access:servers!server={0}/", "read:users:groups!user={0}", "read:users:name!user={0}")


class FakeHub:
    """Users, groups, and the one server token; tests change what they like while it runs.

    Parameters
    ----------
    owner
        Whose server's token it is.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.admins: set[str] = set()
        self.groups: dict[str, list[str]] = {}
        self.extra_scopes: set[str] = set()
        self.readable_users: set[str] = set()
        self.token = TOKEN
        self.broken: tuple[int, str] | None = None
        self.page = 200
        self.asked: Counter[str] = Counter()
        self._sockets = bind_sockets(0, "127.0.0.1")
        self._port = self._sockets[0].getsockname()[1]
        self._server: HTTPServer | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What the Hub tells the server."""
        return {
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{self._port}/hub/api",
            "JUPYTERHUB_API_TOKEN": TOKEN,
            "JUPYTERHUB_USER": self.owner,
        }

    def start(self) -> None:
        """Answer, at the same address as before."""
        if not self._sockets:
            self._sockets = bind_sockets(self._port, "127.0.0.1")
        self._server = HTTPServer(web.Application([("/hub/api/(.*)", _Handler, {"hub": self})], log_function=_quiet))
        self._server.add_sockets(self._sockets)

    async def stop(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
        self._server, self._sockets = None, []

    def user_model(self, name: str) -> dict[str, Any]:
        """What ``GET users/<name>`` answers."""
        return {
            "kind": "user",
            "name": name,
            "admin": name in self.admins,
            "groups": [group for group, members in self.groups.items() if name in members],
            "user_info": None,
        }


class _Handler(web.RequestHandler):
    def initialize(self, hub: FakeHub) -> None:
        self.hub = hub

    def get(self, path: str) -> None:
        hub = self.hub
        hub.asked[path] += 1
        if hub.broken is not None:
            self.set_status(hub.broken[0])
            self.write(hub.broken[1])
        elif self.request.headers.get("Authorization") != f"token {hub.token}":
            self._refuse(403, None)
        elif path == "user":
            own = [scope.format(hub.owner) for scope in DEFAULT_SCOPES]
            self.write(
                {**hub.user_model(hub.owner), "token_id": "a2", "session_id": None, "scopes": [*own, *hub.extra_scopes]}
            )
        elif path.startswith("users/"):
            name = unquote(self.request.path.removeprefix("/hub/api/users/"))
            if name in hub.readable_users:
                self.write(hub.user_model(name))
            else:
                self._refuse(404, "No access to resources or resources not found")
        elif path == "groups" and "list:groups" in hub.extra_scopes:
            self._groups()
        else:
            self._refuse(403, "Action is not authorized with current scopes; requires any of [list:groups]")

    def _groups(self) -> None:
        offset, limit = int(self.get_argument("offset", "0")), min(int(self.get_argument("limit", "50")), self.hub.page)
        models: list[dict[str, Any]] = [{"kind": "group", "name": name} for name in self.hub.groups]
        if "read:groups" in self.hub.extra_scopes:
            for model in models:
                model |= {"users": self.hub.groups[model["name"]], "properties": {}}
        following = {"offset": offset + limit, "limit": limit, "url": "…"} if offset + limit < len(models) else None
        if "application/jupyterhub-pagination+json" not in self.request.headers["Accept"]:
            self.write(json.dumps(models[offset : offset + limit]))
            return
        pages = {"offset": offset, "limit": limit, "total": len(models), "next": following}
        self.write({"items": models[offset : offset + limit], "_pagination": pages})

    def _refuse(self, status: int, message: str | None) -> None:
        self.set_status(status)
        self.write({"status": status, "message": message})


def _quiet(handler: web.RequestHandler) -> None:
    """Write no access log."""
