"""What deployments take of a namespace's quota, asked of the cluster itself and not of what is remembered."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from primehub_deploy_ext.domain.resources import Resources, Usage
from primehub_deploy_ext.engines.kubernetes.api.client import Api
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json
from primehub_deploy_ext.engines.kubernetes.known.capacity import Capacity
from primehub_deploy_ext.engines.kubernetes.known.left import is_deployment
from primehub_deploy_ext.engines.kubernetes.known.owners import read_owner
from primehub_deploy_ext.engines.kubernetes.known.world import World
from primehub_deploy_ext.engines.kubernetes.reading.projection import usage_of_seen
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

log = logging.getLogger(__name__)


class Dues:
    """Adds up what is taken.

    Parameters
    ----------
    flavors
        All that are in use; what is left of others counts too.
    """

    def __init__(self, api: Api, world: World, flavors: Mapping[str, Flavor], capacity: Capacity) -> None:
        self._api = api
        self._world = world
        self._flavors = flavors
        self._capacity = capacity

    async def taken(self, namespace: str) -> Mapping[str, Usage]:
        """Return what each deployment of a namespace takes, by id."""
        machine, found = await self._capacity.of_one_node(), {}
        left = self._world.left_in(namespace)
        for flavor in (*self._flavors.values(), *left):
            for owner in await self._api.list(flavor.owner, namespace):
                if not is_deployment(owner, left=flavor in left):
                    continue
                own = self._world.id_at(namespace, (flavor.name, owner["metadata"]["name"]))
                try:
                    found[own] = _taken_by(flavor, own, owner, machine)
                except Exception:
                    # Whatever somebody wrote there must not keep everybody else from deploying.
                    log.exception("%s: what it takes of the quota can't be read: it counts as nothing", own)
        return found


def _taken_by(flavor: Flavor, id: str, owner: Json, machine: Resources) -> Usage:
    record, spec = read_owner(flavor, owner)
    seen = Seen(id, "", flavor, owner, record, spec, flavor.standing(owner, [], {}))
    return usage_of_seen(seen, machine)
