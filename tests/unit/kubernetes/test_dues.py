"""What a namespace's deployments take of its quota, whatever somebody wrote into one of them."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.kubernetes.api.kinds import Kind
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.flavors.primehub import PrimeHub
from primehub_deploy_ext.engines.kubernetes.quota.dues import Dues
from primehub_deploy_ext.engines.kubernetes.reading.times import moment
from tests.unit.kubernetes.test_projection import MACHINE, SPEC, began, owner

NAMES = {"name": "broken", "namespace": "team", "uid": "b"}


class Cluster:
    """A namespace in which one deployment is sound."""

    def __init__(self, broken: dict[str, Any], kind: Kind) -> None:
        self.left: list[Flavor] = []
        self.items = {Plain.owner: [owner(began(), SPEC)]}
        self.items.setdefault(kind, []).append(broken)

    async def list(self, kind: Kind, _: str) -> list[dict[str, Any]]:
        return self.items.get(kind, [])

    def id_at(self, _: str, key: tuple[str, str]) -> str:
        return key[1]

    def left_in(self, _: str) -> list[Flavor]:
        return self.left

    async def of_one_node(self) -> Resources:
        return MACHINE


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        ({"metadata": NAMES}, Plain.owner),
        ({"metadata": NAMES, "spec": {"replicas": "many"}}, Plain.owner),
        ({"metadata": NAMES, "spec": {}}, PrimeHub.owner),
        ({"metadata": NAMES, "spec": {"predictors": []}}, PrimeHub.owner),
    ],
)
async def test_one_that_makes_no_sense_keeps_nobody_from_deploying(broken: dict[str, Any], kind: Kind) -> None:
    cluster: Any = Cluster(broken, kind)
    taken = await Dues(cluster, cluster, {"plain": Plain(), "primehub": PrimeHub()}, cluster).taken("team")
    assert taken["iris"].cpu == 2


@pytest.mark.parametrize("spec", [{}, {"predictors": []}, {"predictors": None}])
def test_what_somebody_wrote_of_a_deployment_of_primehubs_is_read_as_far_as_it_goes(spec: dict[str, Any]) -> None:
    history = [{"time": "yesterday", "spec": spec}, {"time": 5, "spec": spec}, {"spec": spec}]
    body = {"metadata": NAMES, "spec": spec, "status": {"history": history}}
    flavor = PrimeHub()
    assert not flavor.standing(body, [], {}).complete
    assert flavor.count(body) == 1
    assert flavor.told(body).updated_at is None
    assert flavor.past(body) == []


@pytest.mark.parametrize("text", ["yesterday", "", None, 5, "2026-01-01"])
def test_what_is_no_time_is_none(text: Any) -> None:
    assert moment(text) is None
