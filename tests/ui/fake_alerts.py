"""The alert rules of a deployment, as the tests write them and the browser changes them.

``PUT primehub-deploy/v1/script`` takes ``"details": {<id>: {"alerts": Alerts}}``; what is left out is no rules. What
is refused is written into the directory, as for all others: ``"refuse": {"setAlerts": {…}}``.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fake_details import DetailHandler, Json
from fake_directory import Refused
from fake_rest import ScriptHandler
from tornado import web


class Alerts(DetailHandler):
    @web.authenticated
    def get(self, id: str) -> None:
        self.prepare_answer("getAlerts")
        self.find(id)
        self.finish(self.stored(id))

    @web.authenticated
    def put(self, id: str) -> None:
        """Keep the rules; nothing was looked at since."""
        self.prepare_answer("setAlerts")
        self.find(id)
        before = self.stored(id)
        if self.version is not None and self.version != before["version"]:
            raise Refused(409, "conflict", f"the alerts of {id!r} were changed meanwhile: read them again")
        body = self.body
        states = [{"kind": rule["kind"], "state": "unknown", "since": None, "value": None} for rule in body["rules"]]
        alerts = {"rules": body["rules"], "webhook": shown(body["webhook"]), "states": states}
        self.script.details.setdefault(id, {})["alerts"] = alerts | {"version": before["version"] + 1}
        self.finish(self.stored(id))

    def stored(self, id: str) -> Json:
        """Return what the deployment has."""
        written: Json = self.script.details.get(id, {}).get("alerts", {})
        return {"rules": [], "webhook": "", "states": [], "delivery": "", "version": 0, "editable": True} | written


def shown(webhook: str) -> str:
    """Return an address without its path, which is a secret."""
    parts = urlsplit(webhook)
    return f"{parts.scheme}://{parts.netloc}/…" if webhook else ""


def routes() -> list[tuple[str, type[ScriptHandler]]]:
    """Return the URL table."""
    return [(r"deployments/([^/:]+)/alerts", Alerts)]
