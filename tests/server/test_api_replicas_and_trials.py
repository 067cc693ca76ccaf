"""Trying models over HTTP: with a dry run, and any revision of a deployment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.server.api import Api, new_deployment
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups

pytestmark = pytest.mark.usefixtures("logins")

TRY = {"dry_run": "1", "try": "1"}


async def test_a_dry_run_loads_the_model_only_when_asked(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    plain = await grace("POST", "deployments", new_deployment(), params={"dry_run": "1"})
    tried = await grace("POST", "deployments", new_deployment(env={"MODE": "a"}), params=TRY)

    assert (plain.json["trial"], len(engine.tried)) == (None, 1)
    assert (tried.status, tried.json["trial"]["ok"]) == (200, True)
    assert engine.tried[0][0].env == {"MODE": "a"}
    assert (await engine.deployments())[0] == []


async def test_a_model_that_fails_is_an_answer_without_secrets(lab: MemoryGroups, grace: Api) -> None:
    answer = await grace("POST", "deployments", new_deployment(env={"FAIL": "hunter2-hunter2"}), params=TRY)

    trial = answer.json["trial"]
    assert (answer.status, trial["ok"], trial["reason"]) == (200, False, "ExampleFailed")
    assert trial["message"] == "ValueError: ******** is no answer"
    assert b"hunter2" not in answer.body


async def test_an_update_is_tried_with_all_that_it_will_be(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    await grace.create(id="iris", env={"TOKEN": "kept-value"}, description="old")

    change = {"env": {"TOKEN": "********", "MODE": "b"}, "instance_type": "large"}
    answer = await grace("PATCH", "deployments/iris", change, params=TRY)

    spec = engine.tried[0][0]
    assert answer.json["trial"]["ok"]
    assert spec.env == {"TOKEN": "kept-value", "MODE": "b"}
    assert (spec.instance_type, spec.resources.cpu, spec.description) == ("large", 4, "old")
    assert (await grace("GET", "deployments/iris")).json["revision"] == 1


async def test_nothing_is_loaded_for_what_would_be_refused(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    answer = await grace("POST", "deployments", new_deployment(replicas=0), params=TRY)

    assert (answer.status, engine.tried) == (400, [])


async def test_any_revision_can_be_asked(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    await grace.create(id="iris", env={"MODE": "a"})
    await grace("PATCH", "deployments/iris", {"env": {"MODE": "b"}})

    answers = [await grace("POST", f"deployments/iris/revisions/{number}:try", {"inputs": []}) for number in (1, 2, 3)]

    assert [answer.status for answer in answers] == [200, 200, 404]
    assert answers[0].json["answer"] == {"inputs": []}
    assert [spec.env["MODE"] for spec, _ in engine.tried] == ["a", "b"]


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"x"'])
async def test_a_request_that_is_no_object_is_refused(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, body: bytes
) -> None:
    await grace.create(id="iris")

    assert (await grace("POST", "deployments/iris/revisions/1:try", body)).status == 400
    assert engine.tried == []


async def test_an_engine_that_tries_nothing_says_so(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    engine.capabilities = replace(engine.capabilities, trials=False)

    answer = await grace("POST", "deployments", new_deployment(), params=TRY)

    assert (answer.status, "can't try" in answer.json["message"]) == (400, True)


async def test_one_replica_is_restarted_or_killed(lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api) -> None:
    await grace.create(id="iris")

    answers = [
        await grace("POST", "deployments/iris/replicas/1-0:restart", params=query) for query in ({}, {"kill": "1"})
    ]

    assert [answer.status for answer in answers] == [204, 204]
    assert engine.restarted == [("iris", "1-0", "grace", False), ("iris", "1-0", "grace", True)]
    line = (await boss("GET", "audit")).json["items"][0]
    assert (line["action"], line["target"], line["group"]) == ("restartReplica", "iris/1-0", "lab")
