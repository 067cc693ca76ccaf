"""The list: search, filters, order and pages, over HTTP."""

from __future__ import annotations

import base64
import json
from typing import Any

from primehub_deploy_ext.domain.models import UpdateStatus
from primehub_deploy_ext.domain.phases import Outcome, Phase, Reason
from tests.server.api import Api
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups


async def ids(api: Api, **parameters: Any) -> list[str]:
    answer = await api("GET", "deployments", params=parameters)
    assert answer.status == 200, answer.body
    return [item["id"] for item in answer.json["items"]]


async def fill(api: Api, engine: FakeEngine) -> None:
    await api.create("Iris classifier", id="iris", metadata={"team": "Flora", "stage": "prod"})
    await api.create("Churn", id="churn", metadata={"team": "sales"})
    await api.create("apple prices", id="apple")
    await api.create("Zoo", id="zoo-1")
    engine.show("churn", phase=Phase.FAILED, reason=Reason.CRASH_LOOP)
    engine.show("apple", reason=Reason.DEGRADED)
    await api("POST", "deployments/zoo-1:stop")


async def test_search_looks_at_names_ids_and_metadata(api: Api, engine: FakeEngine) -> None:
    await fill(api, engine)

    assert await ids(api, search="CLASS") == ["iris"]
    assert await ids(api, search="zoo-1") == ["zoo-1"]
    assert await ids(api, search="flora") == ["iris"]
    assert await ids(api, search="team") == ["churn", "iris"]
    assert await ids(api, search="prod iris") == ["iris"]
    assert await ids(api, search="prod churn") == []


async def test_filters_narrow_the_list(api: Api, engine: FakeEngine, provider: MemoryGroups, monkeypatch: Any) -> None:
    await fill(api, engine)
    provider.put("ada", members=("ada", "grace"))
    monkeypatch.setenv("JUPYTERHUB_USER", "grace")
    await api.create("Late", id="late")

    assert await ids(api, status="Failed,stopped") == ["churn", "zoo-1"]
    assert await ids(api, user="grace") == ["late"]
    assert await ids(api, group="ada") == ["apple", "churn", "iris", "late", "zoo-1"]
    assert await ids(api, group="others") == []
    assert await ids(api, broken=1) == ["apple", "churn"]
    assert await ids(api, broken="false", user="ada") == ["iris", "zoo-1"]


async def test_a_failed_update_is_broken_although_it_serves(api: Api, engine: FakeEngine) -> None:
    await fill(api, engine)
    engine.show("iris", update=UpdateStatus(revision=2, outcome=Outcome.FAILED))

    assert "iris" in await ids(api, broken=1)


async def test_counts_tell_what_each_status_would_give(api: Api, engine: FakeEngine) -> None:
    await fill(api, engine)

    listed = (await api("GET", "deployments", params={"status": "Failed", "limit": 1})).json

    assert listed["total"] == 1
    assert listed["counts"] == {"Deployed": 2, "Failed": 1, "Deploying": 0, "Stopped": 1}
    assert listed["resource_version"] == (await engine.deployments())[1]


async def test_every_sort_works_both_ways(api: Api, engine: FakeEngine) -> None:
    await fill(api, engine)

    assert await ids(api, sort="name") == ["apple", "churn", "iris", "zoo-1"]
    assert await ids(api, sort="-updated_at") == ["zoo-1", "apple", "churn", "iris"]
    for sort in ("name", "id", "group", "phase", "created_at", "created_by", "updated_at", "updated_by"):
        assert await ids(api, sort=sort) == (await ids(api, sort=f"-{sort}"))[::-1], sort


async def test_pages_cover_the_list_once_in_every_order(api: Api) -> None:
    for number in range(7):
        await api.create(f"same name {number % 2}", id=f"d{number}-x")

    for sort in ("name", "-name", "created_at", "-updated_at", "group"):
        seen, token = [], ""
        while True:
            parameters = {"sort": sort, "limit": 3} | ({"continue": token} if token else {})
            page = (await api("GET", "deployments", params=parameters)).json
            assert page["total"] == 7
            seen += [item["id"] for item in page["items"]]
            token = page["continue_token"]
            if token is None:
                break
        assert seen == await ids(api, sort=sort)
        assert len(seen) == 7


async def test_pages_skip_and_repeat_nothing_while_the_list_changes(api: Api) -> None:
    for name in "bdfh":
        await api.create(name, id=f"{name}-model")
    first = (await api("GET", "deployments", params={"limit": 2})).json

    await api("DELETE", "deployments/d-model")  # where the first page ended
    await api.create("a", id="a-model")  # before it
    await api.create("g", id="g-model")  # after it
    rest = await ids(api, **{"limit": 10, "continue": first["continue_token"]})

    assert [item["id"] for item in first["items"]] == ["b-model", "d-model"]
    assert rest == ["f-model", "g-model", "h-model"]


async def test_bad_parameters_are_named(api: Api) -> None:
    def token(*content: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()

    bad = [
        *[("limit", value) for value in ("0", "-1", "1001", "ten", "1.5", "9" * 5000, "²", "\u0661")],
        *[("status", value) for value in ("Broken", "Failed;Stopped")],
        *[("sort", value) for value in ("color", "--name", "-", "name,id")],
        *[("broken", value) for value in ("2", "maybe")],
        *[("continue", value) for value in ("x", "ä", "e30", "[" * 5000, token("id", "a", "b"), token("name", 1, "b"))],
        *[("continue", token(*content)) for content in (("name", "a", None), ("name", "a"), ("name", ["a"], "b"))],
    ]
    for name, value in bad:
        answer = await api("GET", "deployments", params={name: value})
        assert answer.status == 400, (name, value[:40])
        assert [problem["field"] for problem in answer.json["fields"]] == [name], (name, value[:40])

    answer = await api("GET", "deployments", params={"sort": "created_at", "continue": token("created_at", "a", "b")})
    assert answer.json["fields"][0]["field"] == "continue"


async def test_parameters_of_others_are_left_alone(api: Api) -> None:
    await api.create(id="iris")

    assert await ids(api, **{"1732352400000": "", "_xsrf": "x", "search": "", "limit": "", "continue": ""}) == ["iris"]


async def test_deployments_of_other_groups_do_not_exist(api: Api, extension: Any, open_stream: Any) -> None:
    await api.create(id="iris")
    services = await extension.services()
    theirs = await services.engine.get("iris")
    services.engine._deployments["theirs"] = theirs.model_copy(update={"id": "theirs", "group": "others"})

    assert await ids(api) == ["iris"]
    for verb, path in (
        ("GET", "deployments/theirs"),
        ("DELETE", "deployments/theirs"),
        ("POST", "deployments/theirs:stop"),
        ("GET", "deployments/theirs/logs"),
        ("GET", "deployments/theirs/revisions"),
        ("POST", "deployments/theirs:predict"),
    ):
        assert (await api(verb, path)).status == 404, path
    async with open_stream("watch") as stream:
        changes = [await stream.change() for _ in range(3)]
    assert [change["object"]["id"] for change in changes if change["object"]] == ["iris"]
