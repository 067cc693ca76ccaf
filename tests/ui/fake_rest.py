"""A server extension that answers our REST API from a list the tests write.

For states of the UI that are hard to bring about with the real one.

``PUT primehub-deploy/v1/script`` takes ``{"items": [Deployment, …], "mode": "ok" | "cut" | "missing"}``.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.iostream import StreamClosedError

from primehub_deploy_ext._version import __version__


class Script:
    """What is answered now."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.mode = "ok"
        self.version = 1
        self.changed = asyncio.Condition()

    async def play(self, items: list[dict[str, Any]], mode: str) -> None:
        """Replace everything; each item that differs counts as changed now."""
        self.version += 1
        before, self.items, self.mode = self.items, {}, mode
        for item in items:
            old = before.get(item["id"])
            same = old is not None and {**old, "resource_version": 0} == {**item, "resource_version": 0}
            self.items[item["id"]] = old if same and old else {**item, "resource_version": self.version}
        async with self.changed:
            self.changed.notify_all()


class ScriptHandler(APIHandler):
    """Base of the routes: finds the script, plays dead when told so."""

    def initialize(self, script: Script) -> None:
        self.script = script

    def prepare_answer(self) -> None:
        if self.script.mode == "missing":
            raise web.HTTPError(404)
        if self.script.mode == "cut":
            raise web.HTTPError(502)


class Play(ScriptHandler):
    @web.authenticated
    async def put(self) -> None:
        body = self.get_json_body() or {}
        await self.script.play(body["items"], body.get("mode", "ok"))
        self.set_status(204)
        self.finish()


class Health(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer()
        self.finish({"version": __version__, "engine": "local", "status": "ok", "message": "", "gateway": None})


class Deployments(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer()
        items = list(self.script.items.values())
        self.finish(
            {"items": items, "total": len(items), "resource_version": self.script.version, "continue_token": None}
        )


class Watch(ScriptHandler):
    @web.authenticated
    async def get(self) -> None:
        self.prepare_answer()
        self.set_header("Content-Type", "application/x-ndjson")
        script = self.script
        sent = dict(script.items)
        try:
            await self.line("BOOKMARK")
            while script.mode == "ok":
                async with script.changed:
                    await script.changed.wait()
                for key, item in script.items.items():
                    if item is not sent.get(key):
                        await self.line("MODIFIED" if key in sent else "ADDED", item)
                for key in sent.keys() - script.items.keys():
                    await self.line("DELETED", {**sent[key], "resource_version": script.version})
                sent = dict(script.items)
        except StreamClosedError:
            return

    async def line(self, type: str, item: dict[str, Any] | None = None) -> None:
        change = {"type": type, "resource_version": self.script.version, "object": item, "error": None}
        self.write(json.dumps(change) + "\n")
        await self.flush()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "fake_rest"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    script = {"script": Script()}
    base = url_path_join(server.web_app.settings["base_url"], "primehub-deploy", "v1")
    server.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, "script"), Play, script),
            (url_path_join(base, "health"), Health, script),
            (url_path_join(base, "deployments"), Deployments, script),
            (url_path_join(base, "watch"), Watch, script),
        ],
    )
