"""Groups that administrators edit in the UI: the default."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import InvalidInput
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
from primehub_deploy_ext.service.groups.database import GroupDatabase
from primehub_deploy_ext.service.groups.provider import GroupProvider, Surroundings
from primehub_deploy_ext.service.groups.tables import GROUPS, INSTANCE_TYPES, PULL_SECRETS, Contents, Rows

FILE_NAME = "groups.db"

ResultT = TypeVar("ResultT")


class StoredGroups(GroupProvider):
    """Groups, instance types and pull secrets in ``<home>/groups.db``, which several servers may share.

    At first the file gets the engine's instance types, and for each owner of a server a personal group, switched on
    and without ceilings. Administrators are those of the configuration or, when none is configured, the server's owner.
    """

    name = "stored"

    # A provider that learns from elsewhere which groups there are keeps their settings here, with this off:
    # no personal groups, nobody is administrator by owning the server, groups may be named that have no settings yet.
    alone = True

    _surroundings: Surroundings
    _database: GroupDatabase
    _contents: Contents | None = None
    _stamp: int | None = None
    # Made of the contents, by the personal group that comes first.
    _directories: dict[str | None, Directory]

    @property
    def settings_writable(self) -> bool:
        """Always."""
        return True

    async def open(self, surroundings: Surroundings) -> None:
        """Make the file when it isn't there, and add what a new owner needs."""
        self._surroundings = surroundings
        self._database = GroupDatabase(surroundings.home / FILE_NAME)
        # One task at a time: they share one connection, and one of them reads for all that wait.
        self._reading = asyncio.Lock()
        await asyncio.to_thread(self._open)

    async def close(self) -> None:
        """Close the file."""
        async with self._reading:
            self._database.close()

    async def directory(self, user: str) -> Directory:
        """Return everything; the user's personal group comes first."""
        contents = await self._current()
        personal = contents.personal.get(user)
        if personal not in self._directories:
            self._directories[personal] = Directory(
                # The sort is stable: the others stay in order.
                groups=tuple(sorted(contents.groups, key=lambda group: group.name != personal)),
                instance_types=contents.instance_types,
                pull_secrets=contents.pull_secrets,
                admins=self._admins(),
            )
        return self._directories[personal]

    async def create_group(self, new: CreateGroup) -> GroupSettings:
        """Add a group; ``AlreadyExists`` if the name is taken."""
        return await self._change(lambda rows: rows.insert(GROUPS, new))

    async def update_group(self, name: str, change: UpdateGroup, *, version: int | None) -> GroupSettings:
        """Change the fields that were sent; ``NotFound`` if there is no such group."""
        return await self._change(lambda rows: rows.update(GROUPS, name, change, version=version))

    async def delete_group(self, name: str, *, version: int | None) -> None:
        """Remove a group, and its name from the instance types and pull secrets that were its own.

        A new group of the same name must not inherit the credentials of the old one.
        """

        def delete(rows: Rows) -> None:
            rows.delete(GROUPS, name, version=version)
            for kind in rows.all(INSTANCE_TYPES):
                if kind.groups is not None and name in kind.groups:
                    rows.replace(INSTANCE_TYPES, kind.model_copy(update={"groups": _without(name, kind.groups)}))
            for secret in rows.all(PULL_SECRETS):
                if secret.groups is not None and name in secret.groups:
                    rows.replace(PULL_SECRETS, secret.model_copy(update={"groups": _without(name, secret.groups)}))

        await self._change(delete)

    async def create_instance_type(self, new: CreateInstanceType) -> InstanceType:
        """Add an instance type after the others; ``InvalidInput`` if it is for groups that there are not."""

        def create(rows: Rows) -> InstanceType:
            self._check_groups(rows, new.groups)
            return rows.insert(INSTANCE_TYPES, new)

        return await self._change(create)

    async def update_instance_type(self, name: str, change: UpdateInstanceType, *, version: int | None) -> InstanceType:
        """Change the fields that were sent; null removes a limit."""

        def update(rows: Rows) -> InstanceType:
            self._check_groups(rows, change.groups)
            return rows.update(INSTANCE_TYPES, name, change, version=version)

        return await self._change(update)

    async def delete_instance_type(self, name: str, *, version: int | None) -> None:
        """Remove an instance type; deployments that were started with it keep what they have."""
        await self._change(lambda rows: rows.delete(INSTANCE_TYPES, name, version=version))

    async def create_pull_secret(self, new: CreatePullSecret) -> PullSecret:
        """Add a pull secret; ``InvalidInput`` if it is for groups that there are not."""

        def create(rows: Rows) -> PullSecret:
            self._check_groups(rows, new.groups)
            return rows.insert(PULL_SECRETS, new)

        return await self._change(create)

    async def update_pull_secret(self, name: str, change: UpdatePullSecret, *, version: int | None) -> PullSecret:
        """Change the fields that were sent."""

        def update(rows: Rows) -> PullSecret:
            self._check_groups(rows, change.groups)
            return rows.update(PULL_SECRETS, name, change, version=version)

        return await self._change(update)

    async def delete_pull_secret(self, name: str, *, version: int | None) -> None:
        """Remove a pull secret and forget its password."""
        await self._change(lambda rows: rows.delete(PULL_SECRETS, name, version=version))

    # ------------------------------------------------------------------ the file

    async def _current(self) -> Contents:
        async with self._reading:
            await self._follow()
            stamp = self._database.stamp()
            if self._contents is None or stamp != self._stamp:
                # The stamp is older than what is read now: a change in between is noticed at the next request.
                self._contents = await asyncio.to_thread(self._database.contents)
                self._stamp = stamp
                self._directories = {}
            return self._contents

    async def _change(self, change: Callable[[Rows], ResultT]) -> ResultT:
        def work() -> ResultT:
            with self._database.transaction() as rows:
                return change(rows)

        async with self._reading:
            await self._follow()
        return await asyncio.to_thread(work)

    async def _follow(self) -> None:
        """Open the file that is in the place of the one before, when somebody put a backup back."""
        if self._database.moved():
            self.log.warning("Model Deployment: the groups file was replaced; opening the new one")
            await asyncio.to_thread(self._open)

    def _open(self) -> None:
        self._contents = None
        self._database.open()
        with self._database.transaction() as rows:
            if rows.remember("instance types"):
                taken = rows.names(INSTANCE_TYPES)
                for kind in self._surroundings.instance_types:
                    if kind.name not in taken:
                        rows.insert(INSTANCE_TYPES, kind)
            if self.alone:
                self._seed_personal_group(rows)

    def _seed_personal_group(self, rows: Rows) -> None:
        owner = self._surroundings.owner
        name = re.sub("[/:]", "-", owner)
        if not names.is_user_name(owner) or not names.is_group_name(name):
            self.log.warning("Model Deployment: no personal group for %r: %s", owner, names.GROUP_NAME_RULE)
            return
        # Recorded even when the group is there already: one that is deleted later must not come back.
        if rows.remember_personal(owner, name) and name not in rows.names(GROUPS):
            rows.insert(GROUPS, CreateGroup(name=name, enabled=True, members=(owner,), admins=(owner,)))

    def _admins(self) -> frozenset[str]:
        configured = self._surroundings.admins
        return configured if configured or not self.alone else frozenset({self._surroundings.owner})

    def _check_groups(self, rows: Rows, groups: Iterable[str] | None) -> None:
        unknown = sorted(set(groups or ()) - rows.names(GROUPS)) if self.alone else []
        if unknown:
            told = ", ".join(repr(name) for name in unknown)
            raise InvalidInput(
                f"groups: there is no group {told}: make it first, or leave it out",
                fields=[{"field": "groups", "message": f"unknown: {told}"}],
            )


def _without(name: str, groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(group for group in groups if group != name)
