"""A server extension that answers our REST API from what the tests write.

For states of the UI that are hard to bring about with the real one.

``PUT primehub-deploy/v1/script`` takes ``{"items": [Deployment, …], "mode": "ok" | "cut" | "missing",
"directory": {…}, "details": {…}}``; ``fake_directory`` and ``fake_details`` say what these hold.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fake_directory import Directory, Refused
from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.iostream import StreamClosedError

from primehub_deploy_ext._version import __version__

Json = dict[str, Any]


class Script:
    """What is answered now."""

    def __init__(self) -> None:
        self.items: dict[str, Json] = {}
        self.mode = "ok"
        self.version = 1
        self.changed = asyncio.Condition()
        self.directory = Directory({}, self.items)
        # By id: revisions, replicas, events, clients.
        self.details: dict[str, Json] = {}

    async def play(
        self, items: list[Json], mode: str, directory: Json | None, details: dict[str, Json] | None = None
    ) -> None:
        """Replace everything; each item that differs counts as changed now. Directory and details stay if left out."""
        self.version += 1
        before, self.items, self.mode = self.items, {}, mode
        for item in items:
            old = before.get(item["id"])
            same = old is not None and {**old, "resource_version": 0} == {**item, "resource_version": 0}
            self.items[item["id"]] = old if same and old else {**item, "resource_version": self.version}
        if directory is not None:
            self.directory = Directory(directory, self.items)
        self.directory.deployments = self.items
        if details is not None:
            self.details = details
        await self.tell()

    async def change(self, id: str, item: Json | None) -> None:
        """Replace or remove one deployment."""
        self.version += 1
        if item is None:
            del self.items[id]
        else:
            self.items[id] = {**item, "resource_version": self.version}
        await self.tell()

    async def tell(self) -> None:
        """Wake the watchers."""
        async with self.changed:
            self.changed.notify_all()


class ScriptHandler(APIHandler):
    """Base of the routes: finds the script, plays dead when told so."""

    def initialize(self, script: Script) -> None:
        self.script = script

    @property
    def directory(self) -> Directory:
        """Who is who."""
        return self.script.directory

    @property
    def body(self) -> Json:
        """What was sent."""
        return self.get_json_body() or {}

    @property
    def everything(self) -> bool:
        """Whether all groups are asked for; refused like by the real one."""
        wanted = self.get_query_argument("all", "") == "1"
        if wanted and not self.directory.admin:
            raise Refused(403, "forbidden", "only administrators may see those of all groups (all=1)")
        return wanted

    @property
    def version(self) -> int | None:
        """What the caller saw."""
        text = self.request.headers.get("If-Match", "").strip('"')
        return int(text) if text else None

    def prepare_answer(self, operation: str) -> None:
        if self.script.mode == "missing":
            raise web.HTTPError(404)
        if self.script.mode == "cut":
            raise web.HTTPError(502)
        self.directory.check(operation)

    def visible(self, *, everything: bool) -> dict[str, Json]:
        """Return the deployments that the caller may see."""
        mine = self.directory.own_groups
        return {
            key: item for key, item in self.script.items.items() if everything or mine is None or item["group"] in mine
        }

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, Refused):
            self.set_status(error.status)
            self.finish(json.dumps(error.body))
        else:
            super().write_error(status_code, **kwargs)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        if not isinstance(value, Refused):
            super().log_exception(typ, value, tb)


class Play(ScriptHandler):
    @web.authenticated
    async def put(self) -> None:
        body = self.body
        await self.script.play(body["items"], body.get("mode", "ok"), body.get("directory"), body.get("details"))
        self.set_status(204)
        self.finish()


class Health(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("getHealth")
        self.finish({"version": __version__, "engine": "local", "status": "ok", "message": "", "gateway": None})


class Deployments(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("listDeployments")
        items = list(self.visible(everything=self.everything).values())
        self.finish(
            {"items": items, "total": len(items), "resource_version": self.script.version, "continue_token": None}
        )


class Watch(ScriptHandler):
    @web.authenticated
    async def get(self) -> None:
        self.prepare_answer("watch")
        everything = self.everything
        self.set_header("Content-Type", "application/x-ndjson")
        script = self.script
        sent = self.visible(everything=everything)
        known = int(self.get_query_argument("resource_version", "0"))
        try:
            if 0 < known < script.version:
                # What came in between is not remembered: the whole list again.
                self.put("RESET")
                for item in sent.values():
                    self.put("ADDED", item)
            self.put("BOOKMARK")
            await self.flush()
            while script.mode == "ok":
                async with script.changed:
                    await script.changed.wait()
                now = self.visible(everything=everything)
                # At once, as they came: whoever gathers them is not to depend on how busy the machine is.
                for key, item in now.items():
                    if item is not sent.get(key):
                        self.put("MODIFIED" if key in sent else "ADDED", item)
                for key in sent.keys() - now.keys():
                    self.put("DELETED", {**sent[key], "resource_version": script.version})
                await self.flush()
                sent = now
        except StreamClosedError:
            return

    def put(self, type: str, item: Json | None = None) -> None:
        change = {"type": type, "resource_version": self.script.version, "object": item, "error": None}
        self.write(json.dumps(change) + "\n")


class Deployment(ScriptHandler):
    @web.authenticated
    def get(self, id: str) -> None:
        self.prepare_answer("getDeployment")
        if id not in self.script.items:
            raise Refused(404, "not_found", f"there is no deployment {id!r}")
        self.finish(self.script.items[id])

    @web.authenticated
    async def patch(self, id: str) -> None:
        """Another revision that differs in what was sent, and serves at once."""
        self.prepare_answer("updateDeployment")
        item = self.script.items[id]
        changes = {key: value for key, value in self.body.items() if key != "update_message"}
        number = item["revision"] + 1
        revised = {"spec": {**item["spec"], **changes}, "revision": number, "serving_revision": number}
        await self.script.change(id, {**item, **revised})
        self.finish(self.script.items[id])

    @web.authenticated
    async def delete(self, id: str) -> None:
        self.prepare_answer("deleteDeployment")
        await self.script.change(id, None)
        self.set_status(204)
        self.finish()


class DeploymentAction(ScriptHandler):
    @web.authenticated
    async def post(self, id: str, action: str) -> None:
        self.prepare_answer(f"{action}Deployment")
        item = self.script.items[id]
        stopped = action == "stop"
        status = {
            **item["status"],
            "phase": "Stopped" if stopped else "Deployed",
            "reason": "Stopped" if stopped else "Ready",
        }
        await self.script.change(id, {**item, "spec": {**item["spec"], "stopped": stopped}, "status": status})
        self.finish(self.script.items[id])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "fake_rest"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    import fake_administration
    import fake_alerts
    import fake_details
    import fake_logs
    import fake_metrics
    import fake_models
    import fake_usage

    script = {"script": Script()}
    base = url_path_join(server.web_app.settings["base_url"], "primehub-deploy", "v1")
    table = [
        ("script", Play),
        ("health", Health),
        ("watch", Watch),
        (r"deployments/([^/:]+)", Deployment),
        (r"deployments/([^/:]+):(stop|start)", DeploymentAction),
        *fake_logs.routes(),
        *fake_details.routes(),
        *fake_metrics.routes(),
        *fake_models.routes(),
        *fake_alerts.routes(),
        *fake_usage.routes(),
        *fake_administration.routes(),
    ]
    server.web_app.add_handlers(".*$", [(url_path_join(base, path), handler, script) for path, handler in table])
