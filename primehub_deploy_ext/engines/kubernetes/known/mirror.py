"""What one managed namespace holds: reflectors, and the indices by which pods and events find their deployment."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import EVENT, POD, Kind
from primehub_deploy_ext.engines.kubernetes.api.pulse import Pulse
from primehub_deploy_ext.engines.kubernetes.api.reflector import Reflector
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor
from primehub_deploy_ext.engines.kubernetes.known.kept import shape_of
from primehub_deploy_ext.engines.kubernetes.known.left import OURS, is_deployment, strangers
from primehub_deploy_ext.engines.kubernetes.known.owners import read_owner
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.patience import ended, within

Json = dict[str, Any]
# Flavor and name of an owner.
Key = tuple[str, str]

# Pods of a deployment whose events are told, at most.
_MOST_RECENT = 200
# Seconds until events are asked for, and for which whoever needs them waits for their list.
_LIST_FIRST = 0.5
_EVENTS_LIMIT = 30.0


class Mirror:
    """One namespace.

    Parameters
    ----------
    flavors
        What deployments can be here.
    left
        What they can be besides, as far as they are ours: nobody is configured to make more of these.
    changed
        Called with the namespace and the key of an owner when something about it changed; once for each that is
        there when all was listed, and not before that.
    """

    def __init__(
        self,
        api: Api,
        namespace: str,
        group: str,
        flavors: Sequence[Flavor],
        pulse: Pulse,
        changed: Callable[[str, Key], None],
        left: Sequence[Flavor] = (),
    ) -> None:
        self.namespace = namespace
        self.group = group
        self.left: dict[str, Flavor] = {}
        self._flavors: dict[str, Flavor] = {}
        self._tell = changed
        self._listing: asyncio.Task[None] | None = None
        self._listed = asyncio.Event()
        self._pods: dict[Key, dict[str, Json]] = defaultdict(dict)
        self._events: dict[str, dict[str, ClusterEvent]] = defaultdict(dict)
        # What was written a moment ago, until the watch tells of it.
        self._written: dict[Key, Json | None] = {}
        self._by_uid: dict[str, Key] = {}
        # Also of pods that are gone: what was said of them is part of the story.
        self._recent: dict[Key, dict[str, None]] = defaultdict(dict)
        self.owners: dict[str, Reflector] = {}
        self.others: dict[Kind, Reflector] = {}

        def reflect(kind: Kind, labels: str = "") -> Reflector:
            return Reflector(api, kind, namespace, shape=shape_of(kind), labels=labels, pulse=pulse)

        self._reflect = reflect
        self.pods, self.events = reflect(POD), reflect(EVENT)
        self.pods.on_change(self._on_pod)
        self.events.on_change(self._on_event)
        for flavor in flavors:
            self._add(flavor)
        for flavor in left:
            self._add(flavor, OURS)

    def _add(self, flavor: Flavor, labels: str = "") -> None:
        self._flavors[flavor.name] = flavor
        if labels:
            self.left[flavor.name] = flavor
        self.owners[flavor.name] = self._reflect(flavor.owner, labels)
        self.owners[flavor.name].on_change(self._on_owner(flavor))
        for kind in flavor.kinds:
            if kind not in self.others:
                self.others[kind] = self._reflect(kind)
                self.others[kind].on_change(self._on_other)

    def take_up(self, left: Sequence[Flavor]) -> list[Reflector]:
        """Listen to what other servers made here of flavors besides; returns what listens now."""
        before = self.reflectors()
        for flavor in (one for one in left if one.name not in self.owners):
            self._add(flavor, OURS)
            for name, pod in self.pods.items.items():
                self._place(flavor, name, pod, pod)
        new = [reflector for reflector in self.reflectors() if reflector not in before]
        for reflector in new:
            reflector.start()
        return new

    def strangers(self) -> set[str]:
        """Return the ids of deployments of ours of which nothing is known but their pods."""
        listed = self.pods.items.values() if self._listed.is_set() else ()
        return strangers(listed, {name for _, name in self.keys()})

    def start(self) -> None:
        """Begin to listen."""
        for reflector in self._first():
            reflector.start()
        self._listing = asyncio.create_task(self._list())

    async def close(self) -> None:
        """Stop listening."""
        if self._listing is not None:
            await ended(self._listing)
        # Nobody waits for what is not heard of any more.
        self._listed.set()
        await asyncio.gather(*(reflector.close() for reflector in self.reflectors()))

    async def ready(self) -> None:
        """Return once all was listed; ``ApiError`` when that is refused. Events may come later."""
        await asyncio.gather(*(reflector.ready() for reflector in self._first()))
        await self._listed.wait()

    async def events_listed(self) -> None:
        """Return once events were listed, too, or are not to be had."""

        async def listed() -> None:
            if self._listing is not None:
                await asyncio.wait([self._listing])
            await self.events.ready()

        if self.events.last_sync is None:
            with suppress(asyncio.TimeoutError, ApiError):
                await within(_EVENTS_LIMIT, listed())

    def reflectors(self) -> list[Reflector]:
        """Return what listens."""
        return [*self._first(), self.events]

    def _first(self) -> list[Reflector]:
        """Return all that is needed to show anything."""
        return [*self.owners.values(), *self.others.values(), self.pods]

    @property
    def last_sync(self) -> datetime | None:
        """As of when all that is known here is true; None while that is not known."""
        times = [reflector.last_sync for reflector in self.reflectors()]
        return None if None in times else min(time for time in times if time is not None)

    def keys(self) -> Iterable[Key]:
        """Return the owners there are."""
        for name, reflector in self.owners.items():
            written = [key[1] for key, owner in self._written.items() if key[0] == name and owner is not None]
            for owner in {*reflector.items, *written}:
                key = (name, owner)
                if self.owner(key) is not None:
                    yield key

    def owner(self, key: Key) -> Json | None:
        """Return an owner as it was last seen or written; None when there is none, or it is not for us."""
        found = self.owners[key[0]].items.get(key[1])
        if key in self._written:
            found = self._written[key]
        return found if found is not None and is_deployment(found, left=key[0] in self.left) else None

    def pods_of(self, key: Key) -> list[Json]:
        """Return the pods of an owner, oldest first."""
        pods = self._pods.get(key, {}).values()
        return sorted(pods, key=lambda pod: (pod["metadata"].get("creationTimestamp", ""), pod["metadata"]["name"]))

    def pod(self, name: str) -> tuple[Json | None, list[ClusterEvent]]:
        """Return any pod of the namespace by its name, and the events about it."""
        pod: Json | None = self.pods.items.get(name)
        return pod, list(self._events.get(pod["metadata"]["uid"], {}).values()) if pod else []

    def seen(self, key: Key, id: str) -> Seen | None:
        """Return all that is known of a deployment."""
        owner = self.owner(key)
        if owner is None:
            return None
        flavor, pods = self._flavors[key[0]], self.pods_of(key)
        record, spec = read_owner(flavor, owner)
        others = {kind: reflector.items for kind, reflector in self.others.items()}
        about = [owner["metadata"].get("uid", ""), f"/{key[1]}", *self._recent.get(key, ())]
        return Seen(
            id=id,
            group=self.group,
            flavor=flavor,
            owner=owner,
            record=record,
            spec=spec,
            standing=flavor.standing(owner, pods, others),
            pods=pods,
            events=list(self._told(about, owner["metadata"].get("creationTimestamp", "")).values()),
            left=key[0] in self.left,
        )

    def _told(self, about: Iterable[str], since: str) -> dict[str, ClusterEvent]:
        """Return events by name; not those about one before it that had the same name."""
        return {
            name: event
            for topic in about
            for name, event in self._events.get(topic, {}).items()
            if event.created >= since
        }

    def wrote(self, key: Key, owner: Json | None) -> None:
        """Remember what was written (None: deleted), so that whoever wrote it sees it at once."""
        there = self.owners[key[0]].items.get(key[1])
        if owner is None:
            if there is not None:
                self._written[key] = None
            else:
                # Of what the watch has told no more, or not yet, it may never tell that it is gone.
                self._written.pop(key, None)
        elif there is None or _version(there) < _version(owner):
            self._written[key] = shape_of(self._flavors[key[0]].owner).of(owner)
        self._changed(key)

    # ------------------------------------------------------------------ what changes

    async def _list(self) -> None:
        """Tell of what is there, each once, though its pods come by many pages; then ask for what explains it."""
        await asyncio.gather(*(reflector.ready() for reflector in self._first()), return_exceptions=True)
        self._listed.set()
        for key in list(self.keys()):
            self._tell(self.namespace, key)
        # They may be many more than all else together: whoever waits for the list has it before.
        await asyncio.sleep(_LIST_FIRST)
        self.events.start()

    def _changed(self, key: Key) -> None:
        if self._listed.is_set():
            self._tell(self.namespace, key)

    def _on_owner(self, flavor: Flavor) -> Callable[[str, Json | None, Json | None], None]:
        def listener(name: str, before: Json | None, now: Json | None) -> None:
            key = (flavor.name, name)
            if key in self._written:
                written = self._written[key]
                if now is None or written is None or _version(now) >= _version(written):
                    del self._written[key]
            for owner in (before, now):
                if owner is not None:
                    self._by_uid[owner["metadata"]["uid"]] = key
            if now is None and before is not None:
                self._by_uid.pop(before["metadata"]["uid"], None)
                self._forget_pods(key)
            self._changed(key)

        return listener

    def _on_pod(self, name: str, before: Json | None, now: Json | None) -> None:
        for pod in filter(None, (before, now)):
            for flavor in self._flavors.values():
                self._place(flavor, name, pod, now)

    def _place(self, flavor: Flavor, name: str, pod: Json, now: Json | None) -> None:
        owner = None if _is_trial(pod) else flavor.owner_of(pod)
        if owner is None:
            return
        key = (flavor.name, owner)
        if now is None:
            self._pods[key].pop(name, None)
            if not self._pods[key]:
                del self._pods[key]
                if owner not in self.owners[flavor.name].items:
                    self._forget_pods(key)  # they may end after it
        else:
            self._pods[key][name] = now
            self._remember(key, pod["metadata"]["uid"])
        self._changed(key)

    def _forget_pods(self, key: Key) -> None:
        for uid in self._recent.pop(key, ()):
            self._by_uid.pop(uid, None)

    def _remember(self, key: Key, uid: str) -> None:
        recent = self._recent[key]
        if uid in recent:
            return
        if len(recent) == _MOST_RECENT:
            oldest = next(iter(recent))
            del recent[oldest]
            self._by_uid.pop(oldest, None)
        recent[uid] = None
        self._by_uid[uid] = key

    def _on_event(self, name: str, before: ClusterEvent | None, now: ClusterEvent | None) -> None:
        event = now or before
        if event is None:
            return
        topics = [event.about_uid]
        # Names of ReplicaSets and their pods begin with that of the Deployment: of those from before we listened.
        suffixes = {"ReplicaSet": 1, "Pod": 2}.get(event.kind)
        if suffixes:
            topics.append("/" + event.about.rsplit("-", suffixes)[0])
        for topic in topics:
            if now is None:
                self._events[topic].pop(name, None)
                if not self._events[topic]:
                    del self._events[topic]
            else:
                self._events[topic][name] = now
        if now is None:
            return
        if topics[0] in self._by_uid:
            self._changed(self._by_uid[topics[0]])
        elif event.kind == "ReplicaSet":
            for flavor in self._flavors:
                self._changed((flavor, topics[1][1:]))

    def _on_other(self, name: str, before: Json | None, now: Json | None) -> None:
        """Tell of what a controller made: it is called as the controller likes, and says whose it is."""
        for item in (before, now):
            for reference in (item or {}).get("metadata", {}).get("ownerReferences") or []:
                for flavor in self._flavors.values():
                    if reference.get("controller") and reference.get("kind") == flavor.owner.kind:
                        self._changed((flavor.name, str(reference["name"])))
        for flavor_name in self._flavors:
            self._changed((flavor_name, name))


def _is_trial(pod: Json) -> bool:
    return (pod["metadata"].get("labels") or {}).get(words.PART) == "trial"


def _version(item: Json) -> int:
    text = item["metadata"].get("resourceVersion", "")
    return int(text) if text.isdecimal() else 0
