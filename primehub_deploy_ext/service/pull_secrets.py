"""Pull secrets: logins for image registries. The password goes in and never comes out."""

from __future__ import annotations

from primehub_deploy_ext.domain.groups import CreatePullSecret, PullSecret, PullSecretInfo, UpdatePullSecret
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.groups.provider import GroupProvider
from primehub_deploy_ext.service.instance_types import usable
from primehub_deploy_ext.service.validation import check_change


class PullSecretService:
    """What callers can do with pull secrets.

    Parameters
    ----------
    provider
        Where they come from, and who belongs to which group.
    """

    def __init__(self, provider: GroupProvider) -> None:
        self._provider = provider

    def visible(self, caller: Caller, *, everything: bool) -> list[PullSecretInfo]:
        """Return those that the caller may use: their names; administrators are told the rest, but no password."""
        scope = caller.scope(everything=everything)
        secrets = caller.directory.pull_secrets
        mine = [secret for secret in secrets if everything or usable(secret.groups, scope)]
        return [_described(secret) if caller.is_admin else PullSecretInfo(name=secret.name) for secret in mine]

    async def create(self, caller: Caller, new: CreatePullSecret) -> PullSecretInfo:
        """Add one; ``AlreadyExists`` if the name is taken."""
        caller.require_admin("add pull secrets")
        return _described(await self._provider.create_pull_secret(new))

    async def update(
        self, caller: Caller, name: str, change: UpdatePullSecret, *, version: int | None
    ) -> PullSecretInfo:
        """Change the fields that were sent."""
        caller.require_admin("change pull secrets")
        check_change(change, nullable={"groups"})
        return _described(await self._provider.update_pull_secret(name, change, version=version))

    async def delete(self, caller: Caller, name: str, *, version: int | None) -> None:
        """Remove one."""
        caller.require_admin("remove pull secrets")
        await self._provider.delete_pull_secret(name, version=version)


def _described(secret: PullSecret) -> PullSecretInfo:
    return PullSecretInfo(
        name=secret.name,
        registry=secret.registry,
        username=secret.username,
        groups=secret.groups,
        version=secret.version,
    )
