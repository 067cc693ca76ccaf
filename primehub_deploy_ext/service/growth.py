"""What a change takes of its group's quota, before it is made. Functions of values."""

from __future__ import annotations

from collections.abc import Iterable

from primehub_deploy_ext.domain.groups import DryRun, GroupSettings
from primehub_deploy_ext.domain.models import Deployment, DeploymentSpec
from primehub_deploy_ext.domain.quota import check_quota, total, usage_of
from primehub_deploy_ext.domain.resources import Resources, Usage


def demand_of(spec: DeploymentSpec, capacity: Resources) -> Usage:
    """Return what a specification takes once it is rolled out; nothing while it is stopped."""
    return usage_of(spec.resources, 0 if spec.stopped else spec.replicas, capacity)


def grows(current: Deployment, after: DeploymentSpec, capacity: Resources) -> bool:
    """Tell whether a change takes more of any resource than the deployment does now."""
    # What failed at first holds nothing, whatever it asks for.
    holds = demand_of(current.spec, capacity) if current.usage.deployments else Usage()
    wanted = demand_of(after, capacity)
    return any(getattr(wanted, name) > getattr(holds, name) for name in Usage.model_fields)


def usage_by_deployment(group: str, deployments: Iterable[Deployment]) -> dict[str, Usage]:
    """Return what each deployment of a group takes now, by id."""
    return {deployment.id: deployment.usage for deployment in deployments if deployment.group == group}


def quota_preview(
    group: GroupSettings, deployments: Iterable[Deployment], id: str, after: DeploymentSpec, capacity: Resources
) -> DryRun:
    """Return what the group would use after a change.

    Parameters
    ----------
    group
        Who owns the deployment.
    deployments
        All that there are.
    id, after
        The deployment that is created or changed, and what it will be.
    capacity
        The machine: what a missing limit counts as.

    Raises
    ------
    QuotaExceeded
        As the engine would, if it were asked.
    """
    used = usage_by_deployment(group.name, deployments)
    wanted = demand_of(after, capacity)
    check_quota(group.name, group.quota, used, id, wanted)
    others = total(usage for other, usage in used.items() if other != id)
    return DryRun(group=group.name, quota=group.quota, usage=total(used.values()), after=total([others, wanted]))
