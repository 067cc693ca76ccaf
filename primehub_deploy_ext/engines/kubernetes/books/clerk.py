"""Keeps the books: what came of revisions, their history, and what belongs to a deployment and is missing.

Everything here may be done by any server that looks, more than once and in any order; nothing waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import SECRET
from primehub_deploy_ext.engines.kubernetes.api.patches import changed_since
from primehub_deploy_ext.engines.kubernetes.books.archive import Archive
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
_UNFINISHED = "not all that belongs to it could be written"
_UNWRITTEN = "its history could not be written"
# The newest revision, and what has become of it.
_State = tuple[int, type]

log = logging.getLogger(__name__)


class Clerk:
    """See the module."""

    def __init__(self, means: Means, archive: Archive, reach: Reach, doors: Doors) -> None:
        self._means = means
        self._archive = archive
        self._reach = reach
        self._doors = doors
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
            self._archive.chronicle.forget(id)
            self._retries.forget(id)
            return
        self._archive.chronicle.look(seen)
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
        await self._archive.chronicle.close()

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
            # Without its events a registry that is away looks as if it refused the image, and they belong on its page.
            await self._means.world.events_listed(id)
            hindered = await self._settle(id)
            if hindered:
                self._later(id, self._retries.failed(id, state[0]), state)
            else:
                self._retries.forget(id)
        except (ApiError, DeployError) as error:
            if _is_lost_race(error):
                # Somebody else wrote first: their change wakes this one before, if it was of the deployment itself.
                self._later(id, FIRST)
            else:
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
            hindered = await self._tried(seen, self._catch_up(seen), _UNFINISHED)
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
        if record.target.number == 1:
            hindered = hindered or await self._tried(seen, self._find_parts(seen, record), _UNFINISHED)
        hindered = hindered or await self._tried(seen, self._archive.keep(seen), _UNWRITTEN)
        what = "who may call could not be brought up to date"
        hindered = hindered or await self._tried(seen, self._doors.follow(seen), what)
        note = drift = ""
        if not record.target.stopped:
            await self._reach.wait_reachable(seen)
            note = drift = await self._reach.drift(seen)
        if hindered:
            note = f"When it came up, {hindered}; that is tried again and again.{f' {drift}' if drift else ''}"
        after = record.succeeded(note)
        if not await self._note(seen, {words.RECORD: after.dump(), words.RESERVED: None}):
            return hindered  # somebody wished for something else meanwhile, or noted it first
        await self._archive.end(seen, after.target, steps=steps)
        if drift and record.target.number == record.target.template:
            await tell(self._means.api, seen, "LibrariesDiffer", drift)
        await self._archive.forget_old(seen)
        return hindered

    async def _given_up(self, seen: Seen, record: Record, verdict: GivenUp) -> str:
        """What served is wanted again; without that, nothing runs: it would only take of the quota and fail on."""
        tail = await self._last_words(seen, verdict.pod)
        steps = steps_since(seen, record.target.number)
        hindered = await self._tried(seen, self._archive.keep(seen), _UNWRITTEN)
        after = record.failed(verdict.reason, verdict.message)
        annotations: dict[str, str | None] = {words.RECORD: after.dump(), words.RESERVED: None}
        back = await self._archive.page(seen, record.serving.number) if record.serving else None
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
        await self._archive.end(seen, record.target, tail, steps)
        await self._patch(seen, owner, seen.flavor.change(owner, workload))
        await self._archive.end(seen, after.latest, tail, steps)
        return hindered

    async def _last_words(self, seen: Seen, pod: Json | None) -> list[str]:
        if pod is None:
            return []
        try:
            return await last_words(self._means.api, pod, _LOG_TAIL)
        except ApiError as error:
            log.info("%s: the last words of %s can't be read: %s", seen.id, pod["metadata"]["name"], error)
            return []

    async def _note(self, seen: Seen, annotations: dict[str, str | None]) -> bool:
        """Write on the deployment itself; False where something else is wanted by now, or it was noted already."""
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
                return False
            if (owner["metadata"].get("annotations") or {}).get(words.RECORD) != old:
                return False
            body["metadata"]["resourceVersion"] = owner["metadata"]["resourceVersion"]
            owner = await self._means.api.patch(seen.flavor.owner, seen.name, body, seen.namespace)
        self._wrote(seen, owner)
        return True

    async def _patch(self, seen: Seen, before: Json, after: Json) -> None:
        body = changed_since(before, after)
        self._wrote(seen, await self._means.api.patch(seen.flavor.owner, seen.name, body, seen.namespace))

    def _wrote(self, seen: Seen, owner: Json) -> None:
        found = self._means.world.find(seen.id)
        if found is not None:
            self._means.world.wrote(seen.namespace, found[1], owner)

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
        await self.keep_parts(seen.flavor, _workload(seen, record), seen.owner, record.target)
        await self._doors.follow(seen)
        await self._archive.keep(seen)

    async def _find_parts(self, seen: Seen, record: Record) -> None:
        """Write what goes with a deployment whose server died as it made it: nobody else knows that it is missing."""
        workload = _workload(seen, record)
        for kind, body in seen.flavor.parts(workload, seen.owner, self._means.way):
            try:
                await self._means.api.get(kind, body["metadata"]["name"], seen.namespace)
            except ApiError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                await self.keep_parts(seen.flavor, workload, seen.owner, record.target)
                return


def _workload(seen: Seen, record: Record) -> Workload:
    """Return what is wanted, as far as it says what goes with it."""
    return Workload(
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


def _number(seen: Seen) -> int:
    return seen.record.latest.number if seen.record is not None else 0


def _is_lost_race(error: ApiError | DeployError) -> bool:
    """Tell whether somebody wrote first; what is in the place of another thing (``AlreadyExists``, 409 too) stays."""
    return isinstance(error, ApiError) and error.reason == "Conflict"
