"""Replicas are told who may call: those that take requests before the call returns, those that come as they come."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable, InvalidInput, UpstreamFailed
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.guests import criers
from primehub_deploy_ext.engines.kubernetes.guests.criers import Criers
from primehub_deploy_ext.engines.kubernetes.guests.list import Guests, new_secret
from primehub_deploy_ext.runner.access import SIGNATURE_HEADER, signature

NEWER = Guests(version=7, private=True)


def pod(name: str, *, ready: bool = True, running: bool = True, restarts: int = 0) -> dict[str, Any]:
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}} if running else {"waiting": {}}
    return {
        "metadata": {"name": name, "namespace": "team", "uid": f"uid-{name}"},
        "spec": {},
        "status": {
            "phase": "Running",
            "conditions": [
                {"type": "PodScheduled", "status": "True"},
                {"type": "Ready", "status": "True" if ready else "False"},
            ],
            "containerStatuses": [
                {"name": words.CONTAINER, "ready": ready, "restartCount": restarts, "state": state, "started": True}
            ],
        },
    }


class Stage:
    """A deployment's pods, what they answer, and what they were sent."""

    def __init__(self, *pods: dict[str, Any]) -> None:
        self.pods = list(pods)
        self.is_there = True
        self.answers: dict[str, Any] = {}
        self.sent: list[str] = []
        self.signed: list[bool] = []
        self.nudged: list[str] = []
        body = new_secret("iris", "iris-access-1", "team", NEWER)
        data = {name: base64.b64encode(text.encode()).decode() for name, text in body["stringData"].items()}
        self.key = body["stringData"]["key"]
        self.secret = {"metadata": {"name": "iris-access-1"}, "data": data}
        means: Any = SimpleNamespace(api=self, calls=self, world=self)
        self.criers = Criers(means, self._secret)

    async def _secret(self, _: Any) -> dict[str, Any]:
        return self.secret

    def seen(self, _: str = "iris") -> Any:
        return SimpleNamespace(id="iris", name="iris", namespace="team", pods=self.pods)

    async def list(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return self.pods

    async def get(self, _: Any, name: str, __: str) -> dict[str, Any]:
        for one in self.pods:
            if one["metadata"]["name"] == name and self.is_there:
                return one
        raise ApiError(404, "NotFound", "gone")

    async def patch(self, _: Any, name: str, body: dict[str, Any], __: str) -> None:
        self.nudged.append(f"{name} {body['metadata']['annotations'][words.ACCESS_VERSION]}")

    async def post(self, to: Any, _: str, body: bytes, headers: dict[str, str], __: float) -> tuple[int, bytes]:
        name = to["metadata"]["name"]
        self.sent.append(name)
        self.signed.append(headers[SIGNATURE_HEADER] == signature(self.key, body))
        answer = self.answers.get(name, (200, {"version": json.loads(body)["version"]}))
        if isinstance(answer, Exception):
            raise answer
        return answer[0], json.dumps(answer[1]).encode()


async def until(condition: Callable[[], Any]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(criers, "_PAUSE", 0.01)
    monkeypatch.setattr(criers, "_LOOK_AGAIN", 0.02)


async def test_all_that_run_are_told_and_all_are_nudged() -> None:
    stage = Stage(pod("a"), pod("b", ready=False), pod("c", ready=False, running=False))
    await stage.criers.tell_all(stage.seen(), stage.secret, NEWER)
    assert sorted(stage.sent) == ["a", "b"]
    assert all(stage.signed)
    await until(lambda: len(stage.nudged) == 3)
    assert stage.nudged == ["a 7", "b 7", "c 7"]


@pytest.fixture
def soon_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(criers, "_TELL_LIMIT", 1.0)


@pytest.mark.usefixtures("soon_given_up")
@pytest.mark.parametrize(
    ("answer", "why"),
    [(UpstreamFailed("no way there"), "no way there"), ((503, {}), "it answers 503"), ((200, {"version": 6}), "6")],
)
async def test_one_that_takes_requests_and_does_not_know_is_named_with_why(answer: Any, why: str) -> None:
    stage = Stage(pod("a"), pod("b"))
    stage.answers["b"] = answer
    with pytest.raises(EngineUnavailable, match=f"the replica b did not confirm .*{why}") as error:
        await stage.criers.tell_all(stage.seen(), stage.secret, NEWER)
    assert error.value.details == {"replicas": ["b"]}
    assert stage.sent.count("b") > 3


@pytest.mark.usefixtures("soon_given_up")
async def test_one_that_knows_something_newer_than_what_is_stored_does_not_count_as_told() -> None:
    stage = Stage(pod("a"))
    # Somebody put an older Secret back: whoever was revoked since by that list is let in by this replica all the same.
    stage.answers["a"] = (200, {"version": 9})
    with pytest.raises(EngineUnavailable, match=r"the replica a did not confirm .*an older Secret was put back"):
        await stage.criers.tell_all(stage.seen(), stage.secret, NEWER)
    # Another server changed it meanwhile: that is in what the replica knows, and so is this.
    older = Guests(version=6, private=True)
    stage.answers["a"] = (200, {"version": 7})
    await stage.criers.tell_all(stage.seen(), stage.secret, older)


async def test_one_that_takes_no_requests_holds_nobody_up() -> None:
    stage = Stage(pod("a"), pod("starting", ready=False))
    stage.answers["starting"] = UpstreamFailed("nobody listens yet")
    await stage.criers.tell_all(stage.seen(), stage.secret, NEWER)
    gone = Stage(pod("a"))
    gone.answers["a"] = UpstreamFailed("it is gone")
    gone.is_there = False
    await gone.criers.tell_all(gone.seen(), gone.secret, NEWER)


@pytest.mark.parametrize("answer", [(404, {"error": "there is nothing"}), (403, {}), (200, {"hello": "world"})])
async def test_what_is_no_runner_of_ours_is_refused(answer: Any) -> None:
    stage = Stage(pod("a"))
    stage.answers["a"] = answer
    with pytest.raises(InvalidInput) as refused:
        await stage.criers.tell_all(stage.seen(), stage.secret, NEWER)
    assert refused.value.fields[0]["field"] == "access"


async def test_a_new_replica_is_told_as_soon_as_it_listens_and_then_left_alone() -> None:
    stage = Stage(pod("a", ready=False))
    stage.answers["a"] = UpstreamFailed("nobody listens yet")
    stage.criers.look(stage.seen(), "iris")
    await until(lambda: len(stage.sent) >= 3)
    del stage.answers["a"]
    asked = len(stage.sent)
    await until(lambda: len(stage.sent) > asked)
    await asyncio.sleep(0.1)
    stage.criers.look(stage.seen(), "iris")
    await asyncio.sleep(0.1)
    assert len(stage.sent) == asked + 1
    # Its next attempt knows nothing of what the one before was told.
    stage.pods = [pod("a", ready=False, restarts=1)]
    stage.criers.look(stage.seen(), "iris")
    await until(lambda: len(stage.sent) == asked + 2)
    await stage.criers.close()


async def test_a_new_attempt_is_told_though_another_container_was_started_again_more_often() -> None:
    def among_others(restarts: int) -> dict[str, Any]:
        made = pod("a", restarts=restarts)
        state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
        made["status"]["containerStatuses"].append({"name": "proxy", "ready": True, "restartCount": 5, "state": state})
        return made

    stage = Stage(among_others(0))
    stage.criers.look(stage.seen(), "iris")
    await until(lambda: stage.sent == ["a"])
    await asyncio.sleep(0.1)
    stage.pods = [among_others(1)]
    stage.criers.look(stage.seen(), "iris")
    await until(lambda: stage.sent == ["a", "a"])
    await stage.criers.close()


async def test_one_that_never_answers_is_asked_ever_more_seldom_and_others_need_not_wait_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(criers, "_LOOK_AGAIN", 30.0)

    stage = Stage(pod("hangs"))
    stage.answers["hangs"] = UpstreamFailed("it hangs")
    stage.criers.look(stage.seen(), "iris")
    await until(lambda: stage.sent == ["hangs"])
    await asyncio.sleep(0.02)
    for _ in range(5):
        stage.criers.look(stage.seen(), "iris")
    await asyncio.sleep(0.02)
    assert stage.sent == ["hangs"]
    stage.pods.append(pod("new"))
    stage.criers.look(stage.seen(), "iris")
    await until(lambda: "new" in stage.sent)
    await stage.criers.close()
