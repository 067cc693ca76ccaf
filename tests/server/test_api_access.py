"""Who may call what: every verb of every route, taken from the URL table itself."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_server.auth.identity import IdentityProvider, User

from primehub_deploy_ext.routes import ROUTES
from tests.server.api import DIGEST, PREFIX, Api, RecordingAuthorizer, new_deployment
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups

OPERATIONS = [
    (verb, route.format(id="iris", number=1, sha256=DIGEST, group="ada", name="small"))
    for route, kind in ROUTES.items()
    for verb in kind.verbs()
]


class NamedLogin(IdentityProvider):
    """An identity provider that somebody configured: its names mean something."""

    def generate_anonymous_user(self, handler: Any) -> User:
        return User("grace")


def test_the_table_is_not_empty() -> None:
    assert len(OPERATIONS) >= 25


@pytest.fixture(params=[False, True], ids=["closed", "open"])
def unauthenticated_access(jp_server_config: dict[str, Any], request: pytest.FixtureRequest) -> None:
    jp_server_config["ServerApp"]["allow_unauthenticated_access"] = request.param


@pytest.mark.parametrize("authorization", ["token wrong", ""], ids=["wrong token", "no token"])
async def test_every_verb_needs_a_login(
    unauthenticated_access: None, api: Api, engine: FakeEngine, authorization: str
) -> None:
    await api.create(id="iris")

    for verb, path in [*OPERATIONS, ("GET", "nothing-here"), ("DELETE", "watch")]:
        body = b"0" if verb in {"POST", "PUT", "PATCH"} else None
        answer = await api(verb, path, body, headers={"Authorization": authorization})
        assert answer.status == 401, (verb, path)
        if verb != "HEAD":
            assert answer.json["code"] == "unauthenticated", (verb, path)

    assert (await engine.get("iris")).revision == 1
    assert list(engine.artifacts) == [DIGEST]


async def test_every_verb_asks_the_authorizer_for_its_action(
    authorizer: type[RecordingAuthorizer], api: Api, engine: FakeEngine
) -> None:
    for verb, path in OPERATIONS:
        authorizer.asked.clear()

        answer = await api(verb, path, b"{}" if verb in {"POST", "PUT", "PATCH"} else None)

        assert answer.status == 403, (verb, path)
        assert set(authorizer.asked) == {("read" if verb in {"GET", "HEAD"} else "write", "primehub_deploy")}, path
        if verb != "HEAD":
            assert answer.json["code"] == "forbidden", (verb, path)


async def test_who_may_only_read_is_told_so(authorizer: type[RecordingAuthorizer], api: Api) -> None:
    authorizer.allowed.add("read")

    assert (await api("GET", "me")).json["can_write"] is False
    assert (await api("GET", "deployments")).status == 200
    assert (await api("POST", "deployments", new_deployment())).status == 403


async def test_a_browser_must_send_the_xsrf_token(
    http_server_client: Any, jp_serverapp: Any, jp_base_url: str, api: Api, engine: FakeEngine
) -> None:
    await api.create(id="iris")
    token = jp_serverapp.identity_provider.token
    login = await http_server_client.fetch(f"{jp_base_url}api/status?token={token}")
    page = await http_server_client.fetch(f"{jp_base_url}login")
    cookies = [value.split(";")[0] for r in (login, page) for value in r.headers.get_list("Set-Cookie")]
    xsrf = next(cookie.split("=", 1)[1] for cookie in cookies if cookie.startswith("_xsrf="))
    url = f"{jp_base_url}{PREFIX}/deployments/iris:stop"
    headers = {"Cookie": "; ".join(cookies)}

    without = await http_server_client.fetch(url, method="POST", body="", headers=headers, raise_error=False)
    foreign = await http_server_client.fetch(
        url, method="POST", body="", headers=headers | {"X-XSRFToken": "guessed"}, raise_error=False
    )
    assert [without.code, foreign.code] == [403, 403]
    assert b"_xsrf" in without.body
    assert (await engine.get("iris")).revision == 1

    await http_server_client.fetch(url, method="POST", body="", headers=headers | {"X-XSRFToken": xsrf})
    assert (await engine.get("iris")).spec.stopped


@pytest.fixture
def named_login(jp_server_config: dict[str, Any]) -> None:
    jp_server_config["ServerApp"]["identity_provider_class"] = NamedLogin


async def test_the_name_of_a_configured_login_is_the_author(
    named_login: None, api: Api, provider: MemoryGroups
) -> None:
    provider.put("lab", members=("grace",))

    assert (await api("GET", "me")).json["user"] == "grace"
    assert (await api.create())["created_by"] == "grace"


async def test_unknown_routes_answer_json(api: Api) -> None:
    for path in ("", "nothing-here", "deployments/iris/nothing", "deployments/iris:explode", "../v2/deployments"):
        for verb in ("GET", "POST", "DELETE"):
            answer = await api(verb, path)
            assert (answer.status, answer.json["code"]) == (404, "not_found"), (verb, path)


async def test_a_wrong_verb_names_the_right_ones(api: Api) -> None:
    for path, verb, allowed in (
        ("deployments", "DELETE", "GET, POST"),
        ("deployments/iris", "PUT", "GET, PATCH, DELETE"),
        ("deployments/iris:stop", "GET", "POST"),
        (f"artifacts/{DIGEST}", "GET", "HEAD, PUT"),
        ("watch", "POST", "GET"),
    ):
        answer = await api(verb, path)
        assert (answer.status, answer.json["code"]) == (405, "method_not_allowed"), path
        assert answer.headers["Allow"] == allowed


async def test_looking_does_not_keep_an_idle_server_alive(
    jp_serverapp: Any, api: Api, engine: FakeEngine, open_stream: Any
) -> None:
    await api.create(id="iris")
    settings = jp_serverapp.web_app.settings
    before = settings["api_last_activity"]

    for verb, path in OPERATIONS:
        if verb in {"GET", "HEAD"} and path != "watch":
            await api(verb, path)
    async with open_stream("watch") as stream:
        await stream.line()
    assert settings["api_last_activity"] == before

    await api("POST", "deployments/iris:stop")
    assert settings["api_last_activity"] > before
