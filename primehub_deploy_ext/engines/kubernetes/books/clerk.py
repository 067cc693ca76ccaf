"""Keeps the books: what came of revisions, their history, and what belongs to a deployment and is missing.

Everything here may be done by any server that looks, more than once and in any order; nothing waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Sequence
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.domain.models import DeploymentSpec, StepTime
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import SECRET
from primehub_deploy_ext.engines.kubernetes.api.patches import changed_since
from primehub_deploy_ext.engines.kubernetes.books.chronicle import Chronicle
from primehub_deploy_ext.engines.kubernetes.books.history import (
    KIND,
    Page,
    is_owned_by,
    outcome_patch,
    page_object,
    pages_of,
    read_page,
)
from primehub_deploy_ext.engines.kubernetes.books.record import Entry, Record
from primehub_deploy_ext.engines.kubernetes.books.retries import FIRST, Retries
from primehub_deploy_ext.engines.kubernetes.books.specs import dump_small
from primehub_deploy_ext.engines.kubernetes.books.telling import tell
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json, Workload
from primehub_deploy_ext.engines.kubernetes.guests.doors import Doors, access_of
from primehub_deploy_ext.engines.kubernetes.logs.tails import last_words
from primehub_deploy_ext.engines.kubernetes.means import Means, owned_by
from primehub_deploy_ext.engines.kubernetes.reach import Reach
from primehub_deploy_ext.engines.kubernetes.reading.judge import GivenUp, Reached, judge, steps_since
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.patience import ended

_LOG_TAIL = 50
_UNWRITTEN = "its history could not be written"
# The newest revision, and what has become of it.
_State = tuple[int, type]

log = logging.getLogger(__name__)


class Clerk:
    """See the module."""

    def __init__(self, means: Means, reach: Reach, doors: Doors) -> None:
        self._means = means
        self._reach = reach
        self._doors = doors
        self._chronicle = Chronicle(means.api, means.world)
        self._woken: set[str] = set()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._retries = Retries()
        # What failed, of each that waits for another attempt: the same would fail again.
        self._waiting: dict[str, _State | None] = {}
        self._incomplete: set[str] = set()

    # ------------------------------------------------------------------ when to look

    def look(self, id: str) -> None:
        """Look whether something came of a deployment's wanted revision; returns at once."""
        if id in self._busy:
            self._woken.add(id)
            return
        seen = self._means.world.seen(id)
        if seen is None:
            self._chronicle.forget(id)
            self._retries.forget(id)
            return
        self._chronicle.look(seen)
        verdict = judge(seen)
        state = (_number(seen), type(verdict))
        if (id not in self._incomplete and verdict is None) or self._waiting.get(id) == state:
            return
        self._busy[id] = asyncio.create_task(self._work(id, state))

    def look_again(self, id: str) -> None:
        """What belongs to a deployment was not all written: try again in a while."""
        self._incomplete.add(id)
        self._later(id, FIRST)

    async def close(self) -> None:
        """Stop; what is under way is left to whoever looks next."""
        for timer in self._timers.values():
            timer.cancel()
        for task in list(self._busy.values()):
            await ended(task)
        await self._chronicle.close()

    def _later(self, id: str, pause: float, failed: _State | None = None) -> None:
        old = self._timers.pop(id, None)
        if old is not None:
            old.cancel()
        self._waiting[id] = failed
        self._timers[id] = asyncio.get_running_loop().call_later(pause, self._on_timer, id)

    def _on_timer(self, id: str) -> None:
        self._timers.pop(id, None)
        self._waiting.pop(id, None)
        self.look(id)

    async def _work(self, id: str, state: _State) -> None:
        try:
            hindered = await self._settle(id)
            if hindered:
                self._later(id, self._retries.failed(id, state[0]), state)
            else:
                self._retries.forget(id)
        except (ApiError, DeployError) as error:
            # Somebody else wrote first: their change wakes this one again.
            if not _is_lost_race(error):
                log.warning("%s: the books can't be kept now: %s", id, error)
                self._later(id, self._retries.failed(id, state[0]), state)
        except Exception:
            log.exception("%s: the books can't be kept", id)
            self._later(id, self._retries.failed(id, state[0]), state)
        finally:
            self._busy.pop(id, None)
            if id in self._woken:
                self._woken.discard(id)
                self.look(id)

    # ------------------------------------------------------------------ what came of it

    async def _settle(self, id: str) -> str:
        """Do what is to be done; return what hinders the rest, for which no revision waits any more."""
        seen = self._means.world.seen(id)
        if seen is None or seen.record is None:
            self._incomplete.discard(id)
            return ""
        hindered = ""
        if id in self._incomplete:
            hindered = await self._tried(seen, self._catch_up(seen), "not all that belongs to it could be written")
            if not hindered:
                self._incomplete.discard(id)
        verdict = judge(seen)
        if isinstance(verdict, Reached):
            hindered = await self._reached(seen, seen.record, hindered)
        elif isinstance(verdict, GivenUp):
            hindered = await self._given_up(seen, seen.record, verdict)
        return hindered

    async def _tried(self, seen: Seen, doing: Awaitable[None], what: str) -> str:
        """Do what belongs to a revision; return why it can't be, once that failed so often that it may last."""
        try:
            await doing
        except (ApiError, DeployError) as error:
            if _is_lost_race(error) or not self._retries.is_lasting(seen.id, _number(seen)):
                raise
            if isinstance(error, ApiError):
                error = await self._means.explained(error, "do that", seen.namespace, seen.flavor)
            log.warning("%s: %s: %s", seen.id, what, error.message)
            self._incomplete.add(seen.id)
            return f"{what} ({error.message})"
        return ""

    async def _reached(self, seen: Seen, record: Record, hindered: str) -> str:
        steps = steps_since(seen, record.target.number)
        hindered = hindered or await self._tried(seen, self.keep_page(seen), _UNWRITTEN)
        what = "who may call could not be brought up to date"
        hindered = hindered or await self._tried(seen, self._doors.follow(seen), what)
        note = drift = ""
        if not record.target.stopped:
            await self._reach.wait_reachable(seen)
            note = drift = await self._reach.drift(seen)
        if hindered:
            note = f"When it came up, {hindered}; that is tried again and again.{f' {drift}' if drift else ''}"
        after = record.succeeded(note)
        await self._note(seen, {words.RECORD: after.dump(), words.RESERVED: None})
        await self._end_page(seen, after.target, steps=steps)
        if drift and record.target.number == record.target.template:
            await tell(self._means.api, seen, "LibrariesDiffer", drift)
        await self._forget_old(seen)
        return hindered

    async def _given_up(self, seen: Seen, record: Record, verdict: GivenUp) -> str:
        """What served is wanted again; without that, nothing runs: it would only take of the quota and fail on."""
        tail = await self._last_words(seen, verdict.pod)
        steps = steps_since(seen, record.target.number)
        hindered = await self._tried(seen, self.keep_page(seen), _UNWRITTEN)
        after = record.failed(verdict.reason, verdict.message)
        annotations: dict[str, str | None] = {words.RECORD: after.dump(), words.RESERVED: None}
        back = await self.page(seen, record.serving.number) if record.serving else None
        owner = await self._means.api.get(seen.flavor.owner, seen.name, seen.namespace)
        if owner["metadata"]["annotations"].get(words.RECORD) != seen.owner["metadata"]["annotations"][words.RECORD]:
            return hindered  # something else is wanted by now
        # What was made private with the failing model stays so.
        spec = back.spec.model_copy(update={"access": seen.spec.access}) if back else seen.spec
        if back is not None:
            annotations[words.SPEC] = dump_small(spec)
        workload = Workload(
            id=seen.name,
            namespace=seen.namespace,
            name=seen.name,
            group=seen.group,
            spec=spec,
            revision=after.target.template,
            replicas=0 if after.never_ran or after.target.stopped else after.target.replicas,
            surge=after.target.replicas,
            template=back.pod if back and after.target.template != record.target.template else None,
            annotations=annotations,
            progress_deadline=self._means.settings.progress_deadline,
        )
        # Whoever hears that it failed asks for its last words at once.
        await self._annotate(seen, record.target.number, outcome_patch(record.target, tail, steps))
        await self._patch(seen, owner, seen.flavor.change(owner, workload))
        await self._end_page(seen, after.latest, tail, steps)
        return hindered

    async def _last_words(self, seen: Seen, pod: Json | None) -> list[str]:
        if pod is None:
            return []
        try:
            return await last_words(self._means.api, pod, _LOG_TAIL)
        except ApiError as error:
            log.info("%s: the last words of %s can't be read: %s", seen.id, pod["metadata"]["name"], error)
            return []

    async def _note(self, seen: Seen, annotations: dict[str, str | None]) -> None:
        body = {"metadata": {"resourceVersion": seen.owner["metadata"]["resourceVersion"], "annotations": annotations}}
        try:
            owner = await self._means.api.patch(seen.flavor.owner, seen.name, body, seen.namespace)
        except ApiError as error:
            if error.status != 409:
                raise
            # Its status moves on all the time: what counts is that nobody wished for something else.
            owner = await self._means.api.get(seen.flavor.owner, seen.name, seen.namespace)
            old = seen.owner["metadata"]["annotations"].get(words.RECORD)
            if owner["metadata"]["uid"] != seen.owner["metadata"]["uid"]:
                return
            if (owner["metadata"].get("annotations") or {}).get(words.RECORD) != old:
                return
            body["metadata"]["resourceVersion"] = owner["metadata"]["resourceVersion"]
            owner = await self._means.api.patch(seen.flavor.owner, seen.name, body, seen.namespace)
        self._wrote(seen, owner)

    async def _patch(self, seen: Seen, before: Json, after: Json) -> None:
        body = changed_since(before, after)
        self._wrote(seen, await self._means.api.patch(seen.flavor.owner, seen.name, body, seen.namespace))

    def _wrote(self, seen: Seen, owner: Json) -> None:
        found = self._means.world.find(seen.id)
        if found is not None:
            self._means.world.wrote(seen.namespace, found[1], owner)

    # ------------------------------------------------------------------ history

    async def pages(self, seen: Seen) -> list[Page]:
        """Return the history of a deployment, newest first."""
        labels = words.selector(words.owned(seen.name, "history"))
        items = await self._means.api.list(KIND, seen.namespace, labels=labels)
        return pages_of(item for item in items if is_owned_by(item, seen.owner))

    async def page(self, seen: Seen, number: int) -> Page | None:
        """Return one revision of a deployment; None when its page is gone, or not there yet."""
        try:
            return read_page(await self._means.api.get(KIND, words.history_name(seen.name, number), seen.namespace))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    async def keep_page(self, seen: Seen) -> None:
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
            await self._end_page(seen, record.latest)
        if page is not None:
            return
        before = await self.page(seen, record.target.template)
        owner = await self._means.api.get(seen.flavor.owner, seen.name, seen.namespace)
        pod = before.pod if before else (owner.get("spec") or {}).get("template") or {}
        await self.keep(seen.flavor, seen.owner, record.target, seen.spec, pod)

    async def keep(self, flavor: Flavor, owner: Json, entry: Entry, spec: DeploymentSpec, pod: Json) -> None:
        """Write a page."""
        metadata = owner["metadata"]
        body = page_object(metadata["name"], metadata["namespace"], entry, spec, pod)
        try:
            await self._means.api.create(KIND, owned_by(body, owner, flavor))
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise

    async def _end_page(
        self, seen: Seen, entry: Entry, log_tail: Sequence[str] = (), steps: Sequence[StepTime] = ()
    ) -> None:
        body = outcome_patch(entry, log_tail, steps)
        # The newest that was told: it took a moment until the revision could be reached.
        latest = self._means.world.seen(seen.id) or seen
        body["metadata"]["annotations"] |= await self._chronicle.closing(latest, entry.number)
        await self._annotate(seen, entry.number, body)

    async def _annotate(self, seen: Seen, number: int, body: Json) -> None:
        try:
            await self._means.api.patch(KIND, words.history_name(seen.name, number), body, seen.namespace)
        except ApiError as error:
            # It could not be written, or somebody removed it: what came of the newest is on the deployment, too.
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    async def _forget_old(self, seen: Seen) -> None:
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

    # ------------------------------------------------------------------ what belongs to it

    async def keep_parts(self, flavor: Flavor, workload: Workload, owner: Json, entry: Entry) -> None:
        """Write what goes with an owner, and make its Secret its own."""
        for kind, body in flavor.parts(workload, owner, self._means.way):
            await self._means.api.apply(kind, owned_by(body, owner, flavor))
        if entry.number == 1:
            reference = owned_by({"metadata": {}}, owner, flavor)
            for name in filter(None, (entry.order, access_of(owner))):
                # One that somebody removed is missed by those who need it: pods by the first, doors by the second.
                try:
                    await self._means.api.patch(SECRET, name, reference, workload.namespace)
                except ApiError as error:
                    if error.status != HTTPStatus.NOT_FOUND:
                        raise

    async def _catch_up(self, seen: Seen) -> None:
        record = seen.record
        if record is None:
            return
        workload = Workload(
            id=seen.name,
            namespace=seen.namespace,
            name=seen.name,
            group=seen.group,
            spec=seen.spec,
            revision=record.target.template,
            replicas=record.target.replicas,
            surge=1,
            template=None,
            annotations={},
        )
        await self.keep_parts(seen.flavor, workload, seen.owner, record.target)
        await self._doors.follow(seen)
        await self.keep_page(seen)


def _number(seen: Seen) -> int:
    return seen.record.latest.number if seen.record is not None else 0


def _is_lost_race(error: ApiError | DeployError) -> bool:
    return isinstance(error, ApiError) and error.status == HTTPStatus.CONFLICT
