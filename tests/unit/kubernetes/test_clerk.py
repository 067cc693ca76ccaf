"""What is written when a revision is given up, and in which order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONTROLLER_REVISION, Kind
from primehub_deploy_ext.engines.kubernetes.books.archive import Archive
from primehub_deploy_ext.engines.kubernetes.books.clerk import Clerk
from primehub_deploy_ext.engines.kubernetes.books.history import page_object
from primehub_deploy_ext.engines.kubernetes.flavors.base import Way
from primehub_deploy_ext.engines.kubernetes.reading.judge import GivenUp
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from tests.unit.kubernetes.test_projection import SPEC, all_there, began, owner, pod, refused, seen, wished

Json = dict[str, Any]


class Cluster:
    """Remembers what was written; of the owner somebody else may write first."""

    def __init__(self, owner: Json, page: Json, *, raced: Json | None = None) -> None:
        self.owner, self.page, self.raced = owner, page, raced
        self.written: list[tuple[Kind, dict[str, str]]] = []

    async def get(self, kind: Kind, *_: Any) -> Json:
        return self.page if kind == CONTROLLER_REVISION else self.raced or self.owner

    async def list(self, *_: Any, **__: Any) -> list[Json]:
        return [self.page]

    async def patch(self, kind: Kind, _name: str, body: Json, _namespace: str) -> Json:
        if kind != CONTROLLER_REVISION and self.raced is not None:
            raise ApiError(409, "Conflict", "somebody was faster")
        self.written.append((kind, body["metadata"].get("annotations") or {}))
        return self.page if kind == CONTROLLER_REVISION else self.owner


def over(found: Seen, *, raced: Json | None = None) -> tuple[Clerk, Cluster]:
    assert found.record is not None
    page = page_object("iris", "team", found.record.target, found.spec, {})
    page["metadata"] |= {"resourceVersion": "1", "ownerReferences": [{"uid": found.owner["metadata"]["uid"]}]}
    cluster = Cluster(found.owner, page, raced=raced)

    async def nothing(*_: Any) -> str:
        return ""

    world = SimpleNamespace(seen=lambda _: found, find=lambda _: None)
    settings = SimpleNamespace(progress_deadline=600, history_limit=10)
    means: Any = SimpleNamespace(api=cluster, world=world, settings=settings, way=Way())
    anybody: Any = SimpleNamespace(follow=nothing, wait_reachable=nothing, drift=nothing)
    return Clerk(means, Archive(means), anybody, anybody), cluster


async def test_the_last_words_are_kept_before_anybody_hears_that_it_failed(monkeypatch: Any) -> None:
    failed = pod("a", ready=False, state=refused())
    found = seen(began(), SPEC, failed)
    assert found.record is not None
    clerk, cluster = over(found)

    async def last_words(*_: Any) -> list[str]:
        return ["RuntimeError: the weights are corrupt"]

    monkeypatch.setattr(clerk, "_last_words", last_words)
    await clerk._given_up(found, found.record, GivenUp(Reason.MODEL_LOAD_FAILED, "the weights are corrupt", failed))

    kinds = [kind for kind, _ in cluster.written]
    assert kinds == [CONTROLLER_REVISION, found.flavor.owner, CONTROLLER_REVISION]
    first, _, last = (annotations.get(words.OUTCOME, "") for _, annotations in cluster.written)
    assert "the weights are corrupt" in first
    assert ('"in progress"' in first, '"failed"' in last) == (True, True)


async def test_a_revision_that_another_replaced_meanwhile_is_not_said_to_have_succeeded() -> None:
    found = seen(began(), SPEC, pod("a"), pod("b"), **all_there(2))
    assert found.record is not None
    other = SPEC.model_copy(update={"description": "another wish"})
    clerk, cluster = over(found, raced=owner(wished(found.record, SPEC, other), other))
    cluster.raced["metadata"]["resourceVersion"] = "10"  # type: ignore[index]
    await clerk._reached(found, found.record, "")
    assert cluster.written == []
