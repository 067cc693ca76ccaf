"""Models that may be deployed again, and what the form of a new deployment asks for.

``PUT primehub-deploy/v1/script`` takes
``"details": {"models": {"items": [StoredModel, …], "trial": Trial, "drift": DriftAnswer}}``; a trial
that is left out goes well, and a deployment that is then created is not made.
"""

from __future__ import annotations

import re
from typing import Any

from fake_directory import Refused
from fake_rest import Deployments, ScriptHandler
from tornado import web

Json = dict[str, Any]
_NOTHING = {"cpu": 0, "memory": 0, "gpu": 0, "deployments": 0}


class ModelHandler(ScriptHandler):
    """Base: finds what the test wrote about models."""

    @property
    def written(self) -> Json:
        return self.script.details.get("models", {})

    def tried(self) -> Json:
        """Return what a dry run answers."""
        return {
            "group": "research",
            "usage": _NOTHING,
            "after": _NOTHING,
            "quota": {},
            "trial": self.written.get("trial"),
        }


class Stored(ModelHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("listModels")
        items = self.written.get("items", [])
        self.finish({"items": items, "total": len(items)})


class Drift(ModelHandler):
    @web.authenticated
    def post(self) -> None:
        self.prepare_answer("compareLibraries")
        nothing = {"image": "", "known": False, "unknown": [], "items": []}
        self.finish({**nothing, **self.written.get("drift", {})})


class Ids(ModelHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("checkId")
        name = self.get_query_argument("name", "")
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "model"
        wanted = self.get_query_argument("id", "") or f"{slug}-x3k9q"
        self.finish({"id": wanted, "available": wanted not in self.script.items, "message": ""})


class Interpreters(ModelHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("listInterpreters")
        self.finish(
            {"items": [{"kernel": "python3", "display_name": "Python 3 (ipykernel)", "path": "/opt/conda/bin/python"}]}
        )


class DeploymentsToo(Deployments, ModelHandler):
    """The list, and where something new is tried."""

    @web.authenticated
    def post(self) -> None:
        self.prepare_answer("createDeployment")
        if self.get_query_argument("dry_run", "") != "1":
            raise Refused(403, "forbidden", "nothing is created here")
        self.finish(self.tried())


def routes() -> list[tuple[str, type[ScriptHandler]]]:
    """Return the URL table."""
    return [
        ("deployments", DeploymentsToo),
        ("models", Stored),
        ("deployment-ids", Ids),
        ("drift", Drift),
        ("interpreters", Interpreters),
    ]
