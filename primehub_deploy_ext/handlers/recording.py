"""What of each request goes into the audit log: decided here, once for all routes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from primehub_deploy_ext.service.audit import NewEntry

READING = frozenset({"GET", "HEAD", "OPTIONS"})

_UNKNOWN = "unknownRoute"
# They change nothing that anybody could ask about later, and come in thousands.
_UNRECORDED = frozenset({"predict", "tryRevision", "compareLibraries", "warm"})
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_LONGEST = 500
_LONGEST_PROGRAM = 80


@dataclass(frozen=True)
class Note:
    """A request that was answered.

    Parameters
    ----------
    time
        Seconds since 1970.
    user
        Empty: not logged in.
    address, program
        Where it came from: network address, and ``User-Agent``.
    verb, route
        The route as a template: ``deployments/{id}``; empty where there is none.
    target, group
        What it was about, as far as that is known.
    status, code, message
        Of the answer; ``code`` and ``message`` are those of its error, ``message`` otherwise what was set.
    dry_run
        Nothing was to change.
    """

    time: float
    user: str
    address: str
    program: str
    verb: str
    route: str
    target: str
    group: str
    status: int
    code: str
    message: str
    dry_run: bool


def is_of_interest(verb: str, status: int) -> bool:
    """Tell whether a request may have to be recorded; nearly all that only read need not."""
    return verb not in READING or status in _REFUSED


def entry_of(note: Note) -> NewEntry | None:
    """Return the line for the audit log; None for what isn't recorded.

    That is what was only read, tried or predicted, and allowed. The first call imports the description of the API.
    """
    from primehub_deploy_ext.domain.audit import AuditOutcome
    from primehub_deploy_ext.openapi.operations import OPERATION_IDS
    from primehub_deploy_ext.service.audit import NewEntry

    action = OPERATION_IDS.get((note.verb, note.route), "")
    if note.status in _REFUSED:
        # A form asks again with every key that is pressed: that the quota has no room is an answer there.
        if note.dry_run and note.code == "quota_exceeded":
            return None
        outcome = AuditOutcome.REFUSED
    elif note.verb in READING or note.dry_run or not action or action in _UNRECORDED:
        return None
    else:
        succeeded = HTTPStatus.OK <= note.status < HTTPStatus.MULTIPLE_CHOICES
        outcome = AuditOutcome.ALLOWED if succeeded else AuditOutcome.FAILED
    return NewEntry(
        time=note.time,
        user=note.user,
        address=_line(note.address),
        via=_via(note.program),
        action=action or _UNKNOWN,
        target=_line(note.target),
        group=_line(note.group),
        outcome=str(outcome),
        status=note.status,
        message=_line(note.message),
    )


def settings_in(fields: Mapping[str, Any], prefix: str = "") -> str:
    """Write what a change sets on one line: ``enabled: false; quota.cpu: 8``."""
    told = []
    for name, value in fields.items():
        if isinstance(value, Mapping):
            told.append(settings_in(value, f"{prefix}{name}."))
        else:
            words = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else json.dumps(value)
            told.append(f"{prefix}{name}: {words.strip(chr(34))}")
    return "; ".join(filter(None, told))


def _via(program: str) -> str:
    return "browser" if program.startswith("Mozilla/") else _line(program)[:_LONGEST_PROGRAM]


def _line(text: str) -> str:
    """Return a text that strangers sent as one short line."""
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
