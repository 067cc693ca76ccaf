"""What is written when a revision is given up, and in which order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONTROLLER_REVISION, Kind
from primehub_deploy_ext.engines.kubernetes.books.clerk import Clerk
from primehub_deploy_ext.engines.kubernetes.reading.judge import GivenUp
from tests.unit.kubernetes.test_projection import SPEC, began, pod, refused, seen


class Cluster:
    """Remembers what was written."""

    def __init__(self, owner: dict[str, Any]) -> None:
        self.owner = owner
        self.written: list[tuple[Kind, dict[str, str]]] = []

    async def get(self, *_: Any) -> dict[str, Any]:
        return self.owner

    async def patch(self, kind: Kind, _name: str, body: dict[str, Any], _namespace: str) -> dict[str, Any]:
        self.written.append((kind, body["metadata"].get("annotations") or {}))
        return self.owner


async def test_the_last_words_are_kept_before_anybody_hears_that_it_failed(monkeypatch: Any) -> None:
    failed = pod("a", ready=False, state=refused())
    found = seen(began(), SPEC, failed)
    assert found.record is not None
    cluster = Cluster(found.owner)
    world = SimpleNamespace(seen=lambda _: found, find=lambda _: None)
    means: Any = SimpleNamespace(api=cluster, world=world, settings=SimpleNamespace(progress_deadline=600))
    nobody: Any = SimpleNamespace()
    clerk = Clerk(means, reach=nobody, doors=nobody)

    async def nothing(*_: Any) -> dict[str, str]:
        return {}

    async def last_words(*_: Any) -> list[str]:
        return ["RuntimeError: the weights are corrupt"]

    monkeypatch.setattr(clerk, "keep_page", nothing)
    monkeypatch.setattr(clerk, "_last_words", last_words)
    monkeypatch.setattr(clerk, "_chronicle", SimpleNamespace(closing=nothing))
    await clerk._given_up(found, found.record, GivenUp(Reason.MODEL_LOAD_FAILED, "the weights are corrupt", failed))

    kinds = [kind for kind, _ in cluster.written]
    assert kinds == [CONTROLLER_REVISION, found.flavor.owner, CONTROLLER_REVISION]
    first, _, last = (annotations.get(words.OUTCOME, "") for _, annotations in cluster.written)
    assert "the weights are corrupt" in first
    assert ('"in progress"' in first, '"failed"' in last) == (True, True)
