"""The Secret with who may call, removed or broken by somebody: made anew with what replicas know, or closed."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.errors import EngineUnavailable, UpstreamFailed
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.base import NewClient
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import EVENT, SECRET, Kind
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.books.wishes import first_entry
from primehub_deploy_ext.engines.kubernetes.flavors.base import Standing
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.guests import criers
from primehub_deploy_ext.engines.kubernetes.guests.doors import Doors
from primehub_deploy_ext.engines.kubernetes.guests.list import Guests, new_secret, read_guests
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.reasons import failure_of_pod
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.runner.access import ASKED, DOCUMENT, PASS_HEADER, SIGNATURE_HEADER, server_pass, signature
from tests.unit.kubernetes.api_server import until
from tests.unit.kubernetes.test_criers import pod

NAME = "iris-access-1"
PRIVATE = DeploymentSpec(model=Model(artifact="a" * 64, interpreter="/python"), access="private")
ALICE = Client(name="alice", created_at=datetime(2026, 1, 1, tzinfo=timezone.utc), created_by="ada")
THREE_CHANGES = Guests(version=4, private=True, revision=1, clients={"alice": (ALICE, "hash-of-her-token")})


def stored(body: dict[str, Any], version: int) -> dict[str, Any]:
    texts = body.pop("stringData", {})
    data = {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()}
    return {**body, "metadata": {**body["metadata"], "resourceVersion": str(version)}, "data": data}


class Stage:
    """A private deployment, its Secret as the cluster has it, and what its replicas know."""

    def __init__(self, *pods: dict[str, Any], **metadata: Any) -> None:
        self.pods = list(pods)
        self.version = 1
        self.secrets = {NAME: stored(new_secret("iris", NAME, "team", THREE_CHANGES, "old-key"), 1)}
        self.knows: Guests | None = THREE_CHANGES
        self.written: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.asked = 0
        self.away = 0
        entry = first_entry(PRIVATE, "ada", "", "iris-1-abc")
        own = {"name": "iris", "namespace": "team", "uid": "u1", "annotations": {words.ACCESS: NAME}, **metadata}
        record = Record(entry, entry).succeeded()
        standing = Standing(True, True)
        self.told = Seen("iris", "team", Plain(), {"metadata": own, "spec": {}}, record, PRIVATE, standing, self.pods)
        anybody: Any = self
        self.api = self.calls = self.world = anybody
        self.doors = Doors(anybody)

    async def explained(self, error: ApiError, *_: Any) -> ApiError:
        return error

    def seen(self, _: str = "iris") -> Seen:
        return self.told

    async def get(self, _: Kind, name: str, __: str) -> dict[str, Any]:
        if name not in self.secrets:
            raise ApiError(404, "NotFound", f'secrets "{name}" not found')
        return self.secrets[name]

    async def list(self, *_: Any, **__: Any) -> Any:
        return self.pods

    async def create(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        if kind == EVENT:
            self.events.append(body)
            return body
        assert kind == SECRET
        name = body["metadata"]["name"]
        if name in self.secrets:
            raise ApiError(409, "AlreadyExists", "there is one")
        self.written.append("create")
        self.version += 1
        self.secrets[name] = stored(body, self.version)
        return self.secrets[name]

    async def patch(self, kind: Kind, name: str, body: dict[str, Any], _: str) -> dict[str, Any]:
        if kind != SECRET:
            return {}
        old = self.secrets[name]
        assert body["metadata"]["resourceVersion"] == old["metadata"]["resourceVersion"]
        self.written.append("patch")
        self.version += 1
        data = {key: value for key, value in {**(old.get("data") or {}), **body["data"]}.items() if value is not None}
        metadata = {**old["metadata"], "resourceVersion": str(self.version)}
        self.secrets[name] = {**old, "metadata": metadata, "data": data}
        return self.secrets[name]

    async def post(self, _: Any, __: str, body: bytes, headers: dict[str, str], ___: float) -> tuple[int, bytes]:
        self.asked += 1
        self.away -= 1
        if self.knows is None or self.away >= 0:
            raise UpstreamFailed("it is away")
        if headers[SIGNATURE_HEADER] != signature("old-key", body):
            return 403, b'{"error":"this is not signed with the deployment\'s key"}'
        asked = {DOCUMENT: self.knows.document().decode()} if json.loads(body).get(ASKED) else {}
        return 200, json.dumps({"version": self.knows.version, "private": True, "used": {}, **asked}).encode()

    async def look(self) -> tuple[str, Guests]:
        """Have a server need the Secret; return its key and whom it lets in."""
        headers = await self.doors.server_headers(self.told, anew=True)
        secret = self.secrets[NAME]
        key = base64.b64decode(secret["data"]["key"]).decode()
        assert headers == {PASS_HEADER: server_pass(key)}
        return key, read_guests(secret)


def broken(stage: Stage, name: str, text: str) -> None:
    data = {**stage.secrets[NAME]["data"], name: base64.b64encode(text.encode()).decode()}
    stage.secrets[NAME] = {**stage.secrets[NAME], "data": data}


async def test_what_replicas_know_is_in_it_again_and_they_need_not_be_told() -> None:
    stage = Stage(pod("a"), pod("b"))
    await stage.look()
    # Another server let somebody in since: this one has not heard of it, and replicas have.
    stage.knows = Guests(5, True, 1, {**THREE_CHANGES.clients, "bob": (ALICE.model_copy(update={"name": "bob"}), "h")})
    del stage.secrets[NAME]
    assert await stage.look() == ("old-key", stage.knows)
    (reference,) = stage.secrets[NAME]["metadata"]["ownerReferences"]
    assert reference["uid"] == "u1"
    (event,) = stage.events
    assert (event["reason"], event["type"]) == ("AccessRestored", "Warning")
    assert "removed the Secret iris-access-1" in event["message"]
    assert event["message"].endswith("it was made anew with the 2 clients that it had")


@pytest.mark.parametrize("why", ["nobody-runs", "replicas-away", "server-new", "runner-of-before"])
async def test_where_nobody_knows_it_is_closed_with_another_key(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    monkeypatch.setattr(criers, "_TELL_LIMIT", 0.2)
    stage = Stage(*([] if why == "nobody-runs" else [pod("a")]))
    if why != "server-new":
        await stage.look()
    if why == "replicas-away":
        stage.knows = None
    if why == "runner-of-before":
        stage.post = _of_before  # type: ignore[method-assign,assignment]
    del stage.secrets[NAME]
    key, guests = await stage.look()
    # With the old one replicas would take an empty list for an older one.
    assert key not in {"old-key", ""}
    assert (guests.private, guests.clients) == (True, {})
    (event,) = stage.events
    assert event["reason"] == "ClientsLost"
    assert event["message"].endswith("The endpoint is closed until clients are let in anew")


async def test_a_replica_that_does_not_answer_at_once_is_asked_again() -> None:
    stage = Stage(pod("a"))
    await stage.look()
    stage.away = 2
    del stage.secrets[NAME]
    assert await stage.look() == ("old-key", THREE_CHANGES)


async def _of_before(*_: Any) -> tuple[int, bytes]:
    return 200, b'{"version": 4, "private": true, "used": {}}'


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}'])
async def test_a_list_that_somebody_broke_is_replaced_by_what_replicas_know(text: str) -> None:
    stage = Stage(pod("a"))
    broken(stage, words.ACCESS_DOCUMENT, text)
    assert await stage.look() == ("old-key", THREE_CHANGES)
    assert stage.written == ["patch"]


@pytest.mark.parametrize("text", ["{", "[]", '{"alice": "yesterday"}'])
async def test_of_times_that_somebody_broke_the_list_does_not_suffer(text: str) -> None:
    stage = Stage()
    broken(stage, "used.json", text)
    assert await stage.look() == ("old-key", THREE_CHANGES)
    assert "used.json" not in stage.secrets[NAME]["data"]


async def test_a_key_that_somebody_removed_is_replaced_and_the_list_stays() -> None:
    stage = Stage(pod("a"))
    await stage.look()
    broken(stage, words.ACCESS_KEY, "")
    key, guests = await stage.look()
    # Whoever takes it away may do so as somebody read it.
    assert key not in {"old-key", ""}
    assert guests == THREE_CHANGES


LATER = json.dumps({"format": 2, "version": 9, "doors": {"front": {"alice": "hash"}}})


@pytest.mark.parametrize(
    "need",
    [
        lambda stage: stage.look(),
        lambda stage: stage.doors.clients(stage.told),
        lambda stage: stage.doors.add(stage.told, NewClient(name="bob", token="bob.secret", user="ada")),
        lambda stage: stage.doors.remove(stage.told, "alice"),
        lambda stage: stage.doors.close_for(stage.told, 2),
        lambda stage: stage.doors.follow(stage.told, surely=True),
    ],
    ids=["call", "list", "add", "revoke", "close", "follow"],
)
@pytest.mark.parametrize("also", ["", words.ACCESS_KEY, "used.json"])
async def test_a_list_that_a_later_version_wrote_is_not_broken_and_never_written(
    need: Callable[[Stage], Awaitable[object]], also: str
) -> None:
    stage = Stage(pod("a"))
    broken(stage, words.ACCESS_DOCUMENT, LATER)
    if also:
        broken(stage, also, "")
    with pytest.raises(EngineUnavailable, match=r"format \(2\) .* knows 1: .* Update primehub-deploy-ext"):
        await need(stage)
    assert (stage.written, stage.events) == ([], [])


async def test_what_replicas_know_in_a_later_format_is_not_replaced_by_an_empty_list() -> None:
    stage = Stage(pod("a"))
    await stage.look()
    post = stage.post

    async def later(*asked: Any) -> tuple[int, bytes]:
        status, _ = await post(*asked)
        return status, json.dumps({"version": 9, "private": True, DOCUMENT: LATER}).encode()

    stage.post = later  # type: ignore[method-assign]
    del stage.secrets[NAME]
    with pytest.raises(EngineUnavailable, match="Update primehub-deploy-ext"):
        await stage.look()
    assert (stage.written, stage.events) == ([], [])


async def test_new_replicas_are_not_told_what_this_server_can_not_read() -> None:
    stage = Stage(pod("a"))
    broken(stage, words.ACCESS_DOCUMENT, LATER)
    stage.doors.look("iris")
    await until(lambda: not stage.doors._criers._busy)
    assert (stage.written, stage.asked) == ([], 0)
    await stage.doors.close()


async def test_what_is_whole_is_left_alone() -> None:
    stage = Stage(pod("a"))
    assert await stage.look() == ("old-key", THREE_CHANGES)
    assert (stage.written, stage.events, stage.asked) == ([], [], 0)


async def test_of_two_servers_one_makes_it_and_both_go_by_it() -> None:
    stage = Stage()
    other = Doors(stage)  # type: ignore[arg-type]
    del stage.secrets[NAME]
    first, second = await asyncio.gather(stage.doors.server_headers(stage.told), other.server_headers(stage.told))
    assert first == second
    assert stage.written == ["create"]


async def test_where_the_deployment_goes_its_secret_goes_with_it() -> None:
    stage = Stage(pod("a"), deletionTimestamp="2026-01-01T00:00:00Z")
    del stage.secrets[NAME]
    with pytest.raises(ApiError):
        await stage.look()
    assert stage.written == []


async def test_pods_that_wait_for_it_are_reason_enough_to_look_for_it() -> None:
    waiting = pod("a", running=False, ready=False)
    stage = Stage(waiting)
    del stage.secrets[NAME]
    stage.doors.look("iris")
    await asyncio.sleep(0.05)
    assert stage.written == [], "nobody misses it"
    message = f'MountVolume.SetUp failed for volume "access" : secret "{NAME}" not found'
    told = ClusterEvent(name="e", reason="FailedMount", message=message, about_uid=waiting["metadata"]["uid"])
    stage.told = Seen(**{**vars(stage.told), "events": [told]})
    for _ in range(3):
        stage.doors.look("iris")
    await until(lambda: stage.written == ["create"])
    await stage.doors.close()


def test_a_pod_that_waits_for_it_says_what_it_is_and_who_makes_it() -> None:
    waiting = pod("a", running=False, ready=False)
    waiting["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "ContainerCreating"}}
    message = f'MountVolume.SetUp failed for volume "access" : secret "{NAME}" not found'
    told = ClusterEvent(name="e", reason="FailedMount", message=message, about_uid="uid-a")
    failure = failure_of_pod(waiting, [told])
    assert failure is not None
    assert (failure.reason, failure.final) == (Reason.CONFIG_MISSING, False)
    assert failure.message.startswith(f'secret "{NAME}" not found')
    assert "a server that may write Secrets in this namespace makes it anew" in failure.message
