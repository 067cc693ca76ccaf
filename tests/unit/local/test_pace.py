"""How a roll-out goes on, by the room that the quota leaves."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.engines.local.pace import Pace, Rollout, next_pace


def rollout(old: int = 3, new: int = 3, **facts: int | None) -> Rollout:
    known = {"kept": None, "old_present": old, "new_present": 0, "new_ready": 0} | facts
    return Rollout(old=old, new=new, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("room", "standing", "expected"),
    [
        pytest.param(6, rollout(), Pace(3, 3), id="room for all: all at once, no old one given up"),
        pytest.param(4, rollout(), Pace(3, 1), id="room for one: it starts beside the old"),
        pytest.param(4, rollout(new_present=1), Pace(3, 1), id="not ready: nothing is given up for it yet"),
        pytest.param(
            4, rollout(new_present=1, new_ready=1), Pace(2, 1), id="ready: one old one is given up, and not yet gone"
        ),
        pytest.param(
            4, rollout(kept=2, old_present=2, new_present=1, new_ready=1), Pace(2, 2), id="gone: the next one starts"
        ),
        pytest.param(3, rollout(), Pace(2, 0), id="no room: one old one is given up first"),
        pytest.param(3, rollout(kept=2), Pace(2, 0), id="and the new one waits until it is gone"),
        pytest.param(3, rollout(kept=2, old_present=2), Pace(2, 1), id="then it starts"),
        pytest.param(1, rollout(old=1, new=1), Pace(0, 0), id="a single one ends first"),
        pytest.param(1, rollout(old=1, new=1, kept=0, old_present=0), Pace(0, 1), id="before its successor starts"),
        pytest.param(
            3, rollout(old_present=1, new_present=2), Pace(1, 2), id="a daemon that died goes on where it was"
        ),
        pytest.param(
            3, rollout(new_present=3), Pace(3, 3), id="lowered in the middle: what serves goes on until new ones answer"
        ),
        pytest.param(
            3, rollout(old_present=1, leaving=1), Pace(1, 0), id="those of a revision replaced before are waited for"
        ),
        pytest.param(2, rollout(), Pace(3, 3), id="admitted and too much since: what serves is not given up for it"),
    ],
)
def test_the_next_step(room: int, standing: Rollout, expected: Pace) -> None:
    assert next_pace(standing, lambda old, new: old + new <= room) == expected


@pytest.mark.parametrize("room", range(3, 7))
def test_every_roll_out_ends_and_never_takes_more_than_there_is(room: int) -> None:
    standing = rollout()
    for _ in range(20):
        pace = next_pace(standing, lambda old, new: old + new <= room)
        # The new ones come up and the old ones go before the next look.
        standing = rollout(
            kept=pace.old if pace.old < 3 else None,
            old_present=pace.old,
            new_present=pace.new,
            new_ready=pace.new,
        )
        assert pace.old + pace.new <= room
        if pace.new == 3:
            return
    raise AssertionError(standing)
