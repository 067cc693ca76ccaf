"""Secrets and history that nobody owns: what may still be used is never removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    HTTP_ROUTE,
    INFERENCE_SERVICE,
    INGRESS,
    PH_DEPLOYMENT,
    POD,
    REPLICA_SET,
    SECRET,
    SELDON_DEPLOYMENT,
    SERVICE,
    Kind,
)
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.sweeping import Sweeper

LONG_AGO = "2026-01-01T00:00:00Z"


def secret(**metadata: Any) -> dict[str, Any]:
    labels = {**words.owned("iris", "order", 1), **metadata.pop("labels", {})}
    made = {"name": "iris-1-abc", "uid": "u1", "creationTimestamp": LONG_AGO, "labels": labels, **metadata}
    return {"metadata": made}


def page(**metadata: Any) -> dict[str, Any]:
    labels = {**words.owned("iris", "history", 1), **metadata.pop("labels", {})}
    return {"metadata": {"name": "iris-1", "uid": "p1", "creationTimestamp": LONG_AGO, "labels": labels, **metadata}}


class Place:
    """A namespace: its Secrets, pages of history, the deployments that are known of, and those that are there."""

    namespace = "team"

    def __init__(
        self,
        *secrets: dict[str, Any],
        known: str = "",
        there: str = "",
        kinds: tuple[Kind, ...] = (DEPLOYMENT,),
        closed: tuple[Kind, ...] = (),
        pages: Sequence[dict[str, Any]] = (),
        orphans: Sequence[tuple[Kind, dict[str, Any]]] = (),
        kept: tuple[Kind, ...] = (),
        unknown: tuple[Kind, ...] = (),
    ) -> None:
        self.orphans = {kind: [{"metadata": metadata}] for kind, metadata in orphans}
        self.kept, self.unknown = kept, unknown
        self.pages = list(pages)
        self.secrets = list(secrets)
        self.known = known
        self.there = there
        self.kinds, self.closed = kinds, closed
        self.removed: list[str] = []
        self.time = datetime.now(timezone.utc)
        means: Any = SimpleNamespace(api=self, world=self, flavors={"plain": Plain()})
        self.sweeper = Sweeper(means, archive=None)  # type: ignore[arg-type]

    async def look(self, *minutes: float) -> list[str]:
        """Sweep after each of some pauses, and return what was removed."""
        for pause in minutes:
            self.time += timedelta(minutes=pause)
            await self.sweeper.sweep()
        return self.removed

    async def ready(self) -> None: ...

    async def clock(self) -> datetime:
        return self.time

    def mirrors(self) -> list[Place]:
        return [self]

    def keys(self) -> list[tuple[str, str]]:
        return [("plain", self.known)] if self.known else []

    def seen(self, *_: Any) -> Any:
        return SimpleNamespace(record=None)  # of what was made elsewhere nothing is written

    async def list(self, kind: Kind, *_: Any, **__: Any) -> list[dict[str, Any]]:
        if kind in self.closed:
            raise ApiError(403, "Forbidden", "not yours")
        if kind in self.unknown:
            raise ApiError(404, "NotFound", "the server could not find the requested resource")
        if kind in self.orphans:
            return self.orphans[kind]
        return {SECRET: self.secrets, CONTROLLER_REVISION: self.pages}.get(kind, [])

    async def get(self, kind: Kind, name: str, __: str) -> dict[str, Any]:
        if kind in self.closed:
            raise ApiError(403, "Forbidden", "not yours")
        if name != self.there or kind not in self.kinds:
            raise ApiError(404, "NotFound", "not found")
        return {"metadata": {"name": name}}

    async def discover(self, kinds: set[Kind]) -> set[Kind]:
        return kinds & set(self.kinds)

    async def delete(self, kind: Kind, name: str, *_: Any, **__: Any) -> None:
        if kind in self.kept:
            raise ApiError(403, "Forbidden", "not yours")
        self.removed.append(name)


async def test_what_is_young_by_the_clusters_clock_stays() -> None:
    place = Place(secret(), pages=[page()])
    place.time = datetime(2026, 1, 1, 0, 10, tzinfo=timezone.utc)
    await place.sweeper.sweep()
    assert place.removed == []


async def test_what_no_deployment_has_is_removed() -> None:
    place = Place(secret())
    await place.sweeper.sweep()
    assert place.removed == ["iris-1-abc"]


async def test_kinds_that_the_cluster_does_not_have_hide_nothing() -> None:
    """Whoever has the documented role is refused them (403) before the cluster looks whether it has them."""
    place = Place(secret(), closed=(INFERENCE_SERVICE, SELDON_DEPLOYMENT, PH_DEPLOYMENT))
    await place.sweeper.sweep()
    assert place.removed == ["iris-1-abc"]


@pytest.mark.parametrize(
    "place",
    [
        # Its deployment was made elsewhere: a copy of one of ours, with the Secrets that its pods mount.
        Place(secret(), known="iris"),
        # The watch has not told of its deployment yet, or not for a while.
        Place(secret(), there="iris"),
        # Its flavor was taken out of the configuration; or this server may not see whether it has one.
        Place(secret(), there="iris", kinds=(INFERENCE_SERVICE,)),
        Place(secret(), kinds=(DEPLOYMENT, SELDON_DEPLOYMENT), closed=(SELDON_DEPLOYMENT,)),
        # Nobody tells this server what the cluster has.
        Place(secret(), kinds=(), closed=(SELDON_DEPLOYMENT,)),
        Place(secret(labels={"argocd.argoproj.io/instance": "models"})),
        Place(secret(annotations={"argocd.argoproj.io/tracking-id": "models:/Secret:team/iris-1-abc"})),
        Place(secret(labels={"kustomize.toolkit.fluxcd.io/name": "models"})),
        Place(secret(ownerReferences=[{"uid": "d1"}])),
    ],
    ids=["copied", "untold", "unconfigured", "unseen", "untold-kinds", "argo-label", "argo", "flux", "owned"],
)
async def test_what_may_be_used_stays(place: Place) -> None:
    await place.sweeper.sweep()
    assert place.removed == []


@pytest.mark.parametrize("known", ["", "iris"], ids=["nobody", "the-next-of-this-name"])
async def test_pages_of_a_deployment_that_is_gone_are_removed(known: str) -> None:
    place = Place(known=known, pages=[page()])
    await place.sweeper.sweep()
    assert place.removed == ["iris-1"]


@pytest.mark.parametrize(
    "kept",
    [
        page(ownerReferences=[{"uid": "d1"}]),
        page(labels={"argocd.argoproj.io/instance": "models"}),
        page(labels={words.MANAGED_BY: "somebody"}),
    ],
    ids=["owned", "argo", "of-others"],
)
async def test_pages_that_are_somebodys_stay(kept: dict[str, Any]) -> None:
    place = Place(pages=[kept])
    await place.sweeper.sweep()
    assert place.removed == []


@pytest.mark.parametrize(("closed", "removed"), [(SECRET, "iris-1"), (CONTROLLER_REVISION, "iris-1-abc")])
async def test_who_may_not_list_the_one_sweeps_the_other(closed: Kind, removed: str) -> None:
    place = Place(secret(), pages=[page()], closed=(closed,))
    await place.sweeper.sweep()
    assert place.removed == [removed]


def orphan(name: str, manager: str, **labels: str) -> dict[str, Any]:
    """Return the metadata of what a deployment left."""
    return {
        "name": name,
        "uid": f"uid-of-{name}-by-{manager}",
        "creationTimestamp": LONG_AGO,
        "labels": {**words.owned("iris", "replica", 1), **labels},
        "managedFields": [{"manager": manager, "time": LONG_AGO, "fieldsV1": {"f:spec": {}}}],
    }


HASH = {"pod-template-hash": "5f6b"}
CONTROLLER = "kube-controller-manager"
LEFT = [
    (SERVICE, orphan("iris", words.MANAGER)),
    (INGRESS, orphan("iris", words.MANAGER)),
    (HTTP_ROUTE, orphan("iris", words.MANAGER)),
    (REPLICA_SET, orphan("iris-5f6b", CONTROLLER, **HASH)),
    (POD, orphan("iris-5f6b-x7k2p", CONTROLLER, **HASH)),
]
ALL_OF_IT = ["iris-5f6b", "iris-5f6b-x7k2p", "iris", "iris", "iris"]


async def test_what_ran_and_the_way_to_it_go_once_they_were_nobodys_for_a_while() -> None:
    place = Place(orphans=LEFT)
    assert await place.look(0) == [], "somebody may be about to put the deployment back"
    assert place.sweeper._pause == 15 * 60, "it is looked at again soon"
    assert await place.look(14) == []
    assert await place.look(1) == ALL_OF_IT
    assert await place.look(1) == 2 * ALL_OF_IT, "until it is gone"
    assert place.sweeper._pause == 6 * 3600


async def test_what_was_taken_up_meanwhile_begins_anew() -> None:
    place = Place(orphans=LEFT)
    await place.look(0)
    taken, place.orphans = place.orphans, {}
    await place.look(20)
    place.orphans = taken
    assert await place.look(0, 14) == []
    assert await place.look(1) == ALL_OF_IT


@pytest.mark.parametrize("more", [{"known": "iris"}, {"there": "iris"}], ids=["known", "untold"])
async def test_what_a_deployment_of_that_name_may_use_stays(more: dict[str, str]) -> None:
    assert await Place(orphans=LEFT, **more).look(0, 60) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kept",
    [
        (SERVICE, orphan("iris", "kubectl-create")),
        (SERVICE, orphan("iris-outside", words.MANAGER)),
        (INGRESS, {**orphan("iris", words.MANAGER), "ownerReferences": [{"uid": "u9"}]}),
        (INGRESS, orphan("iris", words.MANAGER, **{"argocd.argoproj.io/instance": "models"})),
        (HTTP_ROUTE, orphan("iris", words.MANAGER, **{words.MANAGED_BY: "somebody"})),
        (REPLICA_SET, orphan("iris-5f6b", "kubectl-client-side-apply", **HASH)),
        (REPLICA_SET, orphan("iris-mine", CONTROLLER, **HASH)),
        (POD, orphan("iris-debug", "kubectl-run")),
        (POD, orphan("iris-debug", CONTROLLER)),
        (POD, {**orphan("iris-5f6b-x7k2p", CONTROLLER, **HASH), "ownerReferences": [{"uid": "set"}]}),
        (POD, {**orphan("iris-5f6b-x7k2p", CONTROLLER, **HASH), "managedFields": None}),
    ],
    ids=lambda kept: f"{kept[0].kind}-{kept[1]['name']}",
)
async def test_what_somebody_else_made_or_has_stays(kept: tuple[Kind, dict[str, Any]]) -> None:
    assert await Place(orphans=[kept]).look(0, 60) == []


async def test_who_may_not_end_what_runs_leaves_the_way_to_it() -> None:
    place = Place(orphans=LEFT, kept=(REPLICA_SET,))
    assert await place.look(0, 60) == []
    assert place.sweeper._pause == 6 * 3600, "that it may not is no reason to ask more often"


async def test_kinds_of_routes_that_the_cluster_does_not_know_hide_nothing() -> None:
    place = Place(orphans=LEFT, unknown=(HTTP_ROUTE,))
    assert await place.look(0, 15) == ALL_OF_IT[:-1]
