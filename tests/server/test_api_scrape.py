"""The page for Prometheus: by a token of its own that opens nothing else, and not by anybody's login."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext import scrape_token
from primehub_deploy_ext.monitoring.token import admits, as_hash, hash_of, new_token
from tests.server.api import Api
from tests.server.fake_engine import FakeEngine

pytestmark = pytest.mark.usefixtures("logins", "lab")

TOKEN = "a-token-of-the-operators"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_HOME", str(tmp_path))
    return tmp_path


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


async def test_the_token_opens_the_page_without_a_login(api: Api, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_METRICS_TOKEN", TOKEN)

    answer = await api.as_user("")("GET", "metrics", **bearer(TOKEN))

    assert (answer.status, answer.body) == (200, b"up 1\n")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_openmetrics_where_it_is_asked_for(api: Api, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_METRICS_TOKEN", TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/openmetrics-text;version=1.0.0,text/plain"}

    answer = await api.as_user("")("GET", "metrics", headers=headers)

    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.body == b"# EOF\n"


@pytest.mark.parametrize("path", ["deployments", "me", "metrics/summary", "audit", "health"])
async def test_the_token_opens_nothing_else(api: Api, home: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_METRICS_TOKEN", TOKEN)
    assert (await api.as_user("")("GET", path, **bearer(TOKEN))).status == 401


@pytest.mark.parametrize("wrong", ["Bearer another-token-of-nobody", f"Basic {TOKEN}", f"token {TOKEN}", "Bearer "])
async def test_anything_else_is_refused(api: Api, home: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_METRICS_TOKEN", TOKEN)
    assert (await api.as_user("")("GET", "metrics", headers={"Authorization": wrong})).status == 401


async def test_without_a_token_configured_nobody_gets_in_by_one(api: Api, home: Path) -> None:
    for sent in ("", hash_of("")):
        assert (await api.as_user("")("GET", "metrics", **bearer(sent))).status == 401


async def test_of_those_logged_in_administrators_may(api: Api, home: Path) -> None:
    assert (await api.as_user("boss")("GET", "metrics")).status == 200
    assert (await api.as_user("grace")("GET", "metrics")).status == 403


async def test_the_command_makes_a_token_and_keeps_only_its_hash(
    api: Api, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scrape_token.main([]) == 0
    first = capsys.readouterr().out.strip()
    assert (home / "metrics-token").read_text() == hash_of(first) + "\n"
    assert (home / "metrics-token").stat().st_mode & 0o777 == 0o600
    assert (await api.as_user("")("GET", "metrics", **bearer(first))).status == 200

    scrape_token.main([])
    assert (await api.as_user("")("GET", "metrics", **bearer(first))).status == 401
    second = capsys.readouterr().out.strip()
    assert (await api.as_user("")("GET", "metrics", **bearer(second))).status == 200
    scrape_token.main(["--revoke"])
    assert (await api.as_user("")("GET", "metrics", **bearer(second))).status == 401


async def test_an_engine_that_measures_nothing_says_so(api: Api, engine: FakeEngine, home: Path) -> None:
    from dataclasses import replace

    engine.capabilities = replace(engine.capabilities, metrics=False)
    assert (await api.as_user("boss")("GET", "metrics")).status == 400


def test_a_hash_may_be_configured_instead_of_a_token_and_a_short_one_may_not() -> None:
    token = new_token()
    assert as_hash(f" {hash_of(token)}\n") == as_hash(token) == hash_of(token)
    assert admits(f"Bearer {token}", [hash_of(token)])
    assert not admits(f"Bearer {hash_of(token)}", [hash_of(token)])  # who reads the file can't get in with it
    with pytest.raises(ValueError, match="at least 16"):
        as_hash("secret")
