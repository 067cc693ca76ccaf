"""Who may call a private endpoint, also when the gateway can't be told."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.clients import new_token
from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.models import DeploymentSpec, Model, Revision
from primehub_deploy_ext.domain.phases import Action
from primehub_deploy_ext.engines.base import NewClient
from primehub_deploy_ext.engines.local.callers import Callers
from primehub_deploy_ext.engines.local.store import Store, now

SPEC = DeploymentSpec(model=Model(artifact="a" * 64, size=1, interpreter="/usr/bin/python3"))


class Gateway:
    """Counts how often it is told; refuses while ``away``."""

    def __init__(self) -> None:
        self.away = False
        self.told = asyncio.Event()
        self.asked = 0

    async def tell(self) -> None:
        self.asked += 1
        if self.away:
            raise EngineUnavailable("the gateway took no change")
        self.told.set()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state.db")


@pytest.fixture
def uid(store: Store) -> int:
    first = Revision(number=1, action=Action.CREATE, spec=SPEC, user="ada", created_at=now())
    return store.insert(id="iris", name="Iris", group="team", revision=first).uid


def client(name: str, expires_at: datetime | None = None) -> NewClient:
    return NewClient(name=name, token=new_token(name), user="ada", expires_at=expires_at)


def test_a_client_whose_token_nobody_got_is_not_there(store: Store, uid: int) -> None:
    async def scenario() -> None:
        gateway = Gateway()
        callers = Callers(store, uid, gateway.tell)
        gateway.away = True
        with pytest.raises(EngineUnavailable):
            await callers.add(client("alice"))
        assert (callers.all(), store.clients(uid)) == ([], [])
        gateway.away = False
        await callers.add(client("alice"))

    asyncio.run(scenario())


def test_a_gateway_that_is_away_when_one_expires_is_told_of_the_next(
    store: Store, uid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        gateway, clock = Gateway(), [datetime.now(timezone.utc)]
        callers = Callers(store, uid, gateway.tell, lambda: clock[0])
        monkeypatch.setattr("primehub_deploy_ext.engines.local.callers._LONGEST_SLEEP", 0.01)
        await callers.add(client("alice", clock[0] + timedelta(hours=1)))
        await callers.add(client("bob", clock[0] + timedelta(hours=2)))
        gateway.away, asked = True, gateway.asked
        clock[0] += timedelta(minutes=61)
        while gateway.asked == asked:
            await asyncio.sleep(0.01)
        gateway.away = False
        gateway.told.clear()
        clock[0] += timedelta(minutes=61)
        await asyncio.wait_for(gateway.told.wait(), 30)
        callers.close()
        assert callers.users() == ()

    asyncio.run(scenario())


def test_a_client_expires_by_the_clock_although_the_loop_stood_still(
    store: Store, uid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        gateway, clock = Gateway(), [datetime.now(timezone.utc)]
        callers = Callers(store, uid, gateway.tell, lambda: clock[0])
        monkeypatch.setattr("primehub_deploy_ext.engines.local.callers._LONGEST_SLEEP", 0.01)
        await callers.add(client("alice", clock[0] + timedelta(hours=8)))
        gateway.told.clear()
        # A laptop that sleeps: no time passes for the loop.
        clock[0] += timedelta(hours=9)
        await asyncio.wait_for(gateway.told.wait(), 30)
        callers.close()
        assert callers.users() == ()

    asyncio.run(scenario())


def test_clients_that_call_all_the_time_are_written_down_now_and_then(
    store: Store, uid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        callers = Callers(store, uid, Gateway().tell)
        names = [f"client-{number}" for number in range(3)]
        for name in names:
            await callers.add(client(name))
        written: list[int] = []
        write = Store.save_clients
        monkeypatch.setattr(Store, "save_clients", lambda *given: (written.append(len(given[2])), write(*given)))
        for _ in range(100):
            for name in names:
                callers.seen(name, 1_800_000_000.0)
        assert {known.last_used_at for known in callers.all()} == {datetime.fromtimestamp(1_800_000_000, timezone.utc)}
        callers.close()
        assert written == [3]
        assert all(known.last_used_at for known, _ in store.clients(uid))

    asyncio.run(scenario())
