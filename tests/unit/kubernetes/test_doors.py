"""Who waits until replicas know, and who need not."""

from __future__ import annotations

from tests.unit.kubernetes.test_criers import pod
from tests.unit.kubernetes.test_lost_secret import Stage


async def test_what_is_written_is_told_again_where_somebody_waits_for_it() -> None:
    stage = Stage(pod("a"))
    # Another part of this server, or another server, has just written it, and is on its way to the replica.
    await stage.doors.follow(stage.told)
    assert stage.asked == 0
    await stage.doors.follow(stage.told, surely=True)
    assert stage.asked == 1
    await stage.doors.close()
