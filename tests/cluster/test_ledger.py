"""Quotas on a real cluster: several servers race for them, in a real ConfigMap."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import QuotaExceeded
from primehub_deploy_ext.domain.resources import Quota, Resources, Usage
from primehub_deploy_ext.engines.kubernetes.api.client import Api, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONFIG_MAP, DEPLOYMENT
from primehub_deploy_ext.engines.kubernetes.quota.asks import asks
from primehub_deploy_ext.engines.kubernetes.quota.grant_store import NAME, ConfigMapGrants
from primehub_deploy_ext.engines.kubernetes.quota.grants import EXPIRY, Wish
from primehub_deploy_ext.engines.kubernetes.quota.ledger import Ledger
from tests.cluster.cluster import Cluster

LIMIT = 60.0
MACHINE = Resources(cpu=4, memory=2**34)
ONE = Usage(cpu=1, memory=2**28, deployments=1)


class Server:
    """One of several servers: its own connections, and its own ledger."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.api = Api(Source(str(cluster.kubeconfig())))
        self.namespace = namespace
        self.now = 0.0
        self.ledger = Ledger(ConfigMapGrants(self.api), self.taken, clock=lambda: self.now)

    async def taken(self, namespace: str) -> Mapping[str, Usage]:
        found = await self.api.list(DEPLOYMENT, namespace)
        return {
            item["metadata"]["name"]: asks(item["spec"]["template"]["spec"], item["spec"]["replicas"], MACHINE)
            for item in found
        }

    async def create(self, id: str, quota: Quota) -> str:
        try:
            async with self.ledger.grant(Wish(self.namespace, "team", id, quota, wanted=ONE)) as grant:
                grant.check()
                await self.api.create(DEPLOYMENT, deployment(id, self.namespace))
        except QuotaExceeded:
            return "refused"
        return "granted"


def deployment(id: str, namespace: str) -> dict[str, Any]:
    """Its pods find no node: what counts is what it asks for."""
    container = {"name": "model", "image": "none", "resources": {"limits": {"cpu": "1", "memory": "256Mi"}}}
    pod = {"containers": [container], "nodeSelector": {"nowhere": "yes"}}
    return {
        **DEPLOYMENT.stub(id, namespace),
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": id}},
            "template": {"metadata": {"labels": {"app": id}}, "spec": pod},
        },
    }


@asynccontextmanager
async def servers(cluster: Cluster, namespace: str, count: int) -> Any:
    async with AsyncExitStack() as stack:
        found = [Server(cluster, namespace) for _ in range(count)]
        for server in found:
            await server.api.open()
            stack.push_async_callback(server.api.close)
        yield found


def run(scenario: Any) -> None:
    asyncio.run(asyncio.wait_for(scenario, LIMIT))


def test_of_fifty_wishes_from_four_servers_exactly_those_that_fit_are_granted(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    async def scenario() -> None:
        async with servers(cluster, namespace("ledger"), 4) as found:
            outcomes = await asyncio.gather(
                *(found[number % 4].create(f"new-{number}", Quota(cpu=10)) for number in range(50))
            )
            assert Counter(outcomes) == {"granted": 10, "refused": 40}
            taken = await found[0].taken(found[0].namespace)
            assert len(taken) == 10
            config_map = await found[0].api.get(CONFIG_MAP, NAME, found[0].namespace)
            assert not config_map.get("data"), "promises are taken back"

    run(scenario())


def test_what_was_made_with_kubectl_counts(cluster: Cluster, namespace: Callable[..., str]) -> None:
    async def scenario() -> None:
        async with servers(cluster, namespace("ledger"), 1) as (server,):
            cluster.apply(deployment("by-kubectl", server.namespace))
            cluster.kubectl("scale", "deployment/by-kubectl", "-n", server.namespace, "--replicas=3")
            assert await server.create("fits", Quota(cpu=4)) == "granted"
            with pytest.raises(QuotaExceeded, match=r"by-kubectl \(3\)"):
                async with server.ledger.grant(Wish(server.namespace, "team", "not", Quota(cpu=4), wanted=ONE)):
                    pass

    run(scenario())


def test_a_server_that_died_holds_its_promise_until_it_expires_and_odd_entries_hold_nothing(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    async def scenario() -> None:
        async with servers(cluster, namespace("ledger"), 2) as (dies, lives):
            quota = Quota(deployments=1)
            await dies.ledger.grant(Wish(dies.namespace, "team", "first", quota, wanted=ONE)).__aenter__()
            patch = {"data": {"odd": "written by hand"}}
            await lives.api.patch(CONFIG_MAP, NAME, patch, lives.namespace)
            assert await lives.create("second", quota) == "refused"
            lives.now += EXPIRY
            assert await lives.create("second", quota) == "granted"

    run(scenario())


def test_a_ledger_that_somebody_deletes_begins_anew(cluster: Cluster, namespace: Callable[..., str]) -> None:
    async def scenario() -> None:
        async with servers(cluster, namespace("ledger"), 1) as (server,):
            assert await server.create("first", Quota(cpu=2)) == "granted"
            cluster.kubectl("delete", "configmap", NAME, "-n", server.namespace)
            assert await server.create("second", Quota(cpu=2)) == "granted"
            assert await server.create("third", Quota(cpu=2)) == "refused"

    run(scenario())
