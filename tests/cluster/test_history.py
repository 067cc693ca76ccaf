"""What happened to a deployment is told long after the cluster has forgotten it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from primehub_deploy_ext.domain.models import Event, UpdateDeployment
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.base import NewDeployment
from tests.cluster.cluster import Cluster
from tests.cluster.engines import WEB, engine_of, run, settled, until


def of(events: list[Event], reason: str) -> list[Event]:
    return [event for event in events if event.reason == reason]


def is_crash_loop(event: Event) -> bool:
    return event.kind == "Warning" and event.reason == "BackOff"


@pytest.mark.timeout(300)
def test_events_are_told_after_the_cluster_has_dropped_them(cluster: Cluster, namespace: Callable[..., str]) -> None:
    place = namespace("history")

    async def kubectl(*arguments: str) -> str:
        return await asyncio.to_thread(cluster.kubectl, "-n", place, *arguments)

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            await engine.create(NewDeployment("web", "Web", place, WEB, user="ada"))
            await settled(engine, "web")
            broken = WEB.model.model_copy(update={"image": f"{cluster.registry[0]}/web:absent"})
            await engine.update("web", UpdateDeployment(model=broken), user="bob")
            await settled(engine, "web")

            # Long after both have ended: it crashes until the kubelet backs off.
            async def backs_off() -> list[Event]:
                (replica,) = [one for one in await engine.replicas("web") if one.revision == 1]
                if replica.serving:
                    # It takes its own shell with it: that it "failed" says nothing.
                    with contextlib.suppress(AssertionError):
                        await kubectl("exec", replica.name, "--", "/bin/sh", "-c", "kill 1")
                return [event for event in await engine.events("web") if is_crash_loop(event)]

            while not await backs_off():
                await asyncio.sleep(0.5)
            replica = (await engine.replicas("web"))[0].name
            await engine.restart_replica("web", replica, user="ada")

            async def is_kept() -> bool:
                pages = await asyncio.to_thread(cluster.get, "controllerrevisions", "-n", place)
                text = str([page["metadata"].get("annotations") for page in pages["items"]])
                return "restarting failed container" in text and "ada: restarted" in text

            await until(is_kept, "what came later to be kept")
            before = await engine.events("web")
            await kubectl("delete", "events", "--all")

        async with engine_of(cluster, place) as another:
            after = await another.events("web")

        told = {(event.reason, event.replica, event.revision) for event in after}
        # All that happened while revisions were rolled out, and of what came later all that was trouble.
        wanted = [event for event in before if event.kind == "Warning" or event.reason == "Restarted"]
        assert {(event.reason, event.replica, event.revision) for event in wanted} <= told
        assert of(after, "ScalingReplicaSet")
        assert [event.revision for event in of(after, "Pulled")] == [1]
        assert {event.revision for event in of(after, "Failed")} == {2}
        assert any(map(is_crash_loop, after))
        assert sorted(after, key=lambda event: event.time, reverse=True) == after

    run(scenario())


def test_a_route_that_its_server_did_not_live_to_write_is_made_by_another(
    monkeypatch: pytest.MonkeyPatch, cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = namespace("history-route")

    async def routes() -> list[str]:
        found = await asyncio.to_thread(cluster.get, "ingresses", "-n", place)
        return [one["metadata"]["name"] for one in found["items"]]

    async def scenario() -> None:
        settings = {"route": "ingress", "public_url": "https://models.test"}
        async with engine_of(cluster, place, **settings) as dies:
            office = dies._at_work
            inside = replace(office.means, way=office.way.inside())
            monkeypatch.setattr(office.clerk, "_means", inside)
            monkeypatch.setattr(office.clerk, "look", lambda _: None)
            await dies.create(NewDeployment("web", "Web", place, WEB, user="ada"))
        assert await routes() == []

        async with engine_of(cluster, place, **settings) as another:
            await settled(another, "web")
            (revision,) = await another.revisions("web")
        assert (revision.outcome, revision.message) == (Outcome.SUCCEEDED, "")
        assert await routes() == ["web"]

    run(scenario())


def test_what_came_of_a_revision_is_not_lost_with_the_server_that_saw_it(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = namespace("history")

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            await engine.create(NewDeployment("web", "Web", place, WEB, user="ada"))
            await settled(engine, "web")
            # As if the server had ended between the two writes: on the deployment, and on its history.
            lost = "primehub-deploy.io/outcome-"
            await asyncio.to_thread(cluster.kubectl, "-n", place, "annotate", "controllerrevision", "web-1", lost)
            assert (await engine.revisions("web"))[0].outcome is Outcome.SUCCEEDED
            await engine.update("web", UpdateDeployment(description="better"), user="bob")
            await settled(engine, "web")
            assert [one.outcome for one in await engine.revisions("web")] == [Outcome.SUCCEEDED] * 2

    run(scenario())
