"""What each group may use and uses: asked in the moment a wish is recorded, and at every step of a roll-out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import psutil

from primehub_deploy_ext.domain.quota import check_quota, exceeded, total, usage_of
from primehub_deploy_ext.domain.resources import Quota, Resources, Usage
from primehub_deploy_ext.engines.local.store import Store

UNLIMITED = Quota()


class Ledger:
    """Quotas and usage of all groups.

    Nothing here awaits: between a check and the record of what was checked no other wish is heard.

    Parameters
    ----------
    store
        Keeps the quotas, so that a roll-out that a daemon died in goes on within them.
    used
        Gives what each deployment of a group takes now, by id.
    """

    def __init__(self, store: Store, used: Callable[[str], Mapping[str, Usage]]) -> None:
        self._store = store
        self._used = used
        self._quotas = store.quotas()
        self.capacity = machine()

    def demand(self, resources: Resources, replicas: int) -> Usage:
        """Return what so many replicas take."""
        return usage_of(resources, replicas, self.capacity)

    def admit(self, group: str, id: str, wanted: Usage, quota: Quota | None, held: Usage | None = None) -> None:
        """Let a deployment take ``wanted``, or refuse.

        Parameters
        ----------
        held
            What it was admitted with so far. What runs beside that during a roll-out goes again, and is no base to
            grow from when the quota was lowered meanwhile.

        Raises
        ------
        QuotaExceeded
            If the group would grow beyond its quota.
        """
        quota = quota or UNLIMITED
        if self._quotas.get(group, UNLIMITED) != quota:
            self._quotas[group] = quota
            self._store.save_quota(group, quota)
        if quota != UNLIMITED:
            check_quota(group, quota, {**self._used(group), id: held or Usage()}, id, wanted)

    def groups(self) -> dict[str, tuple[Quota, Usage]]:
        """Return the quota that each group was last known to have, and what it uses of it."""
        return {group: (quota, total(self._used(group).values())) for group, quota in self._quotas.items()}

    def room(self, group: str, id: str, admitted: Usage) -> Callable[[Usage], bool]:
        """Return what tells how much a deployment may take for a while, having been admitted with ``admitted``."""
        quota = self._quotas.get(group, UNLIMITED)
        if quota == UNLIMITED:
            return lambda _: True
        others = total(usage for other, usage in self._used(group).items() if other != id)
        before = total([others, admitted])
        return lambda usage: not exceeded(quota, before, total([others, usage]))


def machine() -> Resources:
    """Return what this machine has for this process: CPUs that it may use, and all memory."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Resources(cpu=cpus, memory=psutil.virtual_memory().total)
