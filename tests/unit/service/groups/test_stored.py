"""Stored groups: seeded once, edited by several servers at once, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.errors import (
    AlreadyExists,
    Conflict,
    DeployError,
    EngineUnavailable,
    InvalidInput,
    NotFound,
)
from primehub_deploy_ext.domain.groups import (
    CreateGroup,
    CreateInstanceType,
    CreatePullSecret,
    Role,
    UpdateGroup,
    UpdateInstanceType,
    UpdatePullSecret,
)
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.service.groups.provider import Surroundings
from primehub_deploy_ext.service.groups.stored import StoredGroups
from tests.unit.service.groups.conftest import ENGINE_TYPES, Around

PASSWORD = "s3cret-of-the-registry"


@asynccontextmanager
async def opened(surroundings: Surroundings) -> AsyncIterator[StoredGroups]:
    provider = StoredGroups()
    await provider.open(surroundings)
    try:
        yield provider
    finally:
        await provider.close()


def database(surroundings: Surroundings) -> Path:
    return surroundings.home / "groups.db"


def secret(name: str = "hub", **more: object) -> CreatePullSecret:
    return CreatePullSecret.model_validate(
        {"name": name, "registry": "registry.example.com", "username": "robot", "password": PASSWORD, **more}
    )


# --------------------------------------------------------------------------- the first opening


async def test_the_owner_finds_a_personal_group_that_may_deploy_without_ceilings(around: Around) -> None:
    async with opened(around("ada")) as provider:
        directory = await provider.directory("ada")

    (group,) = directory.groups
    assert (group.name, group.enabled, group.quota) == ("ada", True, Quota())
    assert (group.role_of("ada"), group.role_of("grace")) == (Role.GROUP_ADMIN, None)


async def test_the_instance_types_of_the_engine_are_there_in_its_order(around: Around) -> None:
    async with opened(around()) as provider:
        directory = await provider.directory("ada")

    assert directory.instance_types == ENGINE_TYPES


async def test_what_was_seeded_and_deleted_does_not_come_back(around: Around) -> None:
    async with opened(around("ada")) as provider:
        await provider.delete_group("ada", version=1)
        await provider.delete_instance_type("cpu-1", version=None)

    async with opened(around("ada")) as provider:
        directory = await provider.directory("ada")

    assert directory.groups == ()
    assert [kind.name for kind in directory.instance_types] == ["default"]


async def test_another_owner_over_the_same_home_gets_a_personal_group_too(around: Around) -> None:
    async with opened(around("ada")) as adas, opened(around("grace")):
        names = [group.name for group in (await adas.directory("grace")).groups]
        seen_by_ada = [group.name for group in (await adas.directory("ada")).groups]

    assert names == ["grace", "ada"]
    assert seen_by_ada == ["ada", "grace"]


async def test_a_group_that_has_the_owners_name_already_is_left_as_it_is(around: Around) -> None:
    async with opened(around("ada")) as provider:
        made = await provider.create_group(CreateGroup(name="grace", members=("mary",)))

    async with opened(around("grace")) as provider:
        directory = await provider.directory("grace")

    assert directory.group("grace") == made


@pytest.mark.parametrize(
    ("owner", "group"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("ada@example.com", "ada@example.com"),
        ("Zoë", "Zoë"),
        ("CORP/ada", "CORP-ada"),
    ],
)
async def test_owners_may_have_unusual_names(around: Around, owner: str, group: str) -> None:
    async with opened(around(owner)) as provider:
        directory = await provider.directory(owner)

    assert [found.name for found in directory.groups_of(owner)] == [group]


async def test_the_personal_group_is_first_and_the_others_follow_by_name(around: Around) -> None:
    async with opened(around("mary")) as provider:
        for name in ("Zebra", "apple", "Äpfel"):
            await provider.create_group(CreateGroup(name=name))
        names = [group.name for group in (await provider.directory("mary")).groups]

    assert names == ["mary", "apple", "Zebra", "Äpfel"]


async def test_the_owner_administrates_unless_others_are_configured(around: Around) -> None:
    async with opened(around("ada")) as alone, opened(around("ada", "grace")) as configured:
        assert (await alone.directory("ada")).admins == {"ada"}
        assert (await configured.directory("ada")).admins == {"grace"}


async def test_the_file_and_its_folder_are_for_their_owner_alone(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        await provider.create_group(CreateGroup(name="team"))
        files = list(surroundings.home.iterdir())

        assert stat.S_IMODE(surroundings.home.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert {file.name for file in files} == {"groups.db", "groups.db-wal", "groups.db-shm"}


# --------------------------------------------------------------------------- changes


async def test_only_the_fields_that_are_sent_change(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_group(
            CreateGroup(name="team", display_name="Team", quota=Quota(cpu=4, gpu=2), members=("ada", "grace"))
        )

        changed = await provider.update_group("team", UpdateGroup(enabled=True, running="keep"), version=1)

        assert (changed.display_name, changed.members, changed.quota) == ("Team", ("ada", "grace"), Quota(cpu=4, gpu=2))
        assert (changed.enabled, changed.version) == (True, 2)
        assert (await provider.directory("ada")).group("team") == changed


async def test_a_quota_is_replaced_as_a_whole(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_group(CreateGroup(name="team", quota=Quota(cpu=4, gpu=2)))

        changed = await provider.update_group("team", UpdateGroup(quota=Quota(memory=2**30)), version=None)

    assert changed.quota == Quota(memory=2**30)


async def test_a_change_that_changes_nothing_keeps_the_version(around: Around) -> None:
    async with opened(around()) as provider:
        changed = await provider.update_group("ada", UpdateGroup(enabled=True), version=1)

    assert changed.version == 1


async def test_null_removes_a_limit_and_what_was_not_sent_stays(around: Around) -> None:
    async with opened(around()) as provider:
        changed = await provider.update_instance_type(
            "cpu-1", UpdateInstanceType.model_validate({"cpu": None, "display_name": None}), version=1
        )

    assert (changed.cpu, changed.memory, changed.display_name) == (None, 2**30, "CPU 1")


async def test_new_instance_types_come_after_the_others(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_instance_type(CreateInstanceType.model_validate({"name": "a-big-one", "memory": "64Gi"}))
        kinds = (await provider.directory("ada")).instance_types

    assert [(kind.name, kind.memory) for kind in kinds][-1] == ("a-big-one", 64 * 2**30)


async def test_a_group_admin_need_not_be_listed_as_a_member(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_group(CreateGroup(name="team", members=("ada",), admins=("grace",)))
        directory = await provider.directory("grace")

    assert [group.name for group in directory.groups_of("grace")] == ["team"]


@pytest.mark.parametrize("name", ["Data Science", "größe ☃", "team@example.com", "o'brien; DROP TABLE groups"])
async def test_groups_may_have_unusual_names(around: Around, name: str) -> None:
    async with opened(around()) as provider:
        await provider.create_group(CreateGroup(name=name))
        await provider.update_group(name, UpdateGroup(members=("Ünal Ö",)), version=1)

        assert (await provider.directory("Ünal Ö")).groups_of("Ünal Ö")[0].name == name
        await provider.delete_group(name, version=2)
        assert (await provider.directory("ada")).group(name) is None


async def test_what_a_deleted_group_had_for_itself_is_for_no_group_then(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_group(CreateGroup(name="team"))
        await provider.create_pull_secret(secret(groups=["team", "ada"]))
        await provider.create_instance_type(CreateInstanceType(name="gpu", gpu=1, groups=("team",)))

        await provider.delete_group("team", version=1)

        directory = await provider.directory("ada")
    assert directory.pull_secrets[0].groups == ("ada",)
    assert directory.instance_types[-1].groups == ()
    assert directory.instance_types_of("team") == list(ENGINE_TYPES)


async def test_changes_survive_a_restart(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_group(CreateGroup(name="team", members=("grace",)))
        await provider.create_pull_secret(secret())
        before = await provider.directory("ada")

    async with opened(around()) as provider:
        assert await provider.directory("ada") == before


# --------------------------------------------------------------------------- refused


async def test_taken_names_are_refused_with_the_field(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_pull_secret(secret("hub"))
        for attempt in (
            provider.create_group(CreateGroup(name="ada")),
            provider.create_instance_type(CreateInstanceType(name="default")),
            provider.create_pull_secret(secret("hub")),
        ):
            with pytest.raises(AlreadyExists) as refused:
                await attempt
            assert refused.value.fields == [{"field": "name", "message": "taken"}]


async def test_what_is_not_there_can_not_be_changed(around: Around) -> None:
    async with opened(around()) as provider:
        for attempt in (
            provider.update_group("nope", UpdateGroup(enabled=True), version=None),
            provider.delete_group("nope", version=1),
            provider.update_instance_type("nope", UpdateInstanceType(cpu=1), version=None),
            provider.delete_instance_type("nope", version=1),
            provider.update_pull_secret("nope", UpdatePullSecret(username="x"), version=None),
            provider.delete_pull_secret("nope", version=1),
        ):
            with pytest.raises(NotFound, match="'nope'"):
                await attempt


async def test_a_name_that_is_used_again_is_not_taken_for_what_it_was(around: Around) -> None:
    async with opened(around()) as provider:
        await provider.create_group(CreateGroup(name="team", members=("ada",)))
        await provider.delete_group("team", version=1)
        again = await provider.create_group(CreateGroup(name="team", members=("grace",)))

        with pytest.raises(Conflict):
            await provider.update_group("team", UpdateGroup(enabled=True), version=1)

    assert again.version == 2


async def test_instance_types_and_secrets_for_unknown_groups_are_refused(around: Around) -> None:
    async with opened(around()) as provider:
        for attempt in (
            provider.create_instance_type(CreateInstanceType(name="x", groups=("ada", "tema"))),
            provider.update_instance_type("default", UpdateInstanceType(groups=("tema",)), version=None),
            provider.create_pull_secret(secret(groups=["tema"])),
        ):
            with pytest.raises(InvalidInput, match="there is no group 'tema'") as refused:
                await attempt
            assert refused.value.fields[0]["field"] == "groups"


# --------------------------------------------------------------------------- secrets


async def test_passwords_are_kept_but_never_shown(around: Around) -> None:
    async with opened(around()) as provider:
        created = await provider.create_pull_secret(secret())
        await provider.update_pull_secret("hub", UpdatePullSecret(username="other"), version=1)
        directory = await provider.directory("ada")

    (kept,) = directory.pull_secrets
    assert (kept.username, kept.password.get_secret_value()) == ("other", PASSWORD)
    for shown in (repr(created), str(directory), directory.model_dump_json()):
        assert PASSWORD not in shown


async def test_a_damaged_row_is_named_without_the_password_in_it(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        await provider.create_pull_secret(secret())
        with sqlite3.connect(database(surroundings)) as db:
            db.execute("UPDATE pull_secrets SET body = ?", (json.dumps({"password": PASSWORD, "registry": ""}),))

        with pytest.raises(EngineUnavailable, match="the pull secret 'hub' can't be read") as refused:
            await provider.directory("ada")

    assert PASSWORD not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_the_password_of_a_deleted_secret_is_gone_from_the_file(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        await provider.create_pull_secret(secret())
        await provider.delete_pull_secret("hub", version=1)

    # The last one to close writes the log back into the file.
    assert PASSWORD.encode() not in database(surroundings).read_bytes()


# --------------------------------------------------------------------------- several servers


async def test_of_two_administrators_who_edit_at_once_one_wins_and_the_other_is_told(around: Around) -> None:
    async with opened(around()) as here, opened(around()) as there:
        attempts = [
            provider.update_group("ada", UpdateGroup(display_name=f"name {number}"), version=1)
            for number, provider in enumerate([here, there] * 10)
        ]

        results = await asyncio.gather(*attempts, return_exceptions=True)

        (won,) = [result for result in results if not isinstance(result, BaseException)]
        lost = [result for result in results if isinstance(result, Conflict)]
        assert len(lost) == len(attempts) - 1
        assert {json.dumps(error.details) for error in lost} == {'{"version": 2, "seen": 1}'}
        assert "read it again" in str(lost[0])
        assert (await here.directory("ada")).group("ada") == (await there.directory("ada")).group("ada") == won


async def test_of_concurrent_creates_of_one_name_one_wins(around: Around) -> None:
    async with opened(around()) as here, opened(around()) as there:
        results = await asyncio.gather(
            *(provider.create_group(CreateGroup(name="team")) for provider in [here, there] * 5), return_exceptions=True
        )

    assert sorted(type(result).__name__ for result in results) == ["AlreadyExists"] * 9 + ["GroupSettings"]


async def test_edits_of_different_fields_without_a_version_are_all_kept(around: Around) -> None:
    async with opened(around()) as here, opened(around()) as there:
        await asyncio.gather(
            *(here.create_group(CreateGroup(name=f"here-{number}")) for number in range(10)),
            *(there.create_group(CreateGroup(name=f"there-{number}")) for number in range(10)),
            here.update_group("ada", UpdateGroup(display_name="Ada"), version=None),
            there.update_group("ada", UpdateGroup(quota=Quota(cpu=2)), version=None),
        )
        directory = await there.directory("ada")

    ada = directory.group("ada")
    assert ada is not None
    assert (ada.display_name, ada.quota, ada.version) == ("Ada", Quota(cpu=2), 3)
    assert len(directory.groups) == 21


async def test_the_others_see_a_change_at_their_next_request(around: Around) -> None:
    async with opened(around()) as here, opened(around()) as there:
        before = await there.directory("grace")
        await here.create_group(CreateGroup(name="team", members=("grace",)))
        after = await there.directory("grace")

    assert before.groups_of("grace") == []
    assert [group.name for group in after.groups_of("grace")] == ["team"]


async def test_nothing_is_read_again_while_nothing_changes(around: Around) -> None:
    async with opened(around()) as provider:
        before = await provider.directory("ada")
        statements: list[str] = []
        reader = provider._database._reader
        assert reader is not None
        reader.set_trace_callback(statements.append)

        again = [await provider.directory("ada") for _ in range(3)]

    assert again == [before] * 3
    assert set(statements) == {"PRAGMA data_version"}


OPEN_AND_ADD = """
import asyncio, sys
from pathlib import Path
from primehub_deploy_ext.domain.groups import CreateGroup
from primehub_deploy_ext.service.groups.provider import Surroundings
from primehub_deploy_ext.service.groups.stored import StoredGroups

async def main(home, owner):
    provider = StoredGroups()
    await provider.open(Surroundings(Path(home), owner, frozenset(), ()))
    for number in range(5):
        await provider.create_group(CreateGroup(name=f"{owner}-{number}"))
    await provider.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_processes_that_open_a_new_file_at_once_lose_nothing(around: Around) -> None:
    surroundings = around()
    owners = [f"user-{number}" for number in range(6)]

    processes = await asyncio.gather(
        *(asyncio.create_subprocess_exec(sys.executable, "-c", OPEN_AND_ADD, surroundings.home, o) for o in owners)
    )
    codes = await asyncio.gather(*(process.wait() for process in processes))

    async with opened(surroundings) as provider:
        names = {group.name for group in (await provider.directory("ada")).groups}
    assert list(codes) == [0] * 6
    assert names == {"ada", *owners, *(f"{owner}-{number}" for owner in owners for number in range(5))}


# --------------------------------------------------------------------------- files that can't be used


@contextmanager
def refused_opening(words: str) -> Iterator[None]:
    with pytest.raises(EngineUnavailable, match=words) as refused:
        yield
    assert "groups.db" in str(refused.value)


async def test_a_file_that_is_no_database_is_refused_with_the_way_out(around: Around) -> None:
    surroundings = around()
    surroundings.home.mkdir(parents=True)
    database(surroundings).write_bytes(b"groups:\n  team:\n" * 500)

    with refused_opening("restore it, or move it away"):
        await StoredGroups().open(surroundings)


async def test_a_file_of_a_newer_version_is_left_alone(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        with sqlite3.connect(database(surroundings)) as db:
            db.execute("PRAGMA user_version = 99")

        for attempt in (
            provider.directory("ada"),
            provider.create_group(CreateGroup(name="team")),
            StoredGroups().open(surroundings),
        ):
            with refused_opening("newer version"):
                await attempt


async def test_a_folder_that_can_not_be_made_is_refused(around: Around) -> None:
    surroundings = around()
    surroundings.home.write_text("in the way")

    with refused_opening("can't be used"):
        await StoredGroups().open(surroundings)


async def test_a_file_that_others_keep_busy_is_refused_and_works_afterwards(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        provider._database._patience = 0.05
        other = sqlite3.connect(database(surroundings), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with refused_opening("is busy"):
            await provider.create_group(CreateGroup(name="team"))
        readable = await provider.directory("ada")

        other.execute("ROLLBACK")
        other.close()
        made = await provider.create_group(CreateGroup(name="team"))
    assert readable.group("team") is None
    assert made.version == 1


async def test_a_backup_that_is_restored_counts_from_the_next_request(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        await provider.create_group(CreateGroup(name="team"))
        with closing(sqlite3.connect(":memory:")) as backup, closing(sqlite3.connect(database(surroundings))) as file:
            file.backup(backup)
            await provider.delete_group("team", version=1)
            assert (await provider.directory("ada")).group("team") is None

            backup.backup(file)

        assert (await provider.directory("ada")).group("team") is not None
        assert (await provider.update_group("team", UpdateGroup(enabled=True), version=1)).enabled


async def test_a_file_that_takes_the_place_of_the_other_counts_from_the_next_request(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        await provider.create_group(CreateGroup(name="team"))
        backup = surroundings.home / "backup.db"
        with closing(sqlite3.connect(database(surroundings))) as file, closing(sqlite3.connect(backup)) as copy:
            file.backup(copy)
        await provider.delete_group("team", version=1)

        for neighbour in ("groups.db-wal", "groups.db-shm"):
            (surroundings.home / neighbour).unlink()
        backup.replace(database(surroundings))

        assert (await provider.directory("ada")).group("team") is not None
        assert (await provider.update_group("team", UpdateGroup(enabled=True), version=1)).enabled


async def test_a_file_that_is_moved_away_is_begun_anew(around: Around) -> None:
    surroundings = around()
    async with opened(surroundings) as provider:
        await provider.create_group(CreateGroup(name="team"))
        for file in surroundings.home.glob("groups.db*"):
            file.unlink()

        await provider.create_group(CreateGroup(name="fresh"))
        names = [group.name for group in (await provider.directory("ada")).groups]

    assert names == ["ada", "fresh"]


async def test_a_failed_change_leaves_nothing(around: Around) -> None:
    async with opened(around()) as provider:
        with pytest.raises(DeployError):
            await provider.create_instance_type(CreateInstanceType(name="x", groups=("tema",)))

        assert [kind.name for kind in (await provider.directory("ada")).instance_types] == ["default", "cpu-1"]
