"""The way in from outside, where the cluster learns of its kind only later: it is made then, and anew with a change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import UpdateDeployment
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.base import NewDeployment
from tests.cluster.cluster import Cluster
from tests.cluster.engines import WEB, engine_of, run, settled, until

ROUTES = "httproutes.gateway.networking.k8s.io"
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def of(*required: str, **fields: Any) -> dict[str, Any]:
    """Return the schema of an object that has these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(required)}


def some(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": item}


def definition() -> dict[str, Any]:
    """Return an HTTPRoute as the Gateway API has it (v1), as far as one of ours goes; what it knows not it refuses.

    https://gateway-api.sigs.k8s.io/reference/spec/#httproute
    """
    path = of("type", "value", type={"enum": ["Exact", "PathPrefix", "RegularExpression"], **TEXT}, value=TEXT)
    replaced = of("type", type={"enum": ["ReplaceFullPath", "ReplacePrefixMatch"], **TEXT}, replacePrefixMatch=TEXT)
    rewrite = of("type", type={"enum": ["URLRewrite"], **TEXT}, urlRewrite=of(path=replaced))
    backend = of("name", name=TEXT, port={"minimum": 1, "maximum": 65535, **NUMBER})
    rule = of(matches=some(of(path=path)), filters=some(rewrite), backendRefs=some(backend))
    parent = of("name", name=TEXT, namespace=TEXT, sectionName=TEXT)
    spec = of(parentRefs=some(parent), hostnames=some(TEXT), rules=some(rule))
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": of("spec", spec=spec)}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": ROUTES,
            "annotations": {"api-approved.kubernetes.io": "unapproved, a stand-in of a test"},
        },
        "spec": {
            "group": "gateway.networking.k8s.io",
            "scope": "Namespaced",
            "names": {"kind": "HTTPRoute", "plural": "httproutes", "singular": "httproute"},
            "versions": [version],
        },
    }


@pytest.fixture
def gateways_come(cluster: Cluster) -> Iterator[Callable[[], None]]:
    """Give the cluster the kind of route that it has not."""
    yield lambda: cluster.apply(definition())
    cluster.kubectl("delete", "crd", ROUTES, "--ignore-not-found", "--wait=false")


def test_a_route_is_made_once_there_is_its_kind_and_anew_and_goes_with_its_deployment(
    cluster: Cluster, namespace: Callable[..., str], gateways_come: Callable[[], None]
) -> None:
    place = namespace("routes")
    way = {"route": "gateway", "gateway": "infra/public/web", "public_url": "https://models.example.com"}

    async def routes() -> list[dict[str, Any]]:
        try:
            found = await asyncio.to_thread(cluster.get, ROUTES, "-n", place)
        except AssertionError:  # the cluster has no such kind yet
            return []
        return list(found["items"])

    async def scenario() -> None:
        async with engine_of(cluster, place, **way) as engine:
            await engine.create(NewDeployment("web", "Web", place, WEB, user="ada"))
            await asyncio.to_thread(gateways_come)
            (route,) = await until(routes, "the route to be made, now that there is its kind")
            (owner,) = route["metadata"]["ownerReferences"]
            assert (route["metadata"]["name"], owner["kind"], owner["name"]) == ("web", "Deployment", "web")
            assert route["spec"]["parentRefs"][0] | {"group": "", "kind": ""} == {
                "namespace": "infra", "name": "public", "sectionName": "web", "group": "", "kind": "",
            }  # fmt: skip
            assert route["spec"]["hostnames"] == ["models.example.com"]
            (rule,) = route["spec"]["rules"]
            assert rule["matches"][0]["path"] == {"type": "PathPrefix", "value": "/deployment/web"}
            assert rule["filters"][0]["urlRewrite"]["path"]["replacePrefixMatch"] == "/"
            assert (rule["backendRefs"][0]["name"], rule["backendRefs"][0]["port"]) == ("web", 80)
            await settled(engine, "web")
            assert (await engine.get("web")).endpoint == "https://models.example.com/deployment/web/"

            await asyncio.to_thread(cluster.kubectl, "-n", place, "delete", ROUTES, "web")
            assert await routes() == []
            await engine.update("web", UpdateDeployment(description="again"), user="ada")
            (made_anew,) = await until(routes, "the route to be made anew")
            assert made_anew["metadata"]["uid"] != route["metadata"]["uid"]
            assert made_anew["spec"] == route["spec"]
            await settled(engine, "web")
            assert [one.outcome for one in await engine.revisions("web")] == [Outcome.SUCCEEDED] * 2

            await engine.delete("web")
            assert await routes() == []

    run(scenario())
