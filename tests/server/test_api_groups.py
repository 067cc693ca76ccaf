"""Groups over HTTP: settings, members, two administrators at once, and trouble with those who know them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.resources import Quota
from tests.server.api import Api, new_deployment
from tests.server.fake_engine import GIB, FakeEngine
from tests.server.memory_groups import MemoryGroups

pytestmark = pytest.mark.usefixtures("logins")

OFF = (
    "Feature not available: Model Deployment is not enabled for the group 'lab'. "
    "Please contact your administrator to enable it."
)


async def test_a_new_group_begins_switched_off(lab: MemoryGroups, grace: Api, boss: Api) -> None:
    created = await boss("POST", "groups", {"name": "vision", "quota": {"memory": "16 GiB"}, "members": ["grace"]})

    assert created.status == 201
    assert created.headers["Location"].endswith("/groups/vision")
    assert created.headers["ETag"] == '"1"'
    assert (created.json["enabled"], created.json["members"], created.json["role"]) == (False, ["grace"], None)
    assert created.json["quota"] == {"cpu": None, "memory": 16 * GIB, "gpu": None, "deployments": None}
    refused = await grace("POST", "deployments", new_deployment(group="vision"))
    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert refused.json["message"] == OFF.replace("'lab'", "'vision'")


async def test_a_group_with_an_odd_name_has_a_route(lab: MemoryGroups, boss: Api) -> None:
    created = await boss("POST", "groups", {"name": "R&D 50% größer"})

    assert unquote(created.headers["Location"]).endswith("/groups/R&D 50% größer")
    assert (await boss("GET", "groups/R&D 50% größer")).json["name"] == "R&D 50% größer"
    assert (await boss("POST", "groups", {"name": "R&D 50% größer"})).json["code"] == "already_exists"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quota.cpu", -1),
        ("quota.cpu", 0),
        ("quota.cpu", "many"),
        ("quota.cpu", 1e9),
        ("quota.cpu", "NaN"),
        ("quota.memory", "-4Gi"),
        ("quota.memory", "4 Ti B"),
        ("quota.memory", "99999 PiB"),
        ("quota.gpu", 1.5),
        ("quota.gpu", -1),
        ("quota.deployments", -3),
        ("quota.deployments", "3"),
        ("quota.disk", 1),
        ("members", ["ok", " spaces "]),
        ("admins", "ada"),
        ("name", "a/b"),
        ("name", ""),
    ],
)
async def test_absurd_settings_are_refused_by_name(lab: MemoryGroups, boss: Api, field: str, value: Any) -> None:
    outer, _, inner = field.partition(".")
    change = {outer: {inner: value} if inner else value}

    answer = await boss("POST", "groups", {"name": "new", **change})
    assert (answer.status, answer.json["code"]) == (400, "invalid")
    assert answer.json["fields"][0]["field"].startswith(field)
    if outer != "name":
        answer = await boss("PATCH", "groups/lab", change)
        assert answer.json["fields"][0]["field"].startswith(field)
        assert lab.groups["lab"].version == 1


async def test_an_update_must_change_something(lab: MemoryGroups, boss: Api) -> None:
    for body in ({}, {"running": "stop"}):
        assert (await boss("PATCH", "groups/lab", body)).json["message"].startswith("nothing to change")
    answer = await boss("PATCH", "groups/lab", {"enabled": None, "quota": None})
    assert [problem["field"] for problem in answer.json["fields"]] == ["enabled", "quota"]


async def test_two_administrators_who_edit_at_once_lose_nothing(lab: MemoryGroups, api: Api, boss: Api) -> None:
    seen = (await boss("GET", "groups/lab")).headers["ETag"]

    first = await boss("PATCH", "groups/lab", {"quota": {"cpu": 4}}, headers={"If-Match": seen})
    second = await boss("PATCH", "groups/lab", {"quota": {"cpu": 9}}, headers={"If-Match": seen})
    gone = await boss("DELETE", "groups/lab", headers={"If-Match": seen})

    assert (first.status, first.headers["ETag"]) == (200, '"2"')
    assert [(answer.status, answer.json["code"]) for answer in (second, gone)] == [(409, "conflict")] * 2
    assert lab.groups["lab"].quota == Quota(cpu=4)


async def test_group_admins_change_members_and_are_told_what_they_may_not(lab: MemoryGroups, ada: Api) -> None:
    refused = await ada("PATCH", "groups/lab", {"members": ["grace"], "enabled": False, "admins": ["mallory"]})
    changed = await ada("PATCH", "groups/lab", {"members": ["grace", "linus"]})

    assert refused.status == 403
    assert [field["field"] for field in refused.json["fields"]] == ["admins", "enabled"]
    assert "only administrators may change admins, enabled" in refused.json["message"]
    assert changed.json["members"] == ["grace", "linus"]
    assert lab.groups["lab"].enabled


async def test_groups_that_come_from_elsewhere_cannot_be_changed_here(lab: MemoryGroups, boss: Api) -> None:
    lab.writable = False

    assert (await boss("GET", "me")).json["provider"]["settings_writable"] is False
    for verb, path, body in (
        ("POST", "groups", {"name": "new"}),
        ("PATCH", "groups/lab", {"enabled": False}),
        ("DELETE", "groups/lab", None),
        ("POST", "instance-types", {"name": "new"}),
    ):
        answer = await boss(verb, path, body)
        assert (answer.status, answer.json["code"]) == (409, "conflict"), path
        assert "memory" in answer.json["message"]


# --------------------------------------------------------------------------- trouble


async def test_who_they_are_is_told_although_the_engine_is_away(
    lab: MemoryGroups, engine: FakeEngine, grace: Api
) -> None:
    lab.warning = "The file can't be read."
    engine.fails["deployments"] = EngineUnavailable("it starts.")

    me = await grace("GET", "me")

    assert (me.status, [group["name"] for group in me.json["groups"]]) == (200, ["lab"])
    warning = me.json["provider"]["warning"]
    assert warning == "The file can't be read. What the groups use is not known: it starts."
    assert (await grace("GET", "groups")).status == 503


async def test_knowledge_that_is_too_old_decides_nothing(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    await grace.create(id="iris", group="lab")
    lab.fails = EngineUnavailable("the Hub has not answered for 5 minutes")

    for verb, path in (("GET", "deployments"), ("GET", "deployments/iris"), ("POST", "deployments/iris:stop")):
        answer = await grace(verb, path)
        assert (answer.status, answer.json["message"]) == (503, "the Hub has not answered for 5 minutes"), path
    assert (await grace("GET", "health")).status == 200
