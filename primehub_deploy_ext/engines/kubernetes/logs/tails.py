"""The last lines that a pod printed, read at the moment when its revision is given up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api
from primehub_deploy_ext.engines.kubernetes.logs.lines import attempts_of
from primehub_deploy_ext.engines.kubernetes.logs.ranges import Range, merged

Json = dict[str, Any]

# They are kept in an annotation, and all annotations of an object together may have 256 KiB.
_LONGEST_LINE = 4096
_LARGEST = 64 * 1024
_SHORTENED = "…"


async def last_words(api: Api, pod: Json, lines: int) -> list[str]:
    """Return the end of the log of the attempt that failed; what it left for the cluster where there is no log."""
    speaker = _speaker(pod)
    attempts = [one for one in attempts_of(pod) if one.container == speaker]
    # What runs now may have said nothing yet.
    chosen = ([one for one in attempts if not one.running] or attempts)[-1:]
    found = [line.text async for line in merged(api, [Range(one, -1, None, lines) for one in chosen], lines)]
    return bounded(found or _left(pod, speaker).splitlines()[-lines:])


def bounded(lines: Iterable[str]) -> list[str]:
    """Return as many of the last lines as are kept, each no longer than people read."""
    kept: list[str] = []
    left = _LARGEST
    for line in reversed(list(lines)):
        short = line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + _SHORTENED
        left -= len(short.encode(errors="replace")) + 1
        if left < 0:
            break
        kept.append(short)
    return kept[::-1]


def _speaker(pod: Json) -> str:
    """Return the container that can tell most: the one that failed, be it one that only prepares, else the model's."""
    statuses = _statuses(pod)
    # One that prepares may have ended well at last.
    failed = [one["name"] for one in statuses if (ended := _ended(one)) and ended[0].get("exitCode")]
    main = [one["name"] for one in (pod.get("status") or {}).get("containerStatuses") or []]
    for names in (failed, main):
        if names:
            return words.CONTAINER if words.CONTAINER in names else str(names[0])
    return ""


def _left(pod: Json, container: str) -> str:
    ends = (ended for one in _statuses(pod) if one["name"] == container for ended in _ended(one))
    return next((str(ended["message"]) for ended in ends if ended.get("message")), "")


def _statuses(pod: Json) -> list[Json]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def _ended(status: Json) -> list[Json]:
    """Return how a container ended, now and the time before."""
    return [ended for name in ("state", "lastState") if (ended := (status.get(name) or {}).get("terminated"))]
