"""Grants: what was promised to wishes that may not be on the cluster yet. Pure; :mod:`ledger` keeps them.

A grant lives from the moment a wish was found to fit until its object is written. Whoever looks in between finds the
grant; whoever looks after it finds the object. A server that dies in between leaves a grant that expires.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from primehub_deploy_ext.domain.quota import check_quota, exceeded, largest, total
from primehub_deploy_ext.domain.resources import Quota, Usage
from primehub_deploy_ext.engines.kubernetes.quota.asks import times

# Seconds within which a wish must be sent to the cluster once it was granted.
PATIENCE = 20.0
# Seconds after which a grant that was seen counts no more: longer than PATIENCE, the time-out of a request and that
# of the API server together. Measured from when it was *first seen here*, so no two clocks are ever compared.
EXPIRY = 120.0
# Seconds of wall-clock time after which a grant counts no more for somebody who sees it for the first time: clocks
# of servers may differ by minutes, hardly by this.
ABANDONED = 900.0


@dataclass(frozen=True)
class Wish:
    """What somebody wants to take of a group's quota.

    Parameters
    ----------
    namespace, group, id
        Whose quota it is, and the deployment that is created or changed.
    quota
        The group's ceilings.
    wanted
        What the deployment takes once the wish is fulfilled.
    held
        What it was admitted with so far; nothing for a new one, one that is stopped or one that never ran.
    one_more
        What one more replica takes for a while, beside those that it takes the place of: the larger of old and new.
    most_more
        How many of those would be of use, at most.
    """

    namespace: str
    group: str
    id: str
    quota: Quota
    wanted: Usage
    held: Usage = field(default_factory=Usage)
    one_more: Usage = field(default_factory=Usage)
    most_more: int = 0


@dataclass(frozen=True)
class Record:
    """A grant as it is stored.

    Parameters
    ----------
    usage
        The most that the deployment may take.
    made_at
        Seconds since the epoch, by the clock of the server that made it.
    by
        That server, for people who look.
    """

    id: str
    usage: Usage
    made_at: float
    by: str


@dataclass(frozen=True)
class Granted:
    """What a wish was granted.

    Parameters
    ----------
    more
        How many replicas may run beside the others while it is rolled out; 0: one must end before another starts.
    reserve
        The most that the deployment takes until it is rolled out.
    """

    more: int
    reserve: Usage


class Sightings:
    """When each grant was seen first, by the clock of this process alone."""

    def __init__(self) -> None:
        self._first: dict[str, float] = {}

    def expired(self, records: Mapping[str, Record], *, now: float, wall: float) -> set[str]:
        """Return the keys of grants that count no more, and forget those that are gone.

        Parameters
        ----------
        now
            Seconds that only grow.
        wall
            Seconds since the epoch.
        """
        self._first = {key: self._first.get(key, now) for key in records}
        return {
            key
            for key, record in records.items()
            if now - self._first[key] >= EXPIRY or wall - record.made_at >= ABANDONED
        }


def decide(wish: Wish, taken: Mapping[str, Usage], pending: Collection[Record]) -> Granted:
    """Grant a wish, or refuse it.

    Parameters
    ----------
    taken
        What each deployment of the group takes on the cluster, by id; looked up *after* ``pending``.
    pending
        Grants that count still.

    Raises
    ------
    QuotaExceeded
        If the group would grow beyond its quota.
    """
    used = _with(taken, pending)
    mine = _largest(record.usage for record in pending if record.id == wish.id)
    # What runs beside the deployment during an earlier roll-out goes again, and is no base to grow from; what was
    # read before the wish may be older than the cluster.
    before = largest(_smaller(wish.held, taken.get(wish.id, Usage())), mine)
    after = largest(wish.wanted, mine)
    check_quota(wish.group, wish.quota, {**used, wish.id: before}, wish.id, after)
    others = total(usage for other, usage in used.items() if other != wish.id)
    # Old and new replicas change places one by one: what both take is never more than the larger of each resource.
    base = largest(before, after)
    most = total([others, base])
    more = wish.most_more
    while more and exceeded(wish.quota, most, total([most, _besides(wish, more)])):
        more -= 1
    return Granted(more, _sum(largest(wish.held, wish.wanted), _besides(wish, more)))


def bounded(quota: Quota) -> bool:
    """Tell whether there are any ceilings."""
    return any(limit is not None for limit in (quota.cpu, quota.memory, quota.gpu, quota.deployments))


def unbounded(wish: Wish) -> Granted:
    """Grant a wish of a group without ceilings."""
    return Granted(wish.most_more, _sum(largest(wish.held, wish.wanted), _besides(wish, wish.most_more)))


def _with(taken: Mapping[str, Usage], pending: Iterable[Record]) -> dict[str, Usage]:
    used = dict(taken)
    for record in pending:
        # Not added: when the object is there already, both say the same thing.
        used[record.id] = largest(used.get(record.id, Usage()), record.usage)
    return used


def _besides(wish: Wish, more: int) -> Usage:
    return times(wish.one_more, more).model_copy(update={"deployments": 0})


def _sum(one: Usage, other: Usage) -> Usage:
    return total([one, other])


def _largest(usages: Iterable[Usage]) -> Usage:
    found = Usage()
    for usage in usages:
        found = largest(found, usage)
    return found


def _smaller(one: Usage, other: Usage) -> Usage:
    return Usage(
        cpu=min(one.cpu, other.cpu),
        memory=min(one.memory, other.memory),
        gpu=min(one.gpu, other.gpu),
        deployments=min(one.deployments, other.deployments),
    )
