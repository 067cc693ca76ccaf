"""A group provider in memory: the one fake of this boundary."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, NotFound
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
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.service.groups.provider import GroupProvider, Surroundings

Kept = TypeVar("Kept", GroupSettings, InstanceType, PullSecret)


class MemoryGroups(GroupProvider):
    """Keeps the promises of ``service/groups/provider.py``; begins with the owner's own group.

    Tests turn ``fails``, ``warning`` and ``writable``, look at ``closed``, and change who is where with :meth:`put`.
    """

    name = "memory"

    async def open(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.clear()
        self.put(surroundings.owner, members=(surroundings.owner,))

    def clear(self) -> None:
        """Begin anew, without groups."""
        self.writable = True
        self.closed = False
        self.warning = ""
        self.fails: Exception | None = None
        self.admins = set(self.surroundings.admins)
        self.groups: dict[str, GroupSettings] = {}
        self.instance_types = {kind.name: kind for kind in self.surroundings.instance_types}
        self.pull_secrets: dict[str, PullSecret] = {}

    async def close(self) -> None:
        self.closed = True

    def put(self, name: str, **fields: Any) -> GroupSettings:
        """Add a group, enabled unless told, or replace fields of one."""
        before = self.groups.get(name, GroupSettings(name=name, enabled=True, quota=Quota(), version=0))
        self.groups[name] = GroupSettings.model_validate(
            {**before.model_dump(), "version": before.version + 1, **fields}
        )
        return self.groups[name]

    @property
    def settings_writable(self) -> bool:
        return self.writable

    async def directory(self, user: str) -> Directory:
        if self.fails is not None:
            raise self.fails
        all_groups = tuple(self.groups.values())
        return Directory(
            groups=all_groups if user in self.admins else tuple(g for g in all_groups if g.role_of(user)),
            instance_types=tuple(self.instance_types.values()),
            pull_secrets=tuple(self.pull_secrets.values()),
            admins=frozenset(self.admins),
            warning=self.warning,
        )

    async def create_group(self, new: CreateGroup) -> GroupSettings:
        return self._add(self.groups, GroupSettings, new)

    async def update_group(self, name: str, change: UpdateGroup, *, version: int | None) -> GroupSettings:
        return self._change(self.groups, name, change, version)

    async def delete_group(self, name: str, *, version: int | None) -> None:
        self._remove(self.groups, name, version)

    async def create_instance_type(self, new: CreateInstanceType) -> InstanceType:
        return self._add(self.instance_types, InstanceType, new)

    async def update_instance_type(self, name: str, change: UpdateInstanceType, *, version: int | None) -> InstanceType:
        return self._change(self.instance_types, name, change, version)

    async def delete_instance_type(self, name: str, *, version: int | None) -> None:
        self._remove(self.instance_types, name, version)

    async def create_pull_secret(self, new: CreatePullSecret) -> PullSecret:
        return self._add(self.pull_secrets, PullSecret, new)

    async def update_pull_secret(self, name: str, change: UpdatePullSecret, *, version: int | None) -> PullSecret:
        return self._change(self.pull_secrets, name, change, version)

    async def delete_pull_secret(self, name: str, *, version: int | None) -> None:
        self._remove(self.pull_secrets, name, version)

    # ------------------------------------------------------------------ inside

    def _add(self, kept: dict[str, Kept], kind: type[Kept], new: BaseModel) -> Kept:
        if not self.writable:
            raise self._read_only()
        value = kind.model_validate(dict(new))
        if value.name in kept:
            raise AlreadyExists(f"there is a {value.name!r} already", fields=[{"field": "name", "message": "is taken"}])
        kept[value.name] = value
        return value

    def _change(self, kept: dict[str, Kept], name: str, change: BaseModel, version: int | None) -> Kept:
        current = self._seen(kept, name, version)
        sent = {field: value for field, value in dict(change).items() if field in change.model_fields_set - {"running"}}
        kept[name] = current.model_copy(update={**sent, "version": current.version + 1})
        return kept[name]

    def _remove(self, kept: dict[str, Kept], name: str, version: int | None) -> None:
        self._seen(kept, name, version)
        del kept[name]

    def _seen(self, kept: dict[str, Kept], name: str, version: int | None) -> Kept:
        if not self.writable:
            raise self._read_only()
        if name not in kept:
            raise NotFound(f"there is no {name!r}")
        if version not in {None, kept[name].version}:
            raise Conflict(f"{name!r} was changed meanwhile: look at it again")
        return kept[name]
