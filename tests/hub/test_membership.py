"""Who is in which group of the Hub decides who sees what."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.engines.bench import wait_for
from tests.hub.installation import Installation, listed

A_MINUTE = 60.0


def watched(rest: httpx.Client, **query: str) -> set[str]:
    """Return what a new stream begins with."""
    found = set()
    with rest.stream("GET", "watch", params=query) as answer:
        for line in answer.iter_lines():
            change = json.loads(line)
            if change["type"] == "BOOKMARK":
                break
            if change["object"]:
                found.add(change["object"]["id"])
    return found


def test_members_see_the_deployments_of_their_groups(hub: Installation, deployed: dict[str, str]) -> None:
    for user, own in deployed.items():
        with hub.rest(user) as rest:
            assert listed(rest) == {own}
            assert watched(rest) == {own}


def test_who_i_am_is_what_the_hub_says(hub: Installation) -> None:
    expected = {"ada": (False, ["vision"]), "grace": (False, ["nlp"]), "mary": (True, [])}
    for user, (admin, groups) in expected.items():
        with hub.rest(user) as rest:
            me = rest.get("me").json()
        assert (me["user"], me["admin"]) == (user, admin)
        assert [group["name"] for group in me["groups"]] == groups
        assert me["provider"]["name"] == "jupyterhub"
        assert not me["provider"]["members_writable"]


@pytest.mark.parametrize(
    ("method", "route", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"description": "mine now"}),
        ("DELETE", "", None),
        ("POST", ":stop", {}),
        ("POST", ":predict", {"inputs": []}),
        ("GET", "/revisions", None),
        ("GET", "/logs", None),
        ("GET", "/clients", None),
    ],
)
def test_what_others_own_does_not_exist(
    hub: Installation, deployed: dict[str, str], method: str, route: str, body: object
) -> None:
    with hub.rest("grace") as grace:
        answer = grace.request(method, f"deployments/{deployed['ada']}{route}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_nobody_deploys_for_a_group_of_others(hub: Installation, deployed: dict[str, str]) -> None:
    with hub.rest("ada") as ada, hub.rest("grace") as grace:
        model = ada.get(f"deployments/{deployed['ada']}").json()["spec"]["model"]
        answer = grace.post("deployments", json={"id": "spy", "name": "Spy", "group": "vision", "model": model})
    assert answer.status_code in {403, 404}, answer.text


def test_who_joins_a_group_owns_its_deployments_with_the_others(hub: Installation, deployed: dict[str, str]) -> None:
    shared = hub.connection("ada").deploy(lambda x: x * 2, "Shared", id="shared", example=1)
    with hub.rest("ada") as ada, hub.rest("grace") as grace:
        hub.join("grace", "vision")
        try:
            wait_for(lambda: listed(grace) == {*deployed.values(), "shared"}, A_MINUTE)
            assert grace.patch("deployments/shared", json={"description": "ours"}).status_code == 200
            found = ada.get("deployments/shared").json()
            assert (found["spec"]["description"], found["created_by"], found["updated_by"]) == ("ours", "ada", "grace")
            authors = [revision["user"] for revision in ada.get("deployments/shared/revisions").json()["items"]]
            assert authors == ["grace", "ada"]
        finally:
            hub.leave("grace", "vision")
            shared.delete()
        wait_for(lambda: listed(grace) == {deployed["grace"]}, A_MINUTE)


def test_nobody_gets_into_the_server_of_another_user(hub: Installation) -> None:
    with hub.rest("grace", server_of="ada") as grace:
        assert grace.get("deployments").status_code == 401


def test_an_administrator_in_the_server_of_another_acts_in_their_own_name(
    hub: Installation, deployed: dict[str, str]
) -> None:
    with hub.rest("mary", server_of="ada") as mary:
        me = mary.get("me").json()
        assert (me["user"], me["groups"]) == ("mary", [])
        assert "may not read the groups of 'mary'" in me["provider"]["warning"]
        assert mary.post(f"deployments/{deployed['ada']}:stop", json={}).status_code == 404


def test_administrators_see_all_when_they_ask(hub: Installation, deployed: dict[str, str]) -> None:
    with hub.rest("mary") as mary, hub.rest("ada") as ada:
        assert listed(mary) == set()
        assert listed(mary, all="1") == watched(mary, all="1") == set(deployed.values())
        groups = {group["name"]: group["members"] for group in mary.get("groups", params={"all": "1"}).json()["items"]}
        assert groups == {"vision": ["ada"], "nlp": ["grace"]}
        assert ada.get("deployments", params={"all": "1"}).status_code == 403


def test_history_and_audit_log_name_the_users_of_the_hub(hub: Installation, deployed: dict[str, str]) -> None:
    for user, own in deployed.items():
        with hub.rest(user) as rest:
            authors = {revision["user"] for revision in rest.get(f"deployments/{own}/revisions").json()["items"]}
        assert authors == {user}
    with hub.rest("mary") as mary:
        audit = mary.get("audit", params={"action": "createDeployment", "outcome": "allowed"}).json()["items"]
    assert {(entry["user"], entry["group"]) for entry in audit} >= {("ada", "vision"), ("grace", "nlp")}
