"""Who may call a replica of a cluster: what it is told, by whom, and what it does about it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.runner.access import (
    ASKED,
    DOCUMENT,
    GUARDED_PATH,
    PASS_HEADER,
    PATH,
    SERVER_CLIENT,
    SIGNATURE_HEADER,
    hash_token,
    server_pass,
    signature,
)
from primehub_deploy_ext.runner.container.callers import Callers
from primehub_deploy_ext.runner.exchange import Request, Response
from primehub_deploy_ext.runner.protocols import Route
from tests.unit.runner.container import Container
from tests.unit.runner.processes import wait_for

KEY, TOKEN = "the-key-of-iris", "alice.secret"
INFER = "/v2/models/iris/infer"
HEALTH = {"/v2/health/ready": Route("GET", lambda _: Response(200, b"{}"))}


def document(version: int = 1, *, private: bool = True, expires_at: str | None = None, **hashes: str) -> bytes:
    clients = {name: {"hash": hashed, "expires_at": expires_at} for name, hashed in hashes.items()}
    return json.dumps({"version": version, "private": private, "clients": clients}).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mounted = tmp_path / "access"
    mounted.mkdir()
    (mounted / "key").write_text(KEY)
    (mounted / "access.json").write_bytes(document(alice=hash_token(TOKEN)))
    return mounted


def told(callers: Callers, body: bytes, signed: str | None = None) -> tuple[int, Any]:
    headers = {SIGNATURE_HEADER: signature(KEY, body) if signed is None else signed}
    answer = callers.routes(HEALTH)[PATH].answer(Request("POST", PATH, "application/json", body, headers))
    return answer.status, json.loads(answer.body)


def asked(callers: Callers, path: str = INFER, **headers: str) -> tuple[int, str | None]:
    """Return the status of a refusal (else 200), and who is told to ask."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    refusal = callers.guard(path, given)
    assert not callers.private or "Authorization" not in given  # the model is shown no secret
    return (refusal.status if refusal else 200), given.get("X-Forwarded-User")


def basic(name: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()


def test_a_client_is_let_in_by_its_token_and_named(folder: Path) -> None:
    callers = Callers(folder, "iris")
    for header in (
        f"Bearer {TOKEN}",
        f"bearer  {TOKEN}",
        basic("alice", TOKEN),
        basic("alice", TOKEN).lower()[:6] + basic("alice", TOKEN)[6:],
    ):
        assert asked(callers, Authorization=header) == (200, "alice")


NOT_HERS = (
    *("", "Bearer", "Bearer alice", "Bearer alice.wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN} x", f"Token {TOKEN}"),
    *("Basic", "Basic ?", "Basic " + base64.b64encode(b"\xff:x").decode(), basic("bob", TOKEN), basic("", "")),
    *("Bearer älice.é", "Basic é", basic("alice", hash_token(TOKEN))),
)


@pytest.mark.parametrize("header", NOT_HERS)
def test_nobody_else_is(folder: Path, header: str) -> None:
    assert asked(Callers(folder, "iris"), Authorization=header) == (401, None)


def test_what_a_cluster_asks_of_the_pod_stays_open_and_only_that(folder: Path) -> None:
    callers = Callers(folder, "iris")
    for path in ("/v2/health/ready", "/v2/health/live", GUARDED_PATH, "/metrics"):
        assert asked(callers, path)[0] == 200
        assert asked(callers, "/deployment/iris" + path)[0] == 401
    for path in ("/", "/v2/environment", "/v2/health/ready/", "/metrics/", f"/x{PATH}"):
        assert asked(callers, path)[0] == 401


def test_a_server_is_let_in_under_a_name_that_no_client_can_have(folder: Path) -> None:
    callers = Callers(folder, "iris")
    assert asked(callers, **{PASS_HEADER: server_pass(KEY)}) == (200, SERVER_CLIENT)
    for forged in (server_pass("another"), KEY, "é"):
        assert asked(callers, **{PASS_HEADER: forged})[0] == 401


def test_a_public_endpoint_asks_nobody_and_names_nobody(folder: Path) -> None:
    callers = Callers(folder, "iris")
    assert told(callers, document(2, private=False, alice=hash_token(TOKEN)))[0] == 200
    assert asked(callers) == (200, None)
    assert asked(callers, Authorization=f"Bearer {TOKEN}") == (200, None)


CLIENTS_TOKEN = "alice." + "x" * 43
THEIR_OWN = ("Bearer eyJhbGciOi.eyJzdWIi.c2ln", "Basic dXNlcjpwYXNz", "Token abc", "Bearer " + "x" * 43, "Basic é")


@pytest.mark.parametrize(
    "header", [f"Bearer {CLIENTS_TOKEN}", f"bearer  {CLIENTS_TOKEN} ", basic("alice", CLIENTS_TOKEN)]
)
def test_the_model_of_a_public_endpoint_is_not_shown_what_somebody_was_given_while_it_was_private(
    folder: Path, header: str
) -> None:
    callers = Callers(folder, "iris")
    told(callers, document(2, private=False))
    given = {"Authorization": header, PASS_HEADER: server_pass(KEY)}
    assert callers.guard(INFER, given) is None
    assert given == {}


@pytest.mark.parametrize("header", THEIR_OWN)
def test_the_model_of_a_public_endpoint_is_shown_whatever_else_its_callers_send(folder: Path, header: str) -> None:
    callers = Callers(folder, "iris")
    told(callers, document(2, private=False))
    given = {"Authorization": header}
    assert callers.guard(INFER, given) is None
    assert given == {"Authorization": header}


def test_an_expired_client_is_out_from_that_moment_on(folder: Path) -> None:
    end = datetime(2026, 1, 1, tzinfo=timezone.utc)
    clock = [end.timestamp() - 0.001]
    callers = Callers(folder, "iris", clock=lambda: clock[0])
    for text in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+00:00"):
        clock[0] = end.timestamp() - 0.001
        told(callers, document(callers.version + 1, expires_at=text, alice=hash_token(TOKEN)))
        assert asked(callers, Authorization=f"Bearer {TOKEN}")[0] == 200
        clock[0] = end.timestamp()
        assert asked(callers, Authorization=f"Bearer {TOKEN}")[0] == 401


def test_of_what_is_told_and_what_is_mounted_the_newer_counts(folder: Path) -> None:
    callers = Callers(folder, "iris")
    assert told(callers, document(5))[1]["version"] == 5
    assert asked(callers, Authorization=f"Bearer {TOKEN}")[0] == 401
    # The kubelet brings what was true before, somebody repeats what he overheard: neither lets her in again.
    (folder / "access.json").write_bytes(document(4, alice=hash_token(TOKEN)))
    callers.look()
    assert told(callers, document(3, alice=hash_token(TOKEN)))[1]["version"] == 5
    assert asked(callers, Authorization=f"Bearer {TOKEN}")[0] == 401
    (folder / "access.json").write_bytes(document(6, alice=hash_token(TOKEN)))
    callers.look()
    assert asked(callers, Authorization=f"Bearer {TOKEN}")[0] == 200


def mount(folder: Path, key: str, body: bytes) -> None:
    """Bring other files, as the kubelet does: all at once, by a link to another folder."""
    number = len(list(folder.iterdir()))
    data = folder / f"..{number}"
    data.mkdir()
    (data / "key").write_text(key)
    (data / "access.json").write_bytes(body)
    (folder / "draft").symlink_to(data.name)
    (folder / "draft").replace(folder / "..data")
    for name in ("key", "access.json"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(f"..data/{name}")


def test_another_key_that_is_mounted_counts_and_what_was_told_by_the_old_one_no_more(folder: Path) -> None:
    mount(folder, KEY, document(1, alice=hash_token(TOKEN)))
    callers = Callers(folder, "iris")
    told(callers, document(9, private=False))
    assert asked(callers) == (200, None)
    mount(folder, "another", document(1, bob=hash_token("bob.secret")))
    callers.look()
    assert (callers.version, callers.private) == (1, True)
    assert asked(callers, Authorization="Bearer bob.secret") == (200, "bob")
    assert asked(callers, **{PASS_HEADER: server_pass(KEY)})[0] == 401
    assert asked(callers, **{PASS_HEADER: server_pass("another")}) == (200, SERVER_CLIENT)
    newer = document(10, private=False)
    assert told(callers, newer)[0] == 403
    assert told(callers, newer, signature("another", newer))[0] == 200


@pytest.mark.parametrize(("key", "body"), [("", document(5)), ("another", b""), ("another", b"{}")])
def test_what_is_mounted_and_broken_changes_nothing(folder: Path, key: str, body: bytes) -> None:
    mount(folder, KEY, document(1, alice=hash_token(TOKEN)))
    callers = Callers(folder, "iris")
    mount(folder, key, body)
    with pytest.raises((ValueError, KeyError)):
        callers.look()
    assert asked(callers, Authorization=f"Bearer {TOKEN}") == (200, "alice")
    assert asked(callers, **{PASS_HEADER: server_pass(KEY)}) == (200, SERVER_CLIENT)


def test_who_has_the_key_and_lost_the_rest_is_told_what_the_replica_goes_by(folder: Path) -> None:
    callers = Callers(folder, "iris")
    newest = document(7, alice=hash_token(TOKEN))
    told(callers, newest)
    question = json.dumps({"version": 0, "private": True, "clients": {}, ASKED: True}).encode()
    assert told(callers, question)[1][DOCUMENT] == newest.decode()
    assert DOCUMENT not in told(callers, newest)[1]


def test_only_who_has_the_key_may_tell(folder: Path) -> None:
    callers = Callers(folder, "iris")
    open_to_all = document(9, private=False)
    for signed in ("", "é", signature("another", open_to_all), signature(KEY, document(9)), server_pass(KEY)):
        assert told(callers, open_to_all, signed)[0] == 403
    assert asked(callers)[0] == 401


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b'{"version": 9, "private": false}', b'{"version": "x"}'])
def test_what_says_nothing_of_callers_changes_nothing(folder: Path, body: bytes) -> None:
    callers = Callers(folder, "iris")
    assert told(callers, body)[0] == 400
    assert (callers.version, callers.private) == (1, True)


def test_a_list_in_a_later_format_is_not_taken_for_less_than_it_says(folder: Path) -> None:
    callers = Callers(folder, "iris")
    later = json.dumps({**json.loads(document(9, private=False)), "format": 2}).encode()
    assert told(callers, later)[0] == 400
    mount(folder, KEY, later)
    with pytest.raises(ValueError, match="of format 2, and this runner knows 1: use a later runner image"):
        callers.look()
    assert (callers.version, callers.private) == (1, True)
    with pytest.raises(ValueError, match=r"who may call can't be read .* use a later runner image"):
        Callers(folder, "iris")


def test_a_list_says_its_format(folder: Path) -> None:
    callers = Callers(folder, "iris")
    assert told(callers, json.dumps({**json.loads(document(9)), "format": 1}).encode())[0] == 200
    assert callers.version == 9


def test_it_tells_when_each_client_was_let_in_last(folder: Path) -> None:
    callers = Callers(folder, "iris", clock=lambda: 12.5)
    callers.seen("alice")
    callers.seen(SERVER_CLIENT)
    current = document(alice=hash_token(TOKEN))
    assert told(callers, current)[1]["used"] == {"alice": 12.5}
    # Whoever gets that name later is somebody else.
    assert told(callers, document(2))[1]["used"] == {}


@pytest.mark.parametrize("broken", ["key", "access.json"])
def test_a_replica_that_cant_read_who_may_call_serves_nobody(folder: Path, broken: str, start: Any) -> None:
    (folder / broken).write_text("")
    with pytest.raises(ValueError, match="who may call can't be read"):
        Callers(folder, "iris")
    container = start(lambda x: x, access=str(folder))
    assert container.ended() == 3
    assert container.last_words()["reason"] == "ConfigMissing"


def test_only_where_callers_are_checked_a_replica_says_so(folder: Path, start: Any) -> None:
    guarded = start(lambda x: x, access=str(folder)).ready()
    assert guarded.status(GUARDED_PATH) == 200
    # As one whose runner is from before: it would let everybody in.
    assert start(lambda x: x).ready().status(GUARDED_PATH) == 404


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Container]]:
    started: list[Container] = []

    def one(model: Any, **more: Any) -> Container:
        place = tmp_path / f"container-{len(started)}"
        place.mkdir()
        started.append(Container(place, model, **more))
        return started[-1]

    yield one
    for container in started:
        container.process.kill()
        container.process.wait()


def who_asks(values: Any) -> Any:
    from primehub_deploy_ext import request_headers

    print("asked by", request_headers().get("x-forwarded-user"), sorted(request_headers()))
    return values


def test_a_replica_for_real_asks_who_calls_and_takes_up_what_is_mounted_anew(folder: Path, start: Any) -> None:
    request = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [1]}]}
    replica = start(who_asks, access=str(folder), prefix="/deployment/iris").ready()
    refused = replica.ask("POST", "/deployment/iris" + INFER, request)
    assert (refused.status, refused.body["error"]["code"]) == (401, "unauthenticated")
    assert replica.ask("POST", INFER, {"inputs": "x" * 100_000}).status == 401
    given = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-User": "root"}
    assert replica.ask("POST", INFER, request, **given).status == 200
    assert "asked by alice" in replica.printed()
    assert "Authorization" not in replica.printed()
    # As the kubelet does it: another file takes the place of the one before.
    draft = folder / "draft"
    draft.write_bytes(document(2))
    draft.replace(folder / "access.json")
    wait_for(lambda: replica.ask("POST", INFER, request, **given).status == 401, "the new list")
    assert replica.status("/v2/health/ready") == 200
