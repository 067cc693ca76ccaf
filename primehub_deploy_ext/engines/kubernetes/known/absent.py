"""Flavors that a server is configured for, and that the cluster knows nothing of."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT
from primehub_deploy_ext.engines.kubernetes.errors import told
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor


async def why_refused(api: Api, flavors: Iterable[Flavor], error: ApiError, doing: str) -> DeployError:
    """Return what to say where a list was refused; that the cluster has no such kind goes before all else.

    It calls a kind that it doesn't know not found, or forbidden, as it calls one that there is.
    """
    absent = ""
    if error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        absent = await absence(api, flavors)
    return EngineUnavailable(absent) if absent else told(error, doing)


async def absence(api: Api, flavors: Iterable[Flavor]) -> str:
    """Return which flavor the cluster has no kind for, and the way out; empty where it has all, or tells nothing."""
    try:
        owners = {flavor.owner: flavor for flavor in flavors}
        known = await api.discover({*owners, DEPLOYMENT})
    except ApiError:
        return ""
    # Each cluster knows Deployments: one that does not say so says nothing of others.
    unknown = sorted(owners.keys() - known, key=str) if DEPLOYMENT in known else []
    if not unknown:
        return ""
    kind = unknown[0]
    return (
        f"this cluster has no {kind.kind} ({kind.api_version}), as which the flavor {owners[kind].name!r} makes "
        "deployments: an administrator installs what it takes, or sets another c.KubernetesSettings.flavor (or flavors)"
    )
