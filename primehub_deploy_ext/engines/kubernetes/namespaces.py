"""Which namespaces are managed here, and which group each belongs to.

A namespace is a group's when it carries the label ``primehub-deploy.io/group``: its value is the name of the group, or
that of the namespace when it is empty. Where nobody may list namespaces, a list of names in the configuration says
which are looked at, and where there is none, the one of the kubeconfig's context (or of this pod).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.engines.kubernetes.api import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.kinds import NAMESPACE

Json = Mapping[str, Any]

PREFIX = "primehub-deploy.io/"
GROUP_LABEL = PREFIX + "group"
ENABLED = PREFIX + "enabled"

# Seconds for which the answer to "which namespace has this group" counts.
_REFRESH = 10.0
_AT_ONCE = 8

_log = logging.getLogger(__name__)


def group_of(namespace: Json) -> str | None:
    """Return the name of the group that a namespace belongs to; None when it is nobody's."""
    metadata = namespace["metadata"]
    label = (metadata.get("labels") or {}).get(GROUP_LABEL)
    return None if label is None else label or metadata["name"]


def by_group(namespaces: Sequence[Json]) -> tuple[dict[str, Json], list[str]]:
    """Return the namespace of each group, and what is wrong with the others.

    Of several namespaces with the same group the oldest has it.
    """
    found: dict[str, Json] = {}
    problems: list[str] = []
    for namespace in sorted(namespaces, key=_age):
        name, group = namespace["metadata"]["name"], group_of(namespace)
        if group is None:
            continue
        if not names.is_group_name(group):
            problems.append(f"The namespace {name!r} is left out: its group {group!r} is no name for a group.")
        elif group in found:
            other = found[group]["metadata"]["name"]
            problems.append(f"The namespace {name!r} is left out: {other!r} has the group {group!r} already.")
        else:
            found[group] = namespace
    return found, problems


class Namespaces:
    """Finds the managed namespaces, as far as the credentials may see them.

    Parameters
    ----------
    listed
        Names from the configuration; empty: those with the label.
    clock
        Returns seconds that only grow.
    """

    def __init__(self, api: Api, listed: Sequence[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._listed = tuple(listed)
        self._clock = clock
        self._known: dict[str, str] = {}
        self._known_at: float | None = None
        self._asking = asyncio.Lock()

    async def read(self) -> list[dict[str, Any]]:
        """Return the managed namespaces as they are now, by name.

        One of the configuration that may not be read is there with its name alone: what may be done in it is the
        cluster's to say.
        """
        if self._listed:
            found = await self._each(self._listed)
        else:
            try:
                found = await self._api.list(NAMESPACE, labels=GROUP_LABEL)
            except ApiError as error:
                if error.status != HTTPStatus.FORBIDDEN:
                    raise
                found = await self._each([self._api.namespace])
        return sorted(found, key=lambda namespace: str(namespace["metadata"]["name"]))

    async def of_group(self, group: str) -> str:
        """Return the name of a group's namespace.

        Raises
        ------
        NotFound
            If none has this group.
        """
        async with self._asking:
            fresh = self._known_at is not None and self._clock() - self._known_at < _REFRESH
            if not fresh or group not in self._known:
                await self._refresh()
        try:
            return self._known[group]
        except KeyError:
            raise NotFound(
                f"no namespace of the cluster has the group {group!r}: an administrator labels one with"
                f" {GROUP_LABEL}={group}"
            ) from None

    async def groups(self) -> dict[str, str]:
        """Return the group of each managed namespace, by namespace."""
        async with self._asking:
            if self._known_at is None or self._clock() - self._known_at >= _REFRESH:
                await self._refresh()
        return {namespace: group for group, namespace in self._known.items()}

    async def _refresh(self) -> None:
        found, problems = by_group(await self.read())
        for problem in problems:
            _log.warning("Model Deployment: %s", problem)
        self._known = {group: namespace["metadata"]["name"] for group, namespace in found.items()}
        self._known_at = self._clock()

    async def _each(self, wanted: Sequence[str]) -> list[dict[str, Any]]:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(name: str) -> dict[str, Any] | None:
            try:
                async with turn:
                    found = await self._api.get(NAMESPACE, name)
            except ApiError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    _log.warning("Model Deployment: there is no namespace %r, which the configuration names", name)
                    return None
                if error.status != HTTPStatus.FORBIDDEN:
                    raise
                found = {**NAMESPACE.stub(name)}
                found["metadata"]["annotations"] = {ENABLED: "true"}
            found["metadata"].setdefault("labels", {}).setdefault(GROUP_LABEL, "")
            return found

        return [namespace for namespace in await asyncio.gather(*map(one, wanted)) if namespace is not None]


def _age(namespace: Json) -> tuple[str, str]:
    metadata = namespace["metadata"]
    return metadata.get("creationTimestamp") or "", metadata["name"]
