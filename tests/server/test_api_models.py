"""Models that are stored and may be deployed again, and ids of new deployments."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.api import DIGEST, Api, new_deployment
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups

pytestmark = pytest.mark.usefixtures("logins")

OTHER = "1" * 64


@pytest.fixture
def grace(api: Api, engine: FakeEngine, lab: MemoryGroups) -> Api:
    """Call as a member of the group lab; mallory is in another."""
    engine.artifacts |= {DIGEST: b"abc", OTHER: b"abd"}
    lab.put("lab", members=("grace",))
    lab.put("other", members=("mallory",))
    return api.as_user("grace")


def model(digest: str = DIGEST, **fields: Any) -> dict[str, Any]:
    return {"artifact": digest, "size": 3, "interpreter": "/usr/bin/python3"} | fields


async def save(caller: Api, name: str = "Iris", **fields: Any) -> Any:
    answer = await caller("POST", "models", {"name": name, "model": model()} | fields)
    assert answer.status == 201, answer.body
    return answer.json


async def listed(caller: Api, **query: str) -> Any:
    answer = await caller("GET", "models", params=query)
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_model_is_listed_once_with_all_that_it_is_known_by(grace: Api) -> None:
    await grace.create(id="iris", group="lab")
    await grace("PATCH", "deployments/iris", {"description": "the same model again"})
    await grace.create(name="Iris two", id="iris-two", group="lab")
    await save(grace)
    await grace("PATCH", "deployments/iris", {"model": model(OTHER)})

    newest, older = (await listed(grace))["items"]

    assert [(use["deployment"], use["revision"]) for use in newest["uses"]] == [("iris", 3)]
    assert newest["model"]["artifact"] == OTHER
    assert [(use["deployment"], use["revision"]) for use in older["uses"]] == [("iris-two", 1), ("iris", 2)]
    assert [(saved["name"], saved["version"]) for saved in older["saved"]] == [("Iris", 1)]


async def test_what_is_loaded_differently_is_another_model(grace: Api) -> None:
    await save(grace)
    await save(grace, model=model(interpreter="/opt/python"))

    assert [item["model"]["interpreter"] for item in (await listed(grace))["items"]] == [
        "/opt/python",
        "/usr/bin/python3",
    ]


async def test_saving_under_a_name_again_makes_its_next_version(grace: Api) -> None:
    first = await save(grace, description="as it was")
    second = await save(grace, model=model(OTHER))

    assert (first["name"], first["version"], first["group"], first["created_by"]) == ("Iris", 1, "lab", "grace")
    assert second["version"] == 2
    assert (await listed(grace, limit="1"))["total"] == 2


async def test_models_of_other_groups_do_not_exist(api: Api, grace: Api) -> None:
    saved = await save(grace)
    mallory = api.as_user("mallory")

    assert (await listed(mallory))["items"] == []
    assert (await mallory("DELETE", f"models/{saved['number']}")).status == 404
    assert (await mallory("GET", "models", params={"group": "lab"})).status == 404
    assert len((await listed(grace))["items"]) == 1


@pytest.mark.parametrize(
    ("search", "found"), [("iris", 1), ("IRIS bayes", 1), ("naive", 1), (DIGEST[:9], 1), ("rose", 0)]
)
async def test_models_are_found_by_name_type_and_digest(grace: Api, search: str, found: int) -> None:
    await save(grace, model=model(class_name="sklearn.naive_bayes.GaussianNB"))

    assert (await listed(grace, search=search))["total"] == found


async def test_only_what_is_stored_can_be_saved(grace: Api) -> None:
    answer = await grace("POST", "models", {"name": "Iris", "model": model("2" * 64)})

    assert answer.status == 400
    assert answer.json["fields"] == [{"field": "model.artifact", "message": "is not stored"}]


async def test_a_saved_model_can_be_removed(grace: Api) -> None:
    saved = await save(grace)

    assert (await grace("DELETE", f"models/{saved['number']}")).status == 204
    assert (await listed(grace))["items"] == []
    assert (await grace("DELETE", f"models/{saved['number']}")).status == 404


@pytest.mark.parametrize(
    ("id", "available", "said"),
    [
        ("free-one", True, ""),
        ("iris", False, "has been used by other users"),
        ("theirs", False, "has been used by other users"),
        ("No", False, "lower-case letters"),
    ],
)
async def test_a_form_learns_whether_an_id_can_be_had(
    api: Api, grace: Api, id: str, available: bool, said: str
) -> None:
    await grace.create(id="iris", group="lab")
    await api.as_user("mallory").create(id="theirs", group="other")

    answer = (await grace("GET", "deployment-ids", params={"id": id})).json

    assert (answer["id"], answer["available"]) == (id, available)
    assert said in answer["message"]


async def test_an_id_is_proposed_that_a_deployment_can_have(grace: Api) -> None:
    proposed = (await grace("GET", "deployment-ids", params={"name": "Größe der Iris"})).json

    assert proposed["available"]
    assert proposed["id"].startswith("grosse-der-iris-")
    created = await grace("POST", "deployments", new_deployment(id=proposed["id"], group="lab"))
    assert created.status == 201
