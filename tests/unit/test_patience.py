"""Waiting: what is cancelled ends, whatever comes in the same moment."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from primehub_deploy_ext.engines.patience import ended, within


def test_what_comes_in_time_is_returned_and_what_does_not_is_cancelled() -> None:
    async def story() -> None:
        assert await within(1, asyncio.sleep(0, "here")) == "here"
        assert await within(None, asyncio.sleep(0, "here")) == "here"
        stopped: list[bool] = []

        async def slow() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                stopped.append(True)

        with pytest.raises(asyncio.TimeoutError):
            await within(0.01, slow())
        assert stopped == [True]

        async def fails() -> None:
            raise KeyError("x")

        with pytest.raises(KeyError):
            await within(1, fails())

    asyncio.run(story())


@pytest.mark.parametrize("steps", range(6))
def test_a_cancellation_is_heard_in_the_moment_of_the_result(steps: int) -> None:
    async def story() -> None:
        came, lost = asyncio.Event(), []

        async def work() -> str:
            await came.wait()
            return "result"

        async def waits() -> None:
            with contextlib.suppress(asyncio.TimeoutError):
                await within(60, work(), lost=lost.append)
            await asyncio.sleep(60)

        task = asyncio.create_task(waits())
        await asyncio.sleep(0.01)
        came.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=30)
        assert done
        assert task.cancelled()
        assert lost in ([], ["result"])

    asyncio.run(story())


def test_ending_a_task_raises_nothing_of_what_it_raised() -> None:
    async def story() -> None:
        async def fails() -> None:
            raise ValueError("its own")

        task = asyncio.create_task(fails())
        await asyncio.sleep(0)
        await ended(task)
        assert task.done()

    asyncio.run(story())
