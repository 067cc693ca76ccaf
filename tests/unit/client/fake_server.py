"""A small real HTTP server that speaks the contract, and whose deployments really predict."""

from __future__ import annotations

import copy
import pickle
import queue
import threading
from http.server import ThreadingHTTPServer
from typing import Any

from primehub_deploy_ext.domain.errors import AlreadyExists, DeployError
from primehub_deploy_ext.runner import adapters
from primehub_deploy_ext.runner.model import ServedModel
from primehub_deploy_ext.runner.signature import Signature
from tests.unit.client.fake_routes import NOW, FakeRoutes

Json = dict[str, Any]


class FakeServer(ThreadingHTTPServer):
    """Holds deployments in memory; ``script`` says which states follow on a change."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeRoutes)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/base/"
        self.lock = threading.RLock()
        self.deployments: dict[str, Json] = {}
        self.revisions: dict[str, list[Json]] = {}
        self.models: dict[str, ServedModel] = {}
        self.artifacts: dict[str, bytes] = {}
        # Why models can't be stored.
        self.no_store = ""
        self.saved: list[Json] = []
        self.drift: list[Json] | None = []
        """What an image has of other versions; None: a server that can't be asked."""
        self.drift_questions: list[tuple[Json, int]] = []
        """What it was asked about, and how many artifacts were stored by then."""
        self.clients: dict[str, dict[str, Json]] = {}
        self.tokens: dict[str, str] = {}
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
        self.refuse_creation: DeployError | None = None
        self.programs: list[str] = []

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

    def save_model(self, body: Json) -> Json:
        """Keep a model by a name."""
        version = 1 + sum(saved["name"] == body["name"] for saved in self.saved)
        number = len(self.saved) + 1
        made = {"created_at": "2026-11-23T09:40:24.123456Z", "created_by": "alice", "group": body.get("group", "alice")}
        self.saved.append({**body, **made, "number": number, "version": version})
        return self.saved[-1]

    def stored_models(self) -> list[Json]:
        """Those that are kept, newest first."""
        return [{"model": saved["model"], "saved": [saved], "uses": []} for saved in self.saved[::-1]]

    def new_deployment(self, body: Json) -> Json:
        if self.refuse_creation is not None:
            raise self.refuse_creation
        with self.lock:
            key = body["id"] or f"{body['name'].lower()}-x3k9q"
            if key in self.deployments:
                raise AlreadyExists(f"the id {key!r} is taken")
            given = ("model", "replicas", "env", "metadata", "description")
            spec = {
                **{name: body[name] for name in given},
                "access": body.get("access", "public"),
                "instance_type": "default",
                "stopped": False,
            }
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
        if "artifact" not in model:
            return  # an image serves by itself
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
