"""What happened to a deployment, as its history tells. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from primehub_deploy_ext.domain.models import Event, Revision
from primehub_deploy_ext.domain.phases import Action, Outcome

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.SCALE: "changed the number of replicas",
    Action.STOP: "stopped",
    Action.START: "started",
    Action.RESTART: "restarted",
    Action.ROLLBACK: "rolled back",
}


def story(revisions: Iterable[Revision]) -> list[Event]:
    """Return what people did and what came of it, in no order."""
    events: list[Event] = []
    for revision in revisions:
        number = revision.number
        events.append(
            Event(
                time=revision.created_at,
                kind="Normal",
                reason=revision.action.value.capitalize(),
                message=f"{revision.user}: {_DONE[revision.action]}",
                revision=number,
            )
        )
        if revision.finished_at is None:
            continue
        if revision.outcome is Outcome.FAILED:
            reason = revision.reason.value if revision.reason else "Failed"
            message = revision.message
            events.append(
                Event(time=revision.finished_at, kind="Warning", reason=reason, message=message, revision=number)
            )
        elif revision.outcome is Outcome.SUCCEEDED and not revision.spec.stopped:
            message = f"revision {number} serves"
            events.append(
                Event(time=revision.finished_at, kind="Normal", reason="Deployed", message=message, revision=number)
            )
    return events
