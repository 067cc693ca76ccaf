"""Ids are of all namespaces, names of one: whoever sees a name twice gets a clear answer, the same on every server."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes.api.client import Api, Source
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.known.mirror import Mirror
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces
from primehub_deploy_ext.engines.kubernetes.known.world import World

Json = dict[str, Any]


class Place:
    """A namespace as the world asks it."""

    def __init__(self, **created: str) -> None:
        self.owners = {("plain", name): {"metadata": {"creationTimestamp": time}} for name, time in created.items()}

    def owner(self, key: tuple[str, str]) -> Json | None:
        return self.owners.get(key)


def world(told: list[str], **namespaces: Place) -> World:
    api = Api(Source())
    made = World(api, Namespaces(api, []), [Plain()], told.append, lambda: None)
    made._mirrors = dict(namespaces)  # type: ignore[arg-type]
    return made


IRIS = ("plain", "iris")


@pytest.mark.parametrize("order", list(itertools.permutations(["research", "sales", "ops"])))
def test_the_oldest_of_a_name_has_it_whichever_is_seen_first(order: tuple[str, ...]) -> None:
    places = {"research": Place(iris="2026-01-02"), "sales": Place(iris="2026-01-01"), "ops": Place(iris="2026-01-03")}
    told: list[str] = []
    seen = world(told, **places)
    for namespace in order:
        seen.id_at(namespace, IRIS)
    ids = {namespace: seen.id_at(namespace, IRIS) for namespace in places}
    assert ids["sales"] == "iris"
    assert len(set(ids.values())) == 3
    assert all(one.startswith("iris-") for namespace, one in ids.items() if namespace != "sales")
    for namespace, one in ids.items():
        found = seen.find(one)
        assert found is not None
        assert found[0] is places[namespace]  # type: ignore[comparison-overlap]
    # What was called otherwise for a moment is told under its new name.
    renamed = [one for one in ids.values() if one in told]
    assert renamed or order[0] == "sales"


def test_an_id_stays_when_the_other_goes() -> None:
    research, sales = Place(iris="2026-01-01"), Place(iris="2026-01-02")
    seen = world([], research=research, sales=sales)
    assert seen.id_at("research", IRIS) == "iris"
    other = seen.id_at("sales", IRIS)
    del research.owners[IRIS]
    # Whoever deletes "iris" twice must not meet another one the second time.
    assert seen.id_at("sales", IRIS) == other
    assert not seen.is_there("iris")


def test_a_name_that_is_free_again_is_given_to_who_comes() -> None:
    research, sales = Place(iris="2026-01-01"), Place()
    seen = world([], research=research, sales=sales)
    seen.id_at("research", IRIS)
    del research.owners[IRIS]
    sales.owners[IRIS] = {"metadata": {"creationTimestamp": "2026-01-05"}}
    assert seen.id_at("sales", IRIS) == "iris"
    research.owners[IRIS] = {"metadata": {"creationTimestamp": "2026-01-06"}}
    assert seen.id_at("research", IRIS) != "iris"


def test_what_is_no_id_gets_one() -> None:
    seen = world([], research=Place(**{"my.model": "2026-01-01"}))
    assert seen.id_at("research", ("plain", "my.model")).startswith("my-model-")


def test_what_is_gone_is_told_once_and_remembered_no_more() -> None:
    told: list[str] = []
    seen = world(told)
    there = Mirror(seen._api, "research", "research", [Plain()], seen.pulse, seen._changed)
    there._listed.set()
    seen._mirrors["research"] = there
    for number in range(3):
        metadata = {"name": f"iris-{number}", "namespace": "research", "uid": f"u{number}", "resourceVersion": "1"}
        there.owners["plain"].items[metadata["name"]] = {"metadata": metadata, "spec": {}}
        there._changed(("plain", metadata["name"]))
    assert set(told) == {"iris-0", "iris-1", "iris-2"} == set(seen._places)
    told.clear()
    seen.wrote("research", ("plain", "iris-0"), None)
    there.owners["plain"]._drop("iris-1")
    assert told == ["iris-0", "iris-1"]
    assert (list(seen._places), list(seen._ids.values())) == (["iris-2"], ["iris-2"])
    assert seen.find("iris-0") is None
    there.owners["plain"]._drop("iris-0")
    assert told == ["iris-0", "iris-1"]
