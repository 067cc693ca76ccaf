"""Groups of a Hub with their settings: how the two are put together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.groups import Directory, GroupSettings
from primehub_deploy_ext.service.groups.hub_api import HubGroups, HubUser

# The version of a group that has no settings yet; those that are stored begin with 1.
NO_SETTINGS = 0


@dataclass(frozen=True)
class Merged:
    """Groups by name, and what people should know about them."""

    groups: tuple[GroupSettings, ...]
    warnings: tuple[str, ...]


def merge(user: HubUser, listed: HubGroups | None, settings: Directory, *, everything: bool) -> Merged:
    """Return the groups as far as they concern a user.

    Who is a member is the Hub's word alone: whoever the settings name as group admin is one only while they are
    a member.

    Parameters
    ----------
    listed
        All groups of the Hub with their members; None when they are not known, and then the only member that is
        known is the user.
    everything
        Also the groups that the user is not in, and those that have settings and are gone at the Hub.
    """
    at_hub = set(user.groups) | (set(listed or ()) if everything else set())
    unusable = sorted(name for name in at_hub if not names.is_group_name(name))
    with_settings = {group.name for group in settings.groups} if everything else set()
    known = [
        _group(settings.group(name) or GroupSettings(name=name, version=NO_SETTINGS), user, listed)
        for name in (at_hub | with_settings).difference(unusable)
    ]
    told = ", ".join(repr(name) for name in unusable)
    warning = f"Groups of JupyterHub that are left out because of their names: {told} ({names.GROUP_NAME_RULE})."
    return Merged(
        groups=tuple(sorted(known, key=lambda group: (group.name.casefold(), group.name))),
        warnings=(warning,) if unusable else (),
    )


def administrated(user: HubUser, settings: Directory) -> bool:
    """Tell whether the user is an admin of one of their groups, and so may see who else is in it."""
    return any(user.name in group.admins and group.name in user.groups for group in settings.groups)


def with_members(group: GroupSettings, listed: HubGroups | None) -> GroupSettings:
    """Return settings with the members that the Hub knows."""
    return _group(group, None, listed)


def strangers(admins: Iterable[str], name: str, listed: HubGroups | None) -> list[str]:
    """Return those who are to be admins of a group and are no members of it at the Hub, as far as that is known."""
    members = (listed or {}).get(name)
    return [] if members is None else sorted(set(admins).difference(members))


def ignored_members(settings: Directory) -> list[str]:
    """Return a warning when the settings name members, which are the Hub's."""
    told = ", ".join(repr(group.name) for group in settings.groups if group.members)
    return [f"The groups file names members of {told}: they don't count, members come from JupyterHub."] if told else []


def _group(group: GroupSettings, user: HubUser | None, listed: HubGroups | None) -> GroupSettings:
    # What the Hub says of the user themselves is never older than the list.
    mine = {user.name} if user is not None and group.name in user.groups else set()
    not_mine = {user.name} - mine if user is not None else set()
    gone = listed is not None and group.name not in listed and not mine
    listed_members = () if gone else (listed or {}).get(group.name)
    others = {member for member in listed_members or () if names.is_user_name(member)}
    members = (others | mine) - not_mine
    admins = [admin for admin in group.admins if admin in members or (listed_members is None and admin not in not_mine)]
    return group.model_copy(update={"members": tuple(sorted(members)), "admins": tuple(admins)})
