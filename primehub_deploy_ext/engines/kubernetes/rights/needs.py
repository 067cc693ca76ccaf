"""What the engine does on a cluster in one namespace, as RBAC says it. Pure; the manifests of the docs are the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from primehub_deploy_ext.engines.kubernetes.api import kinds
from primehub_deploy_ext.engines.kubernetes.api.kinds import Kind

_READ = ("get", "list", "watch")
_WRITE = ("create", "patch", "delete")
_RBAC = "rbac.authorization.k8s.io"

ROLE_NAME = "primehub-deploy-user"


@dataclass(frozen=True)
class Need:
    """Verbs that are needed on a kind of object, or on a part of it; ``why`` in words."""

    kind: Kind
    verbs: tuple[str, ...]
    why: str
    subresource: str = ""

    @property
    def resource(self) -> str:
        """As a Role names it: ``pods/log``."""
        return f"{self.kind.plural}/{self.subresource}" if self.subresource else self.kind.plural

    def __str__(self) -> str:
        """Return it as ``kubectl auth can-i`` is asked: ``deployments.apps``."""
        return f"{self.kind}/{self.subresource}" if self.subresource else str(self.kind)


@dataclass(frozen=True)
class Missing:
    """One thing that is needed and not allowed."""

    verb: str
    need: Need

    def to_dict(self) -> dict[str, str]:
        """Return it as programs read it."""
        return {
            "verb": self.verb,
            "group": self.need.kind.group,
            "resource": self.need.resource,
            "why": self.need.why,
        }


def told(missing: Iterable[Missing]) -> list[tuple[str, str]]:
    """Return what is missing, and what it is for, one entry for each resource: ``get/list pods``."""
    verbs: dict[Need, list[str]] = {}
    for one in missing:
        verbs.setdefault(one.need, []).append(one.verb)
    return [(f"{'/'.join(of_need)} {need}", need.why) for need, of_need in verbs.items()]


COMMON = (
    Need(kinds.POD, (*_READ, *_WRITE), "replicas, their state and their restart, models that are tried out"),
    Need(kinds.POD, ("get",), "logs", "log"),
    Need(kinds.POD, ("get", "create"), "trials, telling replicas who may call, what they count", "proxy"),
    Need(kinds.EVENT, ("list", "watch", "create"), "why something does not start, and what people did"),
    Need(kinds.REPLICA_SET, ("list", "watch"), "why no pods are made: quotas, admission rules"),
    Need(kinds.CONTROLLER_REVISION, (*_READ, *_WRITE), "history"),
    Need(kinds.SECRET, ("get", "list", *_WRITE), "environment variables, clients, names of pull secrets"),
    Need(kinds.CONFIG_MAP, ("get", "create", "patch"), "the quota of the group"),
    Need(kinds.RESOURCE_QUOTA, ("get", "list"), "the quota of the group"),
    Need(kinds.SERVICE, _READ, "endpoints"),
    Need(kinds.SERVICE, ("get", "create"), "trying an endpoint from outside of the cluster", "proxy"),
    Need(kinds.NAMESPACE, ("get",), "the settings of the group"),
)
_OF_FLAVOR: dict[str, tuple[Need, ...]] = {
    "plain": (
        Need(kinds.DEPLOYMENT, (*_READ, *_WRITE), "deployments"),
        Need(kinds.SERVICE, _WRITE, "endpoints"),
    ),
    "kserve": (
        Need(kinds.INFERENCE_SERVICE, (*_READ, *_WRITE), "deployments"),
        Need(kinds.SERVICE, _WRITE, "endpoints"),
        Need(kinds.DEPLOYMENT, _READ, "how a roll-out goes"),
    ),
    "seldon": (
        Need(kinds.SELDON_DEPLOYMENT, (*_READ, *_WRITE), "deployments"),
        Need(kinds.SERVICE, _WRITE, "endpoints"),
        Need(kinds.DEPLOYMENT, _READ, "how a roll-out goes"),
    ),
    "primehub": (
        Need(kinds.PH_DEPLOYMENT, (*_READ, *_WRITE), "deployments"),
        Need(kinds.DEPLOYMENT, _READ, "how a roll-out goes"),
    ),
}
_OF_ROUTE = {
    "ingress": Need(kinds.INGRESS, (*_READ, *_WRITE), "the public address"),
    "gateway": Need(kinds.HTTP_ROUTE, (*_READ, *_WRITE), "the public address"),
}


FLAVORS = tuple(_OF_FLAVOR)
ROUTES = tuple(_OF_ROUTE)


def managing() -> tuple[Need, ...]:
    """Return what finding and managing groups takes, on the whole cluster, beside deploying."""
    return (
        Need(kinds.NAMESPACE, (*_READ, "create", "patch"), "groups"),
        Need(kinds.RESOURCE_QUOTA, (*_READ, *_WRITE), "quotas"),
        Need(kinds.LIMIT_RANGE, ("list", "create", "patch"), "limits of what names none"),
        Need(kinds.ROLE_BINDING, ("list",), "who is in a group"),
        Need(kinds.PH_INSTANCE_TYPE, ("list",), "instance types of PrimeHub"),
        Need(kinds.NODE, ("list",), "what a limit that is missing counts as"),
        Need(kinds.REPLICA_SET, ("delete",), "ending what a deployment left that was deleted alone"),
    )


def needs_of(flavor: str, routes: Iterable[str] = ()) -> tuple[Need, ...]:
    """Return what a flavor needs.

    Parameters
    ----------
    routes
        ``ingress`` or ``gateway``, where endpoints are to be reached from outside by one; others are not ours.
    """
    return COMMON + _OF_FLAVOR[flavor] + tuple(_OF_ROUTE[route] for route in routes if route in _OF_ROUTE)


def written_as(flavor: str) -> frozenset[Kind]:
    """Return the kinds of object that a deployment of a flavor can consist of, by whatever route it is reached."""
    kinds_made = {need.kind for need in _OF_FLAVOR[flavor] if "create" in need.verbs}
    has_service = kinds.SERVICE in kinds_made
    return frozenset(kinds_made | ({need.kind for need in _OF_ROUTE.values()} if has_service else set()))


def rules_of(needs: Iterable[Need]) -> list[dict[str, Any]]:
    """Return the rules of a Role: what has the same verbs in the same API group together."""
    verbs: dict[tuple[str, str], dict[str, None]] = {}
    for need in needs:
        verbs.setdefault((need.kind.group, need.resource), {}).update(dict.fromkeys(need.verbs))
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), of_resource in verbs.items():
        together.setdefault((group, tuple(of_resource)), []).append(resource)
    return [
        {"apiGroups": [group], "resources": resources, "verbs": list(of_rule)}
        for (group, of_rule), resources in together.items()
    ]


def role_yaml(namespace: str, user: str, needs: Sequence[Need], missing: Sequence[Missing]) -> str:
    """Return the Role and the RoleBinding that give somebody all that is needed, as an administrator applies them.

    Parameters
    ----------
    user
        As the cluster calls them; a service account is ``system:serviceaccount:<namespace>:<name>``.
    """
    role = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": ROLE_NAME, "namespace": namespace},
        "rules": rules_of(needs),
    }
    binding = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"{ROLE_NAME}-{_segment(user)}", "namespace": namespace},
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": ROLE_NAME},
        "subjects": [_subject(user)],
    }
    lacking = "".join(f"#   {what} ({why})\n" for what, why in told(missing))
    head = f"# What {user} lacks in the namespace {namespace}:\n{lacking}# To give it: kubectl apply -f <this file>\n"
    text: str = yaml.safe_dump_all([role, binding], sort_keys=False, default_flow_style=None, width=200)
    return head + text


def _subject(user: str) -> dict[str, str]:
    parts = user.split(":")
    if parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:
        return {"kind": "ServiceAccount", "name": parts[3], "namespace": parts[2]}
    return {"apiGroup": _RBAC, "kind": "User", "name": user}


def _segment(user: str) -> str:
    """Return what may be a part of the name of a RoleBinding, which is part of a path."""
    return user.replace("/", "-").replace("%", "-")
