"""The protocol of group providers: where groups, instance types and pull secrets come from.

Deployment servers choose one with ``c.PrimehubDeploy.group_provider_class``; anybody can write another.
"""

# ruff: noqa: ARG002 -- what is not overridden refuses, whatever it was given

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from traitlets.config import LoggingConfigurable

from primehub_deploy_ext.domain.errors import Conflict
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


@dataclass(frozen=True)
class Surroundings:
    """What a provider is told when it opens.

    Parameters
    ----------
    home
        Folder for files of its own; private to this OS user, not made yet.
    owner
        Name of the user whose server this is.
    admins
        Names from the configuration; empty when none is configured.
    instance_types
        Those that the engine offers by itself; the first is the default.
    """

    home: Path
    owner: str
    admins: frozenset[str]
    instance_types: Sequence[InstanceType]


class GroupProvider(LoggingConfigurable):
    """Knows groups, instance types and pull secrets; some can also change them.

    A provider is opened once, in the server's event loop, and asked at every request: :meth:`directory` must be
    cheap. Several servers may have providers over the same data: each sees the others' changes at its next request.
    """

    name = "custom"

    @property
    def settings_writable(self) -> bool:
        """Groups, instance types and pull secrets can be changed here."""
        return False

    @property
    def members_writable(self) -> bool:
        """Members can be changed here; who is group admin is one of the settings."""
        return self.settings_writable

    async def open(self, surroundings: Surroundings) -> None:
        """Prepare.

        Raises
        ------
        EngineUnavailable
            If there is nothing to work with at all, and why.
        """

    async def close(self) -> None:
        """Release what :meth:`open` took."""

    async def directory(self, user: str) -> Directory:
        """Return what is known now, as far as it concerns ``user`` (for administrators: all).

        Raises
        ------
        EngineUnavailable
            If what is known is too old to be trusted.
        """
        raise NotImplementedError

    # ``version`` in all that follows: the one that the caller saw; another one raises ``Conflict`` and changes
    # nothing, so that two administrators who edit at once lose nothing. None: whatever it is now.

    async def create_group(self, new: CreateGroup) -> GroupSettings:
        """Add a group; ``AlreadyExists`` if the name is taken."""
        raise self._read_only()

    async def update_group(self, name: str, change: UpdateGroup, *, version: int | None) -> GroupSettings:
        """Change the fields that were sent; ``NotFound`` if there is no such group."""
        raise self._read_only()

    async def delete_group(self, name: str, *, version: int | None) -> None:
        """Remove a group; ``NotFound`` if there is no such group."""
        raise self._read_only()

    async def create_instance_type(self, new: CreateInstanceType) -> InstanceType:
        """Add an instance type; ``AlreadyExists`` if the name is taken."""
        raise self._read_only()

    async def update_instance_type(self, name: str, change: UpdateInstanceType, *, version: int | None) -> InstanceType:
        """Change the fields that were sent; ``NotFound`` if there is no such instance type."""
        raise self._read_only()

    async def delete_instance_type(self, name: str, *, version: int | None) -> None:
        """Remove an instance type; deployments that were started with it keep what they have."""
        raise self._read_only()

    async def create_pull_secret(self, new: CreatePullSecret) -> PullSecret:
        """Add a pull secret; ``AlreadyExists`` if the name is taken."""
        raise self._read_only()

    async def update_pull_secret(self, name: str, change: UpdatePullSecret, *, version: int | None) -> PullSecret:
        """Change the fields that were sent; ``NotFound`` if there is no such pull secret."""
        raise self._read_only()

    async def delete_pull_secret(self, name: str, *, version: int | None) -> None:
        """Remove a pull secret; ``NotFound`` if there is none of this name."""
        raise self._read_only()

    def _read_only(self) -> Conflict:
        return Conflict(f"groups come from the provider {self.name!r}, which can't be changed here")
