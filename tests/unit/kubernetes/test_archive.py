"""Several servers write on one page of the history: none takes away what another one knows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import StepTime
from primehub_deploy_ext.domain.phases import Outcome, Reason, Step
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import Kind
from primehub_deploy_ext.engines.kubernetes.books.archive import Archive
from primehub_deploy_ext.engines.kubernetes.books.history import Page, outcome_patch, page_object, read_page
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from tests.unit.kubernetes.test_projection import CLOCK, SPEC, began, seen

Json = dict[str, Any]
TAIL, STEPS = ["ValueError: the last words"], [StepTime(step=Step.LOADING, since=CLOCK)]


class Pages:
    """One page as the cluster keeps it, and what another server does to it between a look and a write."""

    def __init__(self, record: Record, uid: str = "u") -> None:
        self.item = page_object("iris", "team", record.target, SPEC, {"spec": {}})
        self.item["metadata"] |= {"resourceVersion": "1", "ownerReferences": [{"uid": uid}]}
        self.meanwhile: list[Json] = []
        self.lost_races = 0

    async def get(self, *_: Any) -> Json:
        return self.item

    async def list(self, *_: Any, **__: Any) -> list[Json]:
        return [self.item]

    async def create(self, _: Kind, body: Json) -> Json:
        if self.item is not None:
            raise ApiError(409, "AlreadyExists", "there is one")
        self.item = {**body, "metadata": {**body["metadata"], "resourceVersion": "1", "uid": "new"}}
        return self.item

    async def delete(self, _: Kind, name: str, __: str, *, uid: str) -> None:
        assert (name, uid) == (self.item["metadata"]["name"], self.item["metadata"]["uid"])
        self.item = None  # type: ignore[assignment]

    async def patch(self, _: Kind, __: str, body: Json, ___: str) -> Json:
        if self.meanwhile:
            self.annotate(self.meanwhile.pop(0))
        if body["metadata"]["resourceVersion"] != self.item["metadata"]["resourceVersion"]:
            self.lost_races += 1
            raise ApiError(409, "Conflict", "somebody was faster")
        self.annotate(body)
        return self.item

    def annotate(self, body: Json) -> None:
        metadata = self.item["metadata"]
        annotations = {**metadata.get("annotations", {}), **body["metadata"]["annotations"]}
        version = str(int(metadata["resourceVersion"]) + 1)
        self.item = {**self.item, "metadata": {**metadata, "annotations": annotations, "resourceVersion": version}}

    @property
    def page(self) -> Page:
        page = read_page(self.item)
        assert page is not None
        return page


def given_up() -> tuple[Record, Seen]:
    record = began().failed(Reason.CRASH_LOOP, "it crashed")
    return record, seen(record, SPEC)


def over(pages: Pages, found: Seen) -> Archive:
    means: Any = SimpleNamespace(api=pages, world=SimpleNamespace(seen=lambda _: found))
    return Archive(means)


async def test_whoever_finds_an_outcome_missing_takes_no_last_words_away() -> None:
    _, found = given_up()
    pages = Pages(began())
    # A server wrote the last words, then on the deployment that it failed, and died.
    pages.annotate(outcome_patch(began().target, TAIL, STEPS))
    await over(pages, found).keep(found)
    assert (pages.page.entry.outcome, pages.page.entry.message) == (Outcome.FAILED, "it crashed")
    assert (pages.page.log_tail, pages.page.steps) == (TAIL, STEPS)


async def test_what_another_server_writes_in_the_same_moment_stays() -> None:
    record, found = given_up()
    pages = Pages(began())
    pages.meanwhile = [
        outcome_patch(record.latest, TAIL, STEPS),
        {"metadata": {"annotations": {words.EVENTS: "[]"}}},
    ]
    await over(pages, found).keep(found)
    assert pages.lost_races == 2
    assert pages.page.entry.outcome is Outcome.FAILED
    assert (pages.page.log_tail, pages.page.steps) == (TAIL, STEPS)


async def test_an_end_is_told_once_and_may_be_completed() -> None:
    record, found = given_up()
    pages = Pages(began())
    pages.annotate(outcome_patch(record.latest))
    told = pages.page.entry
    late = began().failed(Reason.OOM_KILLED, "another server saw another end").latest
    await over(pages, found).end(found, late, TAIL)
    assert pages.page.entry == told
    assert pages.page.log_tail == TAIL


async def test_the_page_of_a_deployment_before_it_is_none_of_its_own() -> None:
    record, found = given_up()
    pages = Pages(began(), uid="of-the-one-before")
    archive = over(pages, found)
    assert await archive.page(found, 1) is None
    with pytest.raises(ApiError):  # tried again until the cluster has removed it
        await archive.write(found.flavor, found.owner, record.latest, SPEC, {})
    await archive.end(found, record.latest, TAIL)
    assert pages.page.entry.outcome is Outcome.IN_PROGRESS


def orphaned() -> Pages:
    """Return the page of a deployment that was deleted without it: the cluster took its owner off it."""
    pages = Pages(began())
    pages.annotate(outcome_patch(began().failed(Reason.CRASH_LOOP, "the one before").latest, TAIL))
    pages.item["metadata"]["uid"] = "left"
    del pages.item["metadata"]["ownerReferences"]
    return pages


async def test_what_a_deployment_of_this_name_left_is_no_history_of_the_next() -> None:
    record, found = given_up()
    pages = orphaned()
    archive = over(pages, found)
    assert await archive.pages(found) == []
    assert await archive.page(found, 1) is None
    await archive.end(found, record.latest, ["of another"])
    assert pages.page.log_tail == TAIL


async def test_what_a_deployment_of_this_name_left_makes_way_for_the_page_of_the_next() -> None:
    record, found = given_up()
    pages = orphaned()
    archive = over(pages, found)
    await archive.write(found.flavor, found.owner, record.latest, SPEC, {})
    (page,) = await archive.pages(found)
    assert (page.entry.outcome, page.log_tail) == (Outcome.IN_PROGRESS, [])


@pytest.mark.parametrize("labels", [{}, {**words.owned("iris", "history", 1), "argocd.argoproj.io/instance": "models"}])
async def test_what_was_not_made_here_stays_in_its_place(labels: dict[str, str]) -> None:
    record, found = given_up()
    pages = orphaned()
    pages.item["metadata"]["labels"] = labels
    with pytest.raises(ApiError):
        await over(pages, found).write(found.flavor, found.owner, record.latest, SPEC, {})
    assert pages.item["metadata"]["uid"] == "left"
