"""Groups that are namespaces of a Kubernetes cluster."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TypeVar

from traitlets import Bool, Dict, Float, List, Unicode

from primehub_deploy_ext.domain.errors import AlreadyExists, EngineUnavailable, InvalidInput, NotFound
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
from primehub_deploy_ext.engines.kubernetes.api.access import AccessUnknown
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.errors import told
from primehub_deploy_ext.engines.kubernetes.instance_types.store import Change, InstanceTypes
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from primehub_deploy_ext.service.groups.hub_api import HubApi, HubUser
from primehub_deploy_ext.service.groups.kubernetes_objects import Bound, members_to_write, pull_secrets_of, settings_of
from primehub_deploy_ext.service.groups.kubernetes_reading import ClusterReading, Powers, Snapshot
from primehub_deploy_ext.service.groups.kubernetes_writing import ClusterWriting
from primehub_deploy_ext.service.groups.provider import GroupProvider, Surroundings
from primehub_deploy_ext.service.groups.remembered import Answer, Bounds, Clock, Refused, Remembered, Unreachable
from primehub_deploy_ext.service.groups.tables import sent_fields, stale

T = TypeVar("T")

_MOST_USERS = 1000


class KubernetesGroups(GroupProvider):
    """Each managed namespace is a group; the cluster's ResourceQuota and RBAC are the walls around it.

    Members are those that the namespace's annotations name, those that its RoleBindings give one of ``member_roles``
    (their groups are looked up at the JupyterHub), and, where the server acts with its owner's credentials, the owner
    wherever the cluster lets them deploy.
    """

    name = "kubernetes"

    refresh_interval = Float(
        30.0,
        min=0.0,
        # A membership that is taken away must not count for longer than a minute.
        max=60.0,
        config=True,
        help="Seconds after which the cluster is asked again who is in which group.",
    )
    grace = Float(
        600.0,
        min=0.0,
        config=True,
        help="""Seconds for which the last known groups count while the cluster can't be reached. Afterwards requests
        are refused until it is back.""",
    )
    own_credentials = Bool(
        None,
        allow_none=True,
        config=True,
        help="""The server acts on the cluster as its owner: where the cluster lets them deploy they are a member, and
        who may change namespaces is an administrator. None: so with a kubeconfig, not so with the service account of
        a pod, which may be shared by many.""",
    )
    member_roles = List(
        Unicode(),
        ["primehub-deploy-user"],
        config=True,
        help="""Roles and ClusterRoles whose RoleBindings in a namespace make their users, and the JupyterHub groups
        of that name, members. Empty: RoleBindings are not read.""",
    )
    user_prefix = Unicode("", config=True, help="What the API server puts in front of user names, such as 'oidc:'.")
    group_prefix = Unicode("", config=True, help="What the API server puts in front of group names, such as 'oidc:'.")
    default_limits = Dict(
        default_value={"cpu": "1", "memory": "1Gi"},
        value_trait=Unicode(),
        config=True,
        help="""Limits of containers that name none, in namespaces that get a quota here and have no LimitRange with
        defaults.""",
    )

    clock: Clock = staticmethod(time.monotonic)

    _surroundings: Surroundings
    _api: Api
    _snapshot: Remembered[Snapshot]
    _powers: Remembered[Powers]
    _may_manage = False

    @property
    def settings_writable(self) -> bool:
        """Where the credentials may change namespaces."""
        return self._may_manage

    async def open(self, surroundings: Surroundings) -> None:
        """Read how the cluster is reached; it is asked at the first request, so that it may be away now."""
        self._surroundings = surroundings
        settings = KubernetesSettings(parent=self)
        source = settings.source()
        self._api = Api(source)
        try:
            await self._api.open()
        except AccessUnknown as error:
            raise EngineUnavailable(f"groups of a Kubernetes cluster: {error}") from error
        self._own = source.file() is not None if self.own_credentials is None else self.own_credentials
        namespaces = Namespaces(self._api, settings.namespaces)
        self._kinds = InstanceTypes(self._api, settings.instance_types, settings.primehub_namespace)
        self._reading = ClusterReading(
            self._api, namespaces, self._kinds, self.member_roles, self.user_prefix, self.group_prefix
        )
        self._writing = ClusterWriting(self._api, self.default_limits)
        self._snapshot = self._remembered(self._reading.snapshot)
        self._powers = self._remembered(partial(self._reading.powers, self._own))
        on_hub = os.environ.get("JUPYTERHUB_API_URL") and os.environ.get("JUPYTERHUB_API_TOKEN")
        self._hub = HubApi(os.environ, 5.0) if on_hub else None
        self._hub_users: dict[str, Remembered[HubUser | None]] = {}

    async def close(self) -> None:
        """Close what is open."""
        if self._hub is not None:
            self._hub.close()
        await self._api.close()

    async def directory(self, user: str) -> Directory:
        """Return all groups, and the user's place in them.

        Raises
        ------
        EngineUnavailable
            If the cluster refuses the server's credentials, or what it said last is older than ``grace``.
        """
        try:
            known, powers = await self._snapshot.get(), await self._powers.get()
        except Refused as error:
            raise EngineUnavailable(
                f"the cluster does not accept this server's credentials, so nobody's groups are known ({error}): log in"
                " to the cluster again, or ask whoever runs this server"
            ) from error
        except Unreachable as error:
            raise EngineUnavailable(
                f"the cluster can't be reached, so nobody's groups are known: {error}. Deployments go on running; what"
                " you do here waits until it is back"
            ) from error
        self._may_manage = powers.value.manage
        as_of, until = self._times(known) if known.problem is not None else (None, None)
        warnings = [self._away(known)] if known.problem is not None else []
        hub_user, warning = await self._hub_user(user, known.value)
        warnings += [warning] if warning else []
        groups: list[GroupSettings] = []
        for group, namespace in known.value.active.items():
            place = namespace["metadata"]["name"]
            described = settings_of(group, namespace, known.value.quotas.get(place, ()))
            if isinstance(described, str):
                warnings.append(described)
                continue
            members = set(described.members) | self._bound(known.value, place, user, hub_user)
            if self._own and group in powers.value.deploy:
                members.add(self._surroundings.owner)
            groups.append(described.model_copy(update={"members": tuple(sorted(members))}))
        return Directory(
            groups=tuple(sorted(groups, key=lambda group: (group.name.casefold(), group.name))),
            instance_types=known.value.kinds.kinds,
            pull_secrets=self._pull_secrets(known.value),
            admins=self._admins(user, powers.value, hub_user),
            warning=" ".join([*warnings, *known.value.problems]),
            as_of=as_of,
            until=until,
        )

    # ------------------------------------------------------------------ groups

    async def create_group(self, new: CreateGroup) -> GroupSettings:
        """Make a namespace with its label, annotations, ResourceQuota and LimitRange."""
        await self._writing.create_group(await self._now(), new)
        return await self._group(new.name)

    async def update_group(self, name: str, change: UpdateGroup, *, version: int | None) -> GroupSettings:
        """Change a namespace's annotations and its ResourceQuota."""
        known = await self._now()
        if change.members is not None and name in known.active:
            namespace = known.active[name]
            bound = known.bound.get(namespace["metadata"]["name"], Bound())
            owner = {self._surroundings.owner} if self._own else set()
            members = members_to_write(namespace, change.members, bound, owner)
            change = change.model_copy(update={"members": members})
        await self._writing.update_group(known, name, change, version)
        return await self._group(name)

    async def delete_group(self, name: str, *, version: int | None) -> None:
        """Let go of a namespace, which stays with all that runs there."""
        known = await self._now()
        await self._writing.delete_group(known, name, version)
        self._snapshot.expire()
        for kind in known.kinds.kinds if known.kinds.writable else ():
            if kind.groups is not None and name in kind.groups:
                without = tuple(group for group in kind.groups if group != name)
                await self.update_instance_type(kind.name, UpdateInstanceType(groups=without), version=None)

    # ------------------------------------------------------------------ instance types

    async def create_instance_type(self, new: CreateInstanceType) -> InstanceType:
        """Add an entry to the ConfigMap, after the others."""
        await self._check_groups(new.groups)

        def add(kinds: dict[str, InstanceType]) -> InstanceType:
            if new.name in kinds:
                raise AlreadyExists(
                    f"there is an instance type {new.name!r} already", fields=[{"field": "name", "message": "taken"}]
                )
            return InstanceType.model_validate(sent_fields(new, InstanceType))

        return await self._change_kind(new.name, add)

    async def update_instance_type(self, name: str, change: UpdateInstanceType, *, version: int | None) -> InstanceType:
        """Change the fields that were sent; what only a cluster knows of it stays."""
        await self._check_groups(change.groups)

        def update(kinds: dict[str, InstanceType]) -> InstanceType:
            before = _found(kinds, name, version)
            fields = sent_fields(change, InstanceType) | {"version": before.version + 1}
            return before.model_copy(update=fields)

        return await self._change_kind(name, update)

    async def delete_instance_type(self, name: str, *, version: int | None) -> None:
        """Remove an entry of the ConfigMap."""

        def remove(kinds: dict[str, InstanceType]) -> None:
            _found(kinds, name, version)

        await self._change_kinds(name, remove)

    # ------------------------------------------------------------------ pull secrets

    async def create_pull_secret(self, new: CreatePullSecret) -> PullSecret:
        """Write a Secret into the namespaces of its groups; for all groups: of those that there are now."""
        await self._writing.create_pull_secret(await self._now(), new)
        return await self._pull_secret(new.name)

    async def update_pull_secret(self, name: str, change: UpdatePullSecret, *, version: int | None) -> PullSecret:
        """Change the Secrets, and which namespaces have one."""
        await self._writing.update_pull_secret(await self._now(), name, change, version)
        return await self._pull_secret(name)

    async def delete_pull_secret(self, name: str, *, version: int | None) -> None:
        """Remove the Secrets."""
        await self._writing.delete_pull_secret(await self._now(), name, version)
        self._snapshot.expire()

    # ------------------------------------------------------------------ what is known

    async def _now(self) -> Snapshot:
        """Return what the cluster says at this moment: changes are made of nothing older."""
        try:
            return await self._reading.snapshot()
        except (Refused, Unreachable) as error:
            raise EngineUnavailable(f"the cluster can't be asked: {error}. Nothing was changed; try again") from error

    async def _group(self, name: str) -> GroupSettings:
        self._snapshot.expire()
        directory = await self.directory(self._surroundings.owner)
        group = directory.group(name)
        if group is None:
            raise NotFound(f"there is no group {name!r} any more: {directory.warning}".rstrip(": "))
        return group

    async def _pull_secret(self, name: str) -> PullSecret:
        self._snapshot.expire()
        secrets = self._pull_secrets((await self._snapshot.get()).value)
        found = next((secret for secret in secrets if secret.name == name), None)
        if found is None:
            raise NotFound(f"there is no pull secret {name!r} any more")
        return found

    async def _change_kind(self, name: str, change: Change) -> InstanceType:
        changed = await self._change_kinds(name, change)
        assert changed is not None  # noqa: S101 -- only a removal returns none
        return changed

    async def _change_kinds(self, name: str, change: Change) -> InstanceType | None:
        try:
            changed = await self._kinds.change(change, name)
        except ApiError as error:
            raise told(error, f"write the instance type {name!r}") from error
        self._snapshot.expire()
        return changed

    async def _check_groups(self, groups: tuple[str, ...] | None) -> None:
        unknown = sorted(set(groups or ()) - set((await self._now()).active)) if groups else []
        if unknown:
            named = ", ".join(repr(group) for group in unknown)
            raise InvalidInput(
                f"groups: there is no group {named}: make it first, or leave it out",
                fields=[{"field": "groups", "message": f"unknown: {named}"}],
            )

    def _pull_secrets(self, known: Snapshot) -> tuple[PullSecret, ...]:
        return pull_secrets_of(
            {group: known.secrets.get(ns["metadata"]["name"], ()) for group, ns in known.active.items()}
        )

    def _bound(self, known: Snapshot, namespace: str, user: str, hub_user: HubUser | None) -> set[str]:
        bound = known.bound.get(namespace)
        if bound is None:
            return set()
        mine = {user} if bound.has(user, hub_user.groups if hub_user else ()) else set()
        return set(bound.users) | mine

    def _admins(self, user: str, powers: Powers, hub_user: HubUser | None) -> frozenset[str]:
        owner = {self._surroundings.owner} if self._own and powers.manage else set()
        at_hub = {user} if hub_user is not None and hub_user.admin else set()
        return self._surroundings.admins | owner | at_hub

    async def _hub_user(self, user: str, known: Snapshot) -> tuple[HubUser | None, str]:
        """Return what the Hub says of a user, where that matters."""
        if self._hub is None:
            return None, ""
        if user not in self._hub_users:
            if len(self._hub_users) >= _MOST_USERS:
                self._hub_users.clear()
            ask = self._hub.whoami if user == self._surroundings.owner else partial(self._hub.user, user)
            self._hub_users[user] = self._remembered(ask)
        try:
            return (await self._hub_users[user].get()).value, ""
        except (Refused, Unreachable) as error:
            matters = any(bound.groups for bound in known.bound.values())
            return None, f"JupyterHub does not say which groups you are in ({error})." if matters else ""

    def _remembered(self, ask: Callable[[], Awaitable[T]]) -> Remembered[T]:
        return Remembered(ask, Bounds(self.refresh_interval, self.grace), self.clock)

    def _times(self, known: Answer[Snapshot]) -> tuple[datetime, datetime]:
        since = datetime.now(timezone.utc) - timedelta(seconds=known.age)
        return since, since + timedelta(seconds=self.grace)

    def _away(self, known: Answer[Snapshot]) -> str:
        since, until = self._times(known)
        return (
            f"The cluster can't be reached: groups are as of {since:%H:%M:%S} UTC, and count until"
            f" {until:%H:%M:%S} UTC ({known.problem})."
        )


def _found(kinds: dict[str, InstanceType], name: str, version: int | None) -> InstanceType:
    if name not in kinds:
        raise NotFound(f"there is no instance type {name!r}")
    if version is not None and version != kinds[name].version:
        raise stale("instance type", name, now=kinds[name].version, seen=version)
    return kinds[name]
