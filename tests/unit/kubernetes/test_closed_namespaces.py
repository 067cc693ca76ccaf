"""Labels are seen by more people than what runs behind them."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import Forbidden, NotFound
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError, Verdict
from primehub_deploy_ext.engines.kubernetes.api.kinds import Kind
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces


class Cluster:
    """Namespaces by name, and those that may be looked into."""

    def __init__(self, *names: str, may: set[str | None]) -> None:
        self.names = names
        self.may = may
        self.asked: list[str | None] = []

    namespace = "default"
    blind = False
    unknown = False

    async def get(self, kind: Kind, name: str) -> dict[str, Any]:
        if self.blind:
            raise ApiError(403, "Forbidden", "no")
        if name not in self.names:
            raise ApiError(404, "NotFound", "there is none")
        return {"metadata": {"name": name}}

    async def list(self, kind: Kind, **selectors: str) -> list[dict[str, Any]]:
        if self.blind:
            raise ApiError(403, "Forbidden", "no")
        return [{"metadata": {"name": name, "labels": {words.GROUP: ""}}} for name in self.names]

    async def can_i(self, verb: str, kind: Kind, namespace: str | None = None, **more: str) -> Verdict:
        if self.unknown:
            raise ApiError(401, "Unauthorized", "who are you")
        self.asked.append(namespace)
        return Verdict(namespace in self.may or None in self.may)

    async def create(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        return {"status": {"userInfo": {"username": "alice"}}}


def over(cluster: Cluster) -> tuple[Namespaces, list[float]]:
    now = [0.0]
    return Namespaces(cluster, clock=lambda: now[0]), now  # type: ignore[arg-type]


async def test_a_closed_namespace_is_left_out_and_found_once_it_is_open() -> None:
    cluster = Cluster("research", "sales", may={"research"})
    namespaces, now = over(cluster)
    assert await namespaces.groups() == {"research": "research"}
    assert await namespaces.of_group("research") == "research"
    cluster.may.add("sales")
    now[0] += 60
    assert await namespaces.groups() == {"research": "research", "sales": "sales"}


async def test_deploying_into_a_closed_one_is_refused_with_what_gives_it() -> None:
    namespaces, _ = over(Cluster("research", "sales", may={"research"}))
    with pytest.raises(Forbidden) as refused:
        await namespaces.of_group("sales")
    assert refused.value.details["user"] == "alice"
    assert "namespace: sales" in refused.value.details["yaml"]
    with pytest.raises(NotFound):
        await namespaces.of_group("nobody")


async def test_who_may_look_everywhere_is_asked_once_for_all() -> None:
    cluster = Cluster(*(f"group-{number}" for number in range(50)), may={None})
    namespaces, now = over(cluster)
    assert len(await namespaces.groups()) == 50
    now[0] += 60
    await namespaces.groups()
    assert set(cluster.asked) == {None}
    assert len(cluster.asked) == 3, "one question for each kind that is listened to"


async def test_what_is_open_is_not_asked_about_again() -> None:
    cluster = Cluster("research", may={"research"})
    namespaces, now = over(cluster)
    for _ in range(5):
        await namespaces.groups()
        now[0] += 60
    assert cluster.asked == ["research"] * 3


async def test_one_that_is_refused_is_asked_about_anew_and_closed_until_it_opens_again() -> None:
    cluster = Cluster("research", "sales", may={"research", "sales"})
    namespaces, now = over(cluster)
    assert set(await namespaces.groups()) == {"research", "sales"}
    assert set(await namespaces.groups(["sales"])) == {"research", "sales"}, "it was refused for a moment only"
    assert namespaces.lost == {}

    cluster.may.remove("sales")
    assert set(await namespaces.groups()) == {"research", "sales"}, "what nobody is refused is not asked about"
    assert set(await namespaces.groups(["sales"])) == {"research"}
    assert namespaces.lost == {"sales": "sales"}
    with pytest.raises(Forbidden):
        await namespaces.of_group("sales")

    now[0] += 60
    cluster.may.add("sales")
    assert set(await namespaces.groups()) == {"research", "sales"}
    assert namespaces.lost == {}


async def test_who_may_not_look_everywhere_any_more_is_asked_about_each() -> None:
    cluster = Cluster("research", "sales", may={None})
    namespaces, _ = over(cluster)
    assert set(await namespaces.groups()) == {"research", "sales"}
    cluster.may = {"research"}
    assert set(await namespaces.groups(["sales"])) == {"research"}
    assert namespaces.lost == {"sales": "sales"}


async def test_credentials_that_are_refused_close_nothing() -> None:
    """Who is not known any more may do nothing: that says nothing of what they may when they are known again."""
    cluster = Cluster("research", may={"research"})
    namespaces, _ = over(cluster)
    await namespaces.groups()
    cluster.unknown = True
    with pytest.raises(ApiError):
        await namespaces.groups(["research"])
    cluster.unknown = False
    assert await namespaces.groups() == {"research": "research"}
    assert namespaces.lost == {}


async def test_that_one_was_closed_is_told_for_a_while_and_not_of_one_that_is_no_groups_any_more() -> None:
    cluster = Cluster("research", "sales", may={"research", "sales"})
    namespaces, now = over(cluster)
    await namespaces.groups()
    cluster.may.clear()
    await namespaces.groups(["research", "sales"])
    assert set(namespaces.lost) == {"research", "sales"}
    cluster.names = ("research",)
    now[0] += 60
    await namespaces.groups()
    assert set(namespaces.lost) == {"research"}
    now[0] += 3600
    assert namespaces.lost == {}, "who left a group knows by then"


async def test_where_none_is_managed_it_is_said_why_and_what_to_do_about_it() -> None:
    unlabelled, _ = over(Cluster(may=set()))
    assert await unlabelled.groups() == {}
    assert (
        unlabelled.why_none == "no namespace is managed yet: an administrator labels one with primehub-deploy.io/group"
    )
    assert unlabelled.closed == {}

    forgotten, _ = over(Cluster("ada", "grace", "mary", "research", may=set()))
    assert await forgotten.groups() == {}
    assert "may look into none of the namespaces that are groups' (ada, grace, mary and 1 more)" in forgotten.why_none
    assert "RoleBinding" in forgotten.why_none
    assert set(forgotten.closed) == {"ada", "grace", "mary", "research"}

    absent = Namespaces(Cluster("research", may={None}), ["reserch"])  # type: ignore[arg-type]
    assert await absent.groups() == {}
    assert absent.why_none.startswith("there is no namespace reserch, which c.KubernetesSettings.namespaces (")


async def test_who_may_not_list_namespaces_names_them() -> None:
    cluster = Cluster(may={"research"})
    cluster.blind = True
    begun, _ = over(cluster)
    assert await begun.groups() == {}
    assert "may not list namespaces, and may not look into 'default', where they begin" in begun.why_none
    assert "c.KubernetesSettings.namespaces (PRIMEHUB_DEPLOY_KUBE_NAMESPACES)" in begun.why_none
    assert begun.closed == {}, "that it is a group's is a guess"
    named = Namespaces(cluster, ["research"])  # type: ignore[arg-type]
    assert await named.groups() == {"research": "research"}
