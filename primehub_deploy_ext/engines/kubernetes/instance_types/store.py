"""Where a cluster keeps instance types: a ConfigMap, changed by compare-and-swap, or the objects of PrimeHub."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import Conflict
from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Json
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONFIG_MAP, PH_INSTANCE_TYPE
from primehub_deploy_ext.engines.kubernetes.instance_types.entries import (
    BUILT_IN,
    InstanceTypeProblem,
    of_config_map,
    of_custom_resource,
    orders,
    written,
)

_TRIES = 20
# Seconds for which what was read counts.
_REFRESH = 10.0

_log = logging.getLogger(__name__)

Change = Callable[[dict[str, InstanceType]], InstanceType | None]


@dataclass(frozen=True)
class Found:
    """Instance types, where they come from, and what is wrong with them."""

    kinds: tuple[InstanceType, ...]
    origin: str
    writable: bool = False
    problem: str = ""


class InstanceTypes:
    """The cluster's instance types.

    Parameters
    ----------
    config_map
        ``<namespace>/<name>`` of the ConfigMap; empty: there is none.
    primehub
        Namespace of PrimeHub's ``InstanceType`` objects, which are looked for when the ConfigMap is not there;
        empty: they are not.
    """

    def __init__(
        self,
        api: Api,
        config_map: str = "",
        primehub: str = "",
        *,
        built_in: Sequence[InstanceType] = BUILT_IN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._namespace, _, self._name = config_map.partition("/")
        self._primehub = primehub
        self._built_in = tuple(built_in)
        self._clock = clock
        self._known: Found | None = None
        self._known_at = 0.0
        self._asking = asyncio.Lock()

    async def all(self) -> list[InstanceType]:
        """Return them in order; the first is the default. Those that were last understood while they can't be read."""
        async with self._asking:
            if self._known is None or self._clock() - self._known_at >= _REFRESH:
                try:
                    await self.read()
                except ApiError as error:
                    if self._known is None:
                        raise
                    _log.warning("Model Deployment: the instance types can't be read again: %s", error.message)
        return list(self._known.kinds if self._known else ())

    async def read(self) -> Found:
        """Return what the cluster says now."""
        found = await self._of_config_map() or await self._of_primehub() or self._of_package()
        if found.problem:
            _log.warning("Model Deployment: %s", found.problem)
            if self._known is not None and self._known.origin == found.origin:
                found = replace(found, kinds=self._known.kinds)
        self._known, self._known_at = found, self._clock()
        return found

    async def change(self, change: Change, name: str) -> InstanceType | None:
        """Change one entry of the ConfigMap, as ``change`` says of all that are there; nobody's change is lost.

        Raises
        ------
        Conflict
            If they come from elsewhere.
        """
        if not self._name:
            raise Conflict(
                "instance types of the cluster can't be changed here: set c.KubernetesSettings.instance_types to"
                " '<namespace>/<name>' of a ConfigMap for them"
            )
        for _ in range(_TRIES):
            config_map = await self._config_map()
            if config_map is None and (found := await self._of_primehub()) is not None:
                raise Conflict(f"instance types come from {found.origin}: change them there")
            kinds = {kind.name: kind for kind in (of_config_map(config_map) if config_map else self._built_in)}
            changed = change(kinds)
            try:
                await self._write(config_map, kinds, name, changed)
            except ApiError as error:
                if error.status != HTTPStatus.CONFLICT:
                    raise
            else:
                self._known = None
                return changed
        raise Conflict(f"the ConfigMap {self._namespace}/{self._name} is changed by many at once: try again")

    async def _write(
        self,
        config_map: Json | None,
        kinds: dict[str, InstanceType],
        name: str,
        changed: InstanceType | None,
    ) -> None:
        if config_map is None:
            # The first change of all: what was built in until now is written down, so that nothing vanishes.
            if changed is not None:
                kinds[name] = changed
            else:
                kinds.pop(name, None)
            body = CONFIG_MAP.stub(self._name, self._namespace)
            body["data"] = {kind.name: written(kind, order) for order, kind in enumerate(kinds.values())}
            await self._api.create(CONFIG_MAP, body)
            return
        places = orders(config_map)
        order = places.get(name, 1 + max(places.values(), default=-1))
        patch = {
            "metadata": {"resourceVersion": config_map["metadata"]["resourceVersion"]},
            "data": {name: None if changed is None else written(changed, order)},
        }
        await self._api.patch(CONFIG_MAP, self._name, patch, self._namespace)

    async def _config_map(self) -> Json | None:
        try:
            return await self._api.get(CONFIG_MAP, self._name, self._namespace)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    async def _of_config_map(self) -> Found | None:
        if not self._name:
            return None
        origin = f"the ConfigMap {self._namespace}/{self._name}"
        try:
            config_map = await self._config_map()
            if config_map is None:
                return None
            return Found(tuple(of_config_map(config_map)), origin, writable=True)
        except InstanceTypeProblem as problem:
            return Found(self._built_in, origin, writable=True, problem=f"In {origin}: {problem}.")
        except ApiError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return Found(self._built_in, origin, problem=f"{origin[0].upper()}{origin[1:]} may not be read: {error}.")

    async def _of_primehub(self) -> Found | None:
        if not self._primehub:
            return None
        try:
            objects = await self._api.list(PH_INSTANCE_TYPE, self._primehub)
        except ApiError as error:
            # No such kind in this cluster, or not for us.
            if error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
                return None
            raise
        origin = f"PrimeHub's InstanceType objects in the namespace {self._primehub!r}"
        try:
            return Found(tuple(map(of_custom_resource, objects)), origin) if objects else None
        except InstanceTypeProblem as problem:
            return Found(self._built_in, origin, problem=f"In {origin}: {problem}.")

    def _of_package(self) -> Found:
        return Found(self._built_in, "this package", writable=bool(self._name))
