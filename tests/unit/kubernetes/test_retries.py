"""What fails is tried again, ever more seldom, and a revision does not wait for it for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, Forbidden
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONTROLLER_REVISION, HTTP_ROUTE, INGRESS, SERVICE, Kind
from primehub_deploy_ext.engines.kubernetes.books import clerk, retries
from primehub_deploy_ext.engines.kubernetes.books.archive import Archive
from primehub_deploy_ext.engines.kubernetes.books.clerk import Clerk
from primehub_deploy_ext.engines.kubernetes.books.record import read_record
from primehub_deploy_ext.engines.kubernetes.books.retries import Retries
from primehub_deploy_ext.engines.kubernetes.flavors.base import Way
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from tests.unit.kubernetes.api_server import until
from tests.unit.kubernetes.test_projection import SPEC, all_there, began, pod, seen

FORBIDDEN = ApiError(403, "Forbidden", 'User "ada" cannot get resource "secrets"')


def test_pauses_grow_up_to_minutes_and_begin_anew_with_another_revision() -> None:
    count = Retries()
    assert [count.failed("iris", 1) for _ in range(10)] == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert count.failed("other", 1) == 2
    assert count.failed("iris", 2) == 2
    count.forget("iris")
    assert count.failed("iris", 2) == 2


def test_what_failed_for_half_a_minute_lasts() -> None:
    count = Retries()
    waited = 0.0
    while not count.is_lasting("iris", 1):
        waited += count.failed("iris", 1)
    assert waited == 30
    assert not count.is_lasting("iris", 2)


class Scene:
    """A clerk before whom one deployment serves, and what can't be done for it."""

    way = Way()

    def __init__(self, monkeypatch: Any, hindrance: Exception | None, times: int = 1000) -> None:
        monkeypatch.setattr(retries, "FIRST", 0.001)
        monkeypatch.setattr(retries, "LONGEST", 0.01)
        self.hindrance = hindrance
        self.times = times
        self.tried = 0
        self.told = seen(began(), SPEC, pod("a"), pod("b"), **all_there(2))
        self.pages: list[str] = []
        anybody: Any = self
        self.settings, self.api, self.world = anybody, anybody, anybody
        self.progress_deadline, self.history_limit = 600, 10
        self.clerk = Clerk(anybody, Archive(anybody), anybody, anybody)

    # The doors
    async def follow(self, _: Any) -> None:
        self.tried += 1
        if self.hindrance is not None and self.tried <= self.times:
            raise self.hindrance

    # The way to replicas
    async def wait_reachable(self, _: Any) -> None: ...

    async def drift(self, _: Any) -> str:
        return ""

    # What is known
    def seen(self, _: str) -> Any:
        return self.told

    def find(self, _: str) -> Any:
        return None

    async def events_listed(self, _: str) -> None: ...

    async def explained(self, error: ApiError, *_: Any) -> DeployError:
        return Forbidden(f"the cluster does not allow it: {error.message}")

    # The cluster
    async def get(self, kind: Kind, *_: Any) -> Any:
        if kind == CONTROLLER_REVISION:
            raise ApiError(404, "NotFound", "no such page")
        return self.told.owner

    async def list(self, *_: Any, **__: Any) -> list[Any]:
        return []

    async def create(self, kind: Kind, body: Any) -> Any:
        if kind == CONTROLLER_REVISION:
            self.pages.append(body["metadata"]["name"])
        return body

    async def apply(self, _: Kind, body: Any) -> Any:
        return body

    async def patch(self, kind: Kind, _: str, body: Any, __: str) -> Any:
        if kind == self.told.flavor.owner:
            self.told.owner["metadata"].setdefault("annotations", {}).update(body["metadata"]["annotations"])
            record = read_record(self.told.owner["metadata"])
            self.told = self.told.__class__(**{**vars(self.told), "record": record})
        return self.told.owner

    @property
    def newest(self) -> Any:
        record = read_record(self.told.owner["metadata"])
        assert record is not None
        return record.latest


@pytest.mark.parametrize(
    ("hindrance", "why"),
    [(FORBIDDEN, 'cannot get resource "secrets"'), (EngineUnavailable("iris-1 did not confirm it"), "did not confirm")],
)
async def test_a_revision_that_serves_succeeds_and_says_what_could_not_be_done(
    monkeypatch: Any, hindrance: Exception, why: str
) -> None:
    scene = Scene(monkeypatch, hindrance)
    scene.clerk.look("iris")
    await until(lambda: scene.newest.outcome is Outcome.SUCCEEDED)
    assert "who may call could not be brought up to date" in scene.newest.message
    assert why in scene.newest.message
    assert scene.tried >= retries.PATIENCE
    # It is tried on, and done as soon as it goes.
    scene.hindrance = None
    await until(lambda: not scene.clerk._incomplete and not scene.clerk._busy)
    assert scene.tried > retries.PATIENCE
    await scene.clerk.close()


async def test_what_changes_meanwhile_does_not_make_it_tried_more_often(monkeypatch: Any) -> None:
    scene = Scene(monkeypatch, FORBIDDEN)
    monkeypatch.setattr(retries, "FIRST", 60.0)
    monkeypatch.setattr(retries, "LONGEST", 60.0)
    for _ in range(20):
        scene.clerk.look("iris")
        await until(lambda: not scene.clerk._busy)
    assert scene.tried == 1
    await scene.clerk.close()


async def test_a_hiccup_leaves_no_trace(monkeypatch: Any) -> None:
    scene = Scene(monkeypatch, ApiError(503, "Unavailable", "etcd is busy"), times=2)
    scene.clerk.look("iris")
    await until(lambda: scene.newest.outcome is Outcome.SUCCEEDED)
    assert scene.newest.message == ""
    await scene.clerk.close()


async def test_a_secret_of_it_that_somebody_removed_holds_up_nothing(monkeypatch: Any) -> None:
    scene = Scene(monkeypatch, None)
    scene.told.owner["metadata"]["annotations"][words.ACCESS] = "iris-access-1"
    patch = scene.patch

    async def patched(kind: Kind, name: str, body: Any, namespace: str) -> Any:
        if name in {"iris-access-1", "iris-1-abc"}:
            raise ApiError(404, "NotFound", f'secrets "{name}" not found')
        return await patch(kind, name, body, namespace)

    monkeypatch.setattr(scene, "patch", patched)
    scene.clerk.look_again("iris")
    scene.clerk.look("iris")
    await until(lambda: scene.newest.outcome is Outcome.SUCCEEDED)
    assert scene.newest.message == ""
    await scene.clerk.close()


async def test_a_page_in_whose_place_another_ones_stays_holds_up_no_revision(monkeypatch: Any) -> None:
    """Something of somebody else's may be called like it, and stays for ever."""
    scene = Scene(monkeypatch, None)

    async def create(kind: Kind, body: Any) -> Any:
        if kind == CONTROLLER_REVISION:
            raise ApiError(409, "AlreadyExists", "there is one")
        return body

    monkeypatch.setattr(scene, "create", create)
    scene.clerk.look("iris")
    await until(lambda: scene.newest.outcome is Outcome.SUCCEEDED)
    assert "its history could not be written" in scene.newest.message
    await scene.clerk.close()


async def test_a_race_that_was_lost_for_something_beside_the_deployment_is_run_again(monkeypatch: Any) -> None:
    scene = Scene(monkeypatch, ApiError(409, "Conflict", "Operation cannot be fulfilled on resourcequotas"), times=1)
    monkeypatch.setattr(clerk, "FIRST", 0.001)
    scene.clerk.look("iris")
    await until(lambda: scene.newest.outcome is Outcome.SUCCEEDED)
    assert scene.newest.message == ""
    await scene.clerk.close()


BY_GATEWAY = Way(route="gateway", public_url="https://models.test", gateway="infra/shared")
BY_INGRESS = Way(route="ingress", public_url="https://models.test")


@pytest.mark.parametrize(
    ("way", "missing", "wanted"),
    [
        (Way(), [SERVICE], [SERVICE]),
        (BY_GATEWAY, [SERVICE, HTTP_ROUTE], [SERVICE, HTTP_ROUTE]),
        (BY_GATEWAY, [HTTP_ROUTE], [SERVICE, HTTP_ROUTE]),
        (BY_INGRESS, [INGRESS], [SERVICE, INGRESS]),
        (BY_GATEWAY, [], []),
        # This server is configured for none, and says so: its endpoint is that inside of the cluster.
        (Way(), [HTTP_ROUTE], []),
    ],
    ids=["service", "both", "route", "ingress", "whole", "no-route-wanted"],
)
async def test_what_goes_with_a_deployment_whose_server_died_as_it_made_it_is_made_by_another(
    monkeypatch: Any, way: Way, missing: list[Kind], wanted: list[Kind]
) -> None:
    scene = Scene(monkeypatch, None)
    monkeypatch.setattr(scene, "way", way, raising=False)
    get = scene.get
    made: list[tuple[Kind, str]] = []

    async def there(kind: Kind, *rest: Any) -> Any:
        if kind in missing and not made:
            raise ApiError(404, "NotFound", "there is none")
        return await get(kind, *rest)

    async def apply(kind: Kind, body: Any) -> Any:
        made.append((kind, body["metadata"]["name"]))
        return body

    monkeypatch.setattr(scene, "get", there)
    monkeypatch.setattr(scene, "apply", apply)
    scene.clerk.look("iris")
    await until(lambda: scene.newest.outcome is Outcome.SUCCEEDED)
    assert made == [(kind, "iris") for kind in wanted]
    assert scene.newest.message == ""
    await scene.clerk.close()


async def test_nothing_is_judged_before_the_events_that_explain_it_are_there(monkeypatch: Any) -> None:
    """A pod that waits for its image says the same of a registry that is away as of one that has no such image."""
    scene = Scene(monkeypatch, None)
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "model:1"'}}
    stuck = pod("a", ready=False, state=waiting)
    scene.told = seen(began(), SPEC, stuck)
    listed = asyncio.Event()

    async def events_listed(_: str) -> None:
        await listed.wait()

    monkeypatch.setattr(scene, "events_listed", events_listed)
    scene.clerk.look("iris")
    assert scene.clerk._busy
    said = 'Failed to pull image "model:1": dial tcp 10.0.0.1:443: i/o timeout'
    event = ClusterEvent(name="e", about_uid=stuck["metadata"]["uid"], container="model", reason="Failed", message=said)
    scene.told = replace(scene.told, events=[event])
    listed.set()
    await until(lambda: not scene.clerk._busy)
    assert scene.newest.outcome is Outcome.IN_PROGRESS
    await scene.clerk.close()
