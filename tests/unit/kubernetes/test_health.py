"""What is wrong and what to do about it: a cluster that is away is another matter than one that says no."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes.health import health_of

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=timezone.utc)
LACKING = {"namespace": "research", "message": "the cluster does not let 'alice' list events", "yaml": "kind: Role"}


class Office:
    """An engine that has listed all, what is wrong with one of its watches, and what it may not."""

    def __init__(self, error: str = "", *, refused: bool = False, **closed: str) -> None:
        watch = SimpleNamespace(kind="events", namespace="research", last_sync=NOW, error=error, refused=refused)
        anybody: Any = self
        self.api = self.settings = self.world = self.means = self.way = self.preflight = self.namespaces = anybody
        self.server, self.context, self.public_url, self.route, self.flavors = "https://cluster.test", "", "", "", []
        self.why_none = "nobody labelled one"
        self.closed = closed
        self.lost: dict[str, str] = {}
        self.problem, self.as_of, self.compared = error, NOW, True
        self.watches = [] if closed else [watch]
        self.asked: list[str] = []

    def reflectors(self) -> list[Any]:
        return self.watches

    def mirrors(self) -> list[Any]:
        return [SimpleNamespace(namespace="research", group="research") for _ in self.watches]

    def flavor_of(self, _: str) -> str:
        return "plain"

    def doubt(self, namespaces: Any) -> None:
        self.doubted = list(namespaces)

    async def lacking(self, needs: dict[str, Any]) -> list[dict[str, str]]:
        self.asked = list(needs)
        return [LACKING]


async def test_rights_that_are_taken_away_are_told_as_that_with_what_gives_them() -> None:
    refused: Any = Office('events is forbidden: User "alice" cannot list resource "events"', refused=True)
    health = await health_of(refused, "kubernetes")
    assert health.status == "degraded"
    assert health.message.startswith(
        "The cluster does not let this server see all of what is shown any more: events is"
    )
    assert health.message.endswith(" What is shown is as of 12:30:00 UTC.")
    assert health.details["lacking"] == [LACKING]


async def test_a_cluster_that_is_away_is_not_asked_what_it_allows() -> None:
    away: Any = Office("no connection to https://cluster.test")
    health = await health_of(away, "kubernetes")
    assert health.message.startswith("The cluster can't be reached: no connection to https://cluster.test. ")
    assert (health.details["lacking"], away.asked) == ([], [])


@pytest.mark.parametrize("closed", [{}, {"sales": "sales"}])
async def test_where_none_is_managed_the_way_out_is_told(closed: dict[str, str]) -> None:
    empty: Any = Office(**closed)
    empty.watches = []
    health = await health_of(empty, "kubernetes")
    assert (health.status, health.message) == ("ok", "nobody labelled one")
    assert empty.asked == list(closed), "what a known group lacks is told with its manifest"


async def test_a_namespace_that_was_closed_is_told_with_what_opens_it() -> None:
    office: Any = Office()
    office.lost = {"sales": "sales"}
    health = await health_of(office, "kubernetes")
    assert (health.status, office.asked) == ("degraded", ["research", "sales"])
    assert office.doubted == ["sales"], "that all was allowed a moment ago is no answer"
    assert health.message.startswith("The cluster does not let this server look into 'sales' any more: deployments")


async def test_of_many_that_were_closed_a_few_are_asked_about() -> None:
    office: Any = Office()
    office.lost = {f"group-{number}": f"group-{number}" for number in range(5)}
    office.watches *= 4
    health = await health_of(office, "kubernetes")
    assert "look into 'group-0', 'group-1', 'group-2' and 2 more any more" in health.message
    assert office.asked == ["research", "group-0", "group-1", "group-2"]
