"""What is left of a deployment that somebody deleted without what belongs to it (``--cascade=orphan``). Pure.

The cluster takes the owner out of what is orphaned so: pods run on, take of the quota, and no list shows them. Whoever
did it may be about to put the deployment back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import FIELD_MANAGER, Json
from primehub_deploy_ext.engines.kubernetes.api.kinds import HTTP_ROUTE, INGRESS, POD, REPLICA_SET, SERVICE, Kind
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import first_manager

# In this order: whoever may not end what runs leaves the way to it, too.
KINDS = (REPLICA_SET, POD, SERVICE, HTTP_ROUTE, INGRESS)
_CONTROLLERS = "kube-controller-manager"
_TEMPLATE_HASH = "pod-template-hash"

# A kind, and the metadata of an object of it.
Orphan = tuple[Kind, Json]


def is_of_a_deployment(kind: Kind, metadata: Json) -> bool:
    """Tell whether an object is called, and was written, as what belongs to a deployment is.

    What somebody copied by hand carries our labels, too.
    """
    labels = metadata.get("labels") or {}
    whose = labels.get(words.DEPLOYMENT, "")
    if kind in {REPLICA_SET, POD}:
        begins = f"{whose}-{labels.get(_TEMPLATE_HASH, '')}"
        return (
            _TEMPLATE_HASH in labels
            and f"{metadata['name']}-".startswith(f"{begins}-")
            and (first_manager(metadata) == _CONTROLLERS)
        )
    managers = {one.get("manager") for one in metadata.get("managedFields") or []}
    return metadata["name"] == whose and FIELD_MANAGER in managers


class Orphans:
    """Remembers since when things are nobody's; when they came to be so is written nowhere.

    Parameters
    ----------
    grace
        For how long they must have been nobody's.
    """

    def __init__(self, grace: timedelta) -> None:
        self._grace = grace
        self._since: dict[str, dict[str, datetime]] = {}

    def due(self, namespace: str, there: Iterable[Orphan], clock: datetime) -> dict[str, list[Orphan]]:
        """Return what was nobody's for long enough, by the deployment that it belonged to.

        Parameters
        ----------
        there
            All that is nobody's in a namespace now.
        """
        found = [orphan for orphan in there if is_of_a_deployment(*orphan)]
        before = self._since.get(namespace, {})
        since = {metadata["uid"]: before.get(metadata["uid"], clock) for _, metadata in found}
        self._since[namespace] = since
        by_deployment: defaultdict[str, list[Orphan]] = defaultdict(list)
        for kind, metadata in found:
            if clock - since[metadata["uid"]] >= self._grace:
                by_deployment[metadata["labels"][words.DEPLOYMENT]].append((kind, metadata))
        return by_deployment

    def is_waiting(self, clock: datetime) -> bool:
        """Tell whether anything may be long enough soon."""
        return any(clock - at < self._grace for known in self._since.values() for at in known.values())
