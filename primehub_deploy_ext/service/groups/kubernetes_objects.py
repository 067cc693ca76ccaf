"""Namespaces, ResourceQuotas, RoleBindings and Secrets as groups, and back. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.groups import GroupSettings, PullSecret
from primehub_deploy_ext.domain.quantities import format_cpu
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.instance_types.entries import NVIDIA
from primehub_deploy_ext.engines.kubernetes.quota.asks import quantity, written_memory

Json = Mapping[str, Any]

MEMBERS = words.PREFIX + "members"
ADMINS = words.PREFIX + "admins"
# A ResourceQuota counts objects, so stopped deployments too; this one counts those that run.
RUNNING = words.PREFIX + "quota-deployments"
# Removed in the UI while it owned deployments: they go on running, the namespace and its label stay.
REMOVED = words.PREFIX + "removed"
REGISTRY = words.PREFIX + "registry"
USERNAME = words.PREFIX + "username"

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "primehub-deploy-ext"
# Our ResourceQuota, and our LimitRange.
OBJECT_NAME = "primehub-deploy"
DOCKER_CONFIG = "kubernetes.io/dockerconfigjson"

_HARD = {"cpu": "limits.cpu", "memory": "limits.memory", "gpu": f"requests.{NVIDIA}"}
_OBJECTS = "count/deployments.apps"
EVERYBODY = "system:authenticated"


@dataclass(frozen=True)
class Bound:
    """Who may deploy in a namespace, by its RoleBindings."""

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def has(self, user: str, groups: Iterable[str]) -> bool:
        """Tell whether somebody is among them."""
        return user in self.users or EVERYBODY in self.groups or not self.groups.isdisjoint(groups)


def settings_of(group: str, namespace: Json, quotas: Iterable[Json]) -> GroupSettings | str:
    """Return a group as its namespace describes it, or what is wrong there."""
    metadata = namespace["metadata"]
    notes = metadata.get("annotations") or {}
    try:
        return GroupSettings(
            name=group,
            display_name=notes.get(words.DISPLAY_NAME, ""),
            enabled=notes.get(words.ENABLED, "").strip().lower() == "true",
            quota=quota_of(quotas, notes),
            members=read_users(notes.get(MEMBERS, "")),
            admins=read_users(notes.get(ADMINS, "")),
            version=version_of(metadata),
        )
    except (ValidationError, ValueError) as error:
        said = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else str(error)
        return f"The namespace {metadata['name']!r} is left out: {said}."


def version_of(metadata: Json) -> int:
    """Return an object's resourceVersion as a number, which is what etcd counts with."""
    version = str(metadata.get("resourceVersion") or "")
    return int(version) if version.isdigit() else 1


# --------------------------------------------------------------------------- people


def read_users(text: str) -> tuple[str, ...]:
    """Return the names of a list as people write it into an annotation: with commas or lines between, or as JSON.

    Raises
    ------
    ValueError
        If there is something that is no name.
    """
    text = text.strip()
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError as error:
            raise ValueError(f"{text[:60]!r} is no list of users: {error}") from None
    else:
        found = [part.strip() for part in text.replace("\n", ",").split(",")]
    users = tuple(dict.fromkeys(str(user) for user in found if user))
    for user in users:
        if not names.is_user_name(user):
            raise ValueError(f"{user!r} is no user name: {names.USER_NAME_RULE}")
    return users


def written_users(users: Sequence[str]) -> str:
    """Return what :func:`read_users` reads."""
    plain = ",".join(users)
    return plain if read_users(plain) == tuple(users) else json.dumps(list(users), ensure_ascii=False)


def bound_by(bindings: Iterable[Json], roles: Iterable[str], user_prefix: str = "", group_prefix: str = "") -> Bound:
    """Return whom RoleBindings give one of the roles.

    Parameters
    ----------
    user_prefix, group_prefix
        What the API server puts in front of the names of its identity provider (``--oidc-username-prefix``).
    """
    wanted = set(roles)
    subjects = [
        subject
        for binding in bindings
        if binding["roleRef"]["name"] in wanted
        for subject in binding.get("subjects") or ()
    ]
    users = {subject["name"] for subject in subjects if subject["kind"] == "User"}
    groups = {subject["name"] for subject in subjects if subject["kind"] == "Group"}
    return Bound(
        frozenset(user.removeprefix(user_prefix) for user in users if names.is_user_name(user)),
        frozenset(group.removeprefix(group_prefix) for group in groups),
    )


def members_to_write(namespace: Json, members: Sequence[str], bound: Bound, others: Iterable[str]) -> tuple[str, ...]:
    """Return the members that the annotation names; who is one by the cluster's rights need not be there.

    Parameters
    ----------
    members
        Who is to be a member.
    bound
        Who is one by a RoleBinding, which is not changed here.
    others
        Who is one because the cluster lets them deploy.

    Raises
    ------
    InvalidInput
        If somebody is to be none who has a RoleBinding.
    """
    stay = sorted(bound.users.difference(members))
    if stay:
        raise InvalidInput(
            f"members: {', '.join(map(repr, stay))} may deploy in the namespace by a RoleBinding: take that away, with"
            " kubectl say",
            fields=[{"field": "members", "message": "some are members by a RoleBinding"}],
        )
    written = read_users((namespace["metadata"].get("annotations") or {}).get(MEMBERS, ""))
    derived = bound.users.union(others)
    return tuple(user for user in members if user in written or user not in derived)


# --------------------------------------------------------------------------- quotas


def quota_of(quotas: Iterable[Json], notes: Mapping[str, str]) -> Quota:
    """Return the ceilings of a namespace: of several ResourceQuotas the least of each resource.

    Those with scopes are for some pods alone, and no ceilings of all.
    """
    hard: dict[str, Decimal] = {}
    for found in quotas:
        spec = found.get("spec") or {}
        if spec.get("scopes") or spec.get("scopeSelector"):
            continue
        for name, amount in (spec.get("hard") or {}).items():
            hard[name] = min(hard.get(name, quantity(amount)), quantity(amount))
    deployments = [int(hard[_OBJECTS])] if _OBJECTS in hard else []
    if notes.get(RUNNING):
        deployments.append(_whole(notes[RUNNING]))
    cpu, memory, gpu = (hard.get(name) for name in _HARD.values())
    return Quota(
        # Nothing at all is written as next to nothing: no ceiling is what absence means.
        cpu=None if cpu is None else max(0.001, float(cpu)),
        memory=None if memory is None else max(1, int(memory)),
        gpu=None if gpu is None else int(gpu),
        deployments=min(deployments) if deployments else None,
    )


def hard_of(quota: Quota) -> dict[str, str]:
    """Return what our ResourceQuota of a namespace holds, so that the cluster itself is the wall."""
    amounts = {
        "cpu": None if quota.cpu is None else format_cpu(quota.cpu),
        "memory": None if quota.memory is None else written_memory(quota.memory),
        "gpu": quota.gpu,
    }
    return {_HARD[name]: str(amount) for name, amount in amounts.items() if amount is not None}


def tighter(quotas: Iterable[Json], wanted: Quota) -> list[str]:
    """Return the names of other ResourceQuotas that allow less than what is wanted."""
    hard = {name: quantity(amount) for name, amount in hard_of(wanted).items()}
    return sorted(
        found["metadata"]["name"]
        for found in quotas
        if found["metadata"]["name"] != OBJECT_NAME
        and any(
            name in _HARD.values() and (name not in hard or quantity(amount) < hard[name])
            for name, amount in ((found.get("spec") or {}).get("hard") or {}).items()
        )
    )


# --------------------------------------------------------------------------- pull secrets


def docker_config(registry: str, username: str, password: str) -> dict[str, str]:
    """Return the ``data`` of a Secret that the kubelet logs in to a registry with."""
    auth = base64.b64encode(f"{username}:{password}".encode()).decode()
    config = {"auths": {registry: {"username": username, "password": password, "auth": auth}}}
    return {".dockerconfigjson": base64.b64encode(json.dumps(config).encode()).decode()}


def pull_secrets_of(by_group: Mapping[str, Iterable[Json]]) -> tuple[PullSecret, ...]:
    """Return the pull secrets of all groups: one of the same name in several namespaces is one for several groups.

    Parameters
    ----------
    by_group
        The metadata of each group's Secrets; their values are never asked for.
    """
    found: dict[str, list[tuple[str, Json]]] = {}
    for group, secrets in by_group.items():
        for secret in secrets:
            if names.is_resource_name(secret["metadata"]["name"]):
                found.setdefault(secret["metadata"]["name"], []).append((group, secret["metadata"]))
    return tuple(_pull_secret(name, places) for name, places in sorted(found.items()))


def _pull_secret(name: str, places: Sequence[tuple[str, Json]]) -> PullSecret:
    def note(key: str, valid: Callable[[str], bool]) -> str | None:
        said = {(metadata.get("annotations") or {}).get(key, "") for _, metadata in places}
        return next(iter(said)) if len(said) == 1 and all(text and valid(text) for text in said) else None

    return PullSecret(
        name=name,
        registry=note(REGISTRY, names.is_registry),
        username=note(USERNAME, lambda text: len(text) <= 255),
        groups=tuple(group for group, _ in places),
        version=max(version_of(metadata) for _, metadata in places),
    )


def is_ours(metadata: Json) -> bool:
    """Tell whether an object was made here."""
    return bool((metadata.get("labels") or {}).get(MANAGED_BY) == MANAGER)


def group_label(group: str, namespace: str) -> dict[str, str]:
    """Return the label that makes a namespace a group's."""
    return {words.GROUP: "" if group == namespace else group}


def _whole(text: str) -> int:
    try:
        return max(0, int(text))
    except ValueError:
        raise ValueError(f"{RUNNING}: {text!r} is no whole number") from None
