"""Keeps who may call each deployment: in a Secret of it, which its replicas mount and are told of at once."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, NotFound
from primehub_deploy_ext.engines.base import NewClient
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import SECRET
from primehub_deploy_ext.engines.kubernetes.books.record import now
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json
from primehub_deploy_ext.engines.kubernetes.guests.criers import Criers, cannot_check
from primehub_deploy_ext.engines.kubernetes.guests.list import (
    Guests,
    guests_patch,
    key_of,
    new_secret,
    read_guests,
    used_patch,
)
from primehub_deploy_ext.engines.kubernetes.guests.lost import is_sound, made_anew
from primehub_deploy_ext.engines.kubernetes.means import Means, owned_by
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen, is_leaving
from primehub_deploy_ext.engines.kubernetes.reading.steps import runs
from primehub_deploy_ext.engines.patience import ended
from primehub_deploy_ext.runner.access import PASS_HEADER, hash_token, server_pass

T = TypeVar("T")

_RACES = 12
_WRITE_USES_AFTER = timedelta(seconds=60)
_MOST_KEYS = 4096
_LOOK_FOR_SECRET = 30.0

log = logging.getLogger(__name__)


class Doors:
    """See the module."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._criers = Criers(means, self._secret)
        self._keys: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._notes: set[asyncio.Task[None]] = set()
        # When a Secret that pods wait for is looked for again at the earliest.
        self._not_before: dict[str, float] = {}

    async def close(self) -> None:
        """Stop; replicas learn the rest from the kubelet."""
        for task in list(self._notes):
            await ended(task)
        await self._criers.close()

    def look(self, id: str) -> None:
        """See whether a deployment has new replicas that may not know who may call; returns at once."""
        seen = self._means.world.seen(id)
        self._criers.look(seen if seen is not None and _is_private(seen) else None, id)
        if seen is None:
            self._not_before.pop(id, None)
        elif _waits_for_its_secret(seen):
            self._look_for_secret(seen)

    def _look_for_secret(self, seen: Seen) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._not_before.get(seen.id, now):
            return
        self._not_before[seen.id] = now + _LOOK_FOR_SECRET

        async def look() -> None:
            try:
                await self._secret(seen)
            except (ApiError, DeployError) as error:
                log.warning("%s: the Secret that its replicas wait for can't be made anew: %s", seen.id, error)

        self._in_background(look())

    def _in_background(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def make(
        self, id: str, namespace: str, name: str, *, private: bool, owns: tuple[Json, Flavor] | None = None
    ) -> None:
        """Write the Secret of a deployment that has none."""
        body = new_secret(id, name, namespace, Guests(private=private))
        await self._means.api.create(SECRET, owned_by(body, *owns) if owns else body)

    async def server_headers(self, seen: Seen, *, anew: bool = False) -> dict[str, str]:
        """Return the headers by which the replicas of a private deployment let a server in.

        Parameters
        ----------
        anew
            Whether what was read before doesn't count: they did not.
        """
        if not _is_private(seen):
            return {}
        place = (seen.namespace, access_of(seen.owner))
        if anew or place not in self._keys:
            await self._asked(self._secret(seen), seen, f"read how {seen.id} is called")
        return {PASS_HEADER: server_pass(self._keys[place])}

    # ------------------------------------------------------------------ clients

    async def clients(self, seen: Seen) -> list[Client]:
        """See ``Engine.clients``."""
        # A copy that Git keeps of one of ours has the same annotation: its clients are not told, and not changed, here.
        if seen.record is None or not access_of(seen.owner):
            return []
        secret = await self._asked(self._secret(seen), seen, f"read the clients of {seen.id}")
        guests = read_guests(secret)
        if not guests.private or not guests.clients:
            return guests.used({})
        return await self._note_uses(seen, secret, guests, _WRITE_USES_AFTER)

    def note_uses(self, seen: Seen) -> None:
        """Ask replicas that may be about to end when they saw each client; returns at once."""

        async def noted() -> None:
            with suppress(ApiError, DeployError):
                secret = await self._secret(seen)
                guests = read_guests(secret)
                if guests.clients:
                    await self._note_uses(seen, secret, guests, timedelta(0))

        if _is_private(seen) and seen.pods:
            self._in_background(noted())

    async def _note_uses(self, seen: Seen, secret: Json, guests: Guests, after: timedelta) -> list[Client]:
        """Return the clients with their last uses; what is later by so much is kept, as replicas forget it."""
        clients = guests.used(await self._criers.uses(seen, secret, guests))
        if any(_is_news(client, guests.clients[client.name][0], after) for client in clients):
            with suppress(ApiError):
                patch = used_patch(secret, clients)
                await self._means.api.patch(SECRET, access_of(seen.owner), patch, seen.namespace)
        return clients

    async def add(self, seen: Seen, new: NewClient) -> Client:
        """See ``Engine.add_client``."""
        client = Client(name=new.name, created_at=now(), created_by=new.user, expires_at=new.expires_at)
        hashed, doing = hash_token(new.token), f"add the client {new.name} of {seen.id}"
        secret, guests = await self._asked(self._change(seen, lambda old: old.having(client, hashed)), seen, doing)
        try:
            if guests.private:
                await self._criers.tell_all(seen, secret, guests)
        except BaseException:
            # Whoever asked gets no token: it must not stay as a name that is taken.
            with suppress(ApiError, DeployError):
                await asyncio.shield(self._change(seen, lambda old: old.without(new.name)))
            raise
        return client

    async def remove(self, seen: Seen, name: str) -> None:
        """See ``Engine.remove_client``."""
        if not access_of(seen.owner):
            raise NotFound(f"there is no client {name!r}")
        doing = f"revoke the client {name} of {seen.id}"
        secret, guests = await self._asked(self._change(seen, lambda old: old.without(name)), seen, doing)
        try:
            if guests.private:
                await self._criers.tell_all(seen, secret, guests)
        except EngineUnavailable as error:
            raise EngineUnavailable(
                f"the client {name!r} is revoked, but {error.message}", details=error.details
            ) from (error)

    # ------------------------------------------------------------------ private and public

    async def close_for(self, seen: Seen, revision: int) -> None:
        """Make an endpoint private for a revision that is about to be wished for.

        Every replica that takes requests acts on it when this returns; where one can't, all stays as it was.

        Raises
        ------
        InvalidInput
            If what serves now can't check who calls.
        EngineUnavailable
            If a replica does not say that it knows.
        """
        if not access_of(seen.owner):
            if seen.pods:
                raise cannot_check()
            return  # the Secret is made together with the first template that has it
        before = read_guests(await self._secret(seen))
        try:
            await self.shut(seen, revision, private=True)
        except BaseException:
            if not before.private:
                with suppress(ApiError, DeployError):
                    await asyncio.shield(self.shut(seen, revision, private=False))
            raise

    async def follow(self, seen: Seen, *, surely: bool = False) -> None:
        """Have replicas let in whom the deployment says; nothing is done where that is written already.

        Parameters
        ----------
        surely
            Tell them all the same: whoever wrote it may be telling them just now.
        """
        if seen.record is None or not access_of(seen.owner):
            return
        revision, private = seen.record.latest.number, seen.spec.access == "private"
        guests = read_guests(await self._secret(seen))
        if surely or guests.shut(revision, private=private) is not guests:
            await self.shut(seen, revision, private=private)

    async def shut(self, seen: Seen, revision: int, *, private: bool) -> None:
        """Make an endpoint private, or public, by what a revision says; all replicas know when this returns."""
        secret, guests = await self._change(seen, lambda old: old.shut(revision, private=private))
        await self._criers.tell_all(seen, secret, guests)

    # ------------------------------------------------------------------ parts

    async def _change(self, seen: Seen, change: Callable[[Guests], Guests]) -> tuple[Json, Guests]:
        if not access_of(seen.owner):
            raise cannot_check()
        for race in range(_RACES):
            secret = await self._secret(seen)
            before = read_guests(secret)
            after = change(before)
            if after is before:
                return secret, before
            try:
                patch = guests_patch(secret, after)
                return await self._means.api.patch(SECRET, access_of(seen.owner), patch, seen.namespace), after
            except ApiError as error:
                if error.status != HTTPStatus.CONFLICT or race == _RACES - 1:
                    raise
            await asyncio.sleep(0.01 * (race + 1))
        raise AssertionError("the last race returns or raises")

    async def _secret(self, seen: Seen) -> Json:
        """Return the Secret of a deployment; where somebody removed or broke it, it is made anew."""
        name = access_of(seen.owner)
        for race in range(_RACES):
            try:
                secret = await self._whole_secret(seen, name)
                break
            except ApiError as error:
                if error.status != HTTPStatus.CONFLICT or race == _RACES - 1:
                    raise
        self._keys[seen.namespace, name] = key_of(secret)
        while len(self._keys) > _MOST_KEYS:
            self._keys.popitem(last=False)
        return secret

    async def _whole_secret(self, seen: Seen, name: str) -> Json:
        secret: Json | None = None
        try:
            secret = await self._means.api.get(SECRET, name, seen.namespace)
            if is_sound(secret):
                return secret
        except ApiError as error:
            # Where the deployment itself goes, it goes with it.
            if error.status != HTTPStatus.NOT_FOUND or seen.deleting:
                raise
        known = self._keys.get((seen.namespace, name), "")
        return await made_anew(self._means, self._criers, seen, name, secret, known)

    async def _asked(self, question: Coroutine[Any, Any, T], seen: Seen, doing: str) -> T:
        try:
            return await question
        except ApiError as error:
            raise await self._means.explained(error, doing, seen.namespace, seen.flavor) from error


def access_of(owner: Json) -> str:
    """Return the name of the Secret with who may call a deployment; empty where its replicas check nobody."""
    return str((owner["metadata"].get("annotations") or {}).get(words.ACCESS, ""))


def _waits_for_its_secret(seen: Seen) -> bool:
    """Tell whether a pod can't start as its kubelet does not find the Secret with who may call."""
    name = access_of(seen.owner)
    if seen.record is None or seen.deleting or not name:
        return False
    waiting = [pod for pod in seen.pods if not is_leaving(pod) and not runs(pod)]
    told = (event for pod in waiting for event in seen.events_about(pod))
    return any(event.reason == "FailedMount" and f'"{name}"' in event.message for event in told)


def _is_private(seen: Seen) -> bool:
    return seen.record is not None and seen.spec.access == "private" and bool(access_of(seen.owner))


def _is_news(client: Client, stored: Client, after: timedelta) -> bool:
    found, known = client.last_used_at, stored.last_used_at
    return found is not None and (known is None or found - known > after)
