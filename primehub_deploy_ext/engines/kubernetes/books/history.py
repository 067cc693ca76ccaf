"""Revisions as ``ControllerRevision`` objects: what was asked for never changes, what came of it is annotated. Pure.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision, StepTime
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONTROLLER_REVISION, Kind
from primehub_deploy_ext.engines.kubernetes.books.record import Entry, Record
from primehub_deploy_ext.engines.kubernetes.books.specs import dump_spec, load_spec
from primehub_deploy_ext.engines.kubernetes.reading.happenings import Happening, load_happenings
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

Json = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One entry of the history.

    Parameters
    ----------
    pod
        The pod template that its replicas run.
    log_tail, steps
        What is known of its end beyond the entry.
    happenings
        What the cluster told in its time.
    """

    entry: Entry
    spec: DeploymentSpec
    pod: Json
    log_tail: list[str]
    steps: list[StepTime]
    name: str
    happenings: Sequence[Happening] = ()


def page_object(id: str, namespace: str, entry: Entry, spec: DeploymentSpec, pod: Json) -> Json:
    """Return the object that keeps a revision."""
    body = CONTROLLER_REVISION.stub(words.history_name(id, entry.number), namespace)
    body["metadata"]["labels"] = words.owned(id, "history", entry.number)
    asked = entry.model_copy(
        update={"outcome": Outcome.IN_PROGRESS, "reason": None, "message": "", "finished_at": None}
    )
    page = {"entry": asked.model_dump(mode="json", exclude_defaults=True), "spec": dump_spec(spec), "pod": pod}
    body["data"] = {"page": _unchanging(page)}
    body["revision"] = entry.number
    return body


def outcome_patch(entry: Entry, log_tail: Sequence[str] = (), steps: Sequence[StepTime] = ()) -> Json:
    """Return the change of a revision's object that says what came of it."""
    told = {
        "outcome": entry.outcome.value,
        "reason": entry.reason and entry.reason.value,
        "message": entry.message,
        "finished_at": entry.finished_at and entry.finished_at.isoformat(),
        "log_tail": list(log_tail),
        "steps": [step.model_dump(mode="json") for step in steps],
    }
    text = json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False)
    return {"metadata": {"annotations": {words.OUTCOME: text}}}


def read_page(item: Json) -> Page | None:
    """Read an object of the history; None for one that nobody here wrote."""
    try:
        data = json.loads(item["data"]["page"])
        told = json.loads((item["metadata"].get("annotations") or {}).get(words.OUTCOME, "{}"))
        log_tail, steps = told.pop("log_tail", []), told.pop("steps", [])
        return Page(
            entry=Entry.model_validate({**data["entry"], **told}),
            spec=load_spec(data["spec"]),
            pod=data.get("pod") or {},
            log_tail=[str(line) for line in log_tail],
            steps=[StepTime.model_validate(step) for step in steps],
            name=item["metadata"]["name"],
            happenings=load_happenings(item["metadata"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def pages_of(items: Iterable[Json]) -> list[Page]:
    """Return the pages that objects are, newest first."""
    return sorted((page for item in items if (page := read_page(item))), key=lambda page: -page.entry.number)


def revisions_of(pages: Sequence[Page], record: Record, wanted: DeploymentSpec) -> list[Revision]:
    """Return the history, newest first.

    What was written on the deployment itself counts before its page, which comes after it; one that was followed by
    another before it ended was superseded.

    Parameters
    ----------
    wanted
        The specification of the record's target.
    """
    known = {entry.number: entry for entry in (record.serving, record.target, record.latest) if entry}
    by_number = {page.entry.number: page for page in pages}
    if record.target.number not in by_number:
        by_number[record.target.number] = Page(record.target, wanted, {}, [], [], "")
    revisions: list[Revision] = []
    after: datetime | None = None
    for number in sorted(by_number, reverse=True):
        page = by_number[number]
        entry = page.entry
        if entry.outcome is Outcome.IN_PROGRESS:
            entry = known.get(number, entry)
        if entry.outcome is Outcome.IN_PROGRESS and number < record.latest.number:
            text = f"replaced by revision {number + 1}"
            facts = {"outcome": Outcome.SUPERSEDED, "finished_at": after, "message": text}
            entry = entry.model_copy(update=facts)
        revision = entry.revision(page.spec)
        revisions.append(revision.model_copy(update={"log_tail": page.log_tail, "steps": page.steps}))
        after = entry.created_at
    return revisions


def history_of(seen: Seen, pages: Sequence[Page]) -> list[Revision]:
    """Return the history of a deployment, newest first; of one that was made elsewhere, what its object tells."""
    if seen.record is None:
        return seen.flavor.past(seen.owner)
    return revisions_of(pages, seen.record, seen.spec)


def _unchanging(page: Json) -> str:
    """Write a page as one text that the API server's encoder leaves as it is.

    It compares the bytes of ``data`` when anything of the object changes, after it has sorted keys and escaped what
    could be HTML in what it holds, but not in what it held before: a page as an object could never be annotated.
    """
    text = json.dumps(page, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


KIND: Kind = CONTROLLER_REVISION
