"""The audit log: who did what, when, from where, and whether it was allowed."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from pydantic import Field

from primehub_deploy_ext.domain.values import Value


class AuditOutcome(str, Enum):
    """How it ended."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    FAILED = "failed"

    def __str__(self) -> str:
        return self.value


class AuditEntry(Value):
    """One thing that somebody did, or tried to do."""

    number: int = Field(description="grows with time")
    time: datetime
    user: str = Field(description="empty: not logged in")
    address: str = Field(description="network address that the request came from")
    via: str = Field(default="", description="program that sent it: browser, or the client's user agent")
    action: str = Field(description="the operationId of the API, such as createDeployment")
    target: str = Field(default="", description="id or name of what it was done to")
    group: str = ""
    outcome: AuditOutcome
    status: int = Field(description="HTTP status of the answer")
    message: str = Field(default="", description="why it was refused, or failed; else what was set, of settings")


class AuditList(Value):
    """One page of the audit log, newest first."""

    items: list[AuditEntry]
    total: int
    continue_token: str | None = None
