"""The audit log over HTTP: one line for every change and every refusal, and none for the rest."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

from primehub_deploy_ext.openapi.operations import OPERATIONS
from tests.server.api import Api, new_deployment
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups
from tests.server.test_permission_matrix import ROLES, arrange, request_of, table

pytestmark = pytest.mark.usefixtures("logins")

SETTING = {
    "createGroup", "updateGroup", "createInstanceType", "updateInstanceType", "createPullSecret", "updatePullSecret",
}  # fmt: skip
SILENT = {"predict", "tryRevision", "compareLibraries", "warm"}


async def newest(boss: Api, **query: str) -> dict[str, Any]:
    """Return the newest line."""
    line = (await boss("GET", "audit", params=query)).json["items"][0]
    assert isinstance(line, dict)
    return line


async def total(boss: Api) -> int:
    return int((await boss("GET", "audit")).json["total"])


@pytest.mark.parametrize("role", ["outsider", "member", "group admin", "admin"])
async def test_every_change_and_every_refusal_is_one_line(
    role: str, api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api, jp_root_dir: Path
) -> None:
    (jp_root_dir / "model.pkl").write_bytes(cloudpickle.dumps(len))
    verbs = {operation.id: operation.verb for operation in OPERATIONS}

    for row, statuses in table().items():
        operation, status = row.partition(",")[0], statuses[role]
        verb, path, body, query = request_of(row)
        if path == "watch":
            continue
        await arrange(api, engine, lab)
        before = await total(boss)
        await api.as_user(ROLES[role])(verb, path, body, params=query)

        changing = verbs[operation] not in {"GET", "HEAD"} and operation not in SILENT and "dry run" not in row
        recorded = status == 403 or changing
        assert await total(boss) == before + recorded, row
        if recorded:
            line = await newest(boss)
            outcome = "allowed" if status < 300 else "refused" if status == 403 else "failed"
            assert (line["user"], line["action"], line["outcome"], line["status"]) == (
                ROLES[role],
                operation,
                outcome,
                status,
            ), row
            assert bool(line["message"]) == (status >= 400 or operation in SETTING), row


async def test_a_line_tells_who_did_what_to_what_from_where(
    api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api
) -> None:
    grace = api.as_user("grace")
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}

    await grace("POST", "deployments", new_deployment(id="iris"), headers=browser)
    created = await newest(boss)
    await grace("POST", "deployments/iris/clients", {"name": "reader"}, headers={"User-Agent": "curl/8.5.0\tmine"})
    client = await newest(boss)
    await boss("POST", "groups", {"name": "vision"})
    group = await newest(boss)
    await api.as_user("mallory")("DELETE", "deployments/iris")
    tried = await newest(boss)
    await grace("POST", "deployments", {"name": "Iris", "group": "lab"})
    failed = await newest(boss)

    seen = [(line["action"], line["target"], line["group"], line["via"]) for line in (created, client, group, tried)]
    assert seen[0] == ("createDeployment", "iris", "lab", "browser")
    assert seen[1] == ("addClient", "iris/reader", "lab", "curl/8.5.0 mine")
    assert seen[2][:3] == ("createGroup", "vision", "vision")
    assert seen[3][:3] == ("deleteDeployment", "iris", "lab")
    assert (tried["user"], tried["outcome"], tried["status"]) == ("mallory", "failed", 404)
    assert (failed["outcome"], failed["message"]) == ("failed", "model: is required")
    assert created["address"] == "127.0.0.1"


async def test_whoever_is_not_logged_in_has_no_name(api: Api, lab: MemoryGroups, boss: Api) -> None:
    await api("GET", "deployments/iris")
    await api("DELETE", "nothing/here")

    lines = (await boss("GET", "audit")).json["items"]

    assert [(line["user"], line["action"], line["target"], line["status"]) for line in lines] == [
        ("", "unknownRoute", "", 401),
        ("", "getDeployment", "iris", 401),
    ]


async def test_what_cannot_be_decoded_is_refused_all_the_same(
    http_server_client: Any, jp_base_url: str, lab: MemoryGroups, boss: Api
) -> None:
    url = f"{jp_base_url}primehub-deploy/v1/"
    for path, expected in (("groups/%ff", 400), ("groups/lab?dry_run=%ff", 400), ("groups/lab?deployments=%ff", 400)):
        answer = await http_server_client.fetch(
            url + path, method="DELETE", headers={"X-User": "boss"}, raise_error=False
        )
        assert (answer.code, b'"code"' in answer.body) == (expected, True), path

    assert {line["outcome"] for line in (await boss("GET", "audit")).json["items"]} == {"failed"}


async def test_a_stored_model_is_recorded_and_a_refused_preview_is_not(
    api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api
) -> None:
    grace = api.as_user("grace")
    digest = hashlib.sha256(b"model").hexdigest()

    await grace("PUT", f"artifacts/{digest}", b"model")
    stored = await newest(boss)
    lab.put("lab", quota={"deployments": 0})
    await grace("POST", "deployments", new_deployment(), params={"dry_run": "1"})
    after = await newest(boss)
    await grace("POST", "deployments", new_deployment())
    refused = await newest(boss)

    assert (stored["action"], stored["target"]) == ("putArtifact", digest)
    assert after == stored
    assert (refused["action"], refused["target"], refused["group"], refused["outcome"]) == (
        "createDeployment",
        "Iris",
        "lab",
        "refused",
    )
    assert "deployments quota of the group 'lab'" in refused["message"]


async def test_group_admins_read_what_is_about_their_groups(
    api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api
) -> None:
    await api.as_user("grace").create(id="iris")
    await api.as_user("mallory").create(id="theirs")
    await boss("POST", "instance-types", {"name": "tiny"})
    ada = api.as_user("ada")

    mine = (await ada("GET", "audit")).json
    refused = await ada("GET", "audit", params={"group": "other"})

    assert [line["target"] for line in mine["items"]] == ["iris"]
    assert (refused.status, refused.json["code"]) == (404, "not_found")


async def test_the_log_is_filtered_and_paged(api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api) -> None:
    for number in range(5):
        await api.as_user("grace").create(id=f"d-{number}")
    await api.as_user("mallory")("DELETE", "deployments/d-1")

    first = (await boss("GET", "audit", params={"user": "grace", "limit": "3"})).json
    rest = (await boss("GET", "audit", params={"user": "grace", "continue": first["continue_token"]})).json
    tried = (await boss("GET", "audit", params={"outcome": "failed", "search": "D-1 delete"})).json
    wrong = await boss("GET", "audit", params={"since": "yesterday"})

    assert [line["target"] for line in first["items"] + rest["items"]] == ["d-4", "d-3", "d-2", "d-1", "d-0"]
    assert (first["total"], rest["continue_token"]) == (5, None)
    assert [line["user"] for line in tried["items"]] == ["mallory"]
    assert (wrong.status, wrong.json["fields"][0]["field"]) == (400, "since")


async def test_the_log_is_exported_whole(api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api) -> None:
    grace = api.as_user("grace")
    await grace("POST", "deployments", {"name": "=HYPERLINK('x')", "group": "lab"})
    for number in range(120):
        await grace("DELETE", f"deployments/d-{number}")

    answer = await boss("GET", "audit", headers={"Accept": "text/csv"}, params={"user": "grace", "limit": "1"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "audit.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert len(rows) == 121
    assert rows[0]["target"] == "d-119"
    assert rows[-1]["target"] == ""
    refused = await grace("GET", "audit", headers={"Accept": "text/csv"})
    assert (refused.status, refused.json["code"]) == (403, "forbidden")


async def test_a_log_that_cannot_be_written_disturbs_nobody_and_shows_in_health(
    api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api, home: Path
) -> None:
    assert not home.exists()
    home.write_text("in the way")

    created = await api.as_user("grace")("POST", "deployments", new_deployment(id="iris"))
    unreadable = await boss("GET", "audit")
    health = (await boss("GET", "health")).json

    assert created.status == 201
    assert unreadable.status == 503
    assert health["status"] == "degraded"
    assert "audit.db can't be written" in health["message"]
    home.unlink()
    assert (await newest(boss, action="createDeployment"))["target"] == "iris"
    assert (await boss("GET", "health")).json["status"] == "ok"


async def test_what_was_done_before_the_server_stopped_is_kept(
    api: Api, engine: FakeEngine, lab: MemoryGroups, boss: Api, extension: Any
) -> None:
    await api.as_user("grace").create(id="iris")

    await extension.stop_extension()

    assert lab.closed
    assert engine.closed
    await extension.services()
    assert (await newest(boss, action="createDeployment"))["target"] == "iris"


async def test_the_log_says_what_was_set_and_no_password(lab: MemoryGroups, boss: Api) -> None:
    change = {"enabled": False, "quota": {"cpu": "500m", "memory": "4Gi"}, "members": ["grace", "linus"]}
    login = {"name": "hub", "registry": "docker.io", "username": "lab", "password": "s3cret-word"}

    await boss("PATCH", "groups/lab", change)
    group = await newest(boss)
    await boss("POST", "pull-secrets", login)
    secret = await newest(boss)

    assert group["message"] == "enabled: false; quota.cpu: 0.5; quota.memory: 4294967296; members: grace, linus"
    assert secret["message"] == "name: hub; registry: docker.io; username: lab; password: **********"
