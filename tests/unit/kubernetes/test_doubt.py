"""That what is shown may be out of date is told when it begins and when it ends, whoever found out."""

from __future__ import annotations

import asyncio

import pytest

from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Source
from primehub_deploy_ext.engines.kubernetes.known import world as worlds
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces
from primehub_deploy_ext.engines.kubernetes.known.world import World


def test_namespaces_that_can_not_be_listed_are_told_once_and_so_is_the_end_of_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worlds, "_LOOK_FOR_NAMESPACES", 0.0)
    # An API server that has just started knows of no rights yet.
    answers = [ApiError(403, "Forbidden", "not yet"), ApiError(403, "Forbidden", "not yet"), None, None]
    told: list[str] = []

    async def scenario() -> None:
        api = Api(Source())
        world = World(api, Namespaces(api, []), [], lambda _: None, lambda: told.append(world.problem))
        over = asyncio.Event()

        async def compare(_: set[str]) -> None:
            if not answers:
                over.set()
                await asyncio.Event().wait()
            elif (error := answers.pop(0)) is not None:
                raise error

        monkeypatch.setattr(world, "_compare", compare)
        looking = asyncio.create_task(world._look())
        await asyncio.wait_for(over.wait(), 30)
        looking.cancel()

    asyncio.run(scenario())
    assert len(told) == 2
    assert "not yet" in told[0]
    assert told[1] == ""
