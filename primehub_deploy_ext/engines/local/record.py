"""A deployment as it is recorded: every change is in the store before anybody acts on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Event, Status
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.local.store import DeploymentRow, RevisionRow, Store, now


class Record:
    """Identity, revisions and events of one deployment.

    Parameters
    ----------
    store
        Where it is kept.
    row, revisions
        What the store knows.
    """

    def __init__(self, store: Store, row: DeploymentRow, revisions: list[RevisionRow]) -> None:
        self._store = store
        self.row = row
        self.revisions = {entry.revision.number: entry for entry in revisions}

    @property
    def target(self) -> RevisionRow:
        """The revision that is wanted."""
        return self.revisions[self.row.target]

    @property
    def latest(self) -> RevisionRow:
        """The newest revision."""
        return self.revisions[self.row.latest]

    @property
    def spec(self) -> DeploymentSpec:
        """What is wanted now: the target's, but an endpoint that was made private stays so when an update fails."""
        wanted, newest = self.target.revision.spec, self.latest.revision.spec
        if newest.access == "private" != wanted.access:
            return wanted.model_copy(update={"access": newest.access})
        return wanted

    @property
    def serving(self) -> RevisionRow | None:
        """The revision that takes the traffic."""
        return None if self.row.serving is None else self.revisions[self.row.serving]

    def add(self, entry: RevisionRow) -> None:
        """Make a new revision the wanted one; what was in progress is superseded."""
        before = self.target
        if before.revision.outcome is Outcome.IN_PROGRESS:
            self.finish(before, Outcome.SUPERSEDED, message=f"replaced by revision {entry.revision.number}")
        self.row = self._store.add_revision(self.row, entry)
        self.revisions[entry.revision.number] = entry

    def finish(self, entry: RevisionRow, outcome: Outcome, **facts: Any) -> None:
        """Note how a revision ended."""
        finished = now()
        revision = entry.revision.model_copy(
            update={
                "outcome": outcome,
                "finished_at": finished,
                "duration": (finished - entry.revision.created_at).total_seconds(),
                **facts,
            }
        )
        done = replace(entry, revision=revision)
        self._store.save_revision(self.row.uid, done)
        self.revisions[revision.number] = done

    def aim(self, number: int) -> None:
        """Make another revision the wanted one."""
        self.row = self._store.set_target(self.row, number)

    def serve(self, number: int | None) -> None:
        """Note which revision takes the traffic."""
        if self.row.serving != number:
            self.row = self._store.set_serving(self.row, number)

    def delete(self) -> None:
        """Note that it is to be removed."""
        self.row = self._store.set_deleting(self.row)

    def keep_status(self, status: Status) -> None:
        """Keep the status, so that ``since`` survives a restart of the daemon."""
        self.row = self._store.set_status(self.row, status.model_dump(mode="json"))

    def event(self, kind: str, reason: str, message: str, **facts: Any) -> None:
        """Note what happened."""
        event = Event(
            time=now(), kind="Warning" if kind == "Warning" else "Normal", reason=reason, message=message, **facts
        )
        self._store.add_event(self.row.uid, event)
