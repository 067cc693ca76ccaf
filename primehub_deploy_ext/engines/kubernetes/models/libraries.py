"""What is known of the libraries in an image: its replicas tell, and what they told is kept.

No registry is asked: only what runs in an image knows what can be imported there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any, Protocol

from primehub_deploy_ext.domain.drift import Libraries
from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.engines.kubernetes.known.world import World
from primehub_deploy_ext.engines.kubernetes.pod_calls import PodCalls
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen, is_leaving, is_ready

Json = dict[str, Any]

# Where a replica tells.
PATH = "v2/libraries"

# Of one image so many deployments are asked, and of so many images what they told is kept.
_ASKED = 2
_KEPT = 200
_LONGEST_VERSION = 64


class Asks(Protocol):
    """Who calls a deployment."""

    async def libraries(self, seen: Seen, names: Collection[str]) -> Libraries | None:
        """Return what its image has of some libraries; None where it doesn't say."""


class ImageLibraries:
    """Knows images.

    Parameters
    ----------
    shared
        The image of the configuration, which all groups may know about. What runs in another is its group's.
    """

    def __init__(self, world: World, shared: str) -> None:
        self._world = world
        self._shared = shared
        self._kept: dict[tuple[str, str], Libraries] = {}

    def note(self, image: str, group: str, told: Libraries) -> None:
        """Keep what a replica told of the image that it runs in."""
        key = self._key(image, group)
        before = self._kept.pop(key, None)
        known = {**before.packages, **told.packages} if before and before.python == told.python else told.packages
        self._kept[key] = Libraries(told.python, known)
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]

    async def of(self, image: str, names: Collection[str], groups: Collection[str], asks: Asks) -> Libraries | None:
        """Return what is known of an image, asking what runs in it now; None where nobody knows."""
        await self._world.ready()
        for seen in islice(self._running(image, groups), _ASKED):
            told = await asks.libraries(seen, names)
            if told is not None:
                self.note(image, seen.group, told)
                return told
        kept = (self._kept.get(self._key(image, group)) for group in sorted(groups))
        return next(filter(None, kept), None)

    def _key(self, image: str, group: str) -> tuple[str, str]:
        return ("", image) if image == self._shared else (group, image)

    def _running(self, image: str, groups: Collection[str]) -> Iterator[Seen]:
        for one in self._world.ids():
            pods = [pod for pod in self._world.pods(one) if not is_leaving(pod)]
            # While it goes from one image to another, nobody knows which of them answers.
            if not any(map(is_ready, pods)) or not all(runs_in(pod, image) for pod in pods):
                continue
            seen = self._world.seen(one)
            # What was made elsewhere may be anybody's server.
            if seen and seen.record and seen.spec.model.artifact and (image == self._shared or seen.group in groups):
                yield seen


def runs_in(pod: Json, image: str) -> bool:
    """Tell whether one of a pod's containers is of an image."""
    return any(container.get("image") == image for container in (pod.get("spec") or {}).get("containers") or [])


def read_libraries(body: bytes, names: Collection[str]) -> Libraries | None:
    """Read what a replica told of some libraries; None where that is nothing of the kind."""
    try:
        told = json.loads(body)
        python, packages = told["python"], dict(told["packages"])
    except (ValueError, KeyError, TypeError):
        return None
    found = {name: packages[name] for name in names if name in packages and _is_version(packages[name])}
    return Libraries(python, found) if _is_version(python) and python else None


def question(names: Collection[str]) -> bytes:
    """Return what a replica is asked."""
    # A runner knows what can be imported alone.
    return json.dumps({"names": sorted(filter(str.isidentifier, names))}).encode()


async def ask_pod(calls: PodCalls, pod: Json, names: Collection[str], timeout: float) -> Libraries | None:
    """Ask a pod that belongs to no deployment."""
    try:
        status, body = await calls.post(pod, f"/{PATH}", question(names), {"Content-Type": "application/json"}, timeout)
    except DeployError:
        return None
    return read_libraries(body, names) if status == HTTPStatus.OK else None


def _is_version(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= _LONGEST_VERSION)
