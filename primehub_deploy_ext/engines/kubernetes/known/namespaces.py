"""Which namespaces are managed here, and which group each belongs to.

A namespace is a group's when it carries the label ``primehub-deploy.io/group``: its value is the name of the group, or
that of the namespace when it is empty. Where nobody may list namespaces, a list of names in the configuration says
which are looked at, and where there is none, the one of the kubeconfig's context (or of this pod).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, EVENT, NAMESPACE, POD
from primehub_deploy_ext.engines.kubernetes.rights.needs import Need, needs_of
from primehub_deploy_ext.engines.kubernetes.rights.preflight import Preflight
from primehub_deploy_ext.engines.kubernetes.settings import variable_of

Json = Mapping[str, Any]

# Seconds for which the answer to "which namespace has this group" counts.
_REFRESH = 10.0
_AT_ONCE = 8
_FEW = 3
_VARIABLE = variable_of("namespaces")
# What has to be listed for a namespace to be shown at all.
LISTENED_TO = (DEPLOYMENT, POD, EVENT)
# Seconds for which it is told that a namespace was closed: whoever left a group knows by then.
_TELL_FOR = 3600.0

_log = logging.getLogger(__name__)


def group_of(namespace: Json) -> str | None:
    """Return the name of the group that a namespace belongs to; None when it is nobody's."""
    metadata = namespace["metadata"]
    label = (metadata.get("labels") or {}).get(words.GROUP)
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
    needs
        What is needed in a namespace, as a refusal explains it.
    clock
        Returns seconds that only grow.
    """

    def __init__(
        self,
        api: Api,
        listed: Sequence[str] = (),
        needs: Sequence[Need] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._needs = tuple(needs_of("plain") if needs is None else needs)
        # Namespaces where all that is listened to may be listed, and when others ceased to be among them.
        self._open: set[str] = set()
        self._lost: dict[str, float] = {}
        self._everywhere = False
        # Whether namespaces may not be listed: then there may be more than are known.
        self._blind = False
        self._listed = tuple(listed)
        self._clock = clock
        self._known: dict[str, str] = {}
        self._known_at: float | None = None
        self._asking = asyncio.Lock()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def read(self) -> list[dict[str, Any]]:
        """Return the managed namespaces as they are now, by name.

        One of the configuration that may not be read is there with its name alone: what may be done in it is the
        cluster's to say.
        """
        if self._listed:
            found = await self._each(self._listed)
        else:
            try:
                found = await self._api.list(NAMESPACE, labels=words.GROUP)
            except ApiError as error:
                if error.status != HTTPStatus.FORBIDDEN:
                    raise
                self._blind = True
                found = await self._each([self._api.namespace])
            else:
                self._blind = False
        return sorted(found, key=lambda namespace: str(namespace["metadata"]["name"]))

    @property
    def closed(self) -> dict[str, str]:
        """The groups of namespaces that are known to be groups' and may not be looked into, by namespace."""
        if self._blind:
            return {}
        return {namespace: group for group, namespace in self._known.items() if namespace not in self._open}

    @property
    def lost(self) -> dict[str, str]:
        """The groups of namespaces that could be looked into, and can't any more, by namespace."""
        return {
            namespace: group
            for group, namespace in self._known.items()
            if self._clock() - self._lost.get(namespace, -_TELL_FOR) < _TELL_FOR
        }

    @property
    def why_none(self) -> str:
        """Why no namespace is managed, and what to do about it; as of the last look."""
        if self._blind:
            return (
                f"these credentials may not list namespaces, and may not look into {self._api.namespace!r}, where they "
                f"begin: name the namespaces of your groups in c.KubernetesSettings.namespaces ({_VARIABLE})"
            )
        if self.closed:
            few, more = sorted(self.closed)[:_FEW], len(self.closed) - _FEW
            return (
                "these credentials may look into none of the namespaces that are groups' "
                f"({', '.join(few)}{f' and {more} more' if more > 0 else ''}): an administrator binds them to the role "
                "for users there (RoleBinding)"
            )
        if self._listed:
            names_told = " or ".join(self._listed)
            return f"there is no namespace {names_told}, which c.KubernetesSettings.namespaces ({_VARIABLE}) names"
        return f"no namespace is managed yet: an administrator labels one with {words.GROUP}"

    async def of_group(self, group: str) -> str:
        """Return the name of a group's namespace.

        Raises
        ------
        NotFound
            If none has this group.
        Forbidden
            If the credentials may not look into it; with what is missing.
        """
        async with self._asking:
            fresh = self._known_at is not None and self._clock() - self._known_at < _REFRESH
            if not fresh or self._known.get(group) not in self._open:
                await self._refresh()
        if group not in self._known:
            raise NotFound(
                f"no namespace of the cluster has the group {group!r}: an administrator labels one with"
                f" {words.GROUP}={group}"
            )
        namespace = self._known[group]
        if namespace not in self._open:
            raise (await Preflight(self._api).report(namespace, self._needs)).error()
        return namespace

    async def groups(self, refused: Collection[str] = ()) -> dict[str, str]:
        """Return the group of each managed namespace that may be looked into, by namespace.

        Labels are seen by more people than what runs behind them: a namespace that is closed to these credentials is
        left out, and looked at again each time.

        Parameters
        ----------
        refused
            Where somebody who looks is refused: whether these are open is asked anew.
        """
        async with self._asking:
            if refused or self._known_at is None or self._clock() - self._known_at >= _REFRESH:
                await self._refresh(refused)
        return {namespace: group for group, namespace in self._known.items() if namespace in self._open}

    async def _refresh(self, refused: Collection[str] = ()) -> None:
        found, problems = by_group(await self.read())
        for problem in problems:
            _log.warning("Model Deployment: %s", problem)
        known = {group: namespace["metadata"]["name"] for group, namespace in found.items()}
        await self._look_into(set(known.values()), refused)
        self._known, self._known_at = known, self._clock()

    async def _look_into(self, namespaces: set[str], refused: Collection[str]) -> None:
        """Find out which namespaces are open; those that were are not asked about again, unless they are refused."""
        before = self._open & namespaces
        still, everywhere = before.difference(refused), self._everywhere and not refused
        closed = sorted(namespaces - still)
        if len(closed) > 1 and not everywhere:
            everywhere = await self._may_list(None)
        allowed = [True] * len(closed) if everywhere else await asyncio.gather(*map(self._may_list, closed))
        now = still | {namespace for namespace, yes in zip(closed, allowed, strict=True) if yes}
        self._open, self._everywhere = now, everywhere
        for namespace in before - now:
            _log.warning("Model Deployment: the cluster does not let this server look into %r any more", namespace)
            self._lost[namespace] = self._clock()
        self._lost = {namespace: at for namespace, at in self._lost.items() if namespace not in now}

    async def _may_list(self, namespace: str | None) -> bool:
        for kind in LISTENED_TO:
            async with self._turn:
                if not (await self._api.can_i("list", kind, namespace)).allowed:
                    return False
        return True

    async def _each(self, wanted: Sequence[str]) -> list[dict[str, Any]]:
        async def one(name: str) -> dict[str, Any] | None:
            try:
                async with self._turn:
                    found = await self._api.get(NAMESPACE, name)
            except ApiError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    _log.warning("Model Deployment: there is no namespace %r, which the configuration names", name)
                    return None
                if error.status != HTTPStatus.FORBIDDEN:
                    raise
                found = {**NAMESPACE.stub(name)}
                found["metadata"]["annotations"] = {words.ENABLED: "true"}
            found["metadata"].setdefault("labels", {}).setdefault(words.GROUP, "")
            return found

        return [namespace for namespace in await asyncio.gather(*map(one, wanted)) if namespace is not None]


def _age(namespace: Json) -> tuple[str, str]:
    metadata = namespace["metadata"]
    return metadata.get("creationTimestamp") or "", metadata["name"]
