"""What replicas say is fetched as a whole, however it comes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.metering import reading
from primehub_deploy_ext.engines.kubernetes.metering.pages import Page
from primehub_deploy_ext.engines.kubernetes.metering.reading import ReplicaPages
from primehub_deploy_ext.engines.kubernetes.pod_calls import PodCalls
from primehub_deploy_ext.monitoring.names import CPU, MEMORY

POD = {"metadata": {"name": "iris-1", "namespace": "team"}, "status": {"podIP": "127.0.0.1"}}


@contextlib.asynccontextmanager
async def replica(monkeypatch: pytest.MonkeyPatch, *parts: bytes) -> AsyncIterator[ReplicaPages]:
    """Serve a page in parts, each sent once the one before has surely arrived by itself."""

    async def page(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for part in parts:
            await response.write(part)
            await asyncio.sleep(0.02)
        return response

    app = web.Application()
    app.router.add_get("/metrics", page)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(words, "PORT", runner.addresses[0][1])
    api: Any = None
    calls = PodCalls(api, "service")
    try:
        yield ReplicaPages(calls)
    finally:
        await calls.close()
        await runner.cleanup()


async def test_a_page_that_comes_in_parts_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async with replica(monkeypatch, f"{CPU} 1".encode(), f"23\n{MEMORY} 4096\n".encode()) as pages:
        found = await pages.read(POD)
    assert isinstance(found, Page)
    assert found.counters["cpu"] == (123.0,)
    assert found.gauges["memory"] == 4096


async def test_a_page_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LARGEST", 100)
    async with replica(monkeypatch, *[b"x" * 60] * 3) as pages:
        assert "larger than 100 bytes" in str(await pages.read(POD))
