"""Instance types: which may be chosen, and their administration."""

from __future__ import annotations

from collections.abc import Collection

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.groups import CreateInstanceType, Directory, InstanceType, UpdateInstanceType
from primehub_deploy_ext.service.access import Caller, Scope
from primehub_deploy_ext.service.groups.provider import GroupProvider
from primehub_deploy_ext.service.validation import check_change


def choose_instance_type(directory: Directory, group: str, wanted: str | None) -> InstanceType:
    """Return the instance type that a deployment of the group gets.

    Parameters
    ----------
    wanted
        None: the first that the group may use.

    Raises
    ------
    InvalidInput
        If the group may not use it, or there is none; lists those that it may use.
    """
    usable = {kind.name: kind for kind in directory.instance_types_of(group)}
    if not usable:
        raise InvalidInput(
            f"the group {group!r} may use no instance type: ask an administrator for one",
            fields=[{"field": "instance_type", "message": "the group may use none"}],
        )
    if wanted is None:
        return next(iter(usable.values()))
    if wanted not in usable:
        listed = ", ".join(usable)
        raise InvalidInput(
            f"the group {group!r} has no instance type {wanted!r}; choose one of: {listed}",
            fields=[{"field": "instance_type", "message": f"must be one of: {listed}"}],
        )
    return usable[wanted]


class InstanceTypeService:
    """What callers can do with instance types.

    Parameters
    ----------
    provider
        Where they come from, and who belongs to which group.
    """

    def __init__(self, provider: GroupProvider) -> None:
        self._provider = provider

    def visible(self, caller: Caller, *, group: str | None, everything: bool) -> list[InstanceType]:
        """Return those that the caller may use, in the provider's order; the first is the default.

        Parameters
        ----------
        group
            Only those of this group; it must exist for the caller.
        everything
            All there are, for administrators.
        """
        scope = caller.scope(everything=everything)
        kinds = caller.directory.instance_types
        if group is not None:
            caller.group(group)
            kinds = tuple(caller.directory.instance_types_of(group))
        elif not everything:
            kinds = tuple(kind for kind in kinds if usable(kind.groups, scope))
        return [_as_seen(kind, caller) for kind in kinds]

    async def create(self, caller: Caller, new: CreateInstanceType) -> InstanceType:
        """Add one; ``AlreadyExists`` if the name is taken."""
        caller.require_admin("add instance types")
        return await self._provider.create_instance_type(new)

    async def update(
        self, caller: Caller, name: str, change: UpdateInstanceType, *, version: int | None
    ) -> InstanceType:
        """Change the fields that were sent; what runs keeps what it was started with."""
        caller.require_admin("change instance types")
        check_change(change, nullable={"cpu", "memory", "groups"})
        return await self._provider.update_instance_type(name, change, version=version)

    async def delete(self, caller: Caller, name: str, *, version: int | None) -> None:
        """Remove one; what runs keeps what it was started with."""
        caller.require_admin("remove instance types")
        await self._provider.delete_instance_type(name, version=version)


def usable(groups: Collection[str] | None, scope: Scope) -> bool:
    """Tell whether what is meant for these groups (None: all) is for any of the caller's."""
    return groups is None or any(group in scope for group in groups)


def _as_seen(kind: InstanceType, caller: Caller) -> InstanceType:
    # Members need not know which other groups there are.
    if caller.is_admin or kind.groups is None:
        return kind
    return kind.model_copy(update={"groups": tuple(group for group in kind.groups if caller.sees(group))})
