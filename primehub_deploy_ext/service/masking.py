"""Environment values may be secrets: they go in, they never come out."""

from __future__ import annotations

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.models import MASK, Change, Deployment, DeploymentSpec, Revision


def masked_deployment(deployment: Deployment) -> Deployment:
    """Return the deployment as callers may see it."""
    return deployment.model_copy(update={"spec": _masked(deployment.spec)})


def masked_revision(revision: Revision) -> Revision:
    """Return the revision as callers may see it."""
    return revision.model_copy(update={"spec": _masked(revision.spec)})


def masked_change(change: Change) -> Change:
    """Return the line of the watch stream as callers may see it."""
    if change.object is None:
        return change
    return change.model_copy(update={"object": masked_deployment(change.object)})


def unmasked(sent: dict[str, str], current: dict[str, str]) -> dict[str, str]:
    """Put the current value wherever the mask was sent back.

    Raises
    ------
    InvalidInput
        If the mask was sent for a name that has no current value to keep.
    """
    unknown = [name for name, value in sent.items() if value == MASK and name not in current]
    if unknown:
        raise InvalidInput(
            f"no current value to keep for {', '.join(unknown)}: {MASK!r} stands for one that is hidden, "
            "send the value itself",
            fields=[{"field": f"env.{name}", "message": "there is no current value to keep"} for name in unknown],
        )
    return {name: current[name] if value == MASK else value for name, value in sent.items()}


def has_mask(env: dict[str, str] | None) -> bool:
    """Tell whether a value was sent back masked."""
    return env is not None and MASK in env.values()


def _masked(spec: DeploymentSpec) -> DeploymentSpec:
    return spec.model_copy(update={"env": dict.fromkeys(spec.env, MASK)})
