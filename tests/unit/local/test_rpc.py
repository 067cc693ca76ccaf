"""Calls between a server's process and the daemon."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable, NotFound
from primehub_deploy_ext.engines.local import rpc


class Served:
    """A server with one call, one that fails, and a stream that says when it was left."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left = asyncio.Event()
        self._server = rpc.RpcServer({"twice": self._twice, "fail": self._fail}, {"count": self._count})

    async def __aenter__(self) -> asyncio.Event:
        await self._server.start(self.path)
        return self.left

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _twice(self, value: int) -> int:
        return 2 * value

    async def _fail(self) -> Any:
        raise NotFound("there is none")

    async def _count(self) -> AsyncIterator[int]:
        try:
            for number in range(3):
                yield number
            await asyncio.Event().wait()
        finally:
            self.left.set()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "daemon.sock"


async def test_a_call_gives_what_the_method_returns_or_raises(path: Path) -> None:
    async with Served(path):
        assert await (await rpc.connect(path)).call("twice", value=21) == 42
        with pytest.raises(NotFound, match="there is none"):
            await (await rpc.connect(path)).call("fail")


async def test_a_stream_that_is_closed_ends_at_the_other_side(path: Path) -> None:
    async with Served(path) as left:
        items = (await rpc.connect(path)).stream("count")
        assert [await anext(items) for _ in range(3)] == [0, 1, 2]
        await items.aclose()
        await asyncio.wait_for(left.wait(), 15)


async def test_nobody_listens(path: Path) -> None:
    with pytest.raises(rpc.NobodyListens, match="not running"):
        await rpc.connect(path)


@pytest.mark.parametrize("takes", [True, False], ids=["ended", "cut off"])
async def test_a_connection_that_only_the_system_took_is_no_call(path: Path, takes: bool) -> None:
    with socket.socket(socket.AF_UNIX) as ending:
        ending.bind(str(path))
        ending.listen()
        connecting = asyncio.create_task(rpc.connect(path))
        await asyncio.to_thread(select.select, [ending], [], [], 15)
        if takes:
            ending.accept()[0].close()
    with pytest.raises(rpc.NobodyListens, match="just ended"):
        await asyncio.wait_for(connecting, 15)


async def test_a_server_that_hangs_is_told_from_none(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(path))
        hanging.listen()
        with pytest.raises(EngineUnavailable, match=r"did not answer within 0\.05 s") as told:
            await rpc.connect(path, timeout=0.05)
    assert not isinstance(told.value, rpc.NobodyListens)
