"""Changes of groups and pull secrets on a cluster; each is refused when somebody else was faster."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import CreateGroup, CreatePullSecret, UpdateGroup, UpdatePullSecret
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import LIMIT_RANGE, NAMESPACE, RESOURCE_QUOTA, SECRET
from primehub_deploy_ext.engines.kubernetes.errors import told
from primehub_deploy_ext.service.groups.kubernetes_objects import (
    ADMINS,
    DOCKER_CONFIG,
    MANAGED_BY,
    MANAGER,
    MEMBERS,
    OBJECT_NAME,
    REGISTRY,
    REMOVED,
    RUNNING,
    USERNAME,
    docker_config,
    hard_of,
    is_ours,
    tighter,
    version_of,
    written_users,
)
from primehub_deploy_ext.service.groups.kubernetes_reading import Snapshot
from primehub_deploy_ext.service.groups.tables import stale

Json = Mapping[str, Any]

# So that each of our changes is one of the namespace too, whose version everybody compares.
_CHANGED_AT = words.PREFIX + "changed-at"
_NAMESPACE_RULE = "1 to 63 lower-case letters, digits and '-': it becomes the name of a namespace"


class ClusterWriting:
    """Writes groups and pull secrets.

    Parameters
    ----------
    default_limits
        What containers get that say nothing of their limits, where a quota wants them to.
    """

    def __init__(self, api: Api, default_limits: Mapping[str, str]) -> None:
        self._api = api
        self._default_limits = dict(default_limits)

    # ------------------------------------------------------------------ groups

    async def create_group(self, known: Snapshot, new: CreateGroup) -> None:
        """Make a namespace for a group, or take up that of one which was removed."""
        notes = _notes(new, set(CreateGroup.model_fields))
        before = known.namespaces.get(new.name)
        if new.name in known.active:
            raise AlreadyExists(
                f"the group {new.name!r} is there already", fields=[{"field": "name", "message": "taken"}]
            )
        if before is not None:
            async with _told(f"take up the namespace of the group {new.name!r} again"):
                body = {"metadata": {"annotations": {**notes, REMOVED: None}}}
                await self._api.patch(NAMESPACE, before["metadata"]["name"], body)
            await self._limit(before["metadata"]["name"], new.quota)
            return
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", new.name):
            raise InvalidInput(f"name: {_NAMESPACE_RULE}", fields=[{"field": "name", "message": _NAMESPACE_RULE}])
        await self._make_namespace(new.name, notes)
        await self._limit(new.name, new.quota)

    async def update_group(self, known: Snapshot, name: str, change: UpdateGroup, version: int | None) -> None:
        """Change a group's namespace, then its ResourceQuota."""
        namespace = _namespace(known, name)["metadata"]
        if version is not None and version != version_of(namespace):
            raise stale("group", name, now=version_of(namespace), seen=version)
        place = namespace["name"]
        if change.quota is not None and (others := tighter(known.quotas.get(place, ()), change.quota)):
            raise Conflict(
                f"the namespace {place!r} has the ResourceQuota {others[0]!r} too, which allows less: change that one"
                " with kubectl, or take smaller ceilings"
            )
        body = {
            "metadata": {
                "resourceVersion": namespace["resourceVersion"],
                "annotations": _notes(change, change.model_fields_set),
            }
        }
        async with _told(f"change the namespace {place!r}"):
            try:
                await self._api.patch(NAMESPACE, place, body)
            except ApiError as error:
                if error.status != HTTPStatus.CONFLICT:
                    raise
                seen = version_of(namespace)
                raise stale("group", name, now=seen + 1, seen=seen) from error
        if change.quota is not None:
            await self._limit(place, change.quota)

    async def delete_group(self, known: Snapshot, name: str, version: int | None) -> None:
        """Let go of a namespace: what runs there goes on, and the namespace stays, seen by administrators alone."""
        namespace = _namespace(known, name)["metadata"]
        if version is not None and version != version_of(namespace):
            raise stale("group", name, now=version_of(namespace), seen=version)
        gone = dict.fromkeys((words.ENABLED, MEMBERS, ADMINS, words.DISPLAY_NAME, RUNNING))
        body = {
            "metadata": {
                "resourceVersion": namespace["resourceVersion"],
                "annotations": {**gone, REMOVED: _now()},
            }
        }
        async with _told(f"change the namespace {namespace['name']!r}"):
            await self._api.patch(NAMESPACE, namespace["name"], body)
            # A new group of the same name must not inherit the credentials of the old one.
            for secret in known.secrets.get(namespace["name"], ()):
                if is_ours(secret["metadata"]):
                    await self._remove_secret(secret["metadata"])

    async def _make_namespace(self, name: str, notes: Mapping[str, Any]) -> None:
        body = NAMESPACE.stub(name)
        body["metadata"] |= {
            "labels": {words.GROUP: "", MANAGED_BY: MANAGER},
            "annotations": {key: text for key, text in notes.items() if text is not None},
        }
        async with _told(f"create the namespace {name!r}"):
            try:
                await self._api.create(NAMESPACE, body)
            except ApiError as error:
                if error.reason != "AlreadyExists":
                    raise
                raise Conflict(
                    f"the cluster has a namespace {name!r} that is no group's: to use it, label it with"
                    f" `kubectl label namespace {name} {words.GROUP}=`, else choose another name",
                    fields=[{"field": "name", "message": "a namespace of this name is there"}],
                ) from error

    async def _limit(self, namespace: str, quota: Quota) -> None:
        """Write the wall behind a group's quota."""
        hard = hard_of(quota)
        async with _told(f"write the ResourceQuota of the namespace {namespace!r}"):
            if not hard:
                await self._gone(RESOURCE_QUOTA, namespace)
                return
            body = RESOURCE_QUOTA.stub(OBJECT_NAME, namespace)
            body["metadata"]["labels"] = {MANAGED_BY: MANAGER}
            await self._api.apply(RESOURCE_QUOTA, body | {"spec": {"hard": hard}})
        if {"limits.cpu", "limits.memory"} & set(hard):
            await self._give_defaults(namespace)

    async def _give_defaults(self, namespace: str) -> None:
        """A namespace with a quota on limits refuses pods that have none, notebooks too: give them some."""
        async with _told(f"write the LimitRange of the namespace {namespace!r}"):
            for found in await self._api.list(LIMIT_RANGE, namespace):
                limits = (found.get("spec") or {}).get("limits") or ()
                if found["metadata"]["name"] != OBJECT_NAME and any(limit.get("default") for limit in limits):
                    return
            body = LIMIT_RANGE.stub(OBJECT_NAME, namespace)
            body["metadata"]["labels"] = {MANAGED_BY: MANAGER}
            limit = {"type": "Container", "default": self._default_limits, "defaultRequest": self._default_limits}
            await self._api.apply(LIMIT_RANGE, body | {"spec": {"limits": [limit]}})

    async def _gone(self, kind: Any, namespace: str) -> None:
        try:
            await self._api.delete(kind, OBJECT_NAME, namespace)
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    # ------------------------------------------------------------------ pull secrets

    async def create_pull_secret(self, known: Snapshot, new: CreatePullSecret) -> None:
        """Write a Secret into the namespace of each group; all, or none."""
        places = _places(known, new.groups if new.groups is not None else tuple(known.active))
        taken = [namespace for namespace in places if _secret(known, namespace, new.name) is not None]
        if taken:
            raise AlreadyExists(
                f"the namespace {taken[0]!r} has a pull secret {new.name!r} already",
                fields=[{"field": "name", "message": "taken"}],
            )
        body = _body(new.registry, new.username, new.password.get_secret_value())
        await self._add_secrets(new.name, places, body)

    async def update_pull_secret(
        self, known: Snapshot, name: str, change: UpdatePullSecret, version: int | None
    ) -> None:
        """Change the Secrets of a name, and the namespaces that have one."""
        there = self._there(known, name, version)
        wanted = set(there)
        if "groups" in change.model_fields_set:
            wanted = set(_places(known, change.groups if change.groups is not None else tuple(known.active)))
        login = change.model_fields_set & {"registry", "username", "password"}
        added = sorted(wanted - set(there))
        notes = next(iter(there.values())).get("annotations") or {}
        registry, username = change.registry or notes.get(REGISTRY), change.username or notes.get(USERNAME)
        if (login or added) and (change.password is None or not registry or not username):
            raise InvalidInput(
                "password: the cluster keeps what it knows to itself, so send registry, user name and password together"
                " to change any of them, or to give the secret to one more group",
                fields=[{"field": "password", "message": "must be sent with this change"}],
            )
        if change.password is not None and registry and username:
            body = _body(registry, username, change.password.get_secret_value())
            async with _told(f"change the Secret {name!r}"):
                for namespace in sorted(wanted & set(there)):
                    versioned = {"resourceVersion": there[namespace]["resourceVersion"]}
                    patch = {"metadata": {**body["metadata"], **versioned}, "data": body["data"]}
                    await self._api.patch(SECRET, name, patch, namespace)
            await self._add_secrets(name, added, body)
        async with _told(f"remove the Secret {name!r}"):
            for namespace in sorted(set(there) - wanted):
                await self._remove_secret(there[namespace])

    async def delete_pull_secret(self, known: Snapshot, name: str, version: int | None) -> None:
        """Remove the Secrets of a name from all namespaces."""
        async with _told(f"remove the Secret {name!r}"):
            for metadata in self._there(known, name, version).values():
                await self._remove_secret(metadata)

    def _there(self, known: Snapshot, name: str, version: int | None) -> dict[str, Json]:
        """Return the metadata of each Secret of a name, by namespace."""
        there: dict[str, Json] = {}
        for namespace in known.active.values():
            place = namespace["metadata"]["name"]
            if (metadata := _secret(known, place, name)) is not None:
                there[place] = metadata
        if not there:
            raise NotFound(f"there is no pull secret {name!r}")
        now = max(map(version_of, there.values()))
        if version is not None and version != now:
            raise stale("pull secret", name, now=now, seen=version)
        foreign = [namespace for namespace, metadata in there.items() if not is_ours(metadata)]
        if foreign:
            raise Conflict(
                f"the Secret {name!r} in the namespace {foreign[0]!r} was made elsewhere: change it there, with kubectl"
                " say"
            )
        return there

    async def _add_secrets(self, name: str, namespaces: Sequence[str], body: Json) -> None:
        added: list[str] = []
        try:
            async with _told(f"write the Secret {name!r}"):
                for namespace in namespaces:
                    secret = SECRET.stub(name, namespace)
                    secret["metadata"] |= body["metadata"]
                    await self._api.create(SECRET, {**secret, "type": DOCKER_CONFIG, "data": body["data"]})
                    added.append(namespace)
        except BaseException:
            for namespace in added:
                await self._api.delete(SECRET, name, namespace)
            raise

    async def _remove_secret(self, metadata: Json) -> None:
        try:
            await self._api.delete(SECRET, metadata["name"], metadata["namespace"], uid=metadata["uid"])
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise


def _notes(change: CreateGroup | UpdateGroup, fields: set[str]) -> dict[str, str | None]:
    """Return the annotations that a change sets; None removes one."""
    notes: dict[str, str | None] = {_CHANGED_AT: _now()}
    if "display_name" in fields and change.display_name is not None:
        notes[words.DISPLAY_NAME] = change.display_name or None
    if "enabled" in fields and change.enabled is not None:
        notes[words.ENABLED] = "true" if change.enabled else "false"
    if "members" in fields and change.members is not None:
        notes[MEMBERS] = written_users(change.members) or None
    if "admins" in fields and change.admins is not None:
        notes[ADMINS] = written_users(change.admins) or None
    if "quota" in fields and change.quota is not None:
        limit = change.quota.deployments
        notes[RUNNING] = None if limit is None else str(limit)
    return notes


def _body(registry: str, username: str, password: str) -> dict[str, Any]:
    return {
        "metadata": {
            "labels": {MANAGED_BY: MANAGER},
            "annotations": {REGISTRY: registry, USERNAME: username},
        },
        "data": docker_config(registry, username, password),
    }


def _namespace(known: Snapshot, group: str) -> Json:
    namespace = known.active.get(group)
    if namespace is None:
        raise NotFound(f"there is no group {group!r}")
    if not namespace["metadata"].get("resourceVersion"):
        raise Conflict(
            f"the namespace of the group {group!r} may not be read with this server's credentials, so it can't be"
            " changed here"
        )
    return namespace


def _places(known: Snapshot, groups: Sequence[str]) -> list[str]:
    unknown = sorted(set(groups) - set(known.active))
    if unknown:
        named = ", ".join(repr(group) for group in unknown)
        raise InvalidInput(
            f"groups: there is no group {named}: make it first, or leave it out",
            fields=[{"field": "groups", "message": f"unknown: {named}"}],
        )
    return [known.active[group]["metadata"]["name"] for group in dict.fromkeys(groups)]


def _secret(known: Snapshot, namespace: str, name: str) -> Json | None:
    return next(
        (secret["metadata"] for secret in known.secrets.get(namespace, ()) if secret["metadata"]["name"] == name), None
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


@asynccontextmanager
async def _told(doing: str) -> AsyncIterator[None]:
    try:
        yield
    except ApiError as error:
        raise told(error, doing) from error
