"""Membership that is given or taken away while somebody looks: open streams see it without being asked again."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.service import inspection
from tests.server.api import USER_HEADER, Api, Stream
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups

pytestmark = pytest.mark.usefixtures("logins")

GRACE = {USER_HEADER: "grace"}


async def read(stream: Stream, count: int) -> list[tuple[str, str]]:
    """Return type and id of the next lines."""
    changes = [await stream.change() for _ in range(count)]
    return [(change["type"], (change["object"] or {}).get("id", "")) for change in changes]


@pytest.fixture
def grace(api: Api, engine: FakeEngine) -> Api:
    engine.heartbeat = 0.02
    return api.as_user("grace")


async def test_a_revoked_membership_empties_the_watch_although_nothing_happens(
    grace: Api, lab: MemoryGroups, open_stream: Any
) -> None:
    await grace.create(id="iris")
    async with open_stream("watch", headers=GRACE) as stream:
        assert await read(stream, 3) == [("RESET", ""), ("ADDED", "iris"), ("BOOKMARK", "")]

        lab.put("lab", members=())

        lines = [("BOOKMARK", "")]
        while lines[-1] == ("BOOKMARK", ""):  # those that were on their way
            lines += await read(stream, 1)
        assert lines[-1] == ("RESET", "")
        assert await read(stream, 2) == [("BOOKMARK", ""), ("BOOKMARK", "")]


async def test_nothing_of_a_group_is_sent_to_who_has_just_left_it(
    api: Api, grace: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any
) -> None:
    engine.heartbeat = 60
    await grace.create(id="iris")
    async with open_stream("watch", headers=GRACE) as stream:
        await read(stream, 3)

        lab.put("lab", members=())
        await api.as_user("ada")("POST", "deployments/iris:stop")

        assert await read(stream, 2) == [("RESET", ""), ("BOOKMARK", "")]
        assert await stream.is_open()


async def test_who_joins_a_group_sees_what_it_has(api: Api, grace: Api, lab: MemoryGroups, open_stream: Any) -> None:
    await api.as_user("mallory").create(id="theirs")
    async with open_stream("watch", headers=GRACE) as stream:
        assert await read(stream, 2) == [("RESET", ""), ("BOOKMARK", "")]

        lab.put("other", members=("mallory", "grace"))

        lines = await read(stream, 1)
        while lines[-1] == ("BOOKMARK", ""):
            lines += await read(stream, 1)
        assert lines[-1] == ("RESET", "")
        assert await read(stream, 2) == [("ADDED", "theirs"), ("BOOKMARK", "")]


async def test_a_reader_who_comes_back_to_other_groups_starts_over(
    grace: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any
) -> None:
    await grace.create(id="iris")
    async with open_stream("watch", headers=GRACE) as stream:
        await read(stream, 3)
    since = (await engine.deployments())[1]

    lab.put("lab", members=())
    async with open_stream("watch", headers=GRACE, resource_version=since) as stream:
        assert await read(stream, 2) == [("RESET", ""), ("BOOKMARK", "")]
    # Another tab of the same person still shows what the first was told to forget.
    async with open_stream("watch", headers=GRACE, resource_version=since) as stream:
        assert await read(stream, 2) == [("RESET", ""), ("BOOKMARK", "")]


async def test_an_administrator_no_more_is_cut_off(grace: Api, lab: MemoryGroups, open_stream: Any) -> None:
    await grace.create(id="iris")
    async with open_stream("watch", headers={USER_HEADER: "boss"}, all=1) as stream:
        assert await read(stream, 3) == [("RESET", ""), ("ADDED", "iris"), ("BOOKMARK", "")]

        lab.admins.clear()

        change = await stream.change()
        while change["type"] == "BOOKMARK":
            change = await stream.change()
        assert (change["type"], change["error"]["code"]) == ("ERROR", "forbidden")
        assert await stream.line() is None


async def test_administrators_watch_their_own_groups_unless_they_ask(
    api: Api, grace: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any
) -> None:
    engine.heartbeat = 60
    async with open_stream("watch", headers={USER_HEADER: "boss"}) as stream:
        assert await read(stream, 2) == [("RESET", ""), ("BOOKMARK", "")]
        await grace.create(id="iris")
        assert await stream.is_open()
        lab.put("lab", members=("grace", "boss"))
        await grace("POST", "deployments/iris:stop")
        assert await read(stream, 3) == [("RESET", ""), ("ADDED", "iris"), ("BOOKMARK", "")]


async def test_knowledge_that_is_too_old_ends_the_watch(grace: Api, lab: MemoryGroups, open_stream: Any) -> None:
    async with open_stream("watch", headers=GRACE) as stream:
        await read(stream, 2)

        lab.fails = EngineUnavailable("the Hub has not answered for 5 minutes")

        change = await stream.change()
        while change["type"] == "BOOKMARK":
            change = await stream.change()
        assert (change["type"], change["error"]["message"]) == ("ERROR", "the Hub has not answered for 5 minutes")


async def test_a_followed_log_ends_for_who_left_the_group(
    grace: Api, engine: FakeEngine, lab: MemoryGroups, open_stream: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "TRUST_SECONDS", 0.0)
    await grace.create(id="iris")
    async with open_stream("deployments/iris/logs", headers=GRACE, follow=1) as stream:
        engine.print_line("before")
        assert (await stream.change())["text"] == "before"

        lab.put("lab", members=())
        engine.print_line("after")

        assert (await stream.change())["code"] == "not_found"
        assert await stream.line() is None
