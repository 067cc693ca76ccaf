"""Quotas hold however many servers wish at once, and whatever becomes of them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Collection, Mapping

import pytest

from primehub_deploy_ext.domain.errors import Conflict, EngineUnavailable, QuotaExceeded
from primehub_deploy_ext.domain.resources import Quota, Usage
from primehub_deploy_ext.engines.kubernetes.quota.grants import EXPIRY, PATIENCE, Record, Wish
from primehub_deploy_ext.engines.kubernetes.quota.ledger import Grant, Ledger, Page, Raced

ONE = Usage(cpu=1, memory=2**28, deployments=1)


def cpus(amount: float, deployments: int = 1) -> Usage:
    return Usage(cpu=amount, memory=int(amount * 2**28), deployments=deployments)


class Cluster:
    """A cluster that several servers use, with the delays and the order of events of a real one, by chance."""

    compares = True

    def __init__(self, seed: int = 0) -> None:
        self.running: dict[str, Usage] = {}
        self.most = 0.0
        self.records: dict[str, Record] = {}
        self.version = 0
        self.races = 0
        self.reads = 0
        self.now = 1000.0
        self._chance = random.Random(seed)

    async def delay(self) -> None:
        for _ in range(self._chance.randrange(5)):
            await asyncio.sleep(0)

    # what is deployed

    async def taken(self, namespace: str) -> Mapping[str, Usage]:
        await self.delay()
        seen = dict(self.running)
        await self.delay()
        return seen

    async def write(self, id: str, usage: Usage) -> None:
        await self.delay()
        self.running[id] = usage
        self.most = max(self.most, sum(usage.cpu for usage in self.running.values()))
        await self.delay()

    # what was promised

    async def read(self, namespace: str) -> Page:
        self.reads += 1
        await self.delay()
        page = Page(str(self.version), dict(self.records))
        await self.delay()
        return page

    async def add(self, namespace: str, seen: Page, key: str, record: Record, forget: Collection[str]) -> None:
        await self.delay()
        if self.compares and seen.version != str(self.version):
            self.races += 1
            raise Raced
        self.version += 1
        self.records = {k: r for k, r in self.records.items() if k not in forget} | {key: record}
        await self.delay()

    async def forget(self, namespace: str, key: str) -> None:
        await self.delay()
        self.version += 1
        self.records.pop(key, None)

    def server(self) -> Ledger:
        return Ledger(self, self.taken, clock=lambda: self.now, wall=lambda: self.now)


def wish(id: str, wanted: Usage = ONE, **more: object) -> Wish:
    return Wish("ns", "team", id, **{"quota": Quota(cpu=10), "wanted": wanted, **more})  # type: ignore[arg-type]


async def fulfil(cluster: Cluster, server: Ledger, wished: Wish) -> str:
    try:
        async with server.grant(wished) as grant:
            grant.check()
            await cluster.write(wished.id, wished.wanted)
    except QuotaExceeded:
        return "refused"
    return "granted"


@pytest.mark.parametrize("seed", range(20))
def test_wishes_of_several_servers_never_exceed_the_quota_together_and_fill_it(seed: int) -> None:
    async def scenario() -> None:
        cluster = Cluster(seed)
        servers = [cluster.server() for _ in range(4)]
        wishes = [wish(f"new-{number}") for number in range(40)]
        outcomes = await asyncio.gather(
            *(fulfil(cluster, servers[number % 4], wished) for number, wished in enumerate(wishes))
        )
        assert cluster.most == 10
        assert Counter(outcomes) == {"granted": 10, "refused": 30}
        assert cluster.races > 0, "nothing raced: the test shows nothing"
        assert cluster.records == {}, "promises are taken back"

    asyncio.run(asyncio.wait_for(scenario(), 60))


@pytest.mark.parametrize("seed", range(5))
def test_without_the_version_the_same_wishes_would_exceed_it(seed: int) -> None:
    """The race is real: a store that takes whatever comes lets more through than there is."""

    class Careless(Cluster):
        compares = False

    async def scenario() -> None:
        cluster = Careless(seed)
        servers = [cluster.server() for _ in range(8)]
        await asyncio.gather(*(fulfil(cluster, servers[number % 8], wish(f"new-{number}")) for number in range(40)))
        assert cluster.most > 10

    asyncio.run(asyncio.wait_for(scenario(), 60))


@pytest.mark.parametrize("seed", range(10))
def test_servers_that_die_and_answers_that_never_come_exceed_nothing(seed: int) -> None:
    """Half of the writes are seen by nobody to succeed; they happen, late, or not at all."""

    async def scenario() -> None:
        cluster = Cluster(seed)
        chance = random.Random(seed)
        servers = [cluster.server() for _ in range(3)]
        late: list[asyncio.Task[None]] = []

        async def careless(number: int) -> None:
            wished = wish(f"new-{number}")
            try:
                async with servers[number % 3].grant(wished):
                    fate = chance.random()
                    if fate < 0.5:
                        await cluster.write(wished.id, wished.wanted)
                    elif fate < 0.75:
                        late.append(asyncio.create_task(cluster.write(wished.id, wished.wanted)))
                        raise TimeoutError
                    else:
                        raise ConnectionResetError
            except (QuotaExceeded, TimeoutError, ConnectionResetError):
                pass

        await asyncio.gather(*(careless(number) for number in range(40)))
        await asyncio.gather(*late)
        assert cluster.most <= 10
        # What was promised to those that never came is free again after a while, and all of the quota can be used.
        await asyncio.gather(*(fulfil(cluster, server, wish("seen")) for server in servers))
        cluster.now += EXPIRY
        await asyncio.gather(*(fulfil(cluster, servers[number % 3], wish(f"next-{number}")) for number in range(20)))
        assert cluster.most == 10

    asyncio.run(asyncio.wait_for(scenario(), 60))


async def test_a_refusal_of_the_cluster_gives_back_what_was_promised() -> None:
    cluster = Cluster()
    with pytest.raises(Conflict):
        async with cluster.server().grant(wish("first", cpus(10))):
            raise Conflict("somebody was faster")
    assert await fulfil(cluster, cluster.server(), wish("second", cpus(10))) == "granted"


@pytest.mark.parametrize("error", [TimeoutError(), asyncio.CancelledError(), EngineUnavailable("503")])
async def test_an_outcome_that_nobody_knows_holds_what_was_promised_until_it_expires(error: BaseException) -> None:
    cluster = Cluster()
    other = cluster.server()
    with pytest.raises(type(error)):
        async with cluster.server().grant(wish("first", cpus(10))):
            raise error
    assert await fulfil(cluster, other, wish("second")) == "refused"
    cluster.now += EXPIRY - 1
    assert await fulfil(cluster, other, wish("second")) == "refused"
    cluster.now += 1
    assert await fulfil(cluster, other, wish("second")) == "granted"
    assert cluster.records == {}, "what expired is swept out"


async def test_who_slept_too_long_may_not_use_what_was_promised() -> None:
    cluster = Cluster()
    with pytest.raises(EngineUnavailable, match="nothing was changed"):
        async with cluster.server().grant(wish("first")) as grant:
            cluster.now += PATIENCE + 1
            grant.check()


def test_a_promise_is_counted_longer_than_it_may_be_used() -> None:
    """The request's time-out and that of the API server (60 s each) lie in between."""
    assert EXPIRY > PATIENCE + 60


async def test_clocks_that_differ_by_minutes_free_nothing_early() -> None:
    cluster = Cluster()
    slow = Ledger(cluster, cluster.taken, clock=lambda: cluster.now, wall=lambda: cluster.now - 600)
    held = slow.grant(wish("first", cpus(10)))
    await held.__aenter__()
    assert await fulfil(cluster, cluster.server(), wish("second")) == "refused"


async def test_a_promise_and_its_object_count_once() -> None:
    cluster = Cluster()
    async with cluster.server().grant(wish("first", cpus(5))):
        await cluster.write("first", cpus(5))
        assert await fulfil(cluster, cluster.server(), wish("second", cpus(5))) == "granted"


async def test_the_same_wish_from_two_servers_is_granted_to_both() -> None:
    cluster = Cluster()
    await cluster.write("there", cpus(5))
    twice = wish("there", cpus(10), held=cpus(5))
    async with cluster.server().grant(twice), cluster.server().grant(twice):
        assert await fulfil(cluster, cluster.server(), wish("second")) == "refused"


async def test_what_shrinks_or_has_no_ceiling_asks_nobody() -> None:
    cluster = Cluster()
    await cluster.write("wide", cpus(12))
    await fulfil(cluster, cluster.server(), wish("wide", cpus(11), held=cpus(12)))
    await fulfil(cluster, cluster.server(), wish("free", cpus(50), quota=Quota()))
    assert cluster.reads == 0


async def granted(cluster: Cluster, wished: Wish) -> Grant:
    async with cluster.server().grant(wished) as grant:
        return grant


@pytest.mark.parametrize(
    ("quota", "more", "reserve"),
    [(Quota(cpu=6), 3, 6), (Quota(cpu=5), 2, 5), (Quota(cpu=3), 0, 3), (Quota(deployments=1), 3, 6), (Quota(), 3, 6)],
)
async def test_an_update_counts_once_and_gets_as_many_replicas_beside_the_old_as_fit(
    quota: Quota, more: int, reserve: float
) -> None:
    cluster = Cluster()
    await cluster.write("there", cpus(3))
    update = wish("there", cpus(3), held=cpus(3), one_more=ONE, most_more=3, quota=quota)
    grant = await granted(cluster, update)
    assert (grant.more, grant.reserve.cpu, grant.reserve.deployments) == (more, reserve, 1)


async def test_what_was_promised_for_a_roll_out_is_held() -> None:
    cluster = Cluster()
    await cluster.write("there", cpus(3))
    async with cluster.server().grant(wish("there", cpus(3), held=cpus(3), one_more=ONE, most_more=3)):
        assert await fulfil(cluster, cluster.server(), wish("second", cpus(5))) == "refused"
        assert await fulfil(cluster, cluster.server(), wish("second", cpus(4))) == "granted"


async def test_a_larger_type_without_room_for_both_is_replaced_in_steps() -> None:
    cluster = Cluster()
    await cluster.write("there", cpus(4))
    update = wish("there", cpus(8), held=cpus(4), one_more=cpus(4), most_more=2)
    grant = await granted(cluster, update)
    assert (grant.more, grant.reserve.cpu) == (0, 8)


async def test_a_group_above_a_lowered_quota_may_shrink_and_change_but_not_grow() -> None:
    cluster = Cluster()
    await cluster.write("wide", cpus(3))
    lowered = {"quota": Quota(cpu=1), "held": cpus(3)}
    with pytest.raises(QuotaExceeded):
        await granted(cluster, wish("wide", cpus(4), **lowered))
    grant = await granted(cluster, wish("wide", cpus(3), one_more=ONE, most_more=3, **lowered))
    assert (grant.more, grant.reserve.cpu) == (0, 3)
    assert await fulfil(cluster, cluster.server(), wish("wide", cpus(2), **lowered)) == "granted"


async def test_what_was_read_before_the_wish_is_no_base_to_grow_from() -> None:
    """Somebody scaled it down since; the quota was lowered; what it held then may not be taken again."""
    cluster = Cluster()
    await cluster.write("wide", cpus(1))
    with pytest.raises(QuotaExceeded):
        await granted(cluster, wish("wide", cpus(6), held=cpus(5), quota=Quota(cpu=4)))


async def test_a_refusal_names_who_uses_the_quota_promised_or_running() -> None:
    cluster = Cluster()
    await cluster.write("runs", cpus(6))
    async with cluster.server().grant(wish("comes", cpus(3))):
        with pytest.raises(QuotaExceeded) as refused:
            await granted(cluster, wish("third", cpus(2)))
    assert "quota 10, used 9, asked 2, left 1" in refused.value.message
    assert set(refused.value.details["deployments"]) == {"runs", "comes"}


async def test_a_store_that_is_away_at_the_end_does_not_fail_what_was_written(caplog: pytest.LogCaptureFixture) -> None:
    class Leaving(Cluster):
        async def forget(self, namespace: str, key: str) -> None:
            raise ConnectionResetError("gone")

    cluster = Leaving()
    assert await fulfil(cluster, cluster.server(), wish("first")) == "granted"
    assert "can't be taken back yet" in caplog.text
