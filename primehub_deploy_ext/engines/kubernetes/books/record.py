"""What is written on a deployment's object about its revisions: which is wanted, which serves, what came of them. Pure.

It is one annotation, so it changes together with the object, and only if nobody else changed the object meanwhile.
All of the history is in entries of their own (``history.py``), which can be made again from this one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from pydantic import Field

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.domain.phases import Action, Outcome, Reason
from primehub_deploy_ext.domain.values import Value
from primehub_deploy_ext.engines.kubernetes import words

Json = dict[str, Any]


class Entry(Value):
    """A revision without its specification.

    Parameters
    ----------
    template
        Number of the revision whose pod template its replicas run.
    order
        Name of the Secret with what they are told.
    replicas, stopped
        As its specification says.
    """

    number: int
    template: int
    order: str
    action: Action
    user: str
    created_at: datetime
    replicas: int
    stopped: bool = False
    update_message: str = ""
    rollback_to: int | None = None
    changes: list[str] = Field(default_factory=list)
    outcome: Outcome = Outcome.IN_PROGRESS
    reason: Reason | None = None
    message: str = ""
    finished_at: datetime | None = None

    def finished(self, outcome: Outcome, *, reason: Reason | None = None, message: str = "") -> Entry:
        """Return it with its outcome."""
        facts = {"outcome": outcome, "reason": reason, "message": message, "finished_at": now()}
        return self.model_copy(update=facts)

    def revision(self, spec: DeploymentSpec) -> Revision:
        """Return it as callers see it."""
        lasted = (self.finished_at - self.created_at).total_seconds() if self.finished_at else None
        own = self.model_dump(exclude={"template", "order", "replicas", "stopped"})
        return Revision(spec=spec, duration=lasted, **own)


@dataclass(frozen=True)
class Record:
    """Where a deployment stands.

    Parameters
    ----------
    target
        What is wanted.
    latest
        The newest revision; another than ``target`` when it failed and was given up.
    serving
        What takes the traffic, as was seen last.
    """

    target: Entry
    latest: Entry
    serving: Entry | None = None

    def replaces(self, entry: Entry) -> bool:
        """Tell whether a revision has pods of its own that take the place of those that serve."""
        return not entry.stopped and self.serving is not None and self.serving.template != entry.template

    @property
    def in_progress(self) -> bool:
        """Whether the wanted revision's outcome is open."""
        return self.target.outcome is Outcome.IN_PROGRESS

    @property
    def never_ran(self) -> bool:
        """Whether the wanted revision failed and there was nothing to go back to."""
        return self.target.outcome is Outcome.FAILED and self.serving is None

    def wish(self, entry: Entry) -> Record:
        """Return the record once a new revision is wanted."""
        return replace(self, target=entry, latest=entry, serving=None if entry.stopped else self.serving)

    def succeeded(self, note: str = "") -> Record:
        """Return the record once the wanted revision is reached; ``note`` is what people should know about it."""
        done = self.target.finished(Outcome.SUCCEEDED, message=note)
        newest = self.latest if self.latest.number != done.number else done
        return replace(self, target=done, latest=newest, serving=None if done.stopped else done)

    def failed(self, reason: Reason, message: str) -> Record:
        """Return the record once the wanted revision is given up: what serves is wanted again."""
        done = self.target.finished(Outcome.FAILED, reason=reason, message=message)
        return replace(self, target=self.serving or done, latest=done)

    def dump(self) -> str:
        """Write it as an annotation."""

        def of(entry: Entry | None) -> Json | None:
            return None if entry is None else entry.model_dump(mode="json", exclude_defaults=True)

        body = {"latest": of(self.latest)}
        # Mostly all three are one and the same.
        body["target"] = None if self.target == self.latest else of(self.target)
        body["serving"] = of(self.serving)
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def read_record(metadata: Mapping[str, Any]) -> Record | None:
    """Read it off an object; None when it was made elsewhere, or somebody broke what was written."""
    annotations = metadata.get("annotations") or {}
    if (metadata.get("labels") or {}).get(words.MANAGED_BY) != words.MANAGER or words.RECORD not in annotations:
        return None
    try:
        body = json.loads(annotations[words.RECORD])
        latest = Entry.model_validate(body["latest"])
        target = Entry.model_validate(body["target"]) if body.get("target") else latest
        serving = Entry.model_validate(body["serving"]) if body.get("serving") else None
    except (ValueError, KeyError, TypeError):
        return None
    return Record(target, latest, serving)


def now() -> datetime:
    """Return the time."""
    return datetime.now(timezone.utc)
