"""The state of a deployment as a small value that reads well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from primehub_deploy_ext.domain.phases import Phase

Json = dict[str, Any]


@dataclass(frozen=True)
class DeploymentStatus:
    """The state of a deployment when it was asked for."""

    phase: Phase
    reason: str
    message: str
    ready: int
    desired: int
    revision: int
    serving_revision: int | None

    @classmethod
    def of(cls, deployment: Json) -> DeploymentStatus:
        """Read it from the server's answer."""
        status = deployment["status"]
        return cls(
            Phase(status["phase"]),
            status["reason"],
            status["message"],
            status["replicas"]["ready"],
            status["replicas"]["desired"],
            deployment["revision"],
            deployment.get("serving_revision"),
        )

    def __str__(self) -> str:
        reason = "" if self.reason == self.phase else f" ({self.reason})"
        return f"{self.phase}{reason}, revision {self.revision}: {self.message}"

    __repr__ = __str__
