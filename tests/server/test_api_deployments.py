"""Deployments over HTTP: their life from creation to deletion."""

from __future__ import annotations

import re
from typing import Any

import pytest

from primehub_deploy_ext.domain import names
from tests.server.api import DIGEST, Api, new_deployment
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups


async def test_create_answers_the_deployment_with_where_it_is(api: Api) -> None:
    answer = await api("POST", "deployments", new_deployment(name="Iris Größe", replicas=2))

    assert answer.status == 201
    created = answer.json
    assert created["name"] == "Iris Größe"
    assert re.fullmatch(r"iris-grosse-[a-z0-9]{5}", created["id"])
    assert created["spec"]["replicas"] == 2
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"].endswith(f"/a%40b/primehub-deploy/v1/deployments/{created['id']}")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert (await api("GET", f"deployments/{created['id']}")).json == created


async def test_create_fills_in_what_is_left_out(api: Api) -> None:
    created = await api.create()

    assert created["group"] == "ada"
    assert created["created_by"] == "ada"
    assert created["spec"]["instance_type"] == "small"
    assert created["spec"]["replicas"] == 1


async def test_a_generated_id_that_is_taken_is_made_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(["iris-aaaaa", "iris-aaaaa", "iris-bbbbb"])
    monkeypatch.setattr(names, "id_from_name", lambda _: next(ids))

    assert (await api.create())["id"] == "iris-aaaaa"
    assert (await api.create())["id"] == "iris-bbbbb"


async def test_a_chosen_id_that_is_taken_is_a_conflict(api: Api) -> None:
    await api.create(id="iris")

    answer = await api("POST", "deployments", new_deployment(id="iris"))

    assert (answer.status, answer.json["code"]) == (409, "already_exists")


async def test_a_group_of_others_is_forbidden_with_the_way_out(api: Api) -> None:
    answer = await api("POST", "deployments", new_deployment(group="research"))

    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert "'ada'" in answer.json["message"]


async def test_an_unknown_instance_type_names_the_ones_that_exist(api: Api) -> None:
    answer = await api("POST", "deployments", new_deployment(instance_type="huge"))

    assert answer.status == 400
    assert answer.json["fields"] == [{"field": "instance_type", "message": "must be one of: small, large"}]


async def test_an_artifact_must_be_stored_first(api: Api) -> None:
    body = new_deployment()
    body["model"]["artifact"] = "1" * 64

    created = await api("POST", "deployments", body)
    await api.create(id="iris")
    updated = await api("PATCH", "deployments/iris", {"model": body["model"]})

    for answer in (created, updated):
        assert answer.status == 400
        assert answer.json["fields"] == [{"field": "model.artifact", "message": "is not stored"}]


async def test_every_action_is_a_revision_with_its_author_and_message(api: Api) -> None:
    await api.create(id="iris", update_message="first")
    actions: list[tuple[str, Any]] = [
        ("scale", {"replicas": 3, "update_message": "more"}),
        ("stop", None),
        ("start", {}),
        ("restart", {"update_message": "again"}),
        ("rollback", {"revision": 1}),
    ]

    for number, (action, body) in enumerate(actions, start=2):
        answer = await api("POST", f"deployments/iris:{action}", body)
        assert (answer.status, answer.headers["ETag"]) == (200, f'"{number}"'), (action, answer.body)

    history = (await api("GET", "deployments/iris/revisions")).json["items"]
    assert [(revision["action"], revision["update_message"]) for revision in history] == [
        ("rollback", ""),
        ("restart", "again"),
        ("start", ""),
        ("stop", ""),
        ("scale", "more"),
        ("create", "first"),
    ]
    assert {revision["user"] for revision in history} == {"ada"}
    assert (await api("GET", "deployments/iris/revisions/2")).json["spec"]["replicas"] == 3
    assert (await api("GET", "deployments/iris/revisions/99")).status == 404
    assert (await api("POST", "deployments/iris:rollback", {"revision": 99})).status == 404


async def test_the_colon_of_an_action_may_be_plain_or_encoded(
    http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str], api: Api
) -> None:
    await api.create(id="iris")
    for path in ("deployments/iris:stop", "deployments/iris%3Astart", "deployments/iris%3astop"):
        url = f"{jp_base_url}primehub-deploy/v1/{path}"
        response = await http_server_client.fetch(url, method="POST", body="", headers=jp_auth_header)
        assert response.code == 200, path


async def test_a_stale_if_match_changes_nothing(api: Api) -> None:
    await api.create(id="iris")
    await api("PATCH", "deployments/iris", {"description": "two"})
    attempts: list[tuple[str, str, Any]] = [
        ("PATCH", "deployments/iris", {"description": "lost"}),
        ("DELETE", "deployments/iris", None),
        ("POST", "deployments/iris:scale", {"replicas": 5}),
        ("POST", "deployments/iris:stop", None),
        ("POST", "deployments/iris:start", None),
        ("POST", "deployments/iris:restart", None),
        ("POST", "deployments/iris:rollback", {"revision": 1}),
    ]

    for verb, path, body in attempts:
        answer = await api(verb, path, body, headers={"If-Match": '"1"'})
        assert (answer.status, answer.json["code"]) == (409, "conflict"), path

    answer = await api("GET", "deployments/iris")
    assert (answer.headers["ETag"], answer.json["spec"]["description"]) == ('"2"', "two")


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*"])
async def test_a_matching_if_match_lets_the_change_through(api: Api, tag: str) -> None:
    await api.create(id="iris")

    assert (await api("PATCH", "deployments/iris", {"replicas": 2}, headers={"If-Match": tag})).status == 200


async def test_a_malformed_if_match_is_refused(api: Api) -> None:
    await api.create(id="iris")

    for tag in ("1", '"one"', '"1", "2"', '""', '"-1"'):
        answer = await api("PATCH", "deployments/iris", {"replicas": 2}, headers={"If-Match": tag})
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "If-Match"), tag


async def test_an_unchanged_revision_is_never_answered_from_a_cache(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    engine.show("iris", message="something happened")

    answer = await api("GET", "deployments/iris", headers={"If-None-Match": '"1"'})

    assert (answer.status, answer.json["status"]["message"]) == (200, "something happened")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in (await api("GET", "deployments")).headers


async def test_delete_leaves_nothing(api: Api) -> None:
    await api.create(id="iris")

    answer = await api("DELETE", "deployments/iris")

    assert (answer.status, answer.body) == (204, b"")
    assert (await api("GET", "deployments/iris")).status == 404


async def test_what_belongs_to_an_unknown_deployment_is_not_found(api: Api) -> None:
    for unknown in ("iris", "No%20Id", "..", "x" * 200):
        for rest in ("", "/revisions", "/replicas", "/events", "/logs"):
            answer = await api("GET", f"deployments/{unknown}{rest}")
            assert (answer.status, answer.json["code"]) == (404, "not_found"), (unknown, rest)


async def test_what_replicas_do_can_be_looked_at(api: Api) -> None:
    await api.create(id="iris", replicas=2)

    replicas = (await api("GET", "deployments/iris/replicas")).json["items"]
    events = (await api("GET", "deployments/iris/events")).json["items"]

    assert [replica["name"] for replica in replicas] == ["1-0", "1-1"]
    assert [event["reason"] for event in events] == ["Created"]


async def test_environment_values_never_come_out(api: Api, open_stream: Any) -> None:
    secret = "s3cret"
    created = await api("POST", "deployments", new_deployment(id="iris", env={"TOKEN": secret}))
    seen = [created.body]
    seen += [(await api("PATCH", "deployments/iris", {"env": {"TOKEN": secret, "B": secret}})).body]
    for action, body in (("scale", {"replicas": 2}), ("stop", None), ("start", None), ("restart", None)):
        seen.append((await api("POST", f"deployments/iris:{action}", body)).body)
    seen.append((await api("POST", "deployments/iris:rollback", {"revision": 1})).body)
    for path in ("deployments", "deployments/iris", "deployments/iris/revisions", "deployments/iris/revisions/2"):
        seen.append((await api("GET", path)).body)
    async with open_stream("watch") as stream:
        seen += [((await stream.line()) or "").encode() for _ in range(3)]
    # Also not in the complaint about a value that is wrong.
    seen.append((await api("PATCH", "deployments/iris", {"env": {"TOKEN": secret + "\0"}})).body)
    seen.append((await api("PATCH", "deployments/iris", {"env": {"TOKEN": [secret]}})).body)

    assert all(b"TOKEN" in body for body in seen if b"BOOKMARK" not in body and b"RESET" not in body)
    assert not [body for body in seen if secret.encode() in body]
    assert created.json["spec"]["env"] == {"TOKEN": "********"}


async def test_a_mask_that_is_sent_back_keeps_the_value(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris", env={"TOKEN": "s3cret", "OLD": "1"})

    answer = await api("PATCH", "deployments/iris", {"env": {"TOKEN": "********", "NEW": "2"}})

    assert answer.status == 200
    assert (await engine.get("iris")).spec.env == {"TOKEN": "s3cret", "NEW": "2"}


async def test_a_mask_keeps_the_value_that_is_current_when_the_change_happens(
    api: Api, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.create(id="iris", env={"TOKEN": "old"})
    update = engine.update

    async def another_first(id: str, change: Any, **options: Any) -> Any:
        monkeypatch.setattr(engine, "update", update)
        await update(id, change.model_copy(update={"env": {"TOKEN": "new"}}), user="eve")
        return await update(id, change, **options)

    monkeypatch.setattr(engine, "update", another_first)

    assert (await api("PATCH", "deployments/iris", {"env": {"TOKEN": "********"}})).status == 200
    assert (await engine.get("iris")).spec.env == {"TOKEN": "new"}


async def test_a_mask_without_a_value_to_keep_is_refused(api: Api) -> None:
    await api.create(id="iris")

    for answer in (
        await api("POST", "deployments", new_deployment(env={"TOKEN": "********"})),
        await api("PATCH", "deployments/iris", {"env": {"TOKEN": "********"}}),
    ):
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "env.TOKEN")


async def test_predict_passes_the_request_on(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")

    answer = await api("POST", "deployments/iris:predict", {"inputs": [1]}, params={"path": "api/v1.0/predictions"})

    assert (answer.status, answer.json["body"]) == (200, {"outputs": []})
    assert [(r.body, r.path) for r in engine.predicted] == [(b'{"inputs": [1]}', "api/v1.0/predictions")]


@pytest.mark.parametrize("path", ["/", "predict", "invocations/", ""])
async def test_predict_reaches_what_an_image_answers_at(api: Api, engine: FakeEngine, path: str) -> None:
    await api.create(id="iris")

    assert (await api("POST", "deployments/iris:predict", {}, params={"path": path})).status == 200
    assert [request.path for request in engine.predicted] == [path]


async def test_predict_stays_below_the_endpoint(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")

    for path in (
        "../other/predict",
        "/etc",
        "a//b",
        "//",
        "//evil.test/",
        "./",
        "a/../",
        "a/../../b",
        "http://x/",
        "a?b",
        "a b",
        "a" * 600,
        "a\r\nb",
        "%2e%2e/a",
    ):
        answer = await api("POST", "deployments/iris:predict", {}, params={"path": path})
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "path"), path
    assert engine.predicted == []


async def test_warm_is_accepted_at_once(api: Api, engine: FakeEngine) -> None:
    answer = await api("POST", "warm", {"interpreter": "/usr/bin/python3", "packages": {"sklearn": "1.5"}})

    assert answer.status == 202
    assert [request.interpreter for request in engine.warmed] == ["/usr/bin/python3"]


async def test_the_caller_learns_who_they_are_and_what_there_is(api: Api) -> None:
    nothing = {"cpu": 0.0, "memory": 0, "gpu": 0, "deployments": 0}
    group = {
        "name": "ada",
        "display_name": "ada",
        "enabled": True,
        "role": "member",
        "quota": {"cpu": None, "memory": None, "gpu": None, "deployments": None},
        "usage": nothing,
        "instance_types": ["small", "large"],
        "pull_secrets": [],
        "members": None,
        "admins": None,
        "deleted": False,
        "version": 1,
    }

    assert (await api("GET", "me")).json == {
        "user": "ada",
        "admin": False,
        "groups": [group],
        "can_write": True,
        "provider": {
            "name": "memory",
            "settings_writable": True,
            "members_writable": True,
            "warning": "",
            "as_of": None,
            "until": None,
        },
        "engine": {
            "name": "fake",
            "images": False,
            "private": True,
            "trials": True,
            "metrics": True,
            "runner_image": "",
        },
    }
    assert (await api("GET", "groups")).json == {"items": [group]}
    assert [kind["name"] for kind in (await api("GET", "instance-types")).json["items"]] == ["small", "large"]
    assert (await api("GET", "health")).json["status"] == "ok"


async def test_on_a_hub_the_author_is_the_hub_user(
    api: Api, provider: MemoryGroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.put("lab", members=("grace",))
    monkeypatch.setenv("JUPYTERHUB_USER", "grace")

    assert (await api.create())["created_by"] == "grace"


async def test_the_fake_artifact_is_what_the_tests_deploy(api: Api) -> None:
    assert (await api("HEAD", f"artifacts/{DIGEST}")).status == 200
