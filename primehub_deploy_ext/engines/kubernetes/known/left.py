"""Flavors that a server is not configured for any more, where deployments of them are left."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection
from http import HTTPStatus

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import Kind, is_controlled
from primehub_deploy_ext.engines.kubernetes.flavors.all import others_than
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_ours

log = logging.getLogger(__name__)

# Of objects that are listened to; what was made elsewhere of such a flavor is nobody's business here.
OURS = words.selector({words.MANAGED_BY: words.MANAGER})
# From so many namespaces on it is asked about all of the cluster first.
_FEW = 4
_AT_ONCE = 8


def is_deployment(owner: Json, *, left: bool) -> bool:
    """Tell whether an object of a flavor's kind is a deployment here; ``left``: nobody is configured for the flavor."""
    return not is_controlled(owner) and (is_ours(owner) or not left)


class LeftFlavors:
    """Looks for them; whoever changes the configuration starts the server anew, so that once is enough.

    Parameters
    ----------
    configured
        The flavors that are listened to anyway.
    """

    def __init__(self, api: Api, configured: Collection[str]) -> None:
        self._api = api
        self._others = {flavor.owner: flavor for flavor in others_than(configured)}
        self._known: set[Kind] | None = None
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def of(self, namespaces: Collection[str]) -> dict[str, list[Flavor]]:
        """Return those of which something of ours is left, by namespace."""
        found: defaultdict[str, list[Flavor]] = defaultdict(list)
        try:
            if self._known is None:
                self._known = await self._api.discover(self._others.keys())
            for kind, flavor in self._others.items():
                if kind in self._known:
                    for namespace in await self._places(kind, namespaces):
                        found[namespace].append(flavor)
        except ApiError as error:
            # It must not keep from being shown what this server is configured for.
            log.warning("deployments of flavors that are not configured any more can't be looked for: %s", error)
        return found

    async def _places(self, kind: Kind, namespaces: Collection[str]) -> set[str]:
        if len(namespaces) >= _FEW:
            everywhere = await self._look(kind, None)
            if everywhere is not None:
                return everywhere & set(namespaces)
        looks = await asyncio.gather(*(self._look(kind, namespace) for namespace in namespaces))
        return {place for places in looks for place in places or ()}

    async def _look(self, kind: Kind, namespace: str | None) -> set[str] | None:
        """Return where there is anything; None where it may not be looked for."""
        try:
            async with self._turn:
                items = await self._api.list(kind, namespace, labels=OURS, metadata_only=True)
        except ApiError as error:
            if error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                return None
            raise
        return {item["metadata"]["namespace"] for item in items if is_deployment(item, left=True)}
