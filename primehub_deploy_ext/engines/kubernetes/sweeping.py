"""Finds what nobody owns: what deployments left whose making was cut off, or that were deleted alone.

A deployment's Secret is there before its object, so that its pods start at once, and is made the object's own after
that. A server that ends in between leaves it behind, with the values of an environment in it. Pages of the history
belong to their deployment from the first; whoever deletes that and nothing else (``--cascade=orphan``) leaves them, and
what ran (``orphans.py``).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError, Json
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONTROLLER_REVISION, DEPLOYMENT, SECRET, Kind
from primehub_deploy_ext.engines.kubernetes.books.archive import Archive
from primehub_deploy_ext.engines.kubernetes.flavors.all import FLAVORS
from primehub_deploy_ext.engines.kubernetes.known.mirror import Mirror
from primehub_deploy_ext.engines.kubernetes.means import Means, owned_by
from primehub_deploy_ext.engines.kubernetes.orphans import KINDS, Orphans
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_nobodys
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.reading.times import moment
from primehub_deploy_ext.engines.patience import ended

# Whoever made it may be at work still.
GRACE = timedelta(minutes=15)
_FIRST = (60.0, 300.0)
_EVERY = 6 * 3600.0
_GONE = "its deployment is gone"

log = logging.getLogger(__name__)


class Sweeper:
    """Looks a while after it was started, and every some hours; many servers may.

    Parameters
    ----------
    grace
        How long somebody may be at work.
    besides
        What else is looked for at the same time.
    """

    def __init__(
        self,
        means: Means,
        archive: Archive,
        *,
        grace: timedelta = GRACE,
        besides: Sequence[Callable[[], Awaitable[object]]] = (),
    ) -> None:
        self._means = means
        self._archive = archive
        self._besides = besides
        self._grace = grace
        self._orphans = Orphans(grace)
        self._pause = _EVERY
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._task = asyncio.create_task(self._go_on())

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            await ended(self._task)

    async def sweep(self) -> None:
        """Look once: what a deployment needs is made its own, what none needs is removed."""
        await self._means.world.ready()
        # The cluster's, as the times of its objects are.
        clock = await self._means.api.clock()
        for mirror in self._means.world.mirrors():
            for metadata in await self._left(SECRET, mirror.namespace, clock):
                await self._settle(mirror, metadata)
            for metadata in await self._left(CONTROLLER_REVISION, mirror.namespace, clock):
                await self._remove(CONTROLLER_REVISION, mirror.namespace, metadata, _GONE)
            await self._end_orphans(mirror, clock)
        self._pause = self._grace.total_seconds() if self._orphans.is_waiting(clock) else _EVERY

    async def _end_orphans(self, mirror: Mirror, clock: datetime) -> None:
        left = [(kind, metadata) for kind in KINDS for metadata in await self._left(kind, mirror.namespace, clock)]
        for whose, orphans in self._orphans.due(mirror.namespace, left, clock).items():
            if await self._is_there(mirror, whose):
                continue
            try:
                for kind, metadata in orphans:
                    await self._remove(kind, mirror.namespace, metadata, _GONE)
            except ApiError as error:
                if error.status != HTTPStatus.FORBIDDEN:
                    raise
                log.info("what is left of %s/%s stays: %s", mirror.namespace, whose, error)

    async def _left(self, kind: Kind, namespace: str, clock: datetime) -> list[Json]:
        """Return the metadata of what was made for a deployment, some time ago, and is nobody's."""
        labels = f"{words.MANAGED_BY}={words.MANAGER},{words.DEPLOYMENT}"
        try:
            items = await self._means.api.list(kind, namespace, labels=labels, metadata_only=True)
        except ApiError as error:
            # Who may not list them leaves that to whoever may; not each cluster has all kinds.
            if error.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                raise
            return []
        return [item["metadata"] for item in items if self._is_left(item, clock)]

    async def _go_on(self) -> None:
        await asyncio.sleep(random.uniform(*_FIRST))  # noqa: S311
        while True:
            for look in (self.sweep, *self._besides):
                try:
                    await look()
                except (ApiError, DeployError) as error:
                    log.info("what nobody owns can't be looked for now: %s", error)
                except Exception:
                    log.exception("what nobody owns can't be looked for")
            await asyncio.sleep(self._pause)

    def _is_left(self, item: Json, clock: datetime) -> bool:
        made = moment(item["metadata"].get("creationTimestamp"))
        return is_nobodys(item) and made is not None and clock - made >= self._grace

    async def _settle(self, mirror: Mirror, metadata: Json) -> None:
        """Make a Secret the own of the deployment that needs it, or remove it."""
        name = metadata["name"]
        whose = metadata["labels"][words.DEPLOYMENT]
        seen = self._owner_of(mirror, whose)
        if seen is None and await self._is_there(mirror, whose):
            return
        if seen is not None and name in await self._needed(seen):
            reference = owned_by({"metadata": {"uid": metadata["uid"]}}, seen.owner, seen.flavor)
            with _first_of_several():
                await self._means.api.patch(SECRET, name, reference, mirror.namespace)
            return
        await self._remove(SECRET, mirror.namespace, metadata, "no deployment needs it")

    async def _remove(self, kind: Kind, namespace: str, metadata: Json, why: str) -> None:
        with _first_of_several():
            await self._means.api.delete(kind, metadata["name"], namespace, uid=metadata["uid"])
            log.info("removed the %s %s/%s: %s", kind.kind, namespace, metadata["name"], why)

    def _owner_of(self, mirror: Mirror, id: str) -> Seen | None:
        keys = [key for key in list(mirror.keys()) if key[1] == id]
        found = (mirror.seen(key, id) for key in keys)
        return next((seen for seen in found if seen is not None and seen.record is not None), None)

    async def _is_there(self, mirror: Mirror, id: str) -> bool:
        """Tell whether anything has this name that may use the Secret: made elsewhere, or not told of yet."""
        if any(key[1] == id for key in list(mirror.keys())):
            return True
        # Also of a flavor that this server is not configured for, or not any more.
        for flavor in FLAVORS.values():
            try:
                await self._means.api.get(flavor.owner, id, mirror.namespace)
            except ApiError as error:
                if error.status == HTTPStatus.FORBIDDEN:
                    # The cluster refuses what it does not even know, too; each knows Deployments, if it tells anything.
                    known = await self._means.api.discover({flavor.owner, DEPLOYMENT})
                    if flavor.owner in known or DEPLOYMENT not in known:
                        return True  # who may not look leaves it to whoever may
                elif error.status != HTTPStatus.NOT_FOUND:
                    raise
            else:
                return True
        return False

    async def _needed(self, seen: Seen) -> set[str]:
        record = seen.record
        entries = [record.target, record.latest, record.serving] if record else []
        pages = await self._archive.pages(seen)
        access = str((seen.owner["metadata"].get("annotations") or {}).get(words.ACCESS, ""))
        return {access, *(one.order for one in entries if one), *(page.entry.order for page in pages)}


@contextmanager
def _first_of_several() -> Iterator[None]:
    """Several servers may sweep: one was faster where it is gone, or another by now."""
    try:
        yield
    except ApiError as error:
        if error.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:
            raise
