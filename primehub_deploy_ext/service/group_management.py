"""Groups: what callers see of them, and their administration."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Literal

from primehub_deploy_ext.domain.errors import Conflict, DeployError, EngineUnavailable, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import (
    CreateGroup,
    EngineInfo,
    Group,
    GroupSettings,
    Me,
    ProviderInfo,
    UpdateGroup,
)
from primehub_deploy_ext.domain.models import Deployment
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.domain.quota import total
from primehub_deploy_ext.domain.resources import Usage
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.groups.provider import GroupProvider
from primehub_deploy_ext.service.validation import check_change

# How many deployments of a group end at the same time.
_AT_ONCE = 8


class GroupService:
    """What callers can do with groups.

    Parameters
    ----------
    engine
        Where deployments run.
    provider
        Where groups come from.
    """

    def __init__(self, engine: Engine, provider: GroupProvider) -> None:
        self._engine = engine
        self._provider = provider

    # ------------------------------------------------------------------ looking

    async def me(self, caller: Caller, *, can_write: bool) -> Me:
        """Tell callers who they are; also while the engine is away, since the screens begin with it."""
        warning = caller.directory.warning
        deployments: list[Deployment] = []
        try:
            deployments, _ = await self._engine.deployments()
        except EngineUnavailable as error:
            warning = f"{warning} What the groups use is not known: {error.message}".lstrip()
        return Me(
            user=caller.user,
            admin=caller.is_admin,
            groups=[_described(group, caller, deployments) for group in caller.groups],
            can_write=can_write,
            provider=ProviderInfo(
                name=self._provider.name,
                settings_writable=self._provider.settings_writable,
                members_writable=self._provider.members_writable,
                warning=warning,
                as_of=caller.directory.as_of,
                until=caller.directory.until,
            ),
            engine=EngineInfo(
                name=self._engine.name,
                images=self._engine.capabilities.images,
                private=self._engine.capabilities.private,
                trials=self._engine.capabilities.trials,
                metrics=self._engine.capabilities.metrics,
                runner_image=self._engine.capabilities.runner_image,
            ),
        )

    async def visible(self, caller: Caller, *, everything: bool) -> list[Group]:
        """Return the groups of the caller; for administrators who ask all, also those that own deployments still."""
        scope = caller.scope(everything=everything)
        deployments, _ = await self._engine.deployments()
        known = [group for group in caller.directory.groups if group.name in scope]
        found = [_described(group, caller, deployments) for group in known]
        if everything:
            gone = {deployment.group for deployment in deployments} - {group.name for group in known}
            found += [_gone(name, deployments) for name in sorted(gone)]
        return found

    async def get(self, caller: Caller, name: str) -> Group:
        """Return one group; to administrators also one that is gone and still owns deployments."""
        caller.about = name
        deployments, _ = await self._engine.deployments()
        if caller.is_admin and caller.directory.group(name) is None and _owned(name, deployments):
            return _gone(name, deployments)
        return _described(caller.group(name), caller, deployments)

    # ------------------------------------------------------------------ changing

    async def create(self, caller: Caller, new: CreateGroup) -> Group:
        """Add a group; ``AlreadyExists`` if the name is taken."""
        caller.about = new.name
        caller.require_admin("add groups")
        return await self._as_now(caller, await self._provider.create_group(new))

    async def update(self, caller: Caller, name: str, change: UpdateGroup, *, version: int | None) -> Group:
        """Change the fields that were sent.

        Raises
        ------
        Forbidden
            If a group admin sends more than the members, or somebody else anything.
        Conflict
            If ``version`` is not that of the group, or Model Deployment is switched off while deployments run and
            ``change.running`` doesn't say what becomes of them (``details.running`` lists them).
        """
        group = caller.group(name)
        caller.check_update(group, change.model_fields_set)
        check_change(change, nullable={"running"})
        if change.model_fields_set == {"running"}:
            raise InvalidInput("nothing to change: 'running' goes with enabled=false")
        switched_off = group.enabled and change.enabled is False
        if switched_off and change.running is None:
            await self._refuse_while_running(name)
        # The switch first: what is stopped after it can't be started again.
        saved = await self._provider.update_group(name, change, version=version)
        if switched_off and change.running == "stop":
            await self._stop_all(caller, name)
        return await self._as_now(caller, saved)

    async def delete(
        self, caller: Caller, name: str, *, version: int | None, deployments: Literal["keep", "delete"] | None
    ) -> None:
        """Remove a group.

        Parameters
        ----------
        deployments
            What becomes of those it owns: they go on running, seen by administrators alone, or are deleted.

        Raises
        ------
        Conflict
            If ``version`` is not that of the group, or it owns deployments and ``deployments`` is None
            (``details.deployments`` lists them).
        """
        caller.about = name
        if not caller.is_admin:
            caller.group(name)
        caller.require_admin("remove groups")
        owned = await self._owned(name)
        if caller.directory.group(name) is None and not (owned and deployments == "delete"):
            raise NotFound(f"there is no group {name!r}")
        if owned and deployments is None:
            raise Conflict(
                f"the group {name!r} owns {_count(owned)}: send deployments=keep to let them run, seen by "
                "administrators alone, or deployments=delete to delete them too",
                details={"deployments": _listed(owned)},
            )
        if caller.directory.group(name) is not None:
            await self._provider.delete_group(name, version=version)
        if deployments == "delete":
            await self._each(
                await self._owned(name),
                lambda deployment: self._engine.delete(deployment.id),
                f"the group {name!r} is removed, but not all that it owned",
            )

    # ------------------------------------------------------------------ what it owns

    async def _refuse_while_running(self, name: str) -> None:
        running = [deployment for deployment in await self._owned(name) if _runs(deployment)]
        if running:
            raise Conflict(
                f"{_count(running)} of the group {name!r} {'runs' if len(running) == 1 else 'run'}: send "
                "running=keep to let what runs go on, or running=stop to stop it",
                details={"running": _listed(running)},
            )

    async def _stop_all(self, caller: Caller, name: str) -> None:
        why = f"Model Deployment was switched off for the group {name!r}."
        await self._each(
            [deployment for deployment in await self._owned(name) if _runs(deployment)],
            lambda deployment: self._engine.stop(deployment.id, user=caller.user, update_message=why),
            f"Model Deployment is off for the group {name!r}, but not all of its deployments were stopped",
        )

    async def _each(
        self, deployments: Iterable[Deployment], do: Callable[[Deployment], Awaitable[Any]], left_over: str
    ) -> None:
        """Do it to each; one that fails keeps none of the others from it."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(deployment: Deployment) -> str:
            try:
                async with turn:
                    await do(deployment)
            except NotFound:  # somebody was faster
                pass
            except DeployError as error:
                return f"{deployment.id}: {error.message}"
            return ""

        failed = [said for said in await asyncio.gather(*map(one, deployments)) if said]
        if failed:
            raise Conflict(f"{left_over}: {'; '.join(failed)}")

    async def _owned(self, name: str) -> list[Deployment]:
        deployments, _ = await self._engine.deployments()
        return _owned(name, deployments)

    async def _as_now(self, caller: Caller, group: GroupSettings) -> Group:
        # What was just saved, with what only the directory knows: which instance types it may use.
        known = await self._provider.directory(caller.user)
        deployments, _ = await self._engine.deployments()
        return _described(group, Caller(caller.user, known), deployments)


def _described(group: GroupSettings, caller: Caller, deployments: Iterable[Deployment]) -> Group:
    told_members = caller.manages_members(group)
    secrets = caller.directory.pull_secrets
    return Group(
        name=group.name,
        display_name=group.display_name or group.name,
        enabled=group.enabled,
        role=group.role_of(caller.user),
        quota=group.quota,
        usage=_usage(group.name, deployments),
        instance_types=[kind.name for kind in caller.directory.instance_types_of(group.name)],
        pull_secrets=[secret.name for secret in secrets if secret.groups is None or group.name in secret.groups],
        members=list(group.members) if told_members else None,
        admins=list(group.admins) if told_members else None,
        version=group.version,
    )


def _gone(name: str, deployments: Iterable[Deployment]) -> Group:
    return Group(name=name, display_name=name, enabled=False, usage=_usage(name, deployments), deleted=True)


def _usage(name: str, deployments: Iterable[Deployment]) -> Usage:
    return total(deployment.usage for deployment in _owned(name, deployments))


def _owned(name: str, deployments: Iterable[Deployment]) -> list[Deployment]:
    return [deployment for deployment in deployments if deployment.group == name]


def _runs(deployment: Deployment) -> bool:
    return not deployment.spec.stopped and deployment.status.reason is not Reason.DELETING


def _count(deployments: list[Deployment]) -> str:
    return "1 deployment" if len(deployments) == 1 else f"{len(deployments)} deployments"


def _listed(deployments: list[Deployment]) -> list[dict[str, Any]]:
    return [
        {
            "id": deployment.id,
            "name": deployment.name,
            "created_by": deployment.created_by,
            "replicas": deployment.spec.replicas,
            "usage": deployment.usage.model_dump(),
        }
        for deployment in deployments
    ]
