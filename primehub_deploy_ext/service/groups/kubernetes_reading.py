"""What a cluster says of its groups, read as a whole, with as few requests as the credentials allow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import (
    DEPLOYMENT,
    INFERENCE_SERVICE,
    NAMESPACE,
    PH_DEPLOYMENT,
    RESOURCE_QUOTA,
    ROLE_BINDING,
    SECRET,
    SELDON_DEPLOYMENT,
    Kind,
)
from primehub_deploy_ext.engines.kubernetes.instance_types.store import Found, InstanceTypes
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces, by_group
from primehub_deploy_ext.service.groups.kubernetes_objects import DOCKER_CONFIG, REMOVED, Bound, bound_by
from primehub_deploy_ext.service.groups.remembered import Refused, Unreachable

Json = Mapping[str, Any]
Objects = Mapping[str, Sequence[Json]]

# Whoever may create one of these deploys, whatever flavor the group has; the usual one first.
_DEPLOYABLE = (DEPLOYMENT, INFERENCE_SERVICE, SELDON_DEPLOYMENT, PH_DEPLOYMENT)
_AT_ONCE = 8
_REFUSED = 120.0


@dataclass(frozen=True)
class Snapshot:
    """Groups of a cluster as of one moment.

    Parameters
    ----------
    namespaces
        The namespace of each group; also those of groups that were removed.
    quotas, secrets
        ResourceQuotas, and metadata of pull secrets, by namespace.
    bound
        Who may deploy by RoleBindings, by namespace; empty where they may not be read.
    """

    namespaces: Mapping[str, Json]
    quotas: Objects
    secrets: Objects
    bound: Mapping[str, Bound]
    kinds: Found
    problems: tuple[str, ...] = ()

    @property
    def active(self) -> dict[str, Json]:
        """The namespaces of groups that were not removed."""
        return {
            group: namespace
            for group, namespace in self.namespaces.items()
            if REMOVED not in (namespace["metadata"].get("annotations") or {})
        }


@dataclass(frozen=True)
class Powers:
    """What the server's credentials may do.

    Parameters
    ----------
    manage
        Change namespaces, and so groups.
    deploy
        Groups in whose namespace they may deploy.
    """

    manage: bool = False
    deploy: frozenset[str] = field(default_factory=frozenset)


class ClusterReading:
    """Reads groups, as far as the credentials may see them.

    Parameters
    ----------
    roles
        Names of the Roles and ClusterRoles whose bindings make somebody a member; none: bindings are not read.
    user_prefix, group_prefix
        What the API server puts in front of names.
    """

    def __init__(
        self,
        api: Api,
        namespaces: Namespaces,
        kinds: InstanceTypes,
        roles: Sequence[str],
        user_prefix: str = "",
        group_prefix: str = "",
    ) -> None:
        self._api = api
        self._namespaces = namespaces
        self._kinds = kinds
        self._roles = tuple(roles)
        self._prefixes = user_prefix, group_prefix
        # Kinds that may be read in single namespaces alone: not asked for altogether again.
        self._narrow: set[Kind] = set()
        # Until when what was refused is not asked for again: rights change more seldom than groups.
        self._refused: dict[tuple[Kind, str], float] = {}
        self._last: Snapshot | None = None
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def snapshot(self) -> Snapshot:
        """Return what is known now.

        Raises
        ------
        Unreachable
            If there is no answer.
        Refused
            If the cluster does not accept the credentials.
        """
        try:
            self._last = await self._snapshot()
        except ApiError as error:
            raise _trouble(error) from error
        return self._last

    async def powers(self, owner_deploys: bool) -> Powers:
        """Return what the credentials may do.

        Parameters
        ----------
        owner_deploys
            They are somebody's own: also look where they may deploy.
        """
        try:
            manage = (await self._api.can_i("patch", NAMESPACE)).allowed
            if not owner_deploys:
                return Powers(manage)
            groups = (self._last or await self._snapshot()).namespaces
            allowed = await asyncio.gather(*(self._may_deploy(ns["metadata"]["name"]) for ns in groups.values()))
        except ApiError as error:
            raise _trouble(error) from error
        return Powers(manage, frozenset(group for group, yes in zip(groups, allowed, strict=True) if yes))

    async def _snapshot(self) -> Snapshot:
        namespaces, problems = by_group(await self._namespaces.read())
        names = [namespace["metadata"]["name"] for namespace in namespaces.values()]
        (quotas, unseen), (secrets, closed), (bindings, _), kinds = await asyncio.gather(
            self._of_all(RESOURCE_QUOTA, names),
            self._of_all(SECRET, names, fields=f"type={DOCKER_CONFIG}", metadata_only=True),
            self._of_all(ROLE_BINDING, names if self._roles else []),
            self._kinds.read(),
        )
        # Where nothing may be read, nothing is shown that could be wrong.
        if dark := unseen - closed:
            told = ", ".join(repr(name) for name in sorted(dark))
            problems.append(
                f"ResourceQuotas may not be read in {told}: quotas are not shown here, the cluster enforces them."
            )
        if kinds.problem:
            problems.append(kinds.problem)
        return Snapshot(
            namespaces,
            quotas,
            secrets,
            {name: bound_by(found, self._roles, *self._prefixes) for name, found in bindings.items()},
            kinds,
            tuple(problems),
        )

    async def _of_all(self, kind: Kind, names: Sequence[str], **how: Any) -> tuple[dict[str, list[Json]], set[str]]:
        """Return the objects of each namespace, and the namespaces where they may not be read."""
        if len(names) > 1 and kind not in self._narrow:
            try:
                listed = await self._api.list(kind, **how)
            except ApiError as error:
                if error.status != HTTPStatus.FORBIDDEN:
                    raise
                self._narrow.add(kind)
            else:
                found: dict[str, list[Json]] = {name: [] for name in names}
                for item in listed:
                    found.get(item["metadata"]["namespace"], []).append(item)
                return found, set()
        each = await asyncio.gather(*(self._of_one(kind, name, how) for name in names))
        by_name = dict(zip(names, each, strict=True))
        return (
            {name: items for name, items in by_name.items() if items is not None},
            {name for name, items in by_name.items() if items is None},
        )

    async def _of_one(self, kind: Kind, namespace: str, how: Mapping[str, Any]) -> list[Json] | None:
        if time.monotonic() < self._refused.get((kind, namespace), 0.0):
            return None
        try:
            async with self._turn:
                return list(await self._api.list(kind, namespace, **how))
        except ApiError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            self._refused[kind, namespace] = time.monotonic() + _REFUSED
            return None

    async def _may_deploy(self, namespace: str) -> bool:
        for kind in _DEPLOYABLE:
            async with self._turn:
                if (await self._api.can_i("create", kind, namespace)).allowed:
                    return True
        return False


def _trouble(error: ApiError) -> Unreachable | Refused:
    if error.status == HTTPStatus.UNAUTHORIZED:
        return Refused(error.message)
    return Unreachable(error.message)
