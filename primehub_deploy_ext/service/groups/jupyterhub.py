"""Groups of a JupyterHub."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TypeVar

from traitlets import Float

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, EngineUnavailable, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import (
    CreateGroup,
    CreateInstanceType,
    CreatePullSecret,
    Directory,
    GroupSettings,
    InstanceType,
    PullSecret,
    UpdateGroup,
    UpdateInstanceType,
    UpdatePullSecret,
)
from primehub_deploy_ext.service.groups import hub_directory
from primehub_deploy_ext.service.groups.file import FileGroups
from primehub_deploy_ext.service.groups.hub_api import HubApi, HubGroups, HubUser
from primehub_deploy_ext.service.groups.provider import GroupProvider, Surroundings
from primehub_deploy_ext.service.groups.remembered import Answer, Bounds, Clock, Refused, Remembered, Unreachable
from primehub_deploy_ext.service.groups.stored import StoredGroups
from primehub_deploy_ext.service.groups.tables import sent_fields, stale

T = TypeVar("T")

_MOST_USERS = 1000
_SETTING = (
    "set c.Spawner.server_token_scopes = ['users:activity!user', 'access:servers!server', 'list:groups', 'read:groups']"
    " in jupyterhub_config.py and restart this server"
)


class JupyterHubGroups(GroupProvider):
    """Members and administrators from the JupyterHub; settings from a file, or those that are stored.

    The switch, quotas, group admins, instance types and pull secrets come from :class:`FileGroups` when its path is
    configured, else from :class:`StoredGroups`. A group without settings has Model Deployment off.
    """

    name = "jupyterhub"

    refresh_interval = Float(
        20.0,
        min=0.0,
        # A membership that is taken away must not count for longer than a minute.
        max=60.0,
        config=True,
        help="Seconds after which the Hub is asked again who is in which group.",
    )
    grace = Float(
        600.0,
        min=0.0,
        config=True,
        help="""Seconds for which the last known groups count while the Hub can't be reached. Afterwards requests
        are refused until it is back.""",
    )
    timeout = Float(5.0, min=0.1, config=True, help="Seconds to wait for an answer of the Hub.")

    clock: Clock = staticmethod(time.monotonic)

    _surroundings: Surroundings
    _hub: HubApi
    _settings: FileGroups | StoredGroups
    _me: Remembered[HubUser]
    _listed: Remembered[HubGroups]

    @property
    def settings_writable(self) -> bool:
        """Those of the settings, group admins among them."""
        return self._settings.settings_writable

    @property
    def members_writable(self) -> bool:
        """Never: members are the Hub's."""
        return False

    async def open(self, surroundings: Surroundings) -> None:
        """Open the settings; the Hub is asked at the first request, so that it may be away now."""
        missing = [name for name in ("JUPYTERHUB_API_URL", "JUPYTERHUB_API_TOKEN") if not os.environ.get(name)]
        if missing:
            raise EngineUnavailable(
                f"groups of a JupyterHub need {' and '.join(missing)} in the environment, which a Hub sets for the"
                " servers that it starts: start this server from the Hub, or choose another group_provider_class"
            )
        self._surroundings = surroundings
        settings: FileGroups | StoredGroups = FileGroups(parent=self)
        if isinstance(settings, FileGroups) and not settings.path:
            settings = StoredGroups(parent=self)
        settings.alone = False
        await settings.open(surroundings)
        self._settings = settings
        self._hub = HubApi(os.environ, self.timeout)
        self._me = self._remembered(self._hub.whoami)
        self._listed = self._remembered(self._hub.groups)
        self._others: dict[str, Remembered[HubUser | None]] = {}
        self._merged: dict[str, tuple[tuple[object, ...], hub_directory.Merged]] = {}

    async def close(self) -> None:
        """Close the settings, and give up what the Hub is asked."""
        self._hub.close()
        await self._settings.close()

    async def directory(self, user: str) -> Directory:
        """Return the user's groups; for administrators all, where the token may list them.

        Raises
        ------
        EngineUnavailable
            If the Hub refuses the server's token, or what it said last is older than ``grace``.
        """
        me, known = await self._known(user)
        settings = await self._settings.directory(user)
        warnings = [settings.warning] if settings.warning else []
        as_of, until = settings.as_of, settings.until
        if known.problem is not None:
            as_of, until = self._times(known)
            warnings.append(self._away(known))
        hub_user = known.value
        if hub_user is None:
            warnings.append(
                f"The server's token may not read the groups of {user!r} at JupyterHub, who counts as being in none:"
                " it needs the scopes read:users:name and read:users:groups."
            )
            hub_user = HubUser(user, admin=False, groups=())
        admins = settings.admins | ({user} if hub_user.admin else frozenset())
        listed: HubGroups | None = None
        if user in admins or hub_directory.administrated(hub_user, settings):
            listed, warning = await self._all_groups(me)
            warnings += [warning] if warning and user in admins else []
        if user in admins and isinstance(self._settings, FileGroups):
            warnings += hub_directory.ignored_members(settings)
        merged = self._merge(hub_user, listed, settings, everything=user in admins)
        return settings.model_copy(
            update={
                "groups": merged.groups,
                "admins": admins,
                "warning": " ".join([*warnings, *merged.warnings]),
                "as_of": as_of,
                "until": until,
            }
        )

    def _merge(
        self, user: HubUser, listed: HubGroups | None, settings: Directory, *, everything: bool
    ) -> hub_directory.Merged:
        """Merge anew only when one of the parts is another: that takes milliseconds where there are many groups."""
        parts = (user, listed, settings, everything)
        before = self._merged.get(user.name)
        if before is None or any(part is not known for part, known in zip(parts, before[0], strict=True)):
            if len(self._merged) >= _MOST_USERS:
                self._merged.clear()
            before = parts, hub_directory.merge(user, listed, settings, everything=everything)
            self._merged[user.name] = before
        return before[1]

    # ------------------------------------------------------------------ groups

    async def create_group(self, new: CreateGroup) -> GroupSettings:
        """Add settings for a group of the Hub that this server doesn't know of; others are there already."""
        if new.members:
            raise InvalidInput(
                "members: they come from JupyterHub: leave them out, and add them to the group there",
                fields=[{"field": "members", "message": "come from JupyterHub"}],
            )
        listed = await self._listing()
        if new.name in self._names_at_hub(listed):
            raise AlreadyExists(
                f"the group {new.name!r} is there already, from JupyterHub: change its settings",
                fields=[{"field": "name", "message": "taken"}],
            )
        if listed is not None:
            raise Conflict(
                f"groups come from JupyterHub, which has no group {new.name!r}: add it there, then switch Model"
                " Deployment on here"
            )
        return await self._settings.create_group(new)

    async def update_group(self, name: str, change: UpdateGroup, *, version: int | None) -> GroupSettings:
        """Change a group's settings; a group of the Hub that has none yet gets some."""
        if change.members is not None:
            raise Conflict(
                f"the members of {name!r} come from JupyterHub: change them there (Admin page, Groups), or with your"
                " identity provider when the Hub takes its groups from that"
            )
        listed = await self._listing()
        stored = (await self._settings.directory(self._surroundings.owner)).group(name)
        if stored is None and name not in self._names_at_hub(listed):
            raise NotFound(f"there is no group {name!r}")
        strangers = hub_directory.strangers(change.admins or (), name, listed)
        if strangers:
            told = ", ".join(repr(user) for user in strangers)
            raise InvalidInput(
                f"admins: {told} must be members of {name!r} at JupyterHub: add them there first",
                fields=[{"field": "admins", "message": f"no members at JupyterHub: {told}"}],
            )
        if stored is None:
            saved = await self._first_settings(name, change, version=version)
        else:
            saved = await self._settings.update_group(name, change, version=version)
        return hub_directory.with_members(saved, listed)

    async def delete_group(self, name: str, *, version: int | None) -> None:
        """Forget the settings of a group that is gone at the Hub."""
        if name in self._names_at_hub(await self._listing()):
            raise Conflict(
                f"JupyterHub still has the group {name!r}: remove it there first, or switch Model Deployment off here"
            )
        await self._settings.delete_group(name, version=version)

    async def _first_settings(self, name: str, change: UpdateGroup, *, version: int | None) -> GroupSettings:
        if version not in {None, hub_directory.NO_SETTINGS}:
            raise stale("group", name, now=hub_directory.NO_SETTINGS, seen=version or 0)
        fields = sent_fields(change, CreateGroup)
        try:
            return await self._settings.create_group(CreateGroup.model_validate({"name": name, **fields}))
        except AlreadyExists:
            raise stale("group", name, now=1, seen=hub_directory.NO_SETTINGS) from None

    # ------------------------------------------------------------------ instance types and pull secrets

    async def create_instance_type(self, new: CreateInstanceType) -> InstanceType:
        """Add an instance type; ``AlreadyExists`` if the name is taken."""
        return await self._settings.create_instance_type(new)

    async def update_instance_type(self, name: str, change: UpdateInstanceType, *, version: int | None) -> InstanceType:
        """Change the fields that were sent; ``NotFound`` if there is no such instance type."""
        return await self._settings.update_instance_type(name, change, version=version)

    async def delete_instance_type(self, name: str, *, version: int | None) -> None:
        """Remove an instance type; deployments that were started with it keep what they have."""
        await self._settings.delete_instance_type(name, version=version)

    async def create_pull_secret(self, new: CreatePullSecret) -> PullSecret:
        """Add a pull secret; ``AlreadyExists`` if the name is taken."""
        return await self._settings.create_pull_secret(new)

    async def update_pull_secret(self, name: str, change: UpdatePullSecret, *, version: int | None) -> PullSecret:
        """Change the fields that were sent; ``NotFound`` if there is no such pull secret."""
        return await self._settings.update_pull_secret(name, change, version=version)

    async def delete_pull_secret(self, name: str, *, version: int | None) -> None:
        """Remove a pull secret; ``NotFound`` if there is none of this name."""
        await self._settings.delete_pull_secret(name, version=version)

    # ------------------------------------------------------------------ the Hub

    async def _known(self, user: str) -> tuple[HubUser, Answer[HubUser] | Answer[HubUser | None]]:
        """Return the owner of the server's token, and what the Hub says of the user."""
        try:
            me = await self._me.get()
            return me.value, me if me.value.name == user else await self._other(user).get()
        except Refused as error:
            raise EngineUnavailable(
                f"JupyterHub refuses the token of this server ({error}), so nobody's groups are known: stop and start"
                " the server from the Hub's page"
            ) from error
        except Unreachable as error:
            raise EngineUnavailable(
                f"JupyterHub can't be reached, so nobody's groups are known: {error}. Deployments go on running; what"
                " you do here waits until the Hub is back"
            ) from error

    async def _all_groups(self, me: HubUser) -> tuple[HubGroups | None, str]:
        """Return all groups, or None and why there are only those of the user."""
        if not me.may("list:groups"):
            return None, f"The server's token may not list the groups of JupyterHub (scope list:groups): {_SETTING}."
        try:
            listed = (await self._listed.get()).value
        except Refused as error:
            return None, f"JupyterHub does not let the server's token list groups ({error}): {_SETTING}."
        except Unreachable as error:
            return None, f"The list of groups is not known, JupyterHub did not answer: {error}."
        if any(members is None for members in listed.values()):
            return listed, f"The server's token may not read who is in a group (scope read:groups): {_SETTING}."
        return listed, ""

    async def _listing(self) -> HubGroups | None:
        me, _ = await self._known(self._surroundings.owner)
        return (await self._all_groups(me))[0]

    def _names_at_hub(self, listed: HubGroups | None) -> set[str]:
        """Return the groups of the Hub, as far as anything is known of them."""
        if listed is not None:
            return set(listed)
        known = [self._me.last, *(other.last for other in self._others.values())]
        return {group for user in known if user is not None for group in user.groups}

    def _remembered(self, ask: Callable[[], Awaitable[T]]) -> Remembered[T]:
        return Remembered(ask, Bounds(self.refresh_interval, self.grace), self.clock)

    def _other(self, user: str) -> Remembered[HubUser | None]:
        if user not in self._others:
            if len(self._others) >= _MOST_USERS:
                self._others = {name: other for name, other in self._others.items() if not other.idle(self.grace)}
            self._others[user] = self._remembered(partial(self._hub.user, user))
        return self._others[user]

    def _times(self, known: Answer[HubUser] | Answer[HubUser | None]) -> tuple[datetime, datetime]:
        since = datetime.now(timezone.utc) - timedelta(seconds=known.age)
        return since, since + timedelta(seconds=self.grace)

    def _away(self, known: Answer[HubUser] | Answer[HubUser | None]) -> str:
        since, until = self._times(known)
        return (
            f"JupyterHub can't be reached: groups are as of {since:%H:%M:%S} UTC, and count until"
            f" {until:%H:%M:%S} UTC ({known.problem})."
        )
