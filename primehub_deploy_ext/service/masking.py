"""Environment values may be secrets: they go in, they never come out.

Where a program printed one, or an error repeats it, it is found again as a text: only values of :data:`SHORTEST`
characters and more (shorter ones would blacken ordinary words), and only as they were set, line by line, or escaped
as Python and JSON write them. What a program encodes, cuts or wraps first is not recognized.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.mask import MASK
from primehub_deploy_ext.domain.models import (
    Deployment,
    DeploymentSpec,
    Event,
    LogLine,
    Replica,
    Revision,
    Trial,
)

SHORTEST = 8

# Texts to hide, longest first: one may be part of another.
Secrets = tuple[str, ...]


def secrets_in(environments: Iterable[Mapping[str, str]]) -> Secrets:
    """Return the texts that must not be read in what replicas with these environments print."""
    found = {
        text for env in environments for value in env.values() for text in _spellings(value) if len(text) >= SHORTEST
    }
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def hide(text: str, secrets: Secrets) -> str:
    """Return the text with every secret masked."""
    for secret in secrets:
        # Nearly always nothing is found; looking costs a tenth of replacing.
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def masked_deployment(deployment: Deployment, secrets: Secrets = ()) -> Deployment:
    """Return the deployment as callers may see it."""
    status = deployment.status
    if secrets:
        update = status.update and status.update.model_copy(update={"message": hide(status.update.message, secrets)})
        status = status.model_copy(update={"message": hide(status.message, secrets), "update": update})
    return deployment.model_copy(update={"spec": _masked(deployment.spec), "status": status})


def masked_revision(revision: Revision, secrets: Secrets = ()) -> Revision:
    """Return the revision as callers may see it."""
    changed = {
        "spec": _masked(revision.spec),
        "message": hide(revision.message, secrets),
        "log_tail": [hide(line, secrets) for line in revision.log_tail],
    }
    return revision.model_copy(update=changed)


def masked_replica(replica: Replica, secrets: Secrets) -> Replica:
    """Return the replica as callers may see it."""
    changed = {"message": hide(replica.message, secrets), "last_exit": hide(replica.last_exit, secrets)}
    return replica.model_copy(update=changed)


def masked_event(event: Event, secrets: Secrets) -> Event:
    """Return the event as callers may see it."""
    return event.model_copy(update={"message": hide(event.message, secrets)})


def masked_line(line: LogLine, secrets: Secrets) -> LogLine:
    """Return the log line as callers may see it."""
    text = hide(line.text, secrets)
    return line if text == line.text else line.model_copy(update={"text": text})


def masked_trial(trial: Trial, secrets: Secrets) -> Trial:
    """Return what came of trying a model, as callers may see it; the answer is what they asked for."""
    changed = {"message": hide(trial.message, secrets), "log_tail": [hide(line, secrets) for line in trial.log_tail]}
    return trial.model_copy(update=changed)


def unmasked(sent: dict[str, str], current: dict[str, str]) -> dict[str, str]:
    """Put the current value wherever the mask was sent back.

    Raises
    ------
    InvalidInput
        If the mask was sent for a name that has no current value to keep.
    """
    unknown = [name for name, value in sent.items() if value == MASK and name not in current]
    if unknown:
        raise InvalidInput(
            f"no current value to keep for {', '.join(unknown)}: {MASK!r} stands for one that is hidden, "
            "send the value itself",
            fields=[{"field": f"env.{name}", "message": "there is no current value to keep"} for name in unknown],
        )
    return {name: current[name] if value == MASK else value for name, value in sent.items()}


def has_mask(env: dict[str, str] | None) -> bool:
    """Tell whether a value was sent back masked."""
    return env is not None and MASK in env.values()


def _masked(spec: DeploymentSpec) -> DeploymentSpec:
    return spec.model_copy(update={"env": dict.fromkeys(spec.env, MASK)})


def _spellings(value: str) -> set[str]:
    # Logs are lines: of a value that has several (a private key), each is looked for by itself.
    return {value, *(line.strip() for line in value.splitlines()), json.dumps(value)[1:-1], repr(value)[1:-1]}
