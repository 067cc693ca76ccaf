"""What goes in and must never come out: environment values and passwords, looked for in every answer and file."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.mask import MASK
from primehub_deploy_ext.domain.names import REGISTRY_RULE
from primehub_deploy_ext.domain.phases import Outcome, Phase, Reason
from tests.server.api import Api, new_deployment
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups
from tests.server.test_permission_matrix import ROLES, request_of, table

pytestmark = pytest.mark.usefixtures("logins")

PASSWORD = "open-sesame-1001"
FIRST, SECOND = "first-secret-value", "second-secret-value"


async def test_values_of_any_revision_are_masked_wherever_programs_say_them(
    api: Api, grace: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    await grace.create(id="iris", env={"TOKEN": FIRST})
    await grace("PATCH", "deployments/iris", {"env": {"TOKEN": SECOND}})
    engine.fail_revision("iris", f"KeyError: '{FIRST}' and {SECOND}", [f"using {SECOND}", "plain"])
    engine.print_line(f"token is {FIRST}, now {SECOND}")
    engine.say("iris", f"exited: {SECOND}")

    said = {
        path: (await grace("GET", path)).body.decode()
        for path in (
            "deployments",
            "deployments/iris",
            "deployments/iris/revisions",
            "deployments/iris/revisions/2",
            "deployments/iris/replicas",
            "deployments/iris/events",
            "deployments/iris/metrics",
            "deployments/iris/logs",
        )
    }

    for path, text in said.items():
        assert MASK in text, path
        assert not [secret for secret in (FIRST, SECOND) if secret in text], path
    revision = (await grace("GET", "deployments/iris/revisions/2")).json
    assert revision["message"] == f"KeyError: '{MASK}' and {MASK}"
    assert revision["log_tail"] == [f"using {MASK}", "plain"]


async def test_the_watch_and_answers_to_changes_are_masked_too(
    grace: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any
) -> None:
    await grace.create(id="iris", env={"TOKEN": FIRST})
    engine.show("iris", phase=Phase.FAILED, reason=Reason.CRASH_LOOP, message=f"died of {FIRST}")

    async with open_stream("watch", headers={"X-User": "grace"}) as stream:
        lines = [await stream.line() for _ in range(2)]
    scaled = await grace("POST", "deployments/iris:stop", {})

    assert f"died of {MASK}" in str(lines[1])
    assert FIRST not in str(lines)
    assert FIRST not in scaled.body.decode()


async def test_a_message_about_a_failed_update_hides_what_only_that_one_had(
    grace: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    await grace.create(id="iris", env={"TOKEN": FIRST})
    await grace("PATCH", "deployments/iris", {"env": {"TOKEN": SECOND}})
    before = (await engine.revisions("iris"))[-1].spec
    engine.serve_old("iris", before, update={"revision": 2, "outcome": Outcome.FAILED, "message": f"no {SECOND}"})

    deployment = (await grace("GET", "deployments/iris")).json

    assert deployment["status"]["update"]["message"] == f"no {MASK}"


async def test_a_line_of_a_revision_that_came_later_is_masked_in_a_followed_log(
    grace: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any
) -> None:
    await grace.create(id="iris")
    async with open_stream("deployments/iris/logs", headers={"X-User": "grace"}, follow=1) as stream:
        engine.print_line("hello")
        assert (await stream.change())["text"] == "hello"

        await grace("PATCH", "deployments/iris", {"env": {"TOKEN": FIRST}})
        engine.print_line(f"with {FIRST}", replica="2-0")

        assert (await stream.change())["text"] == f"with {MASK}"


async def test_healthy_deployments_are_listed_without_looking_through_their_history(
    grace: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    for number in range(20):
        await grace.create(id=f"d-{number}", env={"TOKEN": FIRST})
    asked = engine.count("environments")

    await grace("GET", "deployments")
    assert asked() == 0

    engine.show("d-3", phase=Phase.FAILED, reason=Reason.CRASH_LOOP, message="it died")
    for _ in range(3):
        await grace("GET", "deployments")
    assert asked() == 1


async def test_when_many_are_in_trouble_at_once_one_question_is_asked_for_all(
    grace: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any
) -> None:
    for number in range(20):
        await grace.create(id=f"d-{number}", env={"TOKEN": f"{FIRST}-{number}"})
        engine.show(f"d-{number}", phase=Phase.FAILED, reason=Reason.CRASH_LOOP, message=f"{FIRST}-{number}!")
    asked, one_by_one = engine.count("environments"), engine.count("revisions")

    async with open_stream("watch", headers={"X-User": "grace"}) as stream:
        lines = [await stream.line() for _ in range(21)]
    listed = (await grace("GET", "deployments", params={"limit": 100})).body.decode()

    assert [line["object"]["status"]["message"] for line in map(json.loads, lines[1:])] == [f"{MASK}!"] * 20
    assert FIRST not in listed
    assert (asked(), one_by_one()) == (1, 0)


async def test_one_that_never_had_an_environment_has_nothing_to_hide(
    grace: Api, engine: FakeEngine, lab: MemoryGroups
) -> None:
    await grace.create(id="iris")
    engine.show("iris", phase=Phase.FAILED, reason=Reason.CRASH_LOOP, message="it died")
    asked = engine.count("environments")
    await grace("GET", "deployments")
    assert asked() == 0

    await grace("PATCH", "deployments/iris", {"env": {"TOKEN": FIRST}})
    await grace("PATCH", "deployments/iris", {"env": {}})
    engine.show("iris", phase=Phase.FAILED, reason=Reason.CRASH_LOOP, message=f"it died of {FIRST}")
    assert f"it died of {MASK}" in (await grace("GET", "deployments")).body.decode()


async def test_passwords_are_in_no_answer_no_log_and_no_audit_line(
    api: Api,
    engine: FakeEngine,
    lab: MemoryGroups,
    home: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    boss = api.as_user("boss")
    login = {"name": "registry", "registry": "docker.io", "username": "lab", "password": PASSWORD}
    answers: list[bytes] = []

    async def call(user: str, verb: str, path: str, body: Any = None, **query: str) -> int:
        answer = await api.as_user(user)(verb, path, body, params=query)
        answers.append(answer.body + str(list(answer.headers.get_all())).encode())
        return answer.status

    assert await call("boss", "POST", "pull-secrets", login) == 201
    assert await call("boss", "POST", "pull-secrets", login) == 409
    assert await call("boss", "PATCH", "pull-secrets/registry", {"password": f"{PASSWORD}-2"}) == 200
    wrong: list[dict[str, Any]] = [
        login | {"registry": f"https://{PASSWORD}"},
        login | {"password": {"in": PASSWORD}},
        login | {"password": [PASSWORD]},
        login | {"password": PASSWORD * 1000},
        login | {"pasword": PASSWORD},
        login | {"groups": PASSWORD},
    ]
    for body in wrong:
        assert await call("boss", "POST", "pull-secrets", body) == 400, list(body)
        assert (
            await call("boss", "PATCH", "pull-secrets/registry", {k: v for k, v in body.items() if k != "name"}) == 400
        )
    assert await call("boss", "POST", "pull-secrets", b'{"password": "' + PASSWORD.encode()) == 400
    assert await call("grace", "POST", "pull-secrets", login) == 403
    assert await call("mallory", "PATCH", "pull-secrets/registry", {"password": PASSWORD}) == 403
    lab.fails = ZeroDivisionError("inside")
    assert await call("boss", "PATCH", "pull-secrets/registry", {"password": PASSWORD}) == 500
    lab.fails = None
    engine.artifacts["0" * 64] = b"abc"
    await api.as_user("grace").create(id="iris", env={"TOKEN": FIRST})
    for row in table():
        verb, path, _, query = request_of(row)
        if verb == "GET" and path != "watch":
            for user in filter(None, ROLES.values()):
                await call(user, verb, path, **query)
    await boss("GET", "audit", headers={"Accept": "text/csv"})

    kept = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    printed = caplog.text + "".join(capfd.readouterr())
    assert b"createPullSecret" in kept
    for secret in (PASSWORD, FIRST):
        assert secret.encode() not in b"".join(answers), secret
        assert secret.encode() not in kept, secret
        assert secret not in printed, secret


async def test_a_registry_with_a_scheme_is_told_how_it_is_written(api: Api) -> None:
    login = {"name": "registry", "registry": "https://docker.io", "username": "lab", "password": PASSWORD}

    answer = await api.as_user("boss")("POST", "pull-secrets", login)

    assert (answer.status, answer.json["message"]) == (400, f"registry: {REGISTRY_RULE}")


async def test_two_administrators_who_edit_a_login_at_once_lose_nothing(api: Api, lab: MemoryGroups) -> None:
    boss = api.as_user("boss")
    login = {"name": "registry", "registry": "docker.io", "username": "lab", "password": PASSWORD}
    seen = {"If-Match": (await boss("POST", "pull-secrets", login)).headers["ETag"]}

    first = await boss("PATCH", "pull-secrets/registry", {"username": "labs"}, headers=seen)
    second = await boss("PATCH", "pull-secrets/registry", {"username": "lost"}, headers=seen)
    gone = await boss("DELETE", "pull-secrets/registry", headers=seen)

    assert [first.status, second.status, gone.status] == [200, 409, 409]
    assert first.json == {"name": "registry", "registry": "docker.io", "username": "labs", "groups": None, "version": 2}
    assert lab.pull_secrets["registry"].password.get_secret_value() == PASSWORD


async def test_values_are_not_repeated_where_a_wish_is_refused(grace: Api, lab: MemoryGroups) -> None:
    answer = await grace("POST", "deployments", new_deployment(env={"bad name": FIRST}))

    assert answer.status == 400
    assert FIRST not in answer.body.decode()
