"""Waits until a deployment is where an operation brings it, and tells why when it doesn't get there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from primehub_deploy_ext.client.errors import LOG_TAIL, DeploymentFailed, DeploymentTimeout
from primehub_deploy_ext.client.follow import follow
from primehub_deploy_ext.client.progress import Progress, new_progress
from primehub_deploy_ext.client.rest import RestClient
from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.domain.phases import Outcome, Phase

Json = dict[str, Any]


def wait_for(
    rest: RestClient,
    deployment: Json,
    *,
    timeout: float,
    goal: Phase = Phase.DEPLOYED,
    seen: Callable[[Json], None] | None = None,
    progress: Progress | None = None,
) -> Json:
    """Follow a deployment until its newest revision is done.

    Parameters
    ----------
    deployment
        As the server gave it when the operation was accepted.
    timeout
        Seconds.
    goal
        ``Deployed``, or ``Stopped`` after a stop. A deployment that is stopped meanwhile counts as done.
    seen
        Told every state on the way, the last one too when it is a failure.

    Returns
    -------
    dict
        The deployment as it then is.

    Raises
    ------
    DeploymentFailed
        With the reason, the message and the last lines of the log; also when an older revision still serves.
    DeploymentTimeout
        The deployment goes on.
    """
    progress = progress or new_progress(deployment["name"])
    started = time.monotonic()
    state = deployment
    try:
        for change in follow(rest, deployment, started + timeout):
            if change is not None:
                state = change
                if seen is not None:
                    seen(state)
            progress.show(state, time.monotonic() - started)
            failure = _failure(rest, state, deployment["revision"])
            if failure is not None:
                progress.end(state, time.monotonic() - started, failed=True)
                raise failure
            if is_done(state, goal):
                progress.end(state, time.monotonic() - started, failed=False)
                return state
    except KeyboardInterrupt:
        handle = f"connect().get({deployment['id']!r})"
        progress.note(
            f"Interrupted; {deployment['id']} goes on without you. Get it back with {handle}, "
            f"or remove it with {handle}.delete()."
        )
        raise
    progress.end(state, timeout, failed=True)
    raise _timeout(state, timeout)


def is_done(deployment: Json, goal: Phase) -> bool:
    """Tell whether nothing more is to be waited for."""
    status = deployment["status"]
    phase = status["phase"]
    if phase == Phase.STOPPED:
        return True
    update = status.get("update")
    rolling = update is not None and update["outcome"] == Outcome.IN_PROGRESS
    # What changes in place, such as access, needs no roll-out: it is done when the newest revision serves.
    serves = deployment.get("serving_revision") == deployment["revision"]
    return goal is Phase.DEPLOYED and phase == Phase.DEPLOYED and serves and not rolling


def _failure(rest: RestClient, deployment: Json, revision: int) -> DeploymentFailed | None:
    name, status = deployment["id"], deployment["status"]
    update = status.get("update")
    if update is not None and update["outcome"] == Outcome.FAILED and update["revision"] >= revision:
        tail = _log_tail(rest, name, update["revision"])
        serving = deployment.get("serving_revision")
        reason = update.get("reason") or status["reason"]
        return DeploymentFailed(name, reason, update.get("message") or status["message"], tail, serving)
    if status["phase"] == Phase.FAILED:
        tail = _log_tail(rest, name, deployment["revision"])
        return DeploymentFailed(name, status["reason"], status["message"], tail)
    return None


def _log_tail(rest: RestClient, id: str, revision: int) -> list[str]:
    """Return the last log lines of a revision; that they can't be had must not hide the failure."""
    try:
        tail = rest.revision(id, revision).get("log_tail") or []
        if not tail:
            recent = rest.logs(id, tail=LOG_TAIL * 5)
            tail = [line["text"] for line in recent if _is_of(line["replica"], revision)]
    except (DeployError, KeyError):
        return []
    lines = "\n".join(tail).rstrip().splitlines()
    return lines[-LOG_TAIL:]


def _is_of(replica: str, revision: int) -> bool:
    return replica.partition("-")[0] == str(revision)


def _timeout(deployment: Json, timeout: float) -> DeploymentTimeout:
    status, handle = deployment["status"], f"connect().get({deployment['id']!r})"
    step = f", {status['step']}" if status.get("step") else ""
    return DeploymentTimeout(
        f"{deployment['id']} is {status['phase']} ({status['reason']}{step}: {status['message']}) after {timeout:g} s. "
        f"It goes on; wait longer with {handle}.wait(timeout=…), or remove it with {handle}.delete()."
    )
