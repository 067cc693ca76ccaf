"""One suite, every engine: who may call a private endpoint."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from primehub_deploy_ext.domain.clients import new_token
from primehub_deploy_ext.domain.errors import AlreadyExists, NotFound
from primehub_deploy_ext.domain.models import UpdateDeployment
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.base import NewClient, PredictRequest
from tests.engines.bench import Bench, infer


def says_who_asks(x: Any) -> Any:
    from primehub_deploy_ext import request_headers

    print("asked by", request_headers().get("x-forwarded-user"))
    return x


def says_what_came(x: Any) -> Any:
    from primehub_deploy_ext import request_headers

    print("asked by", request_headers().get("Authorization"))
    return x


def fails(x: Any) -> Any:
    raise ValueError("never answers")


async def with_client(bench: Bench, id: str, name: str = "alice", expires_at: datetime | None = None) -> str:
    token = new_token(name)
    await bench.engine.add_client(id, NewClient(name=name, token=token, user="ada", expires_at=expires_at))
    return token


async def questions(bench: Bench, id: str, number: int) -> list[str]:
    """Return who asked, once so many did; the first is the example, which nobody asks."""
    while len(lines := [x.text for x in await bench.printed(id) if x.text.startswith("asked by")]) < number:
        await asyncio.sleep(0.02)
    return lines


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_private_endpoint_lets_its_clients_in_and_nobody_else(bench: Bench) -> None:
    deployment = await bench.deployed("secret", access="private")
    token = await with_client(bench, "secret")
    basic = b64encode(f"alice:{token}".encode()).decode()
    assert (await bench.call(deployment, headers=bearer(token)))[0] == 200
    assert (await bench.call(deployment, headers={"Authorization": f"Basic {basic}"}))[0] == 200
    forged = b64encode(f"bob:{token}".encode()).decode()
    for headers in ({}, bearer("alice.wrong"), bearer(token + "x"), {"Authorization": f"Basic {forged}"}):
        status, body = await bench.call(deployment, headers=headers)
        assert (status, body["error"]["code"]) == (401, "unauthenticated")


async def test_a_private_endpoint_without_clients_lets_nobody_in(bench: Bench) -> None:
    deployment = await bench.deployed("closed", access="private")
    assert (await bench.call(deployment))[0] == 401


async def test_a_client_of_one_deployment_is_nobody_to_another(bench: Bench) -> None:
    await bench.deployed("mine", access="private")
    other = await bench.deployed("yours", access="private")
    token = await with_client(bench, "mine")
    assert (await bench.call(other, headers=bearer(token)))[0] == 401


async def test_a_revoked_client_is_out_when_the_call_returns(bench: Bench) -> None:
    deployment = await bench.deployed("revoke", access="private")
    token = await with_client(bench, "revoke")
    assert (await bench.call(deployment, headers=bearer(token)))[0] == 200
    await bench.engine.remove_client("revoke", "alice", user="ada")
    assert (await bench.call(deployment, headers=bearer(token)))[0] == 401
    assert await bench.engine.clients("revoke") == []
    with pytest.raises(NotFound):
        await bench.engine.remove_client("revoke", "alice", user="ada")


async def test_an_expired_client_is_out_and_stays_in_the_list(bench: Bench) -> None:
    deployment = await bench.deployed("expire", access="private")
    soon = datetime.now(timezone.utc) + timedelta(seconds=2)
    token = await with_client(bench, "expire", expires_at=soon)
    while (status := (await bench.call(deployment, headers=bearer(token)))[0]) == 200:
        await asyncio.sleep(0.02)
    # No call before that was refused, and one after it was.
    assert (status, datetime.now(timezone.utc) >= soon) == (401, True)
    (client,) = await bench.engine.clients("expire")
    assert (client.name, client.expires_at) == ("alice", soon)


async def test_a_clients_name_is_taken_until_it_is_revoked(bench: Bench) -> None:
    await bench.deployed("names", access="private")
    await with_client(bench, "names")
    with pytest.raises(AlreadyExists):
        await with_client(bench, "names")
    await bench.engine.remove_client("names", "alice", user="ada")
    await with_client(bench, "names")


async def test_the_list_tells_when_a_client_was_last_used(bench: Bench) -> None:
    deployment = await bench.deployed("used", access="private")
    token = await with_client(bench, "used")
    await with_client(bench, "used", "bob")
    before = datetime.now(timezone.utc) - timedelta(milliseconds=1)
    await bench.call(deployment, headers=bearer(token))

    while (clients := await bench.engine.clients("used"))[0].last_used_at is None:
        await asyncio.sleep(0.01)
    assert [c.name for c in clients] == ["alice", "bob"]
    assert before <= clients[0].last_used_at <= datetime.now(timezone.utc)
    assert clients[1].last_used_at is None


async def test_the_model_learns_the_clients_name_and_nobody_can_forge_it(bench: Bench) -> None:
    deployment = await bench.deployed("asks", await bench.model(says_who_asks), access="private")
    token = await with_client(bench, "asks")
    await bench.call(deployment, headers={**bearer(token), "X-Forwarded-User": "root"})
    await bench.engine.update("asks", UpdateDeployment(access="public"), user="ada")
    await bench.settled("asks")
    await bench.call(deployment, headers={"X-Forwarded-User": "root"})

    assert await questions(bench, "asks", 3) == ["asked by None", "asked by alice", "asked by None"]


async def test_the_model_of_a_public_endpoint_gets_credentials_of_its_own_and_never_a_clients_token(
    bench: Bench,
) -> None:
    deployment = await bench.deployed("own", await bench.model(says_what_came), access="private")
    token = await with_client(bench, "own")
    basic = {"Authorization": "Basic " + b64encode(f"alice:{token}".encode()).decode()}
    await bench.call(deployment, headers=bearer(token))
    await bench.engine.update("own", UpdateDeployment(access="public"), user="ada")
    await bench.settled("own")
    for headers in (bearer(token), basic, bearer("eyJhbGciOi.eyJzdWIi.c2ln"), {"Authorization": "Basic dXNlcjpwYXNz"}):
        assert (await bench.call(deployment, headers=headers))[0] == 200

    found = await questions(bench, "own", 6)
    assert found[:4] == ["asked by None"] * 4  # the example, then thrice a client's token
    assert found[4:] == ["asked by Bearer eyJhbGciOi.eyJzdWIi.c2ln", "asked by Basic dXNlcjpwYXNz"]


async def test_access_changes_without_a_restart(bench: Bench) -> None:
    deployment = await bench.deployed("doors")
    (before,) = await bench.engine.replicas("doors")
    assert (await bench.call(deployment))[0] == 200
    await bench.engine.update("doors", UpdateDeployment(access="private"), user="ada")
    deployment = await bench.settled("doors")
    assert deployment.spec.access == "private"
    assert (await bench.call(deployment))[0] == 401
    assert bench.identity((await bench.engine.replicas("doors"))[0]) == bench.identity(before)


async def test_an_endpoint_is_private_when_the_call_that_makes_it_so_returns(bench: Bench) -> None:
    deployment = await bench.deployed("shut-at-once")
    for _ in range(10):
        await bench.engine.update("shut-at-once", UpdateDeployment(access="private"), user="ada")
        assert (await bench.call(deployment))[0] == 401
        await bench.engine.update("shut-at-once", UpdateDeployment(access="public"), user="ada")
        assert (await bench.call(deployment))[0] == 200


async def test_a_rollback_opens_no_endpoint_that_was_made_private_since(bench: Bench) -> None:
    await bench.deployed("older")
    await bench.engine.update("older", UpdateDeployment(access="private", description="new"), user="ada")
    await bench.settled("older")
    await bench.engine.rollback("older", 1, user="ada")
    deployment = await bench.settled("older")
    assert (deployment.spec.access, deployment.spec.description) == ("private", "")
    assert (await bench.call(deployment))[0] == 401


async def test_a_failing_update_opens_no_endpoint_that_was_made_private_with_it(bench: Bench) -> None:
    deployment = await bench.deployed("shut")
    change = UpdateDeployment(model=await bench.model(fails), access="private")
    await bench.engine.update("shut", change, user="ada")
    failed = await bench.settled("shut")
    assert (failed.serving_revision, failed.status.update.outcome) == (1, Outcome.FAILED)
    assert failed.spec.access == "private"
    assert (await bench.call(deployment))[0] == 401
    # What is changed later starts from there, and whoever says so opens it again.
    await bench.engine.scale("shut", 2, user="ada")
    assert (await bench.settled("shut")).spec.access == "private"
    await bench.engine.update("shut", UpdateDeployment(access="public"), user="ada")
    assert (await bench.call(deployment))[0] == 200


async def test_a_stopped_private_endpoint_tells_strangers_nothing(bench: Bench) -> None:
    deployment = await bench.deployed("still", access="private")
    token = await with_client(bench, "still")
    await bench.engine.stop("still", user="ada")
    await bench.settled("still")
    assert await bench.strangers_hear(deployment) in {"unauthenticated", ""}
    status, body = await bench.told(deployment, bearer(token))
    assert (status, body["error"]["code"]) == (503, "stopped")


async def test_the_server_may_try_a_private_endpoint(bench: Bench) -> None:
    await bench.deployed("tried", await bench.model(says_who_asks), access="private")
    answer = await bench.engine.predict("tried", PredictRequest(body=json.dumps(infer(4)).encode()))
    assert (answer.status, answer.body["outputs"][0]["data"]) == (200, [4])
    assert (await questions(bench, "tried", 2))[1] == "asked by primehub-deploy.server"
