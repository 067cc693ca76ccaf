"""A namespace that stops being a group's while somebody wishes for something in it: a clear answer, and no other."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import POD
from primehub_deploy_ext.engines.kubernetes.api.reflector import Reflector
from primehub_deploy_ext.engines.kubernetes.desk import Desk
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.known.mirror import Mirror
from primehub_deploy_ext.engines.kubernetes.known.world import World
from tests.unit.kubernetes.api_server import until

OWNER = {
    "metadata": {"name": "iris", "namespace": "research", "uid": "u1", "creationTimestamp": "2026-01-01"},
    "spec": {"template": {"spec": {"containers": [{"name": "model", "image": "web:1"}]}}},
}
KEY = ("plain", "iris")


class Groups:
    """Namespaces of groups, which change while somebody looks."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    async def of_group(self, group: str) -> str:
        return group

    async def groups(self, _: Any = ()) -> dict[str, str]:
        return {name: name for name in self.names}


def over(groups: Groups) -> World:
    world = World(Api(Source()), groups, [Plain()], lambda _: None, lambda: None)  # type: ignore[arg-type]
    for name in groups.names:
        world._mirrors[name] = Mirror(world._api, name, name, [Plain()], world.pulse, world._changed)
        world._mirrors[name].owners["plain"].items["iris"] = OWNER
    return world


async def test_what_is_read_anew_meanwhile_is_not_found() -> None:
    groups = Groups("research")
    world = over(groups)
    assert list(world.ids()) == ["iris"]

    async def read(*_: Any) -> dict[str, Any]:
        groups.names.clear()
        await world._compare()
        return OWNER

    means: Any = SimpleNamespace(world=world, api=SimpleNamespace(get=read))
    with pytest.raises(NotFound, match="the namespace 'research' is no group's any more"):
        await Desk(means, archive=None, clerk=None, doors=None).fresh("iris")  # type: ignore[arg-type]


async def test_what_was_written_meanwhile_is_said_to_be_perhaps_done() -> None:
    groups = Groups("research")
    world = over(groups)
    groups.names.clear()
    await world._compare()
    with pytest.raises(NotFound, match="may have been done"):
        world.wrote("research", KEY, OWNER)


async def test_where_a_group_has_none_any_more_nothing_is_made() -> None:
    with pytest.raises(NotFound, match="'sales' is no group's any more"):
        await over(Groups("research")).mirror_of("sales")


async def test_two_who_compare_at_once_take_it_away_once() -> None:
    groups = Groups("research", "sales")
    world = over(groups)
    groups.names.clear()
    await asyncio.gather(world._compare(), world._compare())
    assert world.mirrors() == []


async def test_whoever_waits_for_its_first_list_waits_no_longer() -> None:
    reflector = Reflector(Api(Source()), POD, "research")
    reflector.start()
    waiting = asyncio.create_task(reflector.ready())
    await asyncio.sleep(0)
    await reflector.close()
    await until(waiting.done)
    assert isinstance(waiting.exception(), ApiError)
