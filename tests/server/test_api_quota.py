"""Quotas and instance types over HTTP: what may be chosen, what it takes, and what is said when there is no room."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from primehub_deploy_ext.domain.resources import Quota, Resources
from tests.server.api import DIGEST, Api, new_deployment
from tests.server.fake_engine import GIB, FakeEngine
from tests.server.memory_groups import MemoryGroups

pytestmark = pytest.mark.usefixtures("logins")


# --------------------------------------------------------------------------- instance types


async def test_a_deployment_keeps_what_its_instance_type_was_when_it_was_chosen(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    chosen = await grace.create(id="iris", instance_type="large")
    await boss("PATCH", "instance-types/large", {"cpu": 2, "memory": None})

    kept = await grace("PATCH", "deployments/iris", {"description": "x"})
    anew = await grace("PATCH", "deployments/iris", {"instance_type": "large"})

    assert chosen["spec"]["resources"] == {"cpu": 4.0, "memory": 16 * GIB, "gpu": 0, "scheduling": None}
    assert kept.json["spec"]["resources"] == chosen["spec"]["resources"]
    assert anew.json["spec"]["resources"] == {"cpu": 2.0, "memory": None, "gpu": 0, "scheduling": None}


async def test_the_first_type_that_the_group_may_use_is_the_default(lab: MemoryGroups, grace: Api, boss: Api) -> None:
    await boss("PATCH", "instance-types/small", {"groups": ["other"]})

    assert (await grace.create(id="iris"))["spec"]["instance_type"] == "large"
    assert [kind["name"] for kind in (await grace("GET", "instance-types", params={"group": "lab"})).json["items"]] == [
        "large"
    ]


async def test_a_type_of_other_groups_is_refused_with_those_that_there_are(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", instance_type="small")
    await boss("PATCH", "instance-types/large", {"groups": ["other"]})

    for verb, path, body in (
        ("POST", "deployments", new_deployment(instance_type="large")),
        ("POST", "deployments", new_deployment(instance_type="huge")),
        ("PATCH", "deployments/iris", {"instance_type": "large"}),
    ):
        answer = await grace(verb, path, body)
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "instance_type")
        assert answer.json["message"].endswith("choose one of: small")


async def test_a_group_without_any_type_is_told_whom_to_ask(lab: MemoryGroups, grace: Api) -> None:
    lab.instance_types.clear()

    answer = await grace("POST", "deployments", new_deployment())

    assert (answer.status, answer.json["fields"][0]["field"]) == (400, "instance_type")
    assert "ask an administrator" in answer.json["message"]


async def test_a_type_that_is_gone_keeps_serving_and_may_be_sent_back_with_the_form(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    before = await grace.create(id="iris", instance_type="large")
    await grace("PATCH", "deployments/iris", {"instance_type": "small"})
    await grace("PATCH", "deployments/iris", {"instance_type": "large"})
    assert (await boss("DELETE", "instance-types/large")).status == 204

    sent_back = await grace("PATCH", "deployments/iris", {"instance_type": "large", "description": "x"})
    restarted = await grace("POST", "deployments/iris:stop"), await grace("POST", "deployments/iris:start")
    moved = await grace("PATCH", "deployments/iris", {"instance_type": "small"})
    back = await grace("POST", "deployments/iris:rollback", {"revision": 1})

    assert sent_back.json["spec"]["resources"] == before["spec"]["resources"]
    assert [answer.status for answer in (*restarted, moved)] == [200, 200, 200]
    assert (back.status, back.json["fields"][0]["field"]) == (400, "instance_type")


async def test_two_administrators_who_edit_a_type_at_once_lose_nothing(lab: MemoryGroups, boss: Api) -> None:
    created = await boss("POST", "instance-types", {"name": "gpu-1", "cpu": "500m", "memory": "2Gi", "gpu": 1})
    seen = {"If-Match": created.headers["ETag"]}

    first = await boss("PATCH", "instance-types/gpu-1", {"gpu": 2}, headers=seen)
    second = await boss("PATCH", "instance-types/gpu-1", {"gpu": 4}, headers=seen)
    gone = await boss("DELETE", "instance-types/gpu-1", headers=seen)

    assert (created.json["cpu"], created.json["memory"]) == (0.5, 2 * GIB)
    assert [first.status, second.status, gone.status] == [200, 409, 409]
    assert lab.instance_types["gpu-1"].gpu == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("cpu", 0), ("cpu", "-1"), ("cpu", "1e3"), ("memory", "lots"), ("memory", 0), ("gpu", -1), ("gpu", "2")],
)
async def test_absurd_sizes_are_refused_by_name(lab: MemoryGroups, boss: Api, field: str, value: Any) -> None:
    for verb, path, body in (
        ("POST", "instance-types", {"name": "odd", field: value}),
        ("PATCH", "instance-types/small", {field: value}),
    ):
        answer = await boss(verb, path, body)
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, field), verb
    assert "odd" not in lab.instance_types


# --------------------------------------------------------------------------- quotas


async def test_every_wish_that_grows_is_held_to_the_quota(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    await grace.create(id="iris", replicas=3)
    await grace.create(id="zoo")
    await grace("POST", "deployments/zoo:stop")
    await grace("POST", "deployments/iris:scale", {"replicas": 2})
    lab.put("lab", quota=Quota(cpu=2))

    for verb, path, body in (
        ("POST", "deployments", new_deployment()),
        ("POST", "deployments/zoo:start", None),
        ("POST", "deployments/iris:scale", {"replicas": 3}),
        ("PATCH", "deployments/iris", {"replicas": 3}),
        ("PATCH", "deployments/iris", {"instance_type": "large"}),
        ("POST", "deployments/iris:rollback", {"revision": 1}),
    ):
        answer = await grace(verb, path, body)
        assert (answer.status, answer.json["code"]) == (403, "quota_exceeded"), (verb, path)
        assert "quota 2" in answer.json["message"]
        assert answer.json["details"]["quota"]["cpu"] == 2
    assert (await engine.get("iris")).revision == 2


async def test_a_restart_of_what_holds_nothing_is_held_to_the_quota_too(
    lab: MemoryGroups, engine: FakeEngine, grace: Api
) -> None:
    await grace.create(id="iris")
    engine.hold_nothing("iris")
    await grace.create(id="zoo")
    lab.put("lab", quota=Quota(deployments=1))

    assert (await grace("POST", "deployments/iris:restart")).json["code"] == "quota_exceeded"


async def test_the_refusal_tells_quota_used_asked_left_and_who_uses_it(lab: MemoryGroups, grace: Api) -> None:
    lab.put("lab", quota=Quota(memory=4 * GIB))
    await grace.create(id="iris", replicas=3)

    answer = await grace("POST", "deployments", new_deployment(replicas=2))

    assert answer.json["message"] == (
        "The memory quota of the group 'lab' would be exceeded: quota 4 GiB, used 3 GiB, asked 2 GiB, left 1 GiB. "
        "In use by: iris (3 GiB). Stop or scale one of them, take a smaller instance type or fewer replicas, "
        "or ask an administrator for more."
    )
    assert answer.json["details"]["deployments"]["iris"]["memory"] == 3 * GIB
    assert answer.json["fields"][0]["field"] == "replicas"


async def test_a_quota_below_what_runs_stops_nothing_and_lets_it_shrink(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", replicas=5)

    lowered = await boss("PATCH", "groups/lab", {"quota": {"cpu": 2}})

    assert (lowered.json["quota"]["cpu"], lowered.json["usage"]["cpu"]) == (2, 5)
    assert (await grace("PATCH", "deployments/iris", {"description": "x"})).status == 200
    assert (await grace("POST", "deployments/iris:scale", {"replicas": 4})).status == 200
    assert (await grace("POST", "deployments/iris:scale", {"replicas": 5})).status == 403


async def test_other_groups_are_not_counted(lab: MemoryGroups, api: Api, grace: Api) -> None:
    lab.put("lab", quota=Quota(deployments=1))
    await api.as_user("mallory").create(id="theirs")

    assert (await grace.create(id="iris"))["usage"]["deployments"] == 1


async def test_concurrent_creates_never_exceed_the_quota(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    lab.put("lab", quota=Quota(deployments=10))

    answers = await asyncio.gather(*(grace("POST", "deployments", new_deployment(id=f"d-{n}")) for n in range(50)))

    assert sorted(answer.status for answer in answers) == [201] * 10 + [403] * 40
    assert {answer.json["code"] for answer in answers if answer.status == 403} == {"quota_exceeded"}
    assert len((await engine.deployments())[0]) == 10


# --------------------------------------------------------------------------- previews


async def test_a_preview_checks_everything_and_changes_nothing(
    lab: MemoryGroups, engine: FakeEngine, grace: Api
) -> None:
    lab.put("lab", quota=Quota(cpu=8))
    await grace.create(id="iris", replicas=2)
    _, version = await engine.deployments()

    async def preview(verb: str, path: str, body: Any, **options: Any) -> Any:
        return await grace(verb, path, body, params={"dry_run": "1"}, **options)

    new = await preview("POST", "deployments", new_deployment(replicas=3))
    grown = await preview("PATCH", "deployments/iris", {"instance_type": "large", "replicas": 1})
    assert (new.status, new.json["group"], new.json["usage"]["cpu"], new.json["after"]["cpu"]) == (200, "lab", 2, 5)
    assert (grown.json["usage"]["cpu"], grown.json["after"]["cpu"], grown.json["after"]["deployments"]) == (2, 4, 1)

    unknown_model = new_deployment()["model"] | {"artifact": "1" * 64}
    wrong = [
        ("POST", "deployments", new_deployment(replicas=7), 403, "quota_exceeded"),
        ("POST", "deployments", new_deployment(replicas=0), 400, "invalid"),
        ("POST", "deployments", new_deployment(instance_type="huge"), 400, "invalid"),
        ("POST", "deployments", new_deployment(group="other"), 403, "forbidden"),
        ("POST", "deployments", new_deployment(id="iris"), 409, "already_exists"),
        ("POST", "deployments", new_deployment(model=unknown_model), 400, "invalid"),
        ("PATCH", "deployments/iris", {"replicas": 9}, 403, "quota_exceeded"),
        ("PATCH", "deployments/iris", {"env": {"A": "********"}}, 400, "invalid"),
        ("PATCH", "deployments/iris", {}, 400, "invalid"),
        ("PATCH", "deployments/none", {"replicas": 1}, 404, "not_found"),
    ]  # fmt: skip
    for verb, path, body, status, code in wrong:
        answer = await preview(verb, path, body)
        assert (answer.status, answer.json["code"]) == (status, code), body
    stale = await preview("PATCH", "deployments/iris", {"replicas": 1}, headers={"If-Match": '"9"'})
    assert stale.status == 409
    assert (await engine.deployments())[1] == version


async def test_a_preview_of_what_is_stopped_takes_nothing(lab: MemoryGroups, grace: Api) -> None:
    await grace.create(id="iris")
    await grace("POST", "deployments/iris:stop")

    answer = await grace("PATCH", "deployments/iris", {"replicas": 9}, params={"dry_run": "1"})

    assert answer.json["after"] == {"cpu": 0.0, "memory": 0, "gpu": 0, "deployments": 0}


async def test_a_preview_flag_must_be_yes_or_no(lab: MemoryGroups, engine: FakeEngine, grace: Api) -> None:
    answer = await grace("POST", "deployments", new_deployment(), params={"dry_run": "maybe"})

    assert (answer.status, answer.json["fields"][0]["field"]) == (400, "dry_run")
    assert (await engine.deployments())[0] == []


async def test_a_limit_that_is_missing_counts_as_the_whole_machine(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await boss("POST", "instance-types", {"name": "all"})
    lab.put("lab", quota=Quota(cpu=8))

    answer = await grace("POST", "deployments", new_deployment(instance_type="all"), params={"dry_run": "1"})

    capacity = await engine.capacity()
    assert capacity == Resources(cpu=8, memory=32 * GIB)
    assert (answer.json["after"]["cpu"], answer.json["after"]["memory"]) == (capacity.cpu, capacity.memory)
    assert DIGEST in engine.artifacts
