"""What callers see of one replica."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from primehub_deploy_ext.domain.models import Replica
from primehub_deploy_ext.domain.phases import Reason, Step
from primehub_deploy_ext.engines.local.slot import Slot

CLOCK = datetime(2026, 11, 23, 9, 40, tzinfo=timezone.utc)


def seen(slot: Slot) -> Replica:
    return slot.view(revision=3, serving=True)


@pytest.mark.parametrize(("failures", "wait"), [(1, 0.0), (2, 0.5), (3, 1.0), (8, 30.0), (20, 30.0)])
def test_a_replica_that_failed_says_why_and_when_it_is_started_again(failures: int, wait: float) -> None:
    slot = Slot(3, 0, failures=failures, reason=Reason.OOM_KILLED)
    slot.back_off(CLOCK.timestamp())
    assert seen(slot).step is Step.BACKING_OFF
    assert seen(slot).reason is Reason.OOM_KILLED
    assert seen(slot).next_attempt_at == CLOCK + timedelta(seconds=wait)


def test_one_that_starts_again_waits_for_nothing_and_still_says_why() -> None:
    slot = Slot(3, 0, failures=1, reason=Reason.CRASH_LOOP)
    slot.back_off(CLOCK.timestamp())
    slot.enter(Step.STARTING)
    assert seen(slot).next_attempt_at is None
    assert seen(slot).reason is Reason.CRASH_LOOP
