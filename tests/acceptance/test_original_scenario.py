"""What the original's acceptance tests go through, against a real server and a real engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.demo_server import Server
from tests.acceptance.rest import ask, call, stored_model
from tests.engines.bench import wait_for

GIB = 2**30


def test_from_a_group_without_the_feature_to_a_deleted_deployment(start_server: Callable[..., Server]) -> None:
    server = start_server()
    me = ask(server, "GET", "me").json
    assert me["admin"]
    new = {"name": "vision", "quota": {"cpu": 2, "memory": "4Gi"}, "members": [me["user"]]}
    assert ask(server, "POST", "groups", new).json["enabled"] is False
    wish = {
        "name": "Iris",
        "id": "iris",
        "group": "vision",
        "model": stored_model(server),
        "instance_type": "cpu-1",
        "replicas": 2,
    }

    # Feature off: a warning, and nothing is created.
    refused = ask(server, "POST", "deployments", wish)
    assert (refused.status, refused.json["message"].split(":")[0]) == (403, "Feature not available")
    assert ask(server, "GET", "deployments").json["total"] == 0

    # The administrator enables it; the form is told what would be taken before anything is.
    assert ask(server, "PATCH", "groups/vision", {"enabled": True}).json["enabled"] is True
    preview = ask(server, "POST", "deployments?dry_run=1", wish).json
    assert (preview["quota"]["cpu"], preview["usage"]["cpu"], preview["after"]["cpu"]) == (2, 0, 2)
    assert usage(server) == {"cpu": 0, "memory": 0, "gpu": 0, "deployments": 0}

    # Deployed: its instance type times its replicas are in use, and more is refused.
    endpoint = ask(server, "POST", "deployments", wish).json["endpoint"]
    wait_for(lambda: phase(server) == "Deployed")
    assert call(endpoint, "iris").json["outputs"][0]["data"] == [4.0]
    assert usage(server) == {"cpu": 2, "memory": 2 * GIB, "gpu": 0, "deployments": 1}
    more = ask(server, "POST", "deployments", wish | {"id": "more", "replicas": 1})
    assert (more.status, more.json["code"]) == (403, "quota_exceeded")
    assert "In use by: iris (2)" in more.json["message"]

    # Stop gives it back; the endpoint says that it is stopped.
    ask(server, "POST", "deployments/iris:stop")
    wait_for(lambda: phase(server) == "Stopped")
    assert usage(server)["cpu"] == 0
    stopped = call(endpoint, "iris")
    assert (stopped.status, stopped.json["error"]["code"]) == (503, "stopped")

    # Start takes it again.
    assert ask(server, "POST", "deployments/iris:start").status == 200
    assert usage(server)["cpu"] == 2
    wait_for(lambda: phase(server) == "Deployed")
    assert call(endpoint, "iris").status == 200

    # Delete gives it back for good.
    assert ask(server, "DELETE", "deployments/iris").status == 204
    assert usage(server) == {"cpu": 0, "memory": 0, "gpu": 0, "deployments": 0}
    assert call(endpoint, "iris").status == 404

    # All of it is in the audit log, the refusals too.
    log = ask(server, "GET", "audit?group=vision&limit=100").json["items"]
    told = [(entry["action"], entry["outcome"]) for entry in reversed(log)]
    assert ("createDeployment", "refused") in told
    assert told.index(("updateGroup", "allowed")) < told.index(("createDeployment", "allowed"))
    assert ("deleteDeployment", "allowed") in told


def test_switching_the_feature_off_asks_what_becomes_of_what_runs(start_server: Callable[..., Server]) -> None:
    server = start_server()
    group = ask(server, "GET", "me").json["groups"][0]["name"]
    wish = {"name": "Iris", "id": "iris", "model": stored_model(server)}
    ask(server, "POST", "deployments", wish)
    wait_for(lambda: phase(server) == "Deployed")

    asked = ask(server, "PATCH", f"groups/{group}", {"enabled": False})
    assert (asked.status, [item["id"] for item in asked.json["details"]["running"]]) == (409, ["iris"])
    assert phase(server) == "Deployed"

    assert ask(server, "PATCH", f"groups/{group}", {"enabled": False, "running": "keep"}).status == 200
    assert phase(server) == "Deployed"
    assert ask(server, "POST", "deployments", wish | {"id": "more"}).status == 403

    ask(server, "PATCH", f"groups/{group}", {"enabled": True})
    assert ask(server, "PATCH", f"groups/{group}", {"enabled": False, "running": "stop"}).status == 200
    wait_for(lambda: phase(server) == "Stopped")
    assert ask(server, "POST", "deployments/iris:start").status == 403


def usage(server: Server) -> dict[str, Any]:
    return ask(server, "GET", "groups/vision").json["usage"]


def phase(server: Server) -> str:
    return ask(server, "GET", "deployments/iris").json["status"]["phase"]
