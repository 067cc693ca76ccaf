"""Who may do what: each operation of the API as each role, against the table that people read in ``docs/access.md``."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

from primehub_deploy_ext.domain.groups import PullSecret
from primehub_deploy_ext.openapi.operations import OPERATION_IDS, OPERATIONS
from tests.server.api import DIGEST, USER_HEADER, Api, new_deployment
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups

pytestmark = pytest.mark.usefixtures("logins")

DOCS = Path(__file__).parents[2] / "docs" / "access.md"
ROLES = {"anonymous": "", "outsider": "mallory", "member": "grace", "group admin": "ada", "admin": "boss"}
STORED = hashlib.sha256(b"model").hexdigest()

# What stands for each row of the table: body and query of a request that is otherwise right.
BODIES: dict[str, Any] = {
    "createGroup": {"name": "new"},
    "updateGroup, members": {"members": ["grace", "linus"]},
    "updateGroup, anything else": {"quota": {"cpu": 2}},
    "createInstanceType": {"name": "tiny", "cpu": 0.5},
    "updateInstanceType": {"description": "less"},
    "createPullSecret": {"name": "hub", "registry": "docker.io", "username": "lab", "password": "s3cret-word"},
    "updatePullSecret": {"username": "labs"},
    "createDeployment": new_deployment(group="lab"),
    "createDeployment, dry run": new_deployment(group="lab"),
    "updateDeployment": {"description": "new"},
    "updateDeployment, dry run": {"replicas": 2},
    "scaleDeployment": {"replicas": 2},
    "rollbackDeployment": {"revision": 1},
    "predict": {"inputs": []},
    "tryRevision": {"inputs": []},
    "addClient": {"name": "reader"},
    "setAlerts": {"rules": [{"kind": "error_rate", "threshold": 0.1}]},
    "saveModel": {"name": "Iris", "group": "lab", "model": new_deployment()["model"]},
    "packModelFile": {"path": "model.pkl"},
    "putArtifact": b"model",
    "compareLibraries": {"packages": {"numpy": "2.2.6"}},
    "warm": {"interpreter": "/usr/bin/python3"},
}
QUERIES: dict[str, dict[str, str]] = {
    "deleteGroup": {"deployments": "keep"},
    "listInstanceTypes, of the group": {"group": "lab"},
    "listAudit, of the group": {"group": "lab"},
    "listModels, of the group": {"group": "lab"},
    "createDeployment, dry run": {"dry_run": "1"},
    "updateDeployment, dry run": {"dry_run": "1"},
}


def table() -> dict[str, dict[str, int]]:
    """Return the table of the docs: row → role → status."""
    section = DOCS.read_text(encoding="utf-8").split("\n## Table\n")[1].split("\n## ")[0]
    head, _, *rows = [line for line in section.splitlines() if line.startswith("|")]
    roles = [cell.strip() for cell in head.strip("|").split("|")][1:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {label: dict(zip(roles, map(int, statuses), strict=True)) for label, *statuses in cells}


def request_of(row: str) -> tuple[str, str, Any, dict[str, str]]:
    """Return verb, path, body and query of a row's request."""
    verb, route = {name: key for key, name in OPERATION_IDS.items()}[row.partition(",")[0]]
    name = {"instance-types": "small", "pull-secrets": "registry"}.get(route.split("/")[0], "caller")
    digest = STORED if verb == "PUT" else DIGEST
    path = route.format(id="iris", number=1, group="lab", name=name, sha256=digest)
    body = BODIES.get(row, b"" if verb == "POST" else None)
    return verb, path, body, QUERIES.get(row, {"all": "1"} if row.endswith("of all") else {})


async def arrange(api: Api, engine: FakeEngine, lab: MemoryGroups) -> None:
    """Let the group lab own the deployment iris with a client, whatever was done to it before."""
    engine.clear()
    engine.artifacts[DIGEST] = b"abc"
    lab.clear()
    lab.put("lab", members=("grace",), admins=("ada",))
    lab.put("other", members=("mallory",))
    login = {"registry": "docker.io", "username": "lab", "password": "s3cret-word", "groups": ("lab",)}
    lab.pull_secrets["registry"] = PullSecret(name="registry", **login)
    grace = api.as_user("grace")
    await grace.create(id="iris", group="lab")
    assert (await grace("POST", "deployments/iris/clients", {"name": "caller"})).status == 201
    assert (await grace("POST", "models", BODIES["saveModel"])).status == 201


def test_the_table_has_every_operation_and_every_role() -> None:
    rows = table()

    assert {row.partition(",")[0] for row in rows} == {operation.id for operation in OPERATIONS}
    assert set(BODIES) | set(QUERIES) <= set(rows)
    for row, statuses in rows.items():
        assert list(statuses) == list(ROLES), row


@pytest.mark.parametrize("role", ROLES)
async def test_each_operation_answers_as_the_table_says(
    role: str, api: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "model.pkl").write_bytes(cloudpickle.dumps(len))
    caller = api.as_user(ROLES[role])
    expected = {row: statuses[role] for row, statuses in table().items()}
    got: dict[str, int] = {}

    for row in expected:
        verb, path, body, query = request_of(row)
        await arrange(api, engine, lab)
        if path == "watch":
            async with open_stream(path, headers={USER_HEADER: ROLES[role]}, **query) as stream:
                got[row] = stream.status
        else:
            got[row] = (await caller(verb, path, body, params=query)).status

    assert got == expected


@pytest.mark.parametrize("role", ["anonymous", "outsider"])
async def test_what_is_refused_changes_nothing(role: str, api: Api, engine: FakeEngine, lab: MemoryGroups) -> None:
    await arrange(api, engine, lab)
    before = await engine.get("iris"), await engine.clients("iris"), dict(lab.groups), dict(lab.instance_types)

    for row, statuses in table().items():
        verb, path, body, query = request_of(row)
        if statuses[role] >= 400 and path != "watch":
            await api.as_user(ROLES[role])(verb, path, body, params=query)

    after = await engine.get("iris"), await engine.clients("iris"), dict(lab.groups), dict(lab.instance_types)
    assert after == before
    assert engine.predicted == []


async def test_what_others_have_looks_like_what_nobody_has(api: Api, engine: FakeEngine, lab: MemoryGroups) -> None:
    await arrange(api, engine, lab)
    mallory = api.as_user("mallory")

    for row, statuses in table().items():
        verb, path, body, query = request_of(row)
        if statuses["outsider"] == 404:
            others = await mallory(verb, path, body, params=query)
            nobodys = await mallory(
                verb,
                path.replace("iris", "free").replace("lab", "free"),
                body,
                params={name: value.replace("lab", "free") for name, value in query.items()},
            )
            assert others.status == nobodys.status, row
            said = re.sub("iris|lab", "free", others.body.decode())
            assert said == nobodys.body.decode(), row


async def test_each_sees_of_a_group_what_is_theirs_to_see(api: Api, engine: FakeEngine, lab: MemoryGroups) -> None:
    await arrange(api, engine, lab)

    seen = {user: (await api.as_user(user)("GET", "groups/lab")).json for user in ("grace", "ada", "boss")}

    assert {user: group["role"] for user, group in seen.items()} == {
        "grace": "member",
        "ada": "group_admin",
        "boss": None,
    }
    assert {user: (group["members"], group["admins"]) for user, group in seen.items()} == {
        "grace": (None, None),
        "ada": (["grace"], ["ada"]),
        "boss": (["grace"], ["ada"]),
    }
    assert all(group["usage"]["deployments"] == 1 for group in seen.values())


async def test_members_know_the_names_of_pull_secrets_and_no_more(
    api: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    await arrange(api, engine, lab)

    def secrets(user: str, **query: str) -> Any:
        return api.as_user(user)("GET", "pull-secrets", params=query)

    unknown = {"registry": None, "username": None, "groups": None, "version": 1}
    assert (await secrets("grace")).json["items"] == [{"name": "registry", **unknown}]
    assert (await secrets("ada")).json["items"] == [{"name": "registry", **unknown}]
    assert (await secrets("mallory")).json["items"] == []
    assert (await secrets("boss")).json["items"] == []
    assert (await secrets("boss", all="1")).json["items"] == [
        {"name": "registry", "registry": "docker.io", "username": "lab", "groups": ["lab"], "version": 1}
    ]


async def test_instance_types_tell_members_of_their_own_groups_alone(
    api: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    await arrange(api, engine, lab)
    lab.instance_types["small"] = lab.instance_types["small"].model_copy(update={"groups": ("lab", "other")})
    lab.instance_types["large"] = lab.instance_types["large"].model_copy(update={"groups": ("other",)})

    async def kinds(user: str, **query: str) -> dict[str, Any]:
        answer = await api.as_user(user)("GET", "instance-types", params=query)
        return {kind["name"]: kind["groups"] for kind in answer.json["items"]}

    assert await kinds("grace") == {"small": ["lab"]}
    assert await kinds("mallory") == {"small": ["other"], "large": ["other"]}
    assert await kinds("boss") == {}
    assert await kinds("boss", group="lab") == {"small": ["lab", "other"]}
    assert await kinds("boss", all="1") == {"small": ["lab", "other"], "large": ["other"]}


async def test_lists_hold_what_is_of_the_callers_groups_for_administrators_too(
    api: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    await arrange(api, engine, lab)
    await api.as_user("mallory").create(id="theirs", group="other")

    async def ids(user: str, path: str, **query: str) -> list[str]:
        return [item["id"] for item in (await api.as_user(user)("GET", path, params=query)).json["items"]]

    for path in ("deployments", "measurements"):
        assert await ids("grace", path) == ["iris"]
        assert await ids("mallory", path) == ["theirs"]
        assert await ids("boss", path) == []
        assert await ids("boss", path, all="1") == ["iris", "theirs"]


async def test_who_is_in_no_group_sees_nothing_and_is_told_whom_to_ask(
    api: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    await arrange(api, engine, lab)
    nobody = api.as_user("nobody")
    words = "No group is configured for you to launch a server. Please contact admin."

    for path in ("deployments", "groups", "pull-secrets", "measurements"):
        assert (await nobody("GET", path)).json["items"] == [], path
    assert (await nobody("GET", "me")).json["groups"] == []
    for verb, path, body in (
        ("POST", "deployments", new_deployment()),
        ("POST", "deployments", new_deployment(group="lab")),
        ("POST", "drift", {}),
        ("POST", "warm", {"interpreter": "/usr/bin/python3"}),
        ("PUT", f"artifacts/{STORED}", b"model"),
    ):
        answer = await nobody(verb, path, body)
        assert (answer.status, answer.json["message"]) == (403, words), path
    assert STORED not in engine.artifacts
