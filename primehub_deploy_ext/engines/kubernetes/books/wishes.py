"""What callers wish, turned into the next revision of a deployment on the cluster. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from primehub_deploy_ext.domain.errors import Conflict, InvalidInput
from primehub_deploy_ext.domain.mask import MASK
from primehub_deploy_ext.domain.models import DeploymentSpec, UpdateDeployment
from primehub_deploy_ext.domain.phases import Action, Outcome
from primehub_deploy_ext.domain.resources import Quota, Resources
from primehub_deploy_ext.engines.kubernetes.books.record import Entry, Record, now

Change = Callable[[DeploymentSpec], DeploymentSpec]


@dataclass(frozen=True)
class Wish:
    """Who asks for a change, why, and on what conditions; see ``Engine``."""

    action: Action
    user: str
    update_message: str = ""
    if_match: int | None = None
    quota: Quota | None = None
    rollback_to: int | None = None


@dataclass(frozen=True)
class Plan:
    """The revision that a wish makes.

    Parameters
    ----------
    entry, spec
        It, and its specification with the values of its environment.
    fresh
        Whether its replicas run a template of their own.
    """

    entry: Entry
    spec: DeploymentSpec
    fresh: bool


def first_entry(spec: DeploymentSpec, user: str, update_message: str, order: str) -> Entry:
    """Return the first revision of a deployment."""
    return Entry(
        number=1,
        template=1,
        order=order,
        action=Action.CREATE,
        user=user,
        created_at=now(),
        replicas=spec.replicas,
        stopped=spec.stopped,
        update_message=update_message,
    )


def next_entry(
    id: str,
    record: Record,
    base: DeploymentSpec,
    serving: DeploymentSpec | None,
    change: Change,
    wish: Wish,
    *,
    drifted: bool = False,
    idle: bool = False,
) -> Plan | None:
    """Return the revision that a wish makes; None if it changes nothing.

    Parameters
    ----------
    base, serving
        Specifications of what is wanted and of what serves, with the values of their environment.
    change
        Makes the wanted specification from the present one.
    drifted
        Whether something else runs than was wished for: then the same wish again changes something.
    idle
        Whether no replica runs: nobody can say then whether one that starts from an older template checks who calls.

    Raises
    ------
    Conflict
        If the caller saw another revision, the deployment's state forbids this, or values that it needs can't be read.
    """
    check_match(id, record, wish.if_match)
    spec = change(base)
    if wish.action is Action.RESTART and spec.stopped:
        raise Conflict(f"{id} is stopped: start it instead")
    changes_nothing = not drifted and spec == base and record.target.outcome is not Outcome.FAILED
    if changes_nothing and wish.action in {Action.STOP, Action.START, Action.SCALE}:
        return None
    before, after = base.model_dump(mode="json"), spec.model_dump(mode="json")
    number = record.latest.number + 1
    closes = spec.access == "private" and base.access != "private"
    anew = wish.action is Action.RESTART or (closes and idle)
    same = None if anew else _same_template(record, base, serving, spec)
    if same is None and wish.action is not Action.STOP:
        _check_readable(id, spec)
    entry = Entry(
        number=number,
        template=same.template if same else number,
        order=same.order if same else "",
        action=wish.action,
        user=wish.user,
        created_at=now(),
        replicas=spec.replicas,
        stopped=spec.stopped,
        update_message=wish.update_message,
        rollback_to=wish.rollback_to,
        changes=[name for name in after if after[name] != before[name]],
    )
    return Plan(entry, spec, fresh=same is None)


def updated(base: DeploymentSpec, change: UpdateDeployment, resources: Resources | None) -> DeploymentSpec:
    """Return the specification that an update makes."""
    sent = change.model_dump(exclude_unset=True, exclude={"update_message"})
    fields = {name: getattr(change, name) for name, value in sent.items() if value is not None}
    return base.model_copy(update=fields | ({"resources": resources} if resources is not None else {}))


def check_match(id: str, record: Record, if_match: int | None) -> None:
    """Refuse a wish of somebody who saw another revision than the newest.

    Raises
    ------
    Conflict
        Saying who made the newest.
    """
    newest = record.latest
    if if_match is not None and if_match != newest.number:
        raise Conflict(
            f"{id} was changed meanwhile: it is at revision {newest.number} ({newest.action} by {newest.user}), you "
            f"saw {if_match}: read it again",
            details={"revision": newest.number, "seen": if_match},
        )


def unreadable(spec: DeploymentSpec) -> list[str]:
    """Return the names of the environment whose values can't be read: what stands for them must be no value."""
    return sorted(name for name, value in spec.env.items() if value == MASK)


def _check_readable(id: str, spec: DeploymentSpec) -> None:
    """Refuse to write what stands for values of the environment that can't be read: the values would be lost."""
    hidden = unreadable(spec)
    if hidden:
        raise Conflict(
            f"the values of {', '.join(hidden)} of {id} can't be read now, and replicas would start without them: see "
            "that this server may read Secrets there and that nobody removed it, or send the values anew"
        )


def no_revision(id: str, number: int) -> InvalidInput:
    """Return the refusal to roll back to what is not there."""
    return InvalidInput(
        f"{id} has no revision {number}", fields=[{"field": "revision", "message": "there is no such revision"}]
    )


def _same_template(
    record: Record, base: DeploymentSpec, serving: DeploymentSpec | None, spec: DeploymentSpec
) -> Entry | None:
    """Return the revision whose replicas can serve this one: nothing that they run from changed."""
    wanted = spec.template()
    if record.target.outcome is not Outcome.FAILED and base.template() == wanted:
        return record.target
    if record.serving is not None and serving is not None and serving.template() == wanted:
        return record.serving
    return None
