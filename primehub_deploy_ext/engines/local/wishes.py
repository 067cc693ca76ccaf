"""What callers wish, turned into the next revision of a deployment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from primehub_deploy_ext.domain.errors import Conflict, InvalidInput
from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.domain.phases import Action, Outcome
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.record import Record
from primehub_deploy_ext.engines.local.store import RevisionRow, now


@dataclass(frozen=True)
class Wish:
    """Who asks for a change, why, and on what conditions; see ``Engine``."""

    user: str
    update_message: str = ""
    if_match: int | None = None
    quota: Quota | None = None


def next_revision(
    record: Record,
    action: Action,
    change: Callable[[DeploymentSpec], DeploymentSpec],
    wish: Wish,
    *,
    rollback_to: int | None = None,
) -> RevisionRow | None:
    """Return the revision that a wish makes; None if it changes nothing.

    Parameters
    ----------
    change
        Makes the wanted specification from the present one.

    Raises
    ------
    Conflict
        If the caller saw another revision, or the deployment's state forbids this.
    """
    check_match(record, wish.if_match)
    if record.row.deleting:
        raise Conflict(f"{record.row.id} is being deleted")
    base = record.spec
    spec = change(base)
    if action is Action.RESTART and spec.stopped:
        raise Conflict(f"{record.row.id} is stopped: start it instead")
    changes_nothing = spec == base and record.target.revision.outcome is not Outcome.FAILED
    if changes_nothing and action in {Action.STOP, Action.START, Action.SCALE}:
        return None
    before, after = base.model_dump(mode="json"), spec.model_dump(mode="json")
    revision = Revision(
        number=record.row.latest + 1,
        action=action,
        spec=spec,
        user=wish.user,
        created_at=now(),
        update_message=wish.update_message,
        rollback_to=rollback_to,
        changes=[name for name in after if after[name] != before[name]],
    )
    return RevisionRow(revision, _template(record, revision))


def check_spec(spec: DeploymentSpec, artifacts: ArtifactStore) -> None:
    """Refuse what this engine can't run.

    Raises
    ------
    InvalidInput
        If it is an image, the artifact is not stored, or GPUs are asked for.
    """
    if spec.model.image:
        rule = "the embedded engine runs stored models as processes of this machine, no images"
        raise InvalidInput(f"model.image: {rule}", fields=[{"field": "model.image", "message": rule}])
    if not artifacts.has(spec.model.artifact):
        raise InvalidInput(
            "the model's artifact is not stored: upload it first",
            fields=[{"field": "model.artifact", "message": "not stored"}],
        )
    if spec.resources.gpu:
        raise InvalidInput(
            f"the instance type {spec.instance_type!r} has {spec.resources.gpu} GPUs, and the embedded engine hands "
            "out none: choose another one",
            fields=[{"field": "instance_type", "message": "has GPUs, which this engine can't hand out"}],
        )


def check_match(record: Record, if_match: int | None) -> None:
    """Refuse a wish of somebody who saw another revision than the newest.

    Raises
    ------
    Conflict
        Saying who made the newest.
    """
    if if_match is not None and if_match != record.row.latest:
        newest = record.latest.revision
        raise Conflict(
            f"{record.row.id} was changed meanwhile: it is at revision {newest.number} "
            f"({newest.action} by {newest.user}), you saw {if_match}: read it again",
            details={"revision": newest.number, "seen": if_match},
        )


def _template(record: Record, revision: Revision) -> int:
    """Return the revision whose replicas can serve this one: an earlier one when nothing they run from changed."""
    if revision.action is Action.RESTART:
        return revision.number
    wanted = revision.spec.template()
    candidates = [record.target] + ([record.serving] if record.serving else [])
    for entry in candidates:
        failed = entry.revision.outcome is Outcome.FAILED
        if not failed and entry.revision.spec.template() == wanted:
            return entry.template
    return revision.number
