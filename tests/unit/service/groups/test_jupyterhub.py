"""Groups of a JupyterHub: the Hub says who is in them, settings say what they may."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError
from traitlets.config import Config

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, EngineUnavailable, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import (
    CreateGroup,
    CreateInstanceType,
    CreatePullSecret,
    Directory,
    Role,
    UpdateGroup,
    UpdateInstanceType,
    UpdatePullSecret,
)
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.service.groups import default_provider
from primehub_deploy_ext.service.groups.jupyterhub import JupyterHubGroups
from primehub_deploy_ext.service.groups.stored import StoredGroups
from tests.unit.service.groups.conftest import ENGINE_TYPES, Around
from tests.unit.service.groups.fake_hub import FakeHub

ALL_SCOPES = {"list:groups", "read:groups"}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


class Scene:
    """A Hub, and a provider in the server of one of its users."""

    def __init__(self, hub: FakeHub, clock: Clock, provider: JupyterHubGroups) -> None:
        self.hub = hub
        self.clock = clock
        self.provider = provider

    async def directory(self, user: str | None = None) -> Directory:
        return await self.provider.directory(user or self.hub.owner)

    async def names(self, user: str | None = None) -> list[str]:
        return [group.name for group in (await self.directory(user)).groups]


class Stage:
    """Sets scenes."""

    def __init__(self, around: Around, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._around = around
        self._monkeypatch = monkeypatch
        self.file = folder / "groups.yaml"

    @asynccontextmanager
    async def of(
        self, owner: str, hub: FakeHub | None = None, admins: tuple[str, ...] = (), **config: Any
    ) -> AsyncIterator[Scene]:
        """The server of a user: ada and grace are in `vision`, ada in `Größe @ x`, boss is administrator."""
        if hub is None:
            hub = FakeHub(owner)
            hub.groups = {"vision": ["ada", "grace"], "Größe @ x": ["ada"], "nlp": ["grace"]}
            hub.admins = {"boss"}
        hub.start()
        for name, value in hub.environ.items():
            self._monkeypatch.setenv(name, value)
        clock = Clock()
        provider = JupyterHubGroups(config=Config(config))
        provider.clock = clock
        await provider.open(self._around(owner, *admins))
        try:
            yield Scene(hub, clock, provider)
        finally:
            await provider.close()
            await hub.stop()

    def admin(self, **config: Any) -> Any:
        """The server of the administrator, whose token may list groups."""
        hub = FakeHub("boss")
        hub.groups = {"vision": ["ada", "grace"], "Größe @ x": ["ada"], "nlp": ["grace"]}
        hub.admins = {"boss"}
        hub.extra_scopes = set(ALL_SCOPES)
        return self.of("boss", hub, **config)

    def write(self, text: str) -> dict[str, Any]:
        """Write a groups file and return the configuration that names it."""
        self.file.write_text(text)
        return {"FileGroups": {"path": str(self.file)}}


@pytest.fixture
def stage(around: Around, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    return Stage(around, monkeypatch, tmp_path)


# --------------------------------------------------------------------------- members and administrators


async def test_a_user_is_in_the_groups_that_the_hub_says_and_in_no_personal_one(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        directory = await scene.directory()

    assert [(group.name, group.members, group.enabled) for group in directory.groups] == [
        ("Größe @ x", ("ada",), False),
        ("vision", ("ada",), False),
    ]
    assert (directory.admins, directory.warning) == (frozenset(), "")


async def test_owning_the_server_makes_nobody_administrator(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        assert not (await scene.directory()).is_admin("ada")


async def test_the_hub_and_the_configuration_say_who_administrates(stage: Stage) -> None:
    async with stage.of("boss", admins=("grace",)) as scene:
        assert (await scene.directory()).admins == {"boss", "grace"}

        scene.hub.admins.clear()
        scene.clock.forward(20)

        assert (await scene.directory()).admins == {"grace"}


async def test_administrators_see_all_groups_and_their_members(stage: Stage) -> None:
    async with stage.admin() as scene:
        directory = await scene.directory()

    assert {group.name: group.members for group in directory.groups} == {
        "Größe @ x": ("ada",),
        "nlp": ("grace",),
        "vision": ("ada", "grace"),
    }
    assert (directory.groups_of("boss"), directory.warning) == ([], "")


async def test_more_groups_than_a_page_holds_are_all_seen(stage: Stage) -> None:
    async with stage.admin() as scene:
        scene.hub.groups = {f"group-{number:03}": [] for number in range(25)}
        scene.hub.page = 10

        names = await scene.names()

        assert names == list(scene.hub.groups)
        assert scene.hub.asked["groups"] == 3


async def test_names_that_no_group_may_have_are_left_out_and_told(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        scene.hub.groups["team/a"] = ["ada"]
        scene.hub.groups["nlp/b"] = ["grace"]
        directory = await scene.directory()

    assert directory.group("team/a") is None
    assert "'team/a'" in directory.warning
    assert "nlp/b" not in directory.warning


async def test_group_admins_see_the_members_where_the_token_may_list_groups(stage: Stage) -> None:
    config = stage.write("groups: {vision: {admins: [ada]}}")
    async with stage.of("ada", **config) as scene:
        without = (await scene.directory()).group("vision")
        scene.hub.extra_scopes = set(ALL_SCOPES)
        scene.clock.forward(20)
        directory = await scene.directory()

    assert without is not None
    assert (without.members, without.role_of("ada")) == (("ada",), Role.GROUP_ADMIN)
    assert {group.name: group.members for group in directory.groups} == {
        "Größe @ x": ("ada",),
        "vision": ("ada", "grace"),
    }


async def test_members_never_make_the_hub_list_its_groups(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        scene.hub.extra_scopes = set(ALL_SCOPES)
        await scene.directory()

        assert dict(scene.hub.asked) == {"user": 1}


# --------------------------------------------------------------------------- changes at the Hub


async def test_a_membership_that_is_taken_away_counts_for_twenty_seconds_at_most(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        before = await scene.names()
        scene.hub.groups["vision"].remove("ada")
        scene.clock.forward(19)
        soon = await scene.names()
        scene.clock.forward(1)
        after = await scene.names()

    assert before == soon == ["Größe @ x", "vision"]
    assert after == ["Größe @ x"]


async def test_a_membership_is_never_remembered_for_more_than_a_minute(stage: Stage) -> None:
    with pytest.raises(TraitError):
        JupyterHubGroups(refresh_interval=61)


async def test_many_requests_at_once_ask_the_hub_once(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        await asyncio.gather(*(scene.directory() for _ in range(20)))

        assert scene.hub.asked["user"] == 1


async def test_who_left_a_group_administrates_it_no_more_whatever_the_settings_say(stage: Stage) -> None:
    config = stage.write("groups: {vision: {admins: [ada, grace]}, nlp: {admins: [ada]}}")
    async with stage.of("ada", **config) as scene:
        scene.hub.groups["vision"].remove("ada")
        seen_by_ada = await scene.directory()
    async with stage.admin(**config) as scene:
        scene.hub.groups["vision"].remove("ada")
        seen_by_boss = (await scene.directory()).group("vision")

    assert seen_by_ada.group("vision") is None
    assert seen_by_ada.group("nlp") is None
    assert seen_by_boss is not None
    assert seen_by_boss.admins == ("grace",)


async def test_a_group_that_is_gone_at_the_hub_stays_visible_to_administrators_alone(stage: Stage) -> None:
    config = stage.write("groups: {old: {enabled: true, members: [ada], admins: [ada]}}")
    async with stage.admin(**config) as scene:
        old = (await scene.directory()).group("old")
    async with stage.of("ada", **config) as scene:
        names = await scene.names()

    assert old is not None
    assert (old.enabled, old.members, old.admins) == (True, (), ())
    assert "old" not in names


# --------------------------------------------------------------------------- a Hub that is down


async def test_the_last_known_groups_count_while_the_hub_is_down_and_that_is_told(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        await scene.directory()
        await scene.hub.stop()
        scene.clock.forward(600)
        down = await scene.directory()
        scene.hub.start()
        scene.clock.forward(5)
        back = await scene.directory()

    assert [group.name for group in down.groups] == ["Größe @ x", "vision"]
    assert "JupyterHub can't be reached: groups are as of" in down.warning
    assert down.as_of is not None
    assert down.until is not None
    assert timedelta(seconds=600) <= datetime.now(timezone.utc) - down.as_of < timedelta(seconds=660)
    assert down.until > down.as_of
    assert (back.groups, back.warning, back.as_of) == (down.groups, "", None)


async def test_after_the_grace_time_nothing_counts_until_the_hub_is_back(stage: Stage) -> None:
    async with stage.of("ada", JupyterHubGroups={"grace": 60}) as scene:
        await scene.directory()
        await scene.hub.stop()
        scene.clock.forward(61)
        with pytest.raises(EngineUnavailable, match="JupyterHub can't be reached, so nobody's groups are known"):
            await scene.directory()
        scene.hub.start()
        scene.clock.forward(5)

        assert await scene.names() == ["Größe @ x", "vision"]


async def test_a_server_that_starts_while_the_hub_is_down_waits_for_it(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        await scene.hub.stop()
        with pytest.raises(EngineUnavailable, match="can't be reached") as refused:
            await scene.directory()
        scene.hub.start()
        scene.clock.forward(5)

        assert await scene.names() == ["Größe @ x", "vision"]
    assert refused.value.status == 503


async def test_a_hub_that_is_down_is_asked_again_every_five_seconds_not_at_each_request(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        scene.hub.broken = (503, "restarting")
        for _ in range(10):
            with pytest.raises(EngineUnavailable):
                await scene.directory()
            scene.clock.forward(1)

        assert scene.hub.asked["user"] == 2


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, "restarting", "answered 503"),
        (500, json.dumps({"message": "oh no"}), "answered 500 oh no"),
        (404, "<html>", "answered 404"),
        (200, "<html>this is a proxy</html>", "is no JupyterHub"),
        (200, "[]", "is no JupyterHub"),
        (200, json.dumps({"version": "6.1.1"}), "is no JupyterHub"),
        (302, "", "answered 302"),
    ],
)
async def test_answers_that_no_hub_gives_are_told(stage: Stage, status: int, body: str, words: str) -> None:
    async with stage.of("ada") as scene:
        scene.hub.broken = (status, body)

        with pytest.raises(EngineUnavailable, match=words):
            await scene.directory()


async def test_a_hub_that_never_answers_is_waited_for_as_long_as_configured(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = await asyncio.start_server(lambda *_: asyncio.sleep(0), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with stage.of("ada", JupyterHubGroups={"timeout": 0.2}) as scene:
        scene.provider._hub.url = f"http://127.0.0.1:{port}/hub/api"

        with pytest.raises(EngineUnavailable, match="Timeout"):
            await scene.directory()
    silent.close()


# --------------------------------------------------------------------------- what the token may not


async def test_a_token_that_counts_no_more_is_refused_at_once(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        await scene.directory()
        scene.hub.token = "another"
        scene.clock.forward(20)

        with pytest.raises(EngineUnavailable, match=r"refuses the token of this server .*stop and start the server"):
            await scene.directory()


async def test_a_token_that_may_not_list_groups_is_told_to_administrators_with_the_setting(stage: Stage) -> None:
    config = stage.write("groups: {nlp: {enabled: true, admins: [grace]}}")
    async with stage.of("boss", **config) as scene:
        directory = await scene.directory()

    for words in ("scope list:groups", "c.Spawner.server_token_scopes", "'list:groups', 'read:groups'"):
        assert words in directory.warning
    # What has settings can be managed all the same.
    (nlp,) = directory.groups
    assert (nlp.enabled, nlp.members, nlp.admins) == (True, (), ("grace",))


async def test_a_token_that_may_not_read_members_is_told_with_the_scope(stage: Stage) -> None:
    async with stage.admin() as scene:
        scene.hub.extra_scopes = {"list:groups"}
        directory = await scene.directory()

    assert "scope read:groups" in directory.warning
    assert [(group.name, group.members) for group in directory.groups] == [
        ("Größe @ x", ()),
        ("nlp", ()),
        ("vision", ()),
    ]


async def test_another_user_is_in_the_groups_that_the_token_may_read(stage: Stage) -> None:
    async with stage.of("ada") as scene:
        scene.hub.readable_users = {"grace"}
        directory = await scene.directory("grace")

    assert [group.name for group in directory.groups_of("grace")] == ["nlp", "vision"]
    assert directory.groups_of("ada") == []


@pytest.mark.parametrize("user", ["grace", "nobody", "ü/ñ@x y"])
async def test_another_user_whom_the_token_may_not_read_is_in_no_group(stage: Stage, user: str) -> None:
    async with stage.of("ada") as scene:
        directory = await scene.directory(user)

    assert directory.groups == ()
    assert "read:users:groups" in directory.warning
    assert repr(user) in directory.warning


async def test_a_server_that_no_hub_started_is_told_what_is_missing(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    monkeypatch.setenv("JUPYTERHUB_API_URL", "http://127.0.0.1:1/hub/api")

    with pytest.raises(EngineUnavailable, match="need JUPYTERHUB_API_TOKEN in the environment"):
        await JupyterHubGroups().open(around())


# --------------------------------------------------------------------------- settings


async def test_settings_of_a_file_count_and_can_not_be_changed_here(stage: Stage) -> None:
    config = stage.write(
        "groups: {vision: {enabled: true, quota: {cpu: 4}}}\ninstance_types: {small: {groups: [nlp]}}\n"
    )
    async with stage.of("ada", **config) as scene:
        directory = await scene.directory()
        for attempt in (
            scene.provider.update_group("vision", UpdateGroup(enabled=False), version=None),
            scene.provider.update_group("Größe @ x", UpdateGroup(enabled=True), version=None),
            scene.provider.create_instance_type(CreateInstanceType(name="x")),
            scene.provider.delete_instance_type("small", version=None),
        ):
            with pytest.raises(Conflict, match=r"groups\.yaml: change them there"):
                await attempt
        assert (scene.provider.settings_writable, scene.provider.members_writable) == (False, False)

    vision = directory.group("vision")
    assert vision is not None
    assert (vision.enabled, vision.quota, vision.members) == (True, Quota(cpu=4), ("ada",))
    assert [kind.name for kind in directory.instance_types] == ["small"]


async def test_what_is_wrong_with_the_file_is_told_here_too(stage: Stage) -> None:
    config = stage.write("groups: {vision: {enabeld: true}}")
    async with stage.of("ada", **config) as scene:
        directory = await scene.directory()

    assert "groups.vision.enabeld: is no known key" in directory.warning
    assert [group.name for group in directory.groups_of("ada")] == ["Größe @ x", "vision"]


async def test_members_in_the_file_do_not_count_and_administrators_are_told(stage: Stage) -> None:
    config = stage.write("groups: {nlp: {members: [ada]}}")
    async with stage.of("ada", **config) as scene:
        seen_by_ada = await scene.directory()
    async with stage.admin(**config) as scene:
        seen_by_boss = await scene.directory()

    assert seen_by_ada.group("nlp") is None
    assert seen_by_ada.warning == ""
    assert "names members of 'nlp': they don't count" in seen_by_boss.warning


async def test_a_group_of_the_hub_gets_settings_with_its_first_change(stage: Stage) -> None:
    async with stage.admin() as scene:
        before = (await scene.directory()).group("vision")
        changed = await scene.provider.update_group("vision", UpdateGroup(enabled=True, admins=("grace",)), version=0)
        after = (await scene.directory()).group("vision")

    assert before is not None
    assert (before.enabled, before.version) == (False, 0)
    assert (changed.enabled, changed.admins, changed.members, changed.version) == (
        True,
        ("grace",),
        ("ada", "grace"),
        1,
    )
    assert after == changed


async def test_of_two_administrators_who_make_the_first_change_one_wins(stage: Stage) -> None:
    async with stage.admin() as scene:
        results = await asyncio.gather(
            *(
                scene.provider.update_group("vision", UpdateGroup(display_name=name), version=0)
                for name in ("one", "two")
            ),
            return_exceptions=True,
        )
        with pytest.raises(Conflict, match="read it again"):
            await scene.provider.update_group("vision", UpdateGroup(enabled=True), version=0)
        with pytest.raises(Conflict, match="read it again"):
            await scene.provider.update_group("nlp", UpdateGroup(enabled=True), version=7)

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "GroupSettings"]


async def test_members_are_changed_at_the_hub_alone(stage: Stage) -> None:
    async with stage.admin() as scene:
        with pytest.raises(Conflict, match="come from JupyterHub: change them there"):
            await scene.provider.update_group("vision", UpdateGroup(members=("boss",)), version=None)
        with pytest.raises(InvalidInput) as refused:
            await scene.provider.create_group(CreateGroup(name="new", members=("boss",)))
        with pytest.raises(InvalidInput, match="'mary' must be members of 'vision' at JupyterHub"):
            await scene.provider.update_group("vision", UpdateGroup(admins=("ada", "mary")), version=None)

    assert refused.value.fields[0]["field"] == "members"


async def test_groups_are_added_and_removed_at_the_hub_alone(stage: Stage) -> None:
    async with stage.admin() as scene:
        provider = scene.provider
        with pytest.raises(AlreadyExists) as taken:
            await provider.create_group(CreateGroup(name="vision"))
        with pytest.raises(Conflict, match="JupyterHub, which has no group 'new': add it there"):
            await provider.create_group(CreateGroup(name="new"))
        with pytest.raises(NotFound):
            await provider.update_group("new", UpdateGroup(enabled=True), version=None)
        with pytest.raises(Conflict, match="JupyterHub still has the group 'vision'"):
            await provider.delete_group("vision", version=None)

    assert taken.value.fields == [{"field": "name", "message": "taken"}]


async def test_settings_of_a_group_that_is_gone_can_be_removed(stage: Stage) -> None:
    async with stage.admin() as scene:
        saved = await scene.provider.update_group("nlp", UpdateGroup(enabled=True), version=0)
        del scene.hub.groups["nlp"]
        scene.clock.forward(20)
        gone = await scene.names()
        await scene.provider.delete_group("nlp", version=saved.version)
        removed = await scene.names()

    assert "nlp" in gone
    assert "nlp" not in removed


async def test_without_the_list_settings_can_be_added_for_groups_by_name(stage: Stage) -> None:
    async with stage.of("boss") as scene:
        await scene.provider.create_group(CreateGroup(name="nlp", enabled=True))
        saved = await scene.provider.update_group("nlp", UpdateGroup(quota=Quota(cpu=2)), version=1)

    assert (saved.enabled, saved.quota, saved.version) == (True, Quota(cpu=2), 2)


async def test_instance_types_and_pull_secrets_are_kept_with_the_settings(stage: Stage) -> None:
    secret = CreatePullSecret.model_validate(
        {"name": "hub", "registry": "registry.example.com", "username": "robot", "password": "s3cret"}
    )
    async with stage.admin() as scene:
        provider = scene.provider
        # Groups of the Hub may be named before they have settings.
        await provider.create_instance_type(CreateInstanceType(name="gpu", gpu=1, groups=("vision",)))
        await provider.update_instance_type("gpu", UpdateInstanceType(gpu=2), version=1)
        await provider.delete_instance_type("cpu-1", version=1)
        await provider.create_pull_secret(secret)
        await provider.update_pull_secret("hub", UpdatePullSecret(username="other"), version=1)
        directory = await scene.directory()
        await provider.delete_pull_secret("hub", version=2)
        without = await scene.directory()

    assert [(kind.name, kind.gpu) for kind in directory.instance_types] == [("default", 0), ("gpu", 2)]
    assert directory.instance_types_of("nlp") == [ENGINE_TYPES[0]]
    assert [found.username for found in directory.pull_secrets] == ["other"]
    assert without.pull_secrets == ()


# --------------------------------------------------------------------------- which provider


def test_a_server_of_a_hub_asks_the_hub_and_others_keep_their_own_groups() -> None:
    hub = {"JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api", "JUPYTERHUB_API_TOKEN": "token"}

    assert default_provider(hub) is JupyterHubGroups
    assert default_provider({}) is StoredGroups
    assert default_provider(hub | {"JUPYTERHUB_API_TOKEN": ""}) is StoredGroups
