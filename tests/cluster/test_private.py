"""Private endpoints on the real cluster, where replicas come, die and hang while it changes who may call."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from primehub_deploy_ext.domain.clients import new_token
from primehub_deploy_ext.domain.errors import EngineUnavailable, InvalidInput, QuotaExceeded
from primehub_deploy_ext.domain.models import Deployment, DeploymentSpec, Model, Replica, UpdateDeployment
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.engines.base import NewClient, NewDeployment, PredictRequest
from primehub_deploy_ext.engines.kubernetes.guests import criers
from tests.cluster.cluster import WEB_IMAGE
from tests.cluster.stories import Story
from tests.engines.bench import infer
from tests.engines.kubernetes_bench import KubernetesBench, process_of

pytestmark = pytest.mark.timeout(300)


async def let_in(bench: KubernetesBench, id: str, name: str) -> dict[str, str]:
    token = new_token(name)
    await bench.engine.add_client(id, NewClient(name=name, token=token, user="ada"))
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def knocking(bench: KubernetesBench, deployment: Deployment, headers: dict[str, str]) -> AsyncIterator[set[int]]:
    """Call all the time as somebody who was revoked; yields what he heard."""
    heard: set[int] = set()
    ending = asyncio.Event()

    async def knock() -> None:
        while not ending.is_set():
            try:
                heard.add((await bench.call(deployment, headers=headers))[0])
            except (OSError, HTTPClientError):
                # Refused, or cut off in the middle by the end of the replica.
                heard.add(0)
            await asyncio.sleep(0.003)

    tasks = [asyncio.create_task(knock()) for _ in range(4)]
    try:
        yield heard
    finally:
        ending.set()
        await asyncio.gather(*tasks)


def test_a_replica_that_dies_right_after_a_revocation_lets_nobody_in_again(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("reborn", access="private")
        headers = await let_in(bench, "reborn", "mallory")
        (replica,) = await bench.engine.replicas("reborn")
        await bench.engine.remove_client("reborn", "mallory", user="ada")
        async with knocking(bench, deployment, headers) as heard:
            await bench.kill(deployment, replica)
            while not any(r.attempt > 1 and r.serving for r in await bench.engine.replicas("reborn")):
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)
        assert 200 not in heard
        assert 401 in heard

    story(told)


def test_replicas_that_start_while_clients_are_revoked_never_let_them_in(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("growing", access="private")
        headers = await let_in(bench, "growing", "mallory")
        await bench.engine.scale("growing", 4, user="ada")
        while sum(_has_begun(bench, pod) for pod in await pods_of(bench, "growing")) < 3:
            await asyncio.sleep(0.02)
        await bench.engine.remove_client("growing", "mallory", user="ada")
        async with knocking(bench, deployment, headers) as heard:
            await bench.settled("growing")
            await asyncio.sleep(1)
        assert heard == {401}

    story(told)


def test_a_replica_that_hangs_is_named_and_shuts_the_door_as_soon_as_it_can(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("hanging", access="private")
        headers = await let_in(bench, "hanging", "mallory")
        (replica,) = await bench.engine.replicas("hanging")
        # From here on nobody has to confirm anything in time.
        monkeypatch.setattr(criers, "_TELL_LIMIT", 2.0)
        monkeypatch.setattr(criers, "_CALL_LIMIT", 1.0)
        process = process_of(await pod_of(bench, replica))
        os.kill(process, signal.SIGSTOP)
        try:
            with pytest.raises(
                EngineUnavailable, match=r"'mallory' is revoked, but the replica .* did not confirm"
            ) as told:
                await bench.engine.remove_client("hanging", "mallory", user="ada")
            assert told.value.details == {"replicas": [replica.name]}
            with pytest.raises(EngineUnavailable):
                await let_in(bench, "hanging", "late")
        finally:
            os.kill(process, signal.SIGCONT)
        assert [client.name for client in await bench.engine.clients("hanging")] == []
        began = time.monotonic()
        while (await bench.call(deployment, headers=headers))[0] == 200:
            await asyncio.sleep(0.02)
        # It reads what the kubelet brought meanwhile; nobody tells it anything.
        assert time.monotonic() - began < 60

    story(told)


def test_what_cant_check_who_calls_is_never_called_private(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        image = DeploymentSpec(model=Model(image=WEB_IMAGE), access="private")
        with pytest.raises(InvalidInput) as refused:
            await bench.engine.create(NewDeployment(id="web", name="Web", group="team", user="ada", spec=image))
        assert refused.value.fields[0]["field"] == "access"
        assert "Ingress or gateway" in refused.value.message
        await bench.deployed("web", Model(image=WEB_IMAGE))
        for change in (
            UpdateDeployment(access="private"),
            UpdateDeployment(access="private", model=await bench.model(lambda x: x)),
        ):
            with pytest.raises(InvalidInput) as refused:
                await bench.engine.update("web", change, user="ada")
            assert refused.value.fields[0]["field"] == "access"
        with pytest.raises(InvalidInput):
            await let_in(bench, "web", "alice")
        assert (await bench.engine.get("web")).spec.access == "public"
        # Once the runner serves, it can.
        await bench.engine.update("web", UpdateDeployment(model=await bench.model(lambda x: x)), user="ada")
        await bench.settled("web")
        await bench.engine.update("web", UpdateDeployment(access="private"), user="ada")
        assert (await bench.call(await bench.engine.get("web")))[0] == 401
        with pytest.raises(InvalidInput):
            await bench.engine.rollback("web", 1, user="ada")

    story(told)


def test_a_wish_that_is_refused_leaves_the_endpoint_as_open_as_it_was(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("refused")
        too_much = UpdateDeployment(access="private", replicas=5)
        with pytest.raises(QuotaExceeded):
            await bench.engine.update("refused", too_much, user="ada", quota=Quota(deployments=9, memory="1Mi"))
        assert (await bench.call(deployment))[0] == 200
        assert (await bench.engine.get("refused")).spec.access == "public"

    story(told)


def test_what_a_server_closed_that_died_before_it_wrote_why_is_opened_with_the_next_wish(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("halfway")
        office = bench.engine._at_work
        await office.doors.close_for(await office.desk.fresh("halfway"), 2)
        # Closed too long rather than open too long.
        assert (await bench.call(deployment))[0] == 401
        await bench.engine.update("halfway", UpdateDeployment(description="anything"), user="grace")
        await bench.settled("halfway")
        assert (await bench.call(deployment))[0] == 200

    story(told)


def test_all_of_it_works_through_the_api_server_alone(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("proxied")
        await bench.engine.update("proxied", UpdateDeployment(access="private"), user="ada")
        headers = await let_in(bench, "proxied", "alice")
        assert (await bench.call(deployment))[0] == 401
        assert (await bench.call(deployment, headers=headers))[0] == 200
        answer = await bench.engine.predict("proxied", PredictRequest(body=json.dumps(infer(4)).encode()))
        assert (answer.status, answer.body["outputs"][0]["data"]) == (200, [8])
        assert (await bench.engine.clients("proxied"))[0].last_used_at is not None
        await bench.engine.remove_client("proxied", "alice", user="ada")
        assert (await bench.call(deployment, headers=headers))[0] == 401

    story(told, reach="proxy")


def test_two_servers_change_the_clients_at_once_and_none_is_lost(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        await bench.deployed("busy", access="private")
        other = KubernetesBench(bench.cluster, bench.namespaces, "plain")
        await other.open()
        try:
            await other.engine.get("busy")
            names = [f"client-{number}" for number in range(8)]
            turns = [bench, other] * 4
            added = await asyncio.gather(*(let_in(one, "busy", name) for one, name in zip(turns, names, strict=True)))
            assert [client.name for client in await other.engine.clients("busy")] == names
            deployment = await bench.engine.get("busy")
            for headers in added:
                assert (await bench.call(deployment, headers=headers))[0] == 200
        finally:
            await other.close()

    story(told)


def test_when_a_client_was_used_outlives_the_replica(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("remembered", access="private")
        headers = await let_in(bench, "remembered", "alice")
        began = datetime.now(timezone.utc) - timedelta(seconds=1)
        await bench.call(deployment, headers=headers)
        await bench.engine.stop("remembered", user="ada")
        await bench.settled("remembered")
        (alice,) = await bench.engine.clients("remembered")
        assert alice.last_used_at is not None
        assert began < alice.last_used_at < datetime.now(timezone.utc)
        assert "ClientAdded" in {event.reason for event in await bench.engine.events("remembered")}

    story(told)


def test_an_access_secret_that_somebody_removed_is_there_again_with_its_clients(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("mended", access="private")
        headers = await let_in(bench, "mended", "alice")
        await kubectl(bench, "delete", "secret", await access_secret(bench, "mended"))
        # Its new pods can't start without it.
        await bench.engine.restart("mended", user="ada")
        await bench.settled("mended")
        assert (await bench.engine.revisions("mended"))[0].outcome is Outcome.SUCCEEDED
        assert (await bench.call(deployment, headers=headers))[0] == 200
        assert (await bench.call(deployment))[0] == 401
        await bench.engine.remove_client("mended", "alice", user="ada")
        assert (await bench.call(deployment, headers=headers))[0] == 401
        events = [event for event in await bench.engine.events("mended") if event.reason == "AccessRestored"]
        assert events[0].message.endswith("made anew with the 1 client that it had")

    story(told)


def test_an_access_secret_that_nobody_remembers_is_made_anew_and_lets_nobody_in(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("forgotten", access="private")
        headers = await let_in(bench, "forgotten", "alice")
        (before,) = await bench.engine.replicas("forgotten")
        await bench.close()
        await kubectl(bench, "delete", "secret", await access_secret(bench, "forgotten"))
        # A server that was not there when it was whole knows no key by which replicas would tell it anything.
        await bench.open()
        assert await bench.engine.clients("forgotten") == []
        while (await bench.call(deployment, headers=headers))[0] == 200:
            await asyncio.sleep(0.1)
        again = await let_in(bench, "forgotten", "grace")
        assert (await bench.call(deployment, headers=again))[0] == 200
        assert (await bench.call(deployment, headers=headers))[0] == 401
        answer = await bench.engine.predict("forgotten", PredictRequest(body=json.dumps(infer(4)).encode()))
        assert answer.status == 200
        (after,) = await bench.engine.replicas("forgotten")
        assert bench.identity(after) == bench.identity(before)
        (event,) = [one for one in await bench.engine.events("forgotten") if one.reason == "ClientsLost"]
        assert "closed until clients are let in anew" in event.message

    story(told)


def test_an_access_secret_of_a_later_version_is_left_alone_and_says_what_to_do(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("later", access="private")
        headers = await let_in(bench, "later", "alice")
        secret = await access_secret(bench, "later")
        before = await secret_of(bench, secret)
        document = base64.b64encode(json.dumps({"format": 2, "doors": {"front": {}}}).encode()).decode()
        await kubectl(bench, "patch", "secret", secret, "-p", json.dumps({"data": {"access.json": document}}))
        written = await secret_of(bench, secret)
        for refused in (
            bench.engine.clients("later"),
            let_in(bench, "later", "grace"),
            bench.engine.remove_client("later", "alice", user="ada"),
        ):
            with pytest.raises(EngineUnavailable, match="Update primehub-deploy-ext on this server"):
                await refused
        # What runs keeps to what it knew.
        assert (await bench.call(deployment, headers=headers))[0] == 200
        assert (await bench.call(deployment))[0] == 401
        assert await secret_of(bench, secret) == written
        # The later version is back.
        await kubectl(bench, "patch", "secret", secret, "-p", json.dumps({"data": before["data"]}))
        assert [client.name for client in await bench.engine.clients("later")] == ["alice"]

    story(told)


def test_a_key_that_is_taken_away_is_replaced_and_taken_up_by_what_runs(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        deployment = await bench.deployed("rotated", access="private")
        headers = await let_in(bench, "rotated", "alice")
        (before,) = await bench.engine.replicas("rotated")
        request = PredictRequest(body=json.dumps(infer(4)).encode())
        assert (await bench.engine.predict("rotated", request)).status == 200
        secret = await access_secret(bench, "rotated")
        gone = '[{"op": "remove", "path": "/data/key"}]'
        await kubectl(bench, "patch", "secret", secret, "--type=json", "-p", gone)
        # Whoever looks at the clients has it made; the kubelet brings it.
        assert [client.name for client in await bench.engine.clients("rotated")] == ["alice"]
        began = time.monotonic()
        while (await bench.engine.predict("rotated", request)).status == 401:
            await asyncio.sleep(0.05)
        assert time.monotonic() - began < 90
        assert (await bench.call(deployment, headers=headers))[0] == 200
        await bench.engine.remove_client("rotated", "alice", user="ada")
        assert (await bench.call(deployment, headers=headers))[0] == 401
        (after,) = await bench.engine.replicas("rotated")
        assert bench.identity(after) == bench.identity(before)

    story(told)


async def access_secret(bench: KubernetesBench, id: str) -> str:
    found = await asyncio.to_thread(bench.cluster.get, "deployment", id, "-n", bench.namespaces["team"])
    name: str = found["metadata"]["annotations"]["primehub-deploy.io/access"]
    return name


async def secret_of(bench: KubernetesBench, name: str) -> dict[str, Any]:
    return await asyncio.to_thread(bench.cluster.get, "secret", name, "-n", bench.namespaces["team"])


async def kubectl(bench: KubernetesBench, *command: str) -> None:
    await asyncio.to_thread(bench.cluster.kubectl, "-n", bench.namespaces["team"], *command)


async def pods_of(bench: KubernetesBench, id: str) -> list[dict[str, Any]]:
    label = f"primehub-deploy.io/deployment={id}"
    found = await asyncio.to_thread(bench.cluster.get, "pods", "-n", bench.namespaces["team"], "-l", label)
    items: list[dict[str, Any]] = found["items"]
    return items


async def pod_of(bench: KubernetesBench, replica: Replica) -> dict[str, Any]:
    found: dict[str, Any] = await asyncio.to_thread(
        bench.cluster.get, "pod", replica.name, "-n", bench.namespaces["team"]
    )
    return found


def _has_begun(bench: KubernetesBench, pod: dict[str, Any]) -> bool:
    """Tell whether the kubelet has mounted what there was."""
    folder = bench.cluster.state / "kubelet/pods" / pod["metadata"]["uid"]
    return bool((folder / "volumes/kubernetes.io~secret/access/access.json").exists())
