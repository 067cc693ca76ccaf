"""Everything a caller can be told: one class per meaning, one HTTP status per class."""

from __future__ import annotations

from typing import Any, ClassVar


class DeployError(Exception):
    """Base of every error the API reports.

    Parameters
    ----------
    message
        A sentence that a person can act on.
    fields
        ``[{"field": "spec.replicas", "message": "…"}]``: the places in the input that are wrong.
    details
        More facts for programs (JSON values only).
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        fields: list[dict[str, str]] | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or []
        self.details = details or {}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON body that every surface uses for this error."""
        return {
            "code": self.code,
            "message": self.message,
            "fields": self.fields,
            "details": self.details,
        }

    @staticmethod
    def from_dict(body: dict[str, Any]) -> DeployError:
        """Rebuild the error that :meth:`to_dict` described; an unknown code gives the base class."""
        kind = _BY_CODE.get(str(body.get("code")), DeployError)
        return kind(
            str(body.get("message", "unknown error")),
            fields=list(body.get("fields") or []),
            details=dict(body.get("details") or {}),
        )


class InvalidInput(DeployError):
    """The input breaks a rule; ``fields`` names each place and the rule."""

    code = "invalid"
    status = 400


class Unauthenticated(DeployError):
    """No valid login or token came with the request."""

    code = "unauthenticated"
    status = 401


class Forbidden(DeployError):
    """The caller is known and may not do this; the message says who may."""

    code = "forbidden"
    status = 403

    def __str__(self) -> str:
        """Return the message and, in a notebook's traceback too, the manifest that an administrator applies."""
        yaml = self.details.get("yaml")
        return f"{self.message}\n\n{yaml}" if yaml else self.message


class QuotaExceeded(Forbidden):
    """The group's quota leaves no room; ``details`` say quota, used, asked, and which deployments use it."""

    code = "quota_exceeded"


class NotFound(DeployError):
    """There is no such thing, or the caller may not know of it."""

    code = "not_found"
    status = 404


class AlreadyExists(DeployError):
    """The id is taken."""

    code = "already_exists"
    status = 409


class Conflict(DeployError):
    """The deployment changed since the caller read it (``If-Match``), or is in a state that forbids this."""

    code = "conflict"
    status = 409


class TooLarge(DeployError):
    """The body is larger than the limit that the message names."""

    code = "too_large"
    status = 413


class TooManyRequests(DeployError):
    """A limit on concurrent work is reached; try again later."""

    code = "too_many_requests"
    status = 429


class UpstreamFailed(DeployError):
    """Something behind the engine answered with an error; ``details`` carries its words."""

    code = "upstream_failed"
    status = 502


class EngineUnavailable(DeployError):
    """The engine is starting, or can't be reached."""

    code = "engine_unavailable"
    status = 503


_BY_CODE: dict[str, type[DeployError]] = {
    kind.code: kind
    for kind in (
        InvalidInput,
        Unauthenticated,
        Forbidden,
        QuotaExceeded,
        NotFound,
        AlreadyExists,
        Conflict,
        TooLarge,
        TooManyRequests,
        UpstreamFailed,
        EngineUnavailable,
    )
}
