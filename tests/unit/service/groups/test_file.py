"""The groups file: what it may say, what is said about mistakes, and that a bad edit changes nothing."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest
from traitlets.config import Config

from primehub_deploy_ext.domain.errors import Conflict, EngineUnavailable
from primehub_deploy_ext.domain.groups import CreateGroup, Directory, Role
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.service.groups.file import FileGroups
from tests.unit.service.groups.conftest import ENGINE_TYPES, Around

GOOD = """
groups:
  data-science:
    display_name: Data Science
    enabled: true
    quota: {cpu: 8, memory: 32Gi, gpu: 1, deployments: 5}
    members: [ada, grace]
    admins: [mary]
  "größe @ x":
instance_types:
  small:
    display_name: Small
    cpu: 500m
    memory: 1Gi
  gpu:
    gpu: 1
    groups: [data-science]
pull_secrets:
  registry:
    registry: registry.example.com
    username: robot
    password_file: registry.password
    groups: [data-science]
admins: [boss]
"""
PASSWORD = "s3cret-of-the-registry"


class Written:
    """A groups file that tests write."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "groups.yaml"
        self.password = folder / "registry.password"
        self.password.write_text(f"{PASSWORD}\n")

    def write(self, text: str) -> None:
        self.path.write_text(textwrap.dedent(text))

    async def opened(self, around: Around) -> FileGroups:
        provider = FileGroups(config=Config({"FileGroups": {"path": str(self.path)}}))
        await provider.open(around())
        return provider

    async def read(self, around: Around) -> Directory:
        return await (await self.opened(around)).directory("ada")


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)


# --------------------------------------------------------------------------- good files


async def test_a_file_says_all_there_is(written: Written, around: Around) -> None:
    written.write(GOOD)

    directory = await written.read(around)

    assert directory.warning == ""
    first, second = directory.groups
    assert (first.name, first.display_name, first.enabled) == ("data-science", "Data Science", True)
    assert first.quota == Quota(cpu=8, memory=32 * 2**30, gpu=1, deployments=5)
    assert (first.role_of("grace"), first.role_of("mary")) == (Role.MEMBER, Role.GROUP_ADMIN)
    assert (second.name, second.enabled, second.members) == ("größe @ x", False, ())
    assert [(kind.name, kind.cpu, kind.gpu) for kind in directory.instance_types] == [
        ("small", 0.5, 0),
        ("gpu", None, 1),
    ]
    assert directory.pull_secrets[0].password.get_secret_value() == PASSWORD
    assert directory.admins == {"boss"}


async def test_instance_types_that_are_left_out_are_the_engines(written: Written, around: Around) -> None:
    written.write("groups: {team: {members: [ada]}}")

    assert (await written.read(around)).instance_types == ENGINE_TYPES


@pytest.mark.parametrize("text", ["groups: {}", "groups:", "admins: []\n"])
async def test_a_file_may_have_no_groups(written: Written, around: Around, text: str) -> None:
    written.write(text)

    directory = await written.read(around)

    assert (directory.groups, directory.warning) == ((), "")


async def test_nobody_administrates_whom_neither_file_nor_configuration_names(written: Written, around: Around) -> None:
    written.write("groups: {}")
    provider = FileGroups(path=str(written.path))

    await provider.open(around("ada"))
    nobody = (await provider.directory("ada")).admins
    await provider.open(around("ada", "grace"))
    configured = (await provider.directory("ada")).admins

    assert (nobody, configured) == (frozenset(), {"grace"})


async def test_parts_that_repeat_can_be_shared_by_aliases(written: Written, around: Around) -> None:
    written.write(
        """
        groups:
          one: &usual {enabled: true, quota: {cpu: 2}}
          two: {<<: *usual, members: [ada]}
          three: *usual
        """
    )

    directory = await written.read(around)

    assert [(group.name, group.quota.cpu) for group in directory.groups] == [("one", 2), ("two", 2), ("three", 2)]


async def test_names_that_look_like_dates_are_texts(written: Written, around: Around) -> None:
    written.write("groups: {2026-11-23: {display_name: 2026-13-45}}")

    (group,) = (await written.read(around)).groups

    assert (group.name, group.display_name) == ("2026-11-23", "2026-13-45")


async def test_nothing_can_be_changed_here(written: Written, around: Around) -> None:
    written.write("groups: {}")
    provider = await written.opened(around)

    assert (provider.settings_writable, provider.members_writable) == (False, False)
    with pytest.raises(Conflict, match=r"groups\.yaml: change them there"):
        await provider.create_group(CreateGroup(name="team"))


async def test_passwords_are_never_shown(written: Written, around: Around) -> None:
    written.write(GOOD)

    directory = await written.read(around)

    assert PASSWORD not in repr(directory)
    assert PASSWORD not in directory.model_dump_json()


# --------------------------------------------------------------------------- bad files

BAD = {
    "a tab": ("groups:\n\tteam: {}\n", 2, "tab"),
    "a key twice": (
        "groups:\n  team: {}\n  lab: {}\n  team: {}\n",
        4,
        "the key 'team' is there twice (first in line 2)",
    ),
    "a setting twice": ("groups:\n  team:\n    enabled: no\n    enabled: yes\n", 4, "'enabled' is there twice"),
    "an unknown key at the top": ("group: {}\n", 1, "group: is no known key; known are groups, instance_types"),
    "an unknown key of a group": ("groups:\n  team:\n    member: [ada]\n", 3, "groups.team.member: is no known key"),
    "an unknown key of a quota": (
        "groups:\n  t:\n    quota:\n      ram: 1\n",
        4,
        "known are cpu, memory, gpu, deployments",
    ),
    "a password in the file": (
        "pull_secrets:\n  r: {registry: x, username: u,\n    password_file: registry.password,\n    password: p}\n",
        4,
        "pull_secrets.r.password: is no known key",
    ),
    "cores that are none": (
        "groups:\n  t:\n    quota:\n      cpu: four\n",
        4,
        "groups.t.quota.cpu: must be a number of",
    ),
    "negative cores": ("groups:\n  t:\n    quota: {cpu: -1}\n", 3, "groups.t.quota.cpu: must be a number of cores"),
    "memory without a unit that is known": (
        "groups:\n  t: {quota: {memory: 4 Gb}}\n",
        2,
        "quota.memory: must be a text such as",
    ),
    "memory whose unit was forgotten": ("groups:\n  t: {quota: {memory: 64}}\n", 2, "bytes; at least 1 MiB"),
    "an instance type of 4 bytes": ("instance_types:\n  t:\n    memory: 4\n", 3, "instance_types.t.memory: must be"),
    "half a GPU": ("instance_types:\n  t:\n    gpu: 0.5\n", 3, "instance_types.t.gpu: must be a whole number"),
    "less than no deployments": (
        "groups:\n  t:\n    quota: {deployments: -1}\n",
        3,
        "must be greater than or equal to 0",
    ),
    "a switch that is neither": ("groups:\n  t:\n    enabled: maybe\n", 3, "groups.t.enabled: must be true or false"),
    "one member instead of a list": ("groups:\n  t:\n    members: ada\n", 3, "must be a list such as [ada, grace]"),
    "a member that YAML takes for a number": (
        "groups:\n  t:\n    members:\n    - ada\n    - 1234\n",
        5,
        "groups.t.members.1: must be a text, not a number: put it into quotes",
    ),
    "a group that YAML takes for a number": ("groups:\n  1234: {}\n", 2, "the key 1234 is no text"),
    "a group that YAML takes for false": (
        "groups:\n  no: {}\n",
        2,
        "the key no is no text for YAML: put it into quotes",
    ),
    "a key that is a list": ("groups:\n  [a, b]: {}\n", 2, "a key is no text"),
    "a group's name that breaks the rule": (
        "groups:\n  ok: {}\n  a/b: {}\n",
        3,
        "groups.a/b: 1 to 128 characters, no '/'",
    ),
    "an instance type's name that breaks the rule": (
        "instance_types:\n  Big One: {}\n",
        2,
        "instance_types.Big One: 1 to",
    ),
    "groups as a list": ("groups:\n- team\n", 1, "groups: must be a mapping (lines such as 'name: …'), not a list"),
    "a group as a text": ("groups:\n  team: everybody\n", 2, "groups.team: must be a mapping"),
    "a list": ("- groups\n", 1, "must be a mapping"),
    "a text": ("groups\n", 1, "must be a mapping"),
    "a brace that stays open": ("groups: {team: {}\n", 2, "this is no YAML: expected ',' or '}'"),
    "a second document": ("groups: {}\n---\ngroups: {}\n", 2, "second document"),
    "an alias that contains itself": ("groups: &a\n  team: *a\n", 1, "contains it"),
    "an unknown tag": ("groups: !!python/object:os.system {}\n", 1, "could not determine a constructor"),
    "an unknown alias": ("groups:\n  team: *nobody\n", 2, "found undefined alias"),
    "a tag that does not fit": ("groups:\n  t: {quota: {gpu: !!int four}}\n", 1, "this is no YAML: invalid literal"),
    "a number without end": (
        f"groups: {{t: {{quota: {{gpu: {'9' * 5000}}}}}}}\n",
        1,
        "this is no YAML: Exceeds the limit",
    ),
    "a missing setting": ("pull_secrets:\n  r:\n    registry: x\n    username: u\n", 2, "password_file: is missing"),
    "a registry that is none": (
        "pull_secrets:\n  r:\n    registry: 'https://x y'\n    username: u\n    password_file: registry.password\n",
        3,
        "pull_secrets.r.registry: must be a host such as registry.example.com",
    ),
    "a password file that is gone": (
        "pull_secrets:\n  r:\n    registry: x\n    username: u\n    password_file: gone\n",
        5,
        "gone can't be read: No such file or directory",
    ),
    "an instance type for an unknown group": (
        "groups: {team: {}}\ninstance_types:\n  x:\n    groups:\n    - team\n    - tema\n",
        6,
        "there is no group 'tema' in this file",
    ),
    "a control character": (
        "groups:\n  t:\n    display_name: 'a\x07b'\n",
        3,
        "a character that YAML does not allow (U+0007)",
    ),
}


@pytest.mark.parametrize(("text", "line", "words"), BAD.values(), ids=BAD.keys())
async def test_a_mistake_is_named_with_file_line_and_key(
    written: Written, around: Around, text: str, line: int, words: str
) -> None:
    written.path.write_text(text)

    directory = await written.read(around)

    assert f"The groups file {written.path}, line {line}" in directory.warning
    assert words.casefold() in directory.warning.casefold()
    assert directory.groups == directory.instance_types == directory.pull_secrets == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"# nothing but a comment\n", "is empty"),
        (b"groups:\n  t: {display_name: \xff}\n", "line 2: is not written in UTF-8"),
        (b"groups: " + b"[" * 5000, "nested too deeply"),
    ],
)
async def test_files_that_hold_nothing_readable_are_named(
    written: Written, around: Around, data: bytes, words: str
) -> None:
    written.path.write_bytes(data)

    warning = (await written.read(around)).warning

    assert str(written.path) in warning
    assert words in warning


async def test_the_number_of_further_mistakes_is_told(written: Written, around: Around) -> None:
    written.write("groups: {a: {enabled: 7}, b: {x: 1}, c: {y: 1}}")

    assert "(and 2 more problems)" in (await written.read(around)).warning


async def test_a_mistake_beside_a_secret_does_not_show_the_password(written: Written, around: Around) -> None:
    written.write(GOOD.replace("registry: registry.example.com", "registry: ''"))

    warning = (await written.read(around)).warning

    assert "pull_secrets.registry.registry" in warning
    assert PASSWORD not in warning


async def test_a_provider_without_a_path_says_what_to_set(around: Around) -> None:
    with pytest.raises(EngineUnavailable, match=r"set c\.FileGroups\.path"):
        await FileGroups().open(around())


# --------------------------------------------------------------------------- changes of the file


async def test_a_good_edit_counts_from_the_next_request(written: Written, around: Around) -> None:
    written.write("groups: {team: {members: [ada]}}")
    provider = await written.opened(around)

    written.write("groups: {team: {members: [mary]}}")

    assert [group.members for group in (await provider.directory("ada")).groups] == [("mary",)]


async def test_a_bad_edit_keeps_the_last_good_one_and_says_so_until_it_is_corrected(
    written: Written, around: Around
) -> None:
    written.write("groups: {team: {members: [ada]}}")
    provider = await written.opened(around)

    written.write("groups: {team: {members: [ada, mary}}")
    bad = await provider.directory("ada")
    written.write("groups: {team: {members: [ada, mary]}}")
    good = await provider.directory("ada")

    assert [group.members for group in bad.groups] == [("ada",)]
    assert "line 1" in bad.warning
    assert "still counts" in bad.warning
    assert (bad.as_of is None, bad.until) == (False, None)
    assert ([group.members for group in good.groups], good.warning) == ([("ada", "mary")], "")
    assert good.as_of is None


async def test_a_file_that_is_gone_keeps_what_it_said(written: Written, around: Around) -> None:
    written.write("groups: {team: {}}")
    provider = await written.opened(around)

    written.path.unlink()
    gone = await provider.directory("ada")
    written.write("groups: {lab: {}}")
    back = await provider.directory("ada")

    assert [group.name for group in gone.groups] == ["team"]
    assert f"{written.path} can't be read: No such file or directory" in gone.warning
    assert ([group.name for group in back.groups], back.warning) == (["lab"], "")


async def test_a_file_that_comes_after_the_server_is_read(written: Written, around: Around) -> None:
    provider = await written.opened(around)
    before = await provider.directory("ada")

    written.write("groups: {team: {}}")

    assert "nobody is in any group until that is corrected" in before.warning
    assert [group.name for group in (await provider.directory("ada")).groups] == ["team"]


async def test_an_edit_within_the_same_tick_of_the_clock_is_noticed(written: Written, around: Around) -> None:
    written.write("groups: {one: {}}")
    provider = await written.opened(around)
    stamp = written.path.stat().st_mtime_ns
    other = written.path.with_name("other")

    other.write_text("groups: {two: {}}")
    os.utime(other, ns=(stamp, stamp))
    other.replace(written.path)

    assert [group.name for group in (await provider.directory("ada")).groups] == ["two"]


async def test_a_link_that_points_elsewhere_is_noticed(written: Written, around: Around, tmp_path: Path) -> None:
    for version in ("1", "2"):
        (tmp_path / version).write_text(f"groups: {{version-{version}: {{}}}}")
    written.path.symlink_to("1")
    provider = await written.opened(around)

    (tmp_path / "link").symlink_to("2")
    (tmp_path / "link").replace(written.path)

    assert [group.name for group in (await provider.directory("ada")).groups] == ["version-2"]


async def test_a_password_that_changes_is_read_again(written: Written, around: Around) -> None:
    written.write(GOOD)
    provider = await written.opened(around)

    written.password.write_text("another")
    changed = await provider.directory("ada")
    written.password.unlink()
    gone = await provider.directory("ada")
    written.password.write_text("back")
    back = await provider.directory("ada")

    assert changed.pull_secrets[0].password.get_secret_value() == "another"
    assert "registry.password can't be read" in gone.warning
    assert gone.pull_secrets == changed.pull_secrets
    assert (back.pull_secrets[0].password.get_secret_value(), back.warning) == ("back", "")


async def test_the_file_is_not_read_again_while_nothing_changes(written: Written, around: Around) -> None:
    written.write(GOOD)
    provider = await written.opened(around)
    before = await provider.directory("ada")

    assert await provider.directory("ada") is before
