"""Private endpoints over HTTP: who may call them, and tokens that are seen once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from primehub_deploy_ext.domain.clients import MAX_CLIENTS
from primehub_deploy_ext.domain.names import CLIENT_NAME_RULE
from primehub_deploy_ext.engines.base import Capabilities
from tests.server.api import Api, new_deployment
from tests.server.fake_engine import FakeEngine

CLIENTS = "deployments/iris/clients"


async def test_an_endpoint_is_private_from_the_start_or_later(api: Api, engine: FakeEngine) -> None:
    assert (await api.create(id="iris", access="private"))["spec"]["access"] == "private"
    assert (await api.create(id="zoo"))["spec"]["access"] == "public"

    changed = await api("PATCH", "deployments/zoo", {"access": "private"})

    assert changed.json["spec"]["access"] == "private"
    assert (await engine.get("zoo")).spec.access == "private"


@pytest.mark.parametrize("value", ["secret", None, "", True])
async def test_access_is_public_or_private(api: Api, value: Any) -> None:
    answer = await api("POST", "deployments", new_deployment(access=value))
    assert (answer.status, answer.json["fields"][0]["field"]) == (400, "access")


async def test_a_client_is_let_in_and_its_token_is_seen_once(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris", access="private")
    soon = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat()

    added = await api("POST", CLIENTS, {"name": "reader", "expires_at": soon})

    assert added.status == 201
    token = added.json["token"]
    assert re.fullmatch(r"reader\.[A-Za-z0-9_-]{43}", token)
    assert engine.tokens["iris", "reader"] == token
    assert added.headers["Cache-Control"] == "no-store"
    listed = await api("GET", CLIENTS)
    assert [(client["name"], client["created_by"]) for client in listed.json["items"]] == [("reader", "ada")]
    assert datetime.fromisoformat(listed.json["items"][0]["expires_at"].replace("Z", "+00:00")).isoformat() == soon
    for path in (CLIENTS, "deployments/iris", "deployments/iris/events", "deployments/iris/revisions", "deployments"):
        assert token.partition(".")[2] not in (await api("GET", path)).body.decode(), path


async def test_a_client_is_revoked(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    await api("POST", CLIENTS, {"name": "reader"})

    assert (await api("DELETE", f"{CLIENTS}/reader")).status == 204

    assert (await api("GET", CLIENTS)).json["items"] == []
    assert (await api("DELETE", f"{CLIENTS}/reader")).status == 404


async def test_two_clients_have_two_names(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    first = (await api("POST", CLIENTS, {"name": "reader"})).json["token"]

    assert (await api("POST", CLIENTS, {"name": "reader"})).json["code"] == "already_exists"
    assert engine.tokens["iris", "reader"] == first


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {}),
        ("name", {"name": ""}),
        ("name", {"name": "Reader"}),
        ("name", {"name": "a.b"}),
        ("name", {"name": "a:b"}),
        ("name", {"name": "1a"}),
        ("name", {"name": "a" * 64}),
        ("expires_at", {"name": "a", "expires_at": "2020-01-01T00:00:00Z"}),
        ("expires_at", {"name": "a", "expires_at": "2126-01-01T00:00:00"}),
        ("expires_at", {"name": "a", "expires_at": "tomorrow"}),
        ("token", {"name": "a", "token": "mine"}),
    ],
)
async def test_bad_clients_are_refused_by_name(api: Api, field: str, body: Any) -> None:
    await api.create(id="iris")

    answer = await api("POST", CLIENTS, body)

    assert (answer.status, answer.json["fields"][0]["field"]) == (400, field)
    assert (await api("GET", CLIENTS)).json["items"] == []


async def test_a_name_that_cannot_be_is_told_the_rule_in_words(api: Api) -> None:
    await api.create(id="iris")

    answer = await api("POST", CLIENTS, {"name": "Ada Lovelace"})

    assert answer.json["message"] == f"name: {CLIENT_NAME_RULE}"


async def test_there_is_a_most(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    added = (await api("POST", CLIENTS, {"name": "c0"})).json["client"]
    engine.fill_clients("iris", [added["name"], *(f"c{number}" for number in range(1, MAX_CLIENTS))])

    answer = await api("POST", CLIENTS, {"name": "another"})

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert "remove one first" in answer.json["message"]


async def test_an_engine_without_private_endpoints_says_so(api: Api, engine: FakeEngine) -> None:
    engine.capabilities = Capabilities()
    await api.create(id="iris")

    for verb, path, body in (
        ("POST", "deployments", new_deployment(access="private")),
        ("PATCH", "deployments/iris", {"access": "private"}),
    ):
        answer = await api(verb, path, body)
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "access")
    answer = await api("POST", CLIENTS, {"name": "reader"})
    assert (answer.status, "no private endpoints" in answer.json["message"]) == (400, True)
    assert (await api("PATCH", "deployments/iris", {"access": "public"})).status == 200
