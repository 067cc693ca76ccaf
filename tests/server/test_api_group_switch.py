"""The switch and the end of a group: what becomes of the deployments that it owns."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.domain.resources import Quota
from tests.server.api import Api, new_deployment
from tests.server.fake_engine import GIB, FakeEngine
from tests.server.memory_groups import MemoryGroups

pytestmark = pytest.mark.usefixtures("logins")

OFF = (
    "Feature not available: Model Deployment is not enabled for the group 'lab'. "
    "Please contact your administrator to enable it."
)


# --------------------------------------------------------------------------- the switch


async def test_switching_off_tells_what_runs_and_waits_for_a_decision(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create("Iris", id="iris", group="lab", replicas=2)
    await grace.create("Zoo", id="zoo", group="lab")
    await grace("POST", "deployments/zoo:stop")

    answer = await boss("PATCH", "groups/lab", {"enabled": False})

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert answer.json["details"]["running"] == [
        {
            "id": "iris",
            "name": "Iris",
            "created_by": "grace",
            "replicas": 2,
            "usage": {"cpu": 2.0, "memory": 2 * GIB, "gpu": 0, "deployments": 1},
        }
    ]
    assert "running=keep" in answer.json["message"]
    assert lab.groups["lab"].enabled
    assert not (await engine.get("iris")).spec.stopped


async def test_what_runs_may_run_on_and_nothing_new_begins(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", group="lab", replicas=2)
    await grace.create(id="zoo", group="lab")
    await grace("POST", "deployments/zoo:stop")

    answer = await boss("PATCH", "groups/lab", {"enabled": False, "running": "keep"})

    assert (answer.status, answer.json["enabled"], answer.json["usage"]["deployments"]) == (200, False, 1)
    assert not (await engine.get("iris")).spec.stopped
    for verb, path, body in (
        ("POST", "deployments", new_deployment(group="lab")),
        ("POST", "deployments/zoo:start", None),
        ("POST", "deployments/iris:scale", {"replicas": 3}),
        ("PATCH", "deployments/iris", {"replicas": 3}),
        ("PATCH", "deployments/iris", {"instance_type": "large", "replicas": 1}),
        ("POST", "deployments/iris/revisions/1:try", {"inputs": []}),
    ):
        refused = await grace(verb, path, body)
        assert (refused.status, refused.json["message"]) == (403, OFF), (verb, path, body)
    for verb, path, body in (
        ("PATCH", "deployments/iris", {"description": "mended"}),
        ("PATCH", "deployments/zoo", {"replicas": 9}),
        ("POST", "deployments/iris:scale", {"replicas": 1}),
        ("POST", "deployments/iris:restart", None),
        ("POST", "deployments/iris:predict", {}),
        ("POST", "deployments/iris:stop", None),
        ("DELETE", "deployments/iris", None),
    ):
        assert (await grace(verb, path, body)).status in {200, 204}, (verb, path, body)


async def test_a_rollback_grows_where_the_revision_was_larger(lab: MemoryGroups, grace: Api, boss: Api) -> None:
    await grace.create(id="iris", group="lab", replicas=3)
    await grace("POST", "deployments/iris:scale", {"replicas": 1})
    await grace("PATCH", "deployments/iris", {"description": "x"})
    await boss("PATCH", "groups/lab", {"enabled": False, "running": "keep"})

    assert (await grace("POST", "deployments/iris:rollback", {"revision": 1})).json["message"] == OFF
    assert (await grace("POST", "deployments/iris:rollback", {"revision": 2})).status == 200


async def test_what_failed_at_first_grows_when_it_is_tried_again(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", group="lab")
    engine.hold_nothing("iris")
    await boss("PATCH", "groups/lab", {"enabled": False, "running": "keep"})

    assert (await grace("POST", "deployments/iris:restart")).json["message"] == OFF


async def test_what_runs_may_be_stopped_with_the_switch(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", group="lab")
    await grace.create(id="zoo", group="lab")

    answer = await boss("PATCH", "groups/lab", {"enabled": False, "running": "stop"})

    assert (answer.status, answer.json["usage"]["deployments"]) == (200, 0)
    for stopped in ("iris", "zoo"):
        newest = (await grace("GET", f"deployments/{stopped}/revisions")).json["items"][0]
        assert (newest["action"], newest["user"]) == ("stop", "boss")
        assert newest["update_message"] == "Model Deployment was switched off for the group 'lab'."


async def test_one_that_cannot_be_stopped_keeps_none_of_the_others_running(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", group="lab")
    await grace.create(id="zoo", group="lab")
    engine.fails["stop iris"] = UpstreamFailed("it hangs")

    answer = await boss("PATCH", "groups/lab", {"enabled": False, "running": "stop"})

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert answer.json["message"].endswith("not all of its deployments were stopped: iris: it hangs")
    assert not lab.groups["lab"].enabled
    assert (await engine.get("zoo")).spec.stopped


async def test_the_original_story(lab: MemoryGroups, grace: Api, boss: Api) -> None:
    """Off → enabled → quota shown → stop frees it → start takes it again → delete gives it back."""
    lab.put("lab", enabled=False, quota=Quota(cpu=1, deployments=1))

    async def used() -> tuple[float, int]:
        usage = (await grace("GET", "groups/lab")).json["usage"]
        return usage["cpu"], usage["deployments"]

    assert (await grace("POST", "deployments", new_deployment(id="iris"))).json["message"] == OFF
    assert (await boss("PATCH", "groups/lab", {"enabled": True})).status == 200
    preview = await grace("POST", "deployments", new_deployment(id="iris"), params={"dry_run": "1"})
    assert (preview.json["quota"]["cpu"], preview.json["usage"]["cpu"], preview.json["after"]["cpu"]) == (1, 0, 1)
    await grace.create(id="iris")
    assert await used() == (1, 1)
    await grace("POST", "deployments/iris:stop")
    assert await used() == (0, 0)
    await grace.create(id="zoo")
    refused = await grace("POST", "deployments/iris:start")
    assert (refused.status, refused.json["code"]) == (403, "quota_exceeded")
    await grace("DELETE", "deployments/zoo")
    assert (await grace("POST", "deployments/iris:start")).status == 200
    assert await used() == (1, 1)


# --------------------------------------------------------------------------- the end of a group


async def test_a_group_that_owns_deployments_is_not_removed_by_accident(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create("Iris", id="iris", group="lab")
    await grace("POST", "deployments/iris:stop")

    refused = await boss("DELETE", "groups/lab")
    absurd = await boss("DELETE", "groups/lab", params={"deployments": "burn"})

    assert (refused.status, [found["id"] for found in refused.json["details"]["deployments"]]) == (409, ["iris"])
    assert "deployments=keep" in refused.json["message"]
    assert (absurd.status, absurd.json["fields"][0]["field"]) == (400, "deployments")
    assert "lab" in lab.groups


async def test_a_group_goes_with_its_deployments(lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api) -> None:
    await grace.create(id="iris", group="lab")

    assert (await boss("DELETE", "groups/lab", params={"deployments": "delete"})).status == 204

    assert "lab" not in lab.groups
    assert (await engine.deployments())[0] == []


async def test_what_a_gone_group_leaves_runs_on_for_administrators_alone(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", group="lab", replicas=2)
    await grace.create(id="zoo", group="lab")
    await grace("POST", "deployments/zoo:stop")

    assert (await boss("DELETE", "groups/lab", params={"deployments": "keep"})).status == 204

    assert (await grace("GET", "deployments/iris")).status == 404
    assert not (await engine.get("iris")).spec.stopped
    listed = (await boss("GET", "groups", params={"all": "1"})).json["items"]
    assert {group["name"]: group["deleted"] for group in listed} == {"other": False, "lab": True}
    assert listed[1]["usage"]["deployments"] == 1
    assert (await boss("GET", "groups/lab")).json["deleted"] is True
    for verb, path, body in (
        ("POST", "deployments/zoo:start", None),
        ("PATCH", "deployments/iris", {"description": "x"}),
        ("POST", "deployments/iris:scale", {"replicas": 3}),
    ):
        refused = await boss(verb, path, body)
        assert (refused.status, refused.json["code"]) == (409, "conflict"), (verb, path)
        assert "the group 'lab' is gone" in refused.json["message"]
    for verb, path, body in (
        ("POST", "deployments/iris:scale", {"replicas": 1}),
        ("POST", "deployments/iris:restart", None),
        ("POST", "deployments/iris:stop", None),
        ("DELETE", "deployments/iris", None),
    ):
        assert (await boss(verb, path, body)).status in {200, 204}, (verb, path)


async def test_a_gone_group_is_swept_up_or_comes_back(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    await grace.create(id="iris", group="lab")
    del lab.groups["lab"]

    await boss("POST", "groups", {"name": "lab", "enabled": True, "members": ["grace"]})
    assert (await grace("GET", "deployments/iris")).status == 200

    del lab.groups["lab"]
    assert (await boss("DELETE", "groups/lab")).status == 404
    assert (await boss("DELETE", "groups/lab", params={"deployments": "delete"})).status == 204
    assert (await engine.deployments())[0] == []
    assert (await boss("DELETE", "groups/lab", params={"deployments": "delete"})).status == 404


async def test_a_group_that_is_renamed_elsewhere_is_another_one_until_its_name_is_back(
    lab: MemoryGroups, engine: FakeEngine, grace: Api, boss: Api
) -> None:
    def rename(old: str, new: str) -> None:
        lab.groups[new] = lab.groups.pop(old).model_copy(update={"name": new})

    await grace.create(id="iris", group="lab")
    rename("lab", "studio")

    assert (await grace("GET", "deployments/iris")).status == 404
    assert not (await engine.get("iris")).spec.stopped
    listed = (await boss("GET", "groups", params={"all": "1"})).json["items"]
    used = {group["name"]: (group["deleted"], group["usage"]["deployments"]) for group in listed}
    assert used == {"other": (False, 0), "studio": (False, 0), "lab": (True, 1)}

    rename("studio", "lab")
    assert (await grace("GET", "deployments/iris")).status == 200
