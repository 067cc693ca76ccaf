"""What callers are told when something goes wrong."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

from primehub_deploy_ext.domain import errors
from primehub_deploy_ext.domain.models import MAX_DESCRIPTION, MAX_ENV, MAX_METADATA, MAX_REPLICAS
from tests.server.api import Api, new_deployment
from tests.server.fake_engine import FakeEngine

RAISED = [
    (errors.InvalidInput("no", fields=[{"field": "name", "message": "no"}]), 400, "invalid"),
    (errors.Forbidden("no"), 403, "forbidden"),
    (errors.AlreadyExists("no"), 409, "already_exists"),
    (errors.Conflict("no"), 409, "conflict"),
    (errors.TooLarge("no"), 413, "too_large"),
    (errors.TooManyRequests("no"), 429, "too_many_requests"),
    (errors.UpstreamFailed("no", details={"said": "why"}), 502, "upstream_failed"),
    (errors.EngineUnavailable("no"), 503, "engine_unavailable"),
]


@pytest.mark.parametrize(("error", "status", "code"), RAISED, ids=[code for _, _, code in RAISED])
async def test_an_error_of_the_engine_arrives_as_it_is(
    api: Api, engine: FakeEngine, error: errors.DeployError, status: int, code: str
) -> None:
    engine.fails["get"] = error

    answer = await api("GET", "deployments/iris")

    assert answer.status == status
    assert answer.json == {"code": code, "message": "no", "fields": error.fields, "details": error.details}
    assert answer.headers["Content-Type"].startswith("application/json")
    assert ("Retry-After" in answer.headers) == (status in {429, 503})


async def test_an_unexpected_error_tells_where_to_look_and_nothing_else(
    api: Api, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.fails["deployments"] = ZeroDivisionError("s3cret")

    with caplog.at_level(logging.ERROR):
        answer = await api("GET", "deployments")

    assert (answer.status, answer.json["code"]) == (500, "internal")
    request_id = re.search(r"see the server log \(request ([0-9a-f]{8})\)", answer.json["message"])
    assert request_id is not None
    assert b"s3cret" not in answer.body
    assert request_id[1] in caplog.text
    assert "ZeroDivisionError: s3cret" in caplog.text


class BrokenEngine(FakeEngine):
    """Can't be opened."""

    async def open(self) -> None:
        raise OSError("the disk is gone")


@pytest.fixture
def broken_engine(jp_server_config: dict[str, Any]) -> None:
    jp_server_config["PrimehubDeploy"]["engine_class"] = BrokenEngine


async def test_an_engine_that_cannot_be_opened_says_why(broken_engine: None, jp_fetch: Any) -> None:
    api = Api(jp_fetch)

    for path in ("deployments", "me", "watch"):
        answer = await api("GET", path)
        assert (answer.status, answer.json["code"]) == (503, "engine_unavailable"), path
        assert "the disk is gone" in answer.json["message"]

    health = await api("GET", "health")
    assert (health.status, health.json["status"]) == (200, "unavailable")
    assert "the disk is gone" in health.json["message"]


async def test_a_body_that_is_no_json_object_is_refused(api: Api) -> None:
    await api.create(id="iris")
    bodies = [b"", b"{", b"[]", b'"text"', b"null", b"1", b"true", b"\xff\xfe", b"{" * 100_000, b"[" * 100_000]
    bodies += [
        b'{"name": "\\ud800"}',
        b'{"replicas": NaN}',
        b'{"replicas": 1e999}',
        b'{"replicas": ' + b"9" * 5000 + b"}",
    ]

    for verb, path in (("POST", "deployments"), ("PATCH", "deployments/iris"), ("POST", "deployments/iris:scale")):
        for body in bodies:
            answer = await api(verb, path, body)
            assert (answer.status, answer.json["code"]) == (400, "invalid"), (path, body[:40])
            assert answer.json["message"]


def _model(**fields: Any) -> dict[str, Any]:
    return {"model": new_deployment()["model"] | fields}


# What is sent instead of the valid value → the field that the answer must name.
BAD_CREATES: list[tuple[dict[str, Any], str]] = [
    *[({"name": name}, "name") for name in ("", " ", "-.-", "a\nb", "a\x00b", "a\u202eb", "x" * 129, None, 1, [], {})],
    *[({"id": text}, "id") for text in ("", "ab", "1ab", "a-", "A-b", "a_b", "a" * 54, "iris\n", 1, [])],
    *[({"group": group}, "group") for group in (1, [], "x" * 129)],
    *[({"replicas": n}, "replicas") for n in (0, -1, MAX_REPLICAS + 1, 10**30, 1.0, 1.5, True, "1", None, [])],
    *[({"instance_type": kind}, "instance_type") for kind in (1, [], "x" * 64)],
    *[({"env": env}, "env") for env in (None, [], "A=1", {"1A": "x"}, {"A-B": "x"}, {"": "x"}, {"A": "\x00"})],
    *[({"env": {"A": value}}, "env.A") for value in (1, None, [], "x" * 32769)],
    ({"env": {f"A{i}": "" for i in range(MAX_ENV + 1)}}, "env"),
    *[
        ({"metadata": m}, "metadata")
        for m in (None, [], {"": "x"}, {"-a": "x"}, {"a" * 64: "x"}, {"a\n": "x"}, {"ä": "x"})
    ],
    *[({"metadata": {"a": value}}, "metadata.a") for value in (1, None, {}, "x" * 1025)],
    ({"metadata": {f"a{i}": "" for i in range(MAX_METADATA + 1)}}, "metadata"),
    *[({"description": text}, "description") for text in (None, 1, "x" * (MAX_DESCRIPTION + 1))],
    *[({"update_message": text}, "update_message") for text in (None, 1, "x" * 1025)],
    ({"model": None}, "model"),
    ({"model": {}}, "model.artifact"),
    *[(_model(artifact=digest), "model.artifact") for digest in ("", "0" * 63, "g" * 64, "A" * 64, "0" * 64 + "\n", 1)],
    *[(_model(size=size), "model.size") for size in (-1, "big", 1.5, None)],
    *[(_model(interpreter=path), "model.interpreter") for path in ("", "python3", "/" * 4097, None)],
    (_model(serializer="pickle"), "model.serializer"),
    (_model(packages={"numpy": 2}), "model.packages.numpy"),
    (_model(signature={"content_type": "xml", "inputs": []}), "model.signature.content_type"),
    (_model(signature={"content_type": "np", "inputs": [{"name": "x"}]}), "model.signature.inputs.0.datatype"),
    (_model(example=[]), "model.example"),
    (_model(color="red"), "model.color"),
    ({"stopped": True}, "stopped"),
    ({"replica": 2}, "replica"),
    ({"x" * 5000: 1}, "x" * 200 + "…"),
]


async def test_each_field_that_breaks_its_rule_is_named(api: Api) -> None:
    for fields, expected in BAD_CREATES:
        answer = await api("POST", "deployments", new_deployment(**fields))

        sent = json.dumps(fields)[:80]
        assert (answer.status, answer.json["code"]) == (400, "invalid"), sent
        named = [problem["field"] for problem in answer.json["fields"]]
        assert expected in named, (sent, answer.json)
        assert expected in answer.json["message"], (sent, answer.json)
        assert len(answer.body) < 10_000, sent


async def test_updates_obey_the_same_rules(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")

    for fields, expected in BAD_CREATES:
        # None means "as it was" in an update.
        if fields.keys() & {"name", "id", "group"} or None in fields.values():
            continue
        answer = await api("PATCH", "deployments/iris", fields)
        assert answer.status == 400, json.dumps(fields)[:80]
        assert expected in [problem["field"] for problem in answer.json["fields"]]

    for fields in ({"name": "other"}, {"id": "other"}, {"group": "other"}, {}, {"update_message": "nothing"}):
        assert (await api("PATCH", "deployments/iris", fields)).status == 400, fields
    assert (await engine.get("iris")).revision == 1


async def test_actions_refuse_what_they_do_not_know(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    bad: list[tuple[str, Any, str]] = [
        *[("scale", {"replicas": n}, "replicas") for n in (0, True, 1.0, "2", None, MAX_REPLICAS + 1)],
        ("scale", {}, "replicas"),
        *[("rollback", {"revision": n}, "revision") for n in (0, -1, True, 1.0, "1", None)],
        *[(action, {"replicas": 1}, "replicas") for action in ("stop", "start", "restart")],
        *[(action, {"update_message": 1}, "update_message") for action in ("stop", "start", "restart")],
    ]

    for action, body, field in bad:
        answer = await api("POST", f"deployments/iris:{action}", body)
        assert answer.status == 400, (action, body)
        assert [problem["field"] for problem in answer.json["fields"]] == [field], (action, body)
    assert (await engine.get("iris")).revision == 1

    assert (await api("POST", "warm", {"interpreter": "python"})).json["fields"][0]["field"] == "interpreter"


async def test_many_wrong_fields_are_told_in_a_few_words(api: Api) -> None:
    answer = await api("POST", "deployments", {f"field{i}": i for i in range(10_000)})

    assert answer.status == 400
    assert len(answer.json["fields"]) == 20
    assert answer.json["message"].endswith("more")
    assert len(answer.body) < 10_000
