"""What is left of a deployment whose making was cut off in the middle does not lie about for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.sweeping import Sweeper
from tests.cluster.cluster import Cluster
from tests.cluster.engines import WEB, engine_of, run, settled


def left_behind(namespace: str, id: str) -> dict[str, Any]:
    """Return what a server wrote just before it was killed."""
    labels = words.owned(id, "order", 1)
    metadata = {"name": words.order_name(id, 1, "abc123"), "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"env.TOKEN": "a-secret"}}


def test_secrets_that_nobody_owns_are_owned_or_removed(cluster: Cluster, namespace: Callable[..., str]) -> None:
    place = namespace("sweeping")
    foreign = {**left_behind(place, "ghost"), "metadata": {"name": "of-somebody-else", "namespace": place}}
    cluster.apply(left_behind(place, "ghost"), left_behind(place, "web"), foreign)

    async def secrets() -> dict[str, Any]:
        found = await asyncio.to_thread(cluster.get, "secrets", "-n", place)
        return {one["metadata"]["name"]: one["metadata"].get("ownerReferences") for one in found["items"]}

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            spec = WEB.model_copy(update={"env": {"TOKEN": "its-own"}})
            await engine.create(NewDeployment("web", "Web", place, spec, user="ada"))
            await settled(engine, "web")
            (own,) = [name for name, owners in (await secrets()).items() if owners and name.startswith("web-1-")]
            # As if the server had ended before it could make the Secret the deployment's own.
            nobodys = json.dumps({"metadata": {"ownerReferences": None}})
            await asyncio.to_thread(cluster.kubectl, "-n", place, "patch", "secret", own, "-p", nobodys)
            office = engine._at_work

            await Sweeper(office.means, office.clerk).sweep()
            # Whoever made them may be at work still.
            assert await secrets() == {
                own: None,
                "ghost-1-abc123": None,
                "web-1-abc123": None,
                "of-somebody-else": None,
            }

            await Sweeper(office.means, office.clerk, grace=timedelta(0)).sweep()
            after = await secrets()
            assert set(after) == {own, "of-somebody-else"}
            assert [owner["name"] for owner in after[own]] == ["web"]

    run(scenario())
