"""Flavors that a server is not configured for, where there are deployments of them: left, or made by other servers."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
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


def strangers(pods: Iterable[Json], known: Collection[str]) -> set[str]:
    """Return the ids of deployments of ours that only their pods tell of, of those that stay.

    Parameters
    ----------
    known
        Names of the deployments that are known.
    """
    stay = [pod["metadata"] for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    labels = [metadata.get("labels") or {} for metadata in stay]
    ours = [one for one in labels if one.get(words.MANAGED_BY) == words.MANAGER and one.get(words.PART) == "replica"]
    return {one[words.DEPLOYMENT] for one in ours if words.DEPLOYMENT in one}.difference(known)


class LeftFlavors:
    """Looks for them: when a namespace is new, and when pods tell of what nobody knows, which costs nothing till then.

    Parameters
    ----------
    configured
        The flavors that are listened to anyway.
    """

    def __init__(self, api: Api, configured: Collection[str]) -> None:
        self._api = api
        self._others = {flavor.owner: flavor for flavor in others_than(configured)}
        self._known: set[Kind] | None = None
        self._heard_of: dict[str, set[str]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def of(self, namespaces: Collection[str]) -> dict[str, list[Flavor]]:
        """Return those of which something of ours is there, by namespace."""
        return await self._find(namespaces) or {}

    async def heard_of(self, unknown: Mapping[str, set[str]]) -> dict[str, list[Flavor]]:
        """Return the same of namespaces with :func:`strangers`; each of these is asked about once."""
        new = [namespace for namespace, ids in unknown.items() if ids - self._heard_of.get(namespace, set())]
        if new:
            # What the cluster knows may have been added with it.
            self._known = None
        found = await self._find(new) if new else {}
        if found is not None:
            self._heard_of = {namespace: set(ids) for namespace, ids in unknown.items()}
        return found or {}

    async def _find(self, namespaces: Collection[str]) -> dict[str, list[Flavor]] | None:
        """Return them; None where the cluster can't be asked now."""
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
            log.warning("deployments of flavors that are not configured can't be looked for: %s", error)
            return None
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
