"""Has the replicas of a deployment know who may call, and hears from them that they do.

Each is sent the document that their Secret has, signed with its key. A replica that can't be reached learns it from the
kubelet, in a minute or two.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime, timezone
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, InvalidInput, UpstreamFailed
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import POD
from primehub_deploy_ext.engines.kubernetes.flavors.base import Json
from primehub_deploy_ext.engines.kubernetes.guests.list import Guests, guests_of, key_of, read_guests
from primehub_deploy_ext.engines.kubernetes.means import Means
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen, is_leaving, is_ready
from primehub_deploy_ext.engines.kubernetes.reading.steps import container_statuses, runs
from primehub_deploy_ext.engines.patience import ended
from primehub_deploy_ext.runner.access import ASKED, DOCUMENT, PATH, SIGNATURE_HEADER, WRONG_KEY, signature

_CALL_LIMIT = 3.0
# Until a replica that takes requests must have said that it knows.
_TELL_LIMIT = 10.0
_PAUSE = 0.1
_LOOK_AGAIN, _LONGEST_PAUSE = 0.3, 10.0
# When clients were used is asked for by people who look at a list: it may be missing, not late.
_ASK_LIMIT = 1.5
_AT_ONCE = 16

log = logging.getLogger(__name__)


class CannotCheckError(Exception):
    """What answers there is no runner that knows of callers."""


class Criers:
    """See the module.

    Parameters
    ----------
    secret_of
        Reads the Secret of a deployment.
    """

    def __init__(self, means: Means, secret_of: Callable[[Seen], Awaitable[Json]]) -> None:
        self._means = means
        self._secret_of = secret_of
        # Attempts of replicas that are known to know, of each private deployment.
        self._told: dict[str, set[tuple[str, int]]] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._pauses: dict[str, float] = {}
        self._asked: dict[str, set[tuple[str, int]]] = {}
        self._nudges: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Stop; replicas learn the rest from the kubelet."""
        for timer in self._timers.values():
            timer.cancel()
        for task in [*self._busy.values(), *self._nudges]:
            await ended(task)

    async def tell_all(self, seen: Seen, secret: Json, guests: Guests) -> None:
        """Tell every replica; return when all that take requests know.

        Raises
        ------
        InvalidInput
            If one can't check who calls.
        EngineUnavailable
            If one doesn't say that it knows.
        """
        labels = words.selector({words.DEPLOYMENT: seen.name, words.PART: "replica"})
        # From the cluster itself: what is known here may be a moment old.
        pods = await self._means.api.list(POD, seen.namespace, labels=labels)
        self.nudge(pods, str(guests.version))
        turns = asyncio.Semaphore(_AT_ONCE)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _TELL_LIMIT

        untold: dict[str, str] = {}

        async def until_known(pod: Json) -> None:
            while True:
                async with turns:
                    why = await self._tell(seen, secret, guests, pod)
                if not why or not await self._takes_requests(pod):
                    return
                if loop.time() > deadline:
                    untold[pod["metadata"]["name"]] = why
                    return
                await asyncio.sleep(_PAUSE)

        try:
            await asyncio.gather(*(until_known(pod) for pod in pods if runs(pod)))
        except CannotCheckError:
            raise cannot_check() from None
        if untold:
            raise EngineUnavailable(
                f"{_named(sorted(untold))} did not confirm it within {_TELL_LIMIT:g} s "
                f"({next(iter(untold.values()))}). The kubelet tells it too, mostly within seconds, at the latest in "
                "about two minutes; to be sure at once, restart it",
                details={"replicas": sorted(untold)},
            )

    async def uses(self, seen: Seen, secret: Json, guests: Guests) -> dict[str, datetime]:
        """Return when replicas saw each client last; what they don't tell in time is left out."""
        newest: dict[str, float] = {}

        async def ask(pod: Json) -> None:
            with suppress(UpstreamFailed):
                _, told = await self._send(key_of(secret), guests.document(), pod, _ASK_LIMIT)
                for name, when in (told.get("used") or {}).items():
                    newest[name] = max(when, newest.get(name, 0.0))

        await asyncio.gather(*(ask(pod) for pod in seen.pods if runs(pod)))
        return {name: datetime.fromtimestamp(when, timezone.utc) for name, when in newest.items()}

    async def newest(self, seen: Seen, key: str) -> Guests | None:
        """Return whom replicas let in that have a key; None where none says so, or one is from before and can't.

        Raises
        ------
        EngineUnavailable
            If one knows them in a form that only a later version of ours can read.
        """
        question = json.dumps({"version": 0, "private": True, "clients": {}, ASKED: True}).encode()
        found: list[Guests] = []
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _TELL_LIMIT

        async def ask(pod: Json) -> None:
            while True:
                try:
                    _, told = await self._send(key, question, pod, _CALL_LIMIT)
                    found.append(guests_of(told[DOCUMENT], {}))
                    return
                except UpstreamFailed:
                    # What replicas know may be nowhere else: a hiccup must not lose it.
                    if found or loop.time() > deadline:
                        return
                except (ValueError, KeyError, TypeError, AttributeError):
                    return
                await asyncio.sleep(_PAUSE)

        await asyncio.gather(*(ask(pod) for pod in seen.pods if runs(pod)))
        return max(found, key=lambda guests: guests.version, default=None)

    def look(self, seen: Seen | None, id: str) -> None:
        """See whether there are replicas that may not know; returns at once.

        One that starts while something changes may have mounted what was true before.

        Parameters
        ----------
        seen
            The deployment, where it is private.
        """
        if seen is None:
            self._told.pop(id, None)
            self._asked.pop(id, None)
            self._pauses.pop(id, None)
            return
        if id in self._busy:
            return
        running = {_attempt(pod): pod for pod in seen.pods if runs(pod)}
        told = self._told.setdefault(id, set())
        told &= running.keys()
        untold = running.keys() - told
        # Whoever did not answer is asked again by a timer.
        if untold and (id not in self._timers or untold - self._asked.get(id, set())):
            self._asked[id] = set(untold)
            self._busy[id] = asyncio.create_task(self._tell_new(seen, [running[attempt] for attempt in untold]))

    async def _tell_new(self, seen: Seen, pods: list[Json]) -> None:
        try:
            secret = await self._secret_of(seen)
            guests = read_guests(secret)
            await asyncio.gather(*(self._tell(seen, secret, guests, pod) for pod in pods))
        except CannotCheckError:
            # It takes no requests: the cluster asks whether it checks them. Asking again would change nothing.
            log.warning(
                "%s is private, and a replica of it can't check who calls: its image has no such runner", seen.id
            )
            self._told.setdefault(seen.id, set()).update(map(_attempt, pods))
        except (ApiError, DeployError) as error:
            log.info("%s: new replicas can't be told who may call: %s", seen.id, error)
        except Exception:
            log.exception("%s: new replicas can't be told who may call", seen.id)
        finally:
            self._busy.pop(seen.id, None)
        # Those that don't listen yet, and others that came meanwhile; whoever never answers is asked ever more seldom.
        knows = all(_attempt(pod) in self._told.get(seen.id, ()) for pod in pods)
        pause = _LOOK_AGAIN if knows else self._pauses.get(seen.id, _LOOK_AGAIN)
        self._pauses[seen.id] = _LOOK_AGAIN if knows else min(pause * 1.3, _LONGEST_PAUSE)
        timer = self._timers.pop(seen.id, None)
        if timer is not None:
            timer.cancel()
        self._timers[seen.id] = asyncio.get_running_loop().call_later(pause, self._again, seen.id)

    def _again(self, id: str) -> None:
        self._timers.pop(id, None)
        seen = self._means.world.seen(id)
        if seen is not None and id in self._told:
            self.look(seen, id)

    async def _tell(self, seen: Seen, secret: Json, guests: Guests, pod: Json) -> str:
        """Tell one replica; return why it may not know, empty if it does."""
        try:
            status, told = await self._send(key_of(secret), guests.document(), pod, _CALL_LIMIT)
        except UpstreamFailed as error:
            return error.message
        version = told.get("version")
        if status == HTTPStatus.OK and isinstance(version, int):
            if version > guests.version and (why := await self._why_newer(seen, version)):
                return why
            if guests.private:
                self._told.setdefault(seen.id, set()).add(_attempt(pod))
            return "" if version >= guests.version else f"it is at version {version}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return f"it answers {status}"
        if told.get("error") == WRONG_KEY:
            return "it goes by another key: somebody replaced that of the deployment"
        raise CannotCheckError

    async def _why_newer(self, seen: Seen, version: int) -> str:
        """Return what is wrong where a replica knows a version that nobody stored; empty where somebody just did.

        It would not take what it is told now, which has a smaller number.
        """
        try:
            stored = read_guests(await self._secret_of(seen)).version
        except ApiError as error:
            return f"it is at version {version}, and what is stored can't be read: {error.message}"
        if version <= stored:
            return ""
        return f"it is at version {version}, and {stored} is stored: an older Secret was put back"

    async def _send(self, key: str, document: bytes, pod: Json, limit: float) -> tuple[int, Json]:
        headers = {SIGNATURE_HEADER: signature(key, document), "Content-Type": "application/json"}
        status, body = await self._means.calls.post(pod, PATH, document, headers, limit)
        try:
            found = json.loads(body) if status in {HTTPStatus.OK, HTTPStatus.FORBIDDEN} else {}
        except ValueError:
            found = {}
        return status, found if isinstance(found, dict) else {}

    async def _takes_requests(self, pod: Json) -> bool:
        metadata = pod["metadata"]
        try:
            found = await self._means.api.get(POD, metadata["name"], metadata["namespace"])
        except ApiError as error:
            return error.status != HTTPStatus.NOT_FOUND
        return bool(found["metadata"]["uid"] == metadata["uid"] and is_ready(found))

    def nudge(self, pods: Iterable[Json], version: str) -> None:
        """Have the kubelet bring what pods mount up to date now: whoever starts anew reads that. Returns at once.

        It looks at a pod's volumes when the pod changes, if only in an annotation; else once in a minute or so.
        """
        body = {"metadata": {"annotations": {words.ACCESS_VERSION: version}}}

        async def all_of_them() -> None:
            for pod in pods:
                if is_leaving(pod):
                    continue
                with suppress(ApiError):
                    await self._means.api.patch(POD, pod["metadata"]["name"], body, pod["metadata"]["namespace"])

        task = asyncio.create_task(all_of_them())
        self._nudges.add(task)
        task.add_done_callback(self._nudges.discard)


def cannot_check() -> InvalidInput:
    """Return the refusal of what needs replicas that check who calls."""
    rule = (
        "what serves now can't check who calls: it is an image that serves by itself, or a runner from before. Deploy "
        "or restart it with the present runner image first, or have the gateway in front of it ask for a login"
    )
    return InvalidInput(f"access: {rule}", fields=[{"field": "access", "message": rule}])


def _attempt(pod: Json) -> tuple[str, int]:
    # Of all containers: the one that checks callers may have been started again less often than one beside it.
    return pod["metadata"]["uid"], sum(one.get("restartCount", 0) for one in container_statuses(pod))


def _named(names: list[str]) -> str:
    return f"the replica {names[0]}" if len(names) == 1 else f"the replicas {', '.join(names)}"
