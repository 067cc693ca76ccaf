"""The history of deployments as the cluster keeps it: one page for each revision, which any server may write.

What was asked for never changes; what came of it is written beside it, by whoever sees it first, and only on the page
as it was read: another server may know the last words of a revision, or what the cluster told of it, that this one does
not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from http import HTTPStatus

from primehub_deploy_ext.domain.models import DeploymentSpec, StepTime
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import SECRET, is_owned_by
from primehub_deploy_ext.engines.kubernetes.books.chronicle import Chronicle
from primehub_deploy_ext.engines.kubernetes.books.history import (
    KIND,
    Page,
    outcome_patch,
    page_object,
    pages_of,
    read_page,
)
from primehub_deploy_ext.engines.kubernetes.books.record import Entry
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json
from primehub_deploy_ext.engines.kubernetes.means import Means, owned_by
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_nobodys
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

_RACES = 12


class Archive:
    """See the module."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.chronicle = Chronicle(means.api, means.world)

    async def pages(self, seen: Seen) -> list[Page]:
        """Return the history of a deployment, newest first."""
        labels = words.selector(words.owned(seen.name, "history"))
        items = await self._means.api.list(KIND, seen.namespace, labels=labels)
        return pages_of(item for item in items if is_owned_by(item, seen.owner))

    async def page(self, seen: Seen, number: int) -> Page | None:
        """Return one revision of a deployment; None when its page is gone, or not there yet."""
        item = await self._item(seen.owner, number)
        return None if item is None else read_page(item)

    async def keep(self, seen: Seen) -> None:
        """Make sure that the wanted revision has its page; it can be made from the owner alone.

        What came of the newest is on the owner until the next is wanted: it is made sure of, too.
        """
        record = seen.record
        if record is None:
            return
        page = await self.page(seen, record.target.number)
        newest = page if record.latest == record.target else await self.page(seen, record.latest.number)
        told, known = newest.entry.outcome if newest else None, record.latest.outcome
        if told is Outcome.IN_PROGRESS and known is not Outcome.IN_PROGRESS:
            await self.end(seen, record.latest)
        if page is not None:
            return
        before = await self.page(seen, record.target.template)
        owner = await self._means.api.get(seen.flavor.owner, seen.name, seen.namespace)
        pod = before.pod if before else (owner.get("spec") or {}).get("template") or {}
        await self.write(seen.flavor, seen.owner, record.target, seen.spec, pod)

    async def write(self, flavor: Flavor, owner: Json, entry: Entry, spec: DeploymentSpec, pod: Json) -> None:
        """Write a page, unless it is there.

        One that a deployment of this name left, which somebody deleted without what belonged to it, makes way.

        Raises
        ------
        ApiError
            Also where something else is in its place: the page of a deployment before this one goes with it.
        """
        api, metadata = self._means.api, owner["metadata"]
        body = owned_by(page_object(metadata["name"], metadata["namespace"], entry, spec, pod), owner, flavor)
        try:
            await api.create(KIND, body)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
            there = await self._there(owner, entry.number)
            if there is not None and is_owned_by(there, owner):
                return
            if there is None or not is_nobodys(there):
                raise
            await api.delete(KIND, body["metadata"]["name"], metadata["namespace"], uid=there["metadata"]["uid"])
            await api.create(KIND, body)

    async def end(self, seen: Seen, entry: Entry, log_tail: Sequence[str] = (), steps: Sequence[StepTime] = ()) -> None:
        """Write what is known of the end of a revision on its page; what others wrote there stays.

        A page that is not there could not be written, or somebody removed it: what came of the newest revision is on
        the deployment, too.
        """
        for race in range(_RACES):
            item = await self._item(seen.owner, entry.number)
            page = read_page(item) if item is not None else None
            if item is None or page is None:
                return
            ended = page.entry.outcome is not Outcome.IN_PROGRESS
            body = outcome_patch(page.entry if ended else entry, log_tail or page.log_tail, steps or page.steps)
            if entry.outcome is not Outcome.IN_PROGRESS:
                # The newest that was told: it took a moment until the revision could be reached.
                latest = self._means.world.seen(seen.id) or seen
                body["metadata"]["annotations"] |= await self.chronicle.closing(latest, entry.number)
            body["metadata"]["resourceVersion"] = item["metadata"]["resourceVersion"]
            try:
                await self._means.api.patch(KIND, item["metadata"]["name"], body, seen.namespace)
                return
            except ApiError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return
                if error.status != HTTPStatus.CONFLICT or race == _RACES - 1:
                    raise
            await asyncio.sleep(0.01 * (race + 1))

    async def forget_old(self, seen: Seen) -> None:
        """Remove pages beyond the limit, and the Secrets that only they needed."""
        record, limit = seen.record, self._means.settings.history_limit
        if record is None or record.latest.number <= limit:
            return
        pages = await self.pages(seen)
        needed = {entry.template for entry in (record.target, record.latest, record.serving) if entry}
        kept = [page for page in pages[:limit] if page] + [p for p in pages[limit:] if p.entry.number in needed]
        orders = {page.entry.order for page in kept}
        for page in pages[limit:]:
            if page in kept:
                continue
            with contextlib.suppress(ApiError):
                await self._means.api.delete(KIND, page.name, seen.namespace)
                if page.entry.order and page.entry.order not in orders:
                    await self._means.api.delete(SECRET, page.entry.order, seen.namespace)

    async def _item(self, owner: Json, number: int) -> Json | None:
        """Return the object that is a page, unless it belongs to another deployment that had this name."""
        item = await self._there(owner, number)
        return item if item is not None and is_owned_by(item, owner) else None

    async def _there(self, owner: Json, number: int) -> Json | None:
        metadata = owner["metadata"]
        try:
            return await self._means.api.get(KIND, words.history_name(metadata["name"], number), metadata["namespace"])
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
