"""The rules of ``service/access.py``, by tables."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import Conflict, DeployError, Forbidden, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import Directory, GroupSettings
from primehub_deploy_ext.service.access import NO_GROUP, Caller, Scope


def caller(user: str, *groups: GroupSettings, admins: tuple[str, ...] = ()) -> Caller:
    return Caller(user, Directory(groups=groups, admins=frozenset(admins)))


def group(name: str, **fields: Any) -> GroupSettings:
    return GroupSettings.model_validate({"name": name, "enabled": True, "members": ("grace",), **fields})


THEIRS = group("ops", members=("ada",))
OFF = (
    "Feature not available: Model Deployment is not enabled for the group 'lab'. "
    "Please contact your administrator to enable it."
)


@pytest.mark.parametrize(
    ("groups", "wanted", "chosen"),
    [
        ([group("lab")], None, "lab"),
        ([group("lab"), group("grace")], None, "grace"),
        ([group("lab"), group("off", enabled=False)], None, "lab"),
        ([group("lab"), group("grace")], "lab", "lab"),
    ],
    ids=["the only one", "the personal one", "the only one that is on", "the one that is named"],
)
def test_a_group_is_chosen_to_own_a_deployment(groups: list[GroupSettings], wanted: str | None, chosen: str) -> None:
    asking = caller("grace", *groups)

    assert asking.group_to_create_in(wanted).name == chosen
    assert asking.about == chosen


@pytest.mark.parametrize(
    ("groups", "wanted", "error", "told"),
    [
        ([], None, Forbidden, NO_GROUP),
        ([], "lab", Forbidden, NO_GROUP),
        ([group("lab"), THEIRS], "ops", Forbidden, "not a member of the group 'ops'; your groups: 'lab'"),
        ([group("lab")], "free", Forbidden, "not a member of the group 'free'; your groups: 'lab'"),
        ([group("lab", enabled=False)], None, Forbidden, OFF),
        ([group("lab"), group("ops")], None, InvalidInput, "name one of your groups: 'lab', 'ops'"),
    ],
    ids=["in no group", "in no group, names one", "not in it", "there is none", "switched off", "several"],
)  # fmt: skip
def test_a_group_that_may_not_own_a_deployment_is_refused(
    groups: list[GroupSettings], wanted: str | None, error: type[DeployError], told: str
) -> None:
    with pytest.raises(error) as raised:
        caller("grace", *groups).group_to_create_in(wanted)

    assert told in raised.value.message
    assert raised.value.fields[0]["field"] == "group"


def test_administrators_create_in_every_group_and_are_told_which_there_are_not() -> None:
    boss = caller("boss", group("lab"), admins=("boss",))

    assert boss.group_to_create_in("lab").name == "lab"
    with pytest.raises(InvalidInput, match="there is no group 'free'"):
        boss.group_to_create_in("free")


def test_lists_are_of_ones_own_groups_unless_an_administrator_asks_for_all() -> None:
    lab = group("lab")
    grace, boss = caller("grace", lab), caller("boss", lab, admins=("boss",))

    assert grace.scope(everything=False) == Scope(frozenset({"lab"}))
    assert boss.scope(everything=False) == Scope(frozenset())
    assert "gone" in boss.scope(everything=True)
    with pytest.raises(Forbidden, match="only administrators"):
        grace.scope(everything=True)


def test_what_is_of_a_group_that_is_gone_exists_for_administrators_alone() -> None:
    assert caller("boss", admins=("boss",)).sees("gone")
    assert not caller("grace", group("lab")).sees("gone")


@pytest.mark.parametrize(
    ("user", "fields", "refused"),
    [
        ("boss", {"members", "quota", "enabled"}, []),
        ("ada", {"members"}, []),
        ("ada", {"members", "quota", "enabled"}, ["enabled", "quota"]),
        ("ada", {"admins"}, ["admins"]),
    ],
)
def test_group_admins_change_members_alone(user: str, fields: set[str], refused: list[str]) -> None:
    lab = group("lab", admins=("ada",))
    asking = caller(user, lab, admins=("boss",))

    if not refused:
        asking.check_update(lab, fields)
        return
    with pytest.raises(Forbidden) as raised:
        asking.check_update(lab, fields)
    assert [field["field"] for field in raised.value.fields] == refused


def test_members_change_nothing_of_a_group() -> None:
    lab = group("lab", admins=("ada",))

    with pytest.raises(Forbidden, match="admins of the group 'lab'"):
        caller("grace", lab).check_update(lab, {"members"})


def test_a_group_of_others_is_as_if_it_were_not() -> None:
    for name in ("ops", "free"):
        with pytest.raises(NotFound, match=f"there is no group '{name}'"):
            caller("grace", group("lab"), THEIRS).group(name)


@pytest.mark.parametrize(
    ("groups", "error", "told"),
    [
        ([group("lab", enabled=False)], Forbidden, "Feature not available"),
        ([], Conflict, "is gone: its deployments go on running and can be stopped or deleted, not started"),
    ],
    ids=["off", "gone"],
)  # fmt: skip
def test_nothing_grows_in_a_group_that_is_off_or_gone(
    groups: list[GroupSettings], error: type[DeployError], told: str
) -> None:
    with pytest.raises(error) as raised:
        caller("boss", *groups, admins=("boss",)).group_to_grow_in("lab", "started")

    assert told in raised.value.message


def test_the_audit_log_is_for_administrators_and_of_their_groups_for_group_admins() -> None:
    lab, ops = group("lab", admins=("ada",)), group("ops", members=("ada",))

    assert caller("boss", lab, ops, admins=("boss",)).audited() == Scope(None)
    assert caller("ada", lab, ops).audited() == Scope(frozenset({"lab"}))
    with pytest.raises(Forbidden, match="group admins"):
        caller("grace", lab, ops).audited()
