"""Events of the cluster as they are told, kept with a revision, and told again when the cluster has forgotten them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from primehub_deploy_ext.domain.models import Event
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.happenings import (
    MOST_KEPT,
    Happening,
    bounded,
    dump_happenings,
    lasts,
    load_happenings,
    merged,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def happening(
    name: str, minute: float = 0, *, kind: Any = "Normal", times: int = 1, message: str = "m", **more: Any
) -> Happening:
    event = Event(time=NOON + timedelta(minutes=minute), kind=kind, reason="Reason", message=message, **more)
    return Happening(name, event, times)


def page(text: str) -> dict[str, Any]:
    return {"annotations": {words.EVENTS: text}}


def test_what_is_kept_is_read_as_it_was_written() -> None:
    kept = [happening("a", kind="Warning", times=7, revision=2, replica="iris-x"), happening("b", 1, message="日本")]
    assert load_happenings(page(dump_happenings(kept))) == kept
    assert kept[0].told().message == "m (7 times)"


def test_what_somebody_broke_is_nothing() -> None:
    for text in ("", "{", "{}x", "[1]", '[{"name": "a"}]', "3"):
        assert load_happenings(page(text)) == []
    assert load_happenings({}) == []


def test_an_event_that_is_live_and_kept_is_told_once_with_all_that_was_known_of_it() -> None:
    kept = happening("a", 1, times=2, revision=3, replica="iris-x")
    live = happening("a", 5, times=9, replica="iris-x")
    for sources in (([kept], [live]), ([live], [kept])):
        (told,) = merged(*sources)
        assert (told.times, told.event.time, told.event.revision) == (9, live.event.time, 3)


def test_of_too_many_events_the_oldest_that_went_well_are_left_out_first() -> None:
    well = [happening(f"n{number}", number) for number in range(MOST_KEPT)]
    bad = [happening(f"w{number}", -number, kind="Warning") for number in range(10)]
    kept = bounded([*well, *bad])
    assert len(kept) == MOST_KEPT
    assert {one.name for one in bad} < {one.name for one in kept}
    assert {one.name for one in well} - {one.name for one in kept} == {f"n{number}" for number in range(10)}
    assert kept == sorted(kept, key=lambda one: one.event.time)


def test_long_words_do_not_burst_the_annotation() -> None:
    text = dump_happenings(bounded(happening(f"{n}", n, kind="Warning", message="é" * 100_000) for n in range(200)))
    assert len(text.encode()) < 64 * 1024
    assert len(json.loads(text)) > 10
    assert load_happenings(page(text))[-1].event.message.endswith("…")


def test_trouble_and_what_people_did_lasts() -> None:
    assert lasts(ClusterEvent(name="a", is_warning=True))
    assert lasts(ClusterEvent(name="a", component=words.MANAGER))
    assert not lasts(ClusterEvent(name="a", component="kubelet"))
