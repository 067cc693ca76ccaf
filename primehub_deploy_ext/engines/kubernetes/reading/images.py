"""Why an image can't be had, in words that say what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent

Json = dict[str, Any]

_REFUSED = re.compile(
    r"\b(401|403)\b|unauthorized|authorization failed|pull access denied|denied:|no basic auth", re.IGNORECASE
)
_ABSENT = re.compile(r"not found|manifest unknown|does not exist|name unknown", re.IGNORECASE)
_UNREACHABLE = re.compile(
    r"connection refused|no such host|i/o timeout|no route to host|unreachable|server misbehaving|deadline exceeded",
    re.IGNORECASE,
)

# Between the look for the secrets and the registry's answer.
_SAME_TRY = timedelta(seconds=8)


def image_words(pod: Json, container: str, said: str, events: Sequence[ClusterEvent]) -> str:
    """Return what to tell people; ``said`` is the message of the waiting container."""
    image = _image(pod, container)
    words = _cause(last_pull(events, container) or said)
    if "never" in words.lower() and "present" in words:
        return f"image {image!r} is not on the node, and its pull policy is Never"
    if "parse image name" in words or "invalid reference" in words:
        return (
            f"{image!r} is no name of an image: {words.rpartition('invalid reference format')[2].strip(': ') or words}"
        )
    if _REFUSED.search(words):
        return f"the registry refused to give image {image!r} ({_status(words)}): {_secrets(pod, events)}"
    if _ABSENT.search(words):
        return f"image {image!r} was not found in its registry ({words})"
    if _UNREACHABLE.search(words):
        return f"the registry of image {image!r} can't be reached ({words})"
    return f"image {image!r} can't be pulled: {words or 'the cluster does not say why'}"


def is_hopeless(container: str, waiting: str, said: str, events: Sequence[ClusterEvent]) -> bool:
    """Tell whether trying again is in vain: refused or absent more than once, or no name at all."""
    if waiting in {"InvalidImageName", "ErrImageNeverPull"}:
        return True
    words = _cause(last_pull(events, container) or said)
    again = waiting == "ImagePullBackOff" or any("Back-off pulling" in one.message for one in events)
    return again and not _UNREACHABLE.search(words)


def _secrets(pod: Json, events: Sequence[ClusterEvent]) -> str:
    names = [one.get("name", "") for one in pod["spec"].get("imagePullSecrets", [])]
    pulls = [one.time for one in events if one.message.startswith("Failed to pull image")]
    # A kubelet that is busy misses a secret at first and finds it the next time: only its newest word counts.
    latest = max(pulls, default=None)
    absent = [
        one
        for one in events
        if one.reason == "FailedToRetrieveImagePullSecret" and (latest is None or one.time >= latest - _SAME_TRY)
    ]
    if not names:
        return "no pull secret is named"
    named = ", ".join(repr(name) for name in names)
    if absent and all(name in absent[-1].message for name in names):
        return f"pull secret {named} is not in the namespace"
    return f"pull secret {named} is not accepted, or may not read this image"


def _cause(said: str) -> str:
    """Keep the last link of a chain of errors, which is the one that tells."""
    said = re.sub(r'^Back-off pulling image "[^"]*": (ErrImagePull: )?', "", said)
    said = re.sub(r'failed to do request: \w+ "[^"]*": ', "", said)
    for introduction in (
        r"rpc error: code = \w+ desc = ",
        r"failed to [a-z ]+ image \"[^\"]*\": ",
        r"failed to resolve reference \"[^\"]*\": ",
    ):
        said = re.sub(introduction, "", said)
    return said.strip()


def _status(words: str) -> str:
    found = re.search(r"\b(401 Unauthorized|403 Forbidden|401|403)\b", words)
    return found[1] if found else words


def last_pull(events: Sequence[ClusterEvent], container: str) -> str:
    """Return why a container's last pull failed; empty if none did, or one went well since.

    The kubelet tells it in an event seconds before it writes it into the pod's status.
    """
    mine = [one for one in events if one.container == container]
    failed = [one for one in mine if one.reason == "Failed" and one.message.startswith("Failed to pull image")]
    if not failed or any(one.reason == "Pulled" for one in mine):
        return ""
    newest = max(failed, key=lambda one: one.time)
    return re.sub(r'^Failed to pull image "[^"]*": ', "", newest.message)


def _image(pod: Json, container: str) -> str:
    for one in pod["spec"].get("initContainers", []) + pod["spec"].get("containers", []):
        if one["name"] == container:
            image: str = one.get("image", "")
            return image
    return ""
