"""How many old and new replicas run beside each other during a roll-out.

With room for all new ones beside the old, they all start at once and no old one is touched before they serve. Where
the quota leaves less room, old ones are given up one after the other, each as late as possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.quota import largest, total
from primehub_deploy_ext.domain.resources import Usage
from primehub_deploy_ext.engines.local.ledger import Ledger
from primehub_deploy_ext.engines.local.workload import Workload


@dataclass(frozen=True)
class Rollout:
    """Where a roll-out stands.

    Parameters
    ----------
    old, new
        Replicas of the revision that serves, and of the one that is wanted.
    kept
        Old ones not given up so far; None before the first look.
    old_present
        Old processes that are still there, with those that are just ending.
    new_present, new_ready
        New replicas that were begun, and those of them that answer.
    leaving
        Replicas of revisions that were replaced before they served, which are just ending.
    """

    old: int
    new: int
    kept: int | None
    old_present: int
    new_present: int
    new_ready: int
    leaving: int = 0


@dataclass(frozen=True)
class Pace:
    """How many old ones to keep, and how many new ones to run."""

    old: int
    new: int


class Pacer:
    """Paces the roll-outs of one deployment within its group's quota.

    Parameters
    ----------
    ledger
        Knows the quota and what others take.
    group, id
        Whose deployment it is, and which.
    """

    def __init__(self, ledger: Ledger, group: str, id: str) -> None:
        self._ledger = ledger
        self._group = group
        self._id = id
        # Of the roll-out under way: its template → old replicas that were not given up so far. A revision that comes
        # meanwhile and changes only words or the number of replicas goes on with it.
        self._kept: dict[int, int] = {}

    def mixed(self, template: int) -> bool:
        """Tell whether the roll-out of a template gives up old replicas: then old and new ones take traffic."""
        return template in self._kept

    def step(
        self, old: Workload, new: Workload, before: DeploymentSpec, after: DeploymentSpec, leaving: int = 0
    ) -> Pace:
        """Return the next step of a roll-out.

        Parameters
        ----------
        old, before
            What serves.
        new, after
            What is wanted.
        leaving
            Replicas of other revisions that are just ending.
        """
        fits = self._fits(before, after, claim_of(self._ledger, before, after))
        rollout = Rollout(
            old=before.replicas,
            new=after.replicas,
            kept=self._kept.get(new.template),
            old_present=len(old.slots),
            new_present=len(new.slots),
            new_ready=new.ready_count(),
            leaving=leaving,
        )
        pace = next_pace(rollout, fits)
        if pace.old < before.replicas:
            self._kept = {new.template: pace.old}
        return pace

    def room_beside(self, stand_in: Workload, wanted: DeploymentSpec) -> int:
        """Return how many wanted replicas may run beside those of a workload that stands in for them."""
        fits = self._fits(wanted, stand_in.spec, claim_of(self._ledger, wanted))
        return _most(wanted.replicas, lambda count: fits(count, len(stand_in.slots)))

    def _fits(self, one: DeploymentSpec, other: DeploymentSpec, claim: Usage) -> Callable[[int, int], bool]:
        demand, room = self._ledger.demand, self._ledger.room(self._group, self._id, claim)

        def fits(ones: int, others: int) -> bool:
            both = total([demand(one.resources, ones), demand(other.resources, others)])
            # One deployment, whatever the number of its revisions that run.
            return room(both.model_copy(update={"deployments": 1}))

        return fits


def claim_of(ledger: Ledger, *specs: DeploymentSpec) -> Usage:
    """Return what a deployment was admitted with: the most of what it may have to run, now or after a failure."""
    claim = Usage()
    for spec in specs:
        claim = largest(claim, ledger.demand(spec.resources, spec.replicas))
    return claim


def next_pace(rollout: Rollout, fits: Callable[[int, int], bool]) -> Pace:
    """Return the next step.

    Parameters
    ----------
    fits
        Tells whether the quota has room for so many old and so many new replicas; more never fit where fewer don't.
    """
    if fits(rollout.old, rollout.new) or not fits(0, rollout.new):
        # The latter was admitted and has become too much since: giving up what serves would not help.
        return Pace(rollout.old if rollout.kept is None else rollout.kept, rollout.new)
    kept = rollout.kept
    if kept is None:
        # Those that are gone were given up for a revision before this one, or by a daemon that died since: they are
        # not started again. Those that are there go on until new ones answer, also when the quota was lowered.
        kept = min(rollout.old, rollout.old_present)
    new = _beside(rollout, max(kept, rollout.old_present), fits)
    if rollout.leaving:
        return Pace(kept, min(new, rollout.new_present))
    stuck = new < rollout.new and rollout.new_ready >= new and rollout.old_present <= kept
    if stuck:
        kept = _most(kept, lambda count: fits(count, new + 1))
        new = _beside(rollout, max(kept, rollout.old_present), fits)
    return Pace(kept, new)


def _beside(rollout: Rollout, old: int, fits: Callable[[int, int], bool]) -> int:
    """Return how many new ones may run beside so many old ones; those that run are not ended."""
    return max(_most(rollout.new, lambda count: fits(old, count)), min(rollout.new_present, rollout.new))


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    return next((count for count in range(limit, 0, -1) if fits(count)), 0)
