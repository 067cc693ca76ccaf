"""What wishes ask of a group's quota. Pure."""

from __future__ import annotations

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.quota import largest, usage_of
from primehub_deploy_ext.domain.resources import Quota, Resources, Usage
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.books.wishes import Plan
from primehub_deploy_ext.engines.kubernetes.quota.grants import Wish
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

NO_QUOTA = Quota()


def taken_by(spec: DeploymentSpec, machine: Resources) -> Usage:
    """Return what a specification takes; ``machine`` is what a missing limit counts as."""
    return Usage() if spec.stopped else usage_of(spec.resources, spec.replicas, machine)


def more_of(
    seen: Seen, record: Record, base: DeploymentSpec, plan: Plan, quota: Quota | None, machine: Resources
) -> Wish:
    """Return what a revision asks for beyond what its deployment holds, and what its roll-out would like meanwhile.

    Parameters
    ----------
    base
        What is wanted until then.
    """
    replaces = record.replaces(plan.entry)
    one = largest(usage_of(base.resources, 1, machine), usage_of(plan.spec.resources, 1, machine))
    return Wish(
        namespace=seen.namespace,
        group=seen.group,
        id=seen.id,
        quota=quota or NO_QUOTA,
        wanted=taken_by(plan.spec, machine),
        held=Usage() if record.never_ran else taken_by(base, machine),
        one_more=one,
        most_more=plan.entry.replicas if replaces else 0,
    )
