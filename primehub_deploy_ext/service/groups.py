"""Where groups come from: a protocol, and the default that needs no configuration."""

from __future__ import annotations

from typing import Protocol

from primehub_deploy_ext.domain.errors import Forbidden
from primehub_deploy_ext.domain.models import Group
from primehub_deploy_ext.service.identity import os_user


class GroupProvider(Protocol):
    """Knows the groups of a user."""

    async def groups(self, user: str) -> list[Group]:
        """Return the groups that ``user`` belongs to; the first is the default."""


class PersonalGroup:
    """One group: that of the OS user who runs the server, whose machine the deployments live on."""

    async def groups(self, user: str) -> list[Group]:  # noqa: ARG002 -- the protocol's signature
        """Return the personal group, whoever asks: who may use the server may use it."""
        name = os_user()
        return [Group(name=name, display_name=name, enabled=True)]


def group_to_create_in(groups: list[Group], wanted: str | None) -> str:
    """Choose the group that owns a new deployment.

    Raises
    ------
    Forbidden
        If the caller is in no such group, or Model Deployment is off for it.
    """
    names = ", ".join(repr(group.name) for group in groups) or "none"
    chosen = next((group for group in groups if wanted in (None, group.name)), None)
    if chosen is None:
        raise Forbidden(
            f"you are not a member of the group {wanted!r}; your groups: {names}"
            if wanted is not None
            else "you are a member of no group that could own a deployment; ask an administrator",
            fields=[{"field": "group", "message": f"must be one of your groups: {names}"}],
        )
    if not chosen.enabled:
        raise Forbidden(
            f"Model Deployment is not enabled for the group {chosen.name!r}; ask an administrator of the group",
            fields=[{"field": "group", "message": "Model Deployment is not enabled"}],
        )
    return chosen.name
