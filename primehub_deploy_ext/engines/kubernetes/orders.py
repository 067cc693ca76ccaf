"""Writes the Secrets with what the replicas of a template are told, and the values of their environment."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import SECRET
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json
from primehub_deploy_ext.engines.kubernetes.means import Means, owned_by
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans, order_secret


async def write_order(
    means: Means,
    namespace: str,
    id: str,
    revision: int,
    order: str,
    spec: DeploymentSpec,
    pods: PodMeans,
    owns: tuple[Json, Flavor] | None = None,
) -> None:
    """Write one; ``owns`` is the deployment that it belongs to, once that is there."""
    body = order_secret(id, revision, order, namespace, spec, pods)
    await means.api.create(SECRET, owned_by(body, *owns) if owns else body)
    means.envs.remember(namespace, order, spec)


async def drop(api: Api, namespace: str, *names: str) -> None:
    """Remove Secrets of which nothing came, whoever gave up."""
    for name in filter(None, names):
        with suppress(ApiError):
            await asyncio.shield(api.delete(SECRET, name, namespace))
