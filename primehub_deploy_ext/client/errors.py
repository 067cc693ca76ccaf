"""What can go wrong between a notebook and its server, beyond what the server itself reports."""

from __future__ import annotations

from collections.abc import Sequence

from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, UpstreamFailed

LOG_TAIL = 20


class ServerNotFound(DeployError):
    """No Jupyter server could be found, or what was found can't be used; the message lists what was tried."""

    code = "server_not_found"
    status = 503


class ServerUnreachable(EngineUnavailable):
    """Nothing answers at the server's address, or it stopped answering."""


class UnexpectedAnswer(UpstreamFailed):
    """Something answered that isn't our server extension: another program, a login page, a proxy."""


class ExtensionMissing(UnexpectedAnswer):
    """The Jupyter server is there, its server extension isn't."""


class DeploymentFailed(DeployError):
    """A model didn't come to serve.

    Parameters
    ----------
    id
        Of the deployment, which is still there.
    reason
        One word for programs: a value of :class:`~primehub_deploy_ext.domain.phases.Reason`.
    message
        What happened, for people.
    log_tail
        The last lines that the replica printed.
    serving_revision
        The revision that serves all the same; None when nothing serves.
    """

    code = "deployment_failed"
    status = 502

    def __init__(
        self,
        id: str,
        reason: str,
        message: str,
        log_tail: Sequence[str] = (),
        serving_revision: int | None = None,
    ) -> None:
        super().__init__(message, details={"id": id, "reason": reason})
        self.id = id
        self.reason = reason
        self.log_tail = list(log_tail)
        self.serving_revision = serving_revision

    def __str__(self) -> str:
        text = f"{self.reason}: {self.message}"
        if self.serving_revision is not None:
            text += f"\nRevision {self.serving_revision} still serves."
        else:
            text += (
                f"\nNothing serves. Give it another model with connect().get({self.id!r}).update(model=…), "
                "or remove it with .delete()."
            )
        if self.log_tail:
            text += "\n\nLast lines of the log:\n" + "\n".join(f"  {line}" for line in self.log_tail[-LOG_TAIL:])
        return text


class DeploymentTimeout(DeployError, TimeoutError):
    """The deployment isn't where it should be yet; it goes on, and the message says how to go on waiting."""

    code = "deployment_timeout"
    status = 504
