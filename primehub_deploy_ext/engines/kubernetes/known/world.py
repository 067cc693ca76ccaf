"""All managed namespaces together: which deployments there are, and who listens to their changes."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import EngineUnavailable, NotFound
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.pulse import Pulse
from primehub_deploy_ext.engines.kubernetes.api.reflector import Reflector
from primehub_deploy_ext.engines.kubernetes.errors import told
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json
from primehub_deploy_ext.engines.kubernetes.known.absent import why_refused
from primehub_deploy_ext.engines.kubernetes.known.left import LeftFlavors
from primehub_deploy_ext.engines.kubernetes.known.mirror import Key, Mirror
from primehub_deploy_ext.engines.kubernetes.known.namespaces import LISTENED_TO, Namespaces
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.patience import ended, within

_LOOK_FOR_NAMESPACES = 15.0
_FIRST_LIST = 30.0
# Namespace, flavor and name of an owner.
Place = tuple[str, str, str]

log = logging.getLogger(__name__)


class World:
    """What the managed namespaces hold.

    Parameters
    ----------
    flavors
        All that are in use, in whatever group.
    changed
        Called with the id of a deployment about which something changed.
    doubted
        Called when :attr:`problem` may have changed.
    left
        Finds flavors that are not in use, and of which there is something all the same.
    """

    def __init__(
        self,
        api: Api,
        namespaces: Namespaces,
        flavors: Sequence[Flavor],
        changed: Callable[[str], None],
        doubted: Callable[[], None],
        left: LeftFlavors | None = None,
    ) -> None:
        self._api = api
        self._namespaces = namespaces
        self._flavors = list(flavors)
        self._tell = changed
        self._doubted = doubted
        self._left = left
        self.pulse = Pulse(api)
        self._mirrors: dict[str, Mirror] = {}
        self._places: dict[str, Place] = {}
        self._ids: dict[Place, str] = {}
        self._looking: asyncio.Task[None] | None = None
        self._first = asyncio.Event()
        self._problem: ApiError | None = None

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self.pulse.start()
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Stop listening."""
        if self._looking is not None:
            await ended(self._looking)
        await asyncio.gather(*(mirror.close() for mirror in self._mirrors.values()))
        await self.pulse.close()

    async def ready(self) -> None:
        """Return once every namespace was listed.

        Raises
        ------
        EngineUnavailable, Forbidden
            If that doesn't come about.
        """

        async def listed() -> None:
            await self._first.wait()
            await asyncio.gather(*map(self._listed, self.mirrors()))

        try:
            await within(_FIRST_LIST, listed())
        except asyncio.TimeoutError:
            why = self._problem or next((r.error for r in self.reflectors() if r.error), "")
            raise EngineUnavailable(f"the cluster does not answer: {why or 'no list within 30 s'}") from None
        except ApiError as error:
            raise await why_refused(self._api, self._flavors, error, "list the deployments") from error

    def reflectors(self) -> list[Reflector]:
        """Return all that listen."""
        return [reflector for mirror in self._mirrors.values() for reflector in mirror.reflectors()]

    @property
    def compared(self) -> bool:
        """Whether the managed namespaces are known."""
        return self._first.is_set()

    @property
    def problem(self) -> str:
        """Why it may be out of date; empty while it is not."""
        if self._problem is not None:
            return str(self._problem)
        return next((r.error for r in self.reflectors() if r.error), "")

    @property
    def as_of(self) -> datetime | None:
        """As of when all that is known is true; None while that is not known."""
        return min((r.last_sync for r in self.reflectors() if r.last_sync is not None), default=None)

    def mirrors(self) -> list[Mirror]:
        """Return the namespaces."""
        return list(self._mirrors.values())

    def left_in(self, namespace: str) -> list[Flavor]:
        """Return the flavors of which something is left in a namespace, though they are not in use."""
        mirror = self._mirrors.get(namespace)
        return list(mirror.left.values()) if mirror is not None else []

    async def mirror_of(self, group: str) -> Mirror:
        """Return the namespace of a group; ``NotFound`` if it has none."""
        try:
            namespace = await self._namespaces.of_group(group)
            if namespace not in self._mirrors:
                await self._compare()
        except ApiError as error:
            raise told(error, f"find the namespace of the group {group}") from error
        mirror = self._managed(namespace)
        try:
            await self._listed(mirror)
        except ApiError as error:
            doing = f"list what is in the namespace {namespace}"
            raise await why_refused(self._api, self._flavors, error, doing) from error
        return self._managed(namespace)

    async def _listed(self, mirror: Mirror) -> None:
        """Wait for the first list of a namespace; of one that is nobody's any more nothing is waited for."""
        try:
            await mirror.ready()
        except ApiError:
            if self._mirrors.get(mirror.namespace) is mirror:
                raise

    def _managed(self, namespace: str) -> Mirror:
        """Return a namespace; ``NotFound`` if it stopped being a group's while a wish was on its way."""
        try:
            return self._mirrors[namespace]
        except KeyError:
            raise NotFound(
                f"the namespace {namespace!r} is no group's any more: an administrator took its label {words.GROUP} "
                "away, or the rights to look into it. What was asked for may have been done: once the label is back, "
                "it shows"
            ) from None

    def id_at(self, namespace: str, key: Key) -> str:
        """Return the id of a deployment: its name where that is one and nobody older has it.

        Names are of one namespace, ids of all: whoever sees several namespaces may see a name twice. The oldest has
        it then, as it has the public path; the others' ids are made of where they are. An id that was told stays
        for as long as the deployment is there: what is called otherwise tomorrow may be deleted by mistake.
        """
        place = (namespace, *key)
        if place not in self._ids:
            name = key[1]
            holder = self._places.get(name)
            if not names.is_id(name):
                self._call(place, _made_id(place))
            elif holder is None or not self._is_there(holder):
                self._call(place, name)
            elif self._age(place) < self._age(holder):
                # Only while a server learns what there is: what is made later is younger.
                self._call(holder, _made_id(holder))
                self._call(place, name)
                self._tell(self._ids[holder])
            else:
                self._call(place, _made_id(place))
        return self._ids[place]

    def _call(self, place: Place, id: str) -> None:
        before = self._places.get(id)
        if before is not None and before != place and self._ids.get(before) == id:
            del self._ids[before]
        self._ids[place] = id
        self._places[id] = place

    def _is_there(self, place: Place) -> bool:
        mirror = self._mirrors.get(place[0])
        return mirror is not None and mirror.owner(place[1:]) is not None

    def _age(self, place: Place) -> tuple[str, Place]:
        owner = self._mirrors[place[0]].owner(place[1:]) if place[0] in self._mirrors else None
        # Written just now, and not told of yet: nothing is younger.
        return ((owner or {}).get("metadata", {}).get("creationTimestamp") or "9999", place)

    def find(self, id: str) -> tuple[Mirror, Key] | None:
        """Return where a deployment is."""
        place = self._places.get(id)
        mirror = self._mirrors.get(place[0]) if place else None
        return (mirror, (place[1], place[2])) if mirror and place else None

    def seen(self, id: str) -> Seen | None:
        """Return all that is known of a deployment; None when there is none."""
        found = self.find(id)
        return found[0].seen(found[1], id) if found else None

    async def events_listed(self, id: str) -> None:
        """Return once all is known of a deployment, events included, which come last; as well as it can be known."""
        found = self.find(id)
        if found is not None:
            await found[0].events_listed()

    def is_there(self, id: str) -> bool:
        """Tell whether there is such a deployment."""
        found = self.find(id)
        return found is not None and found[0].owner(found[1]) is not None

    def pods(self, id: str) -> list[Json]:
        """Return the pods of a deployment, oldest first."""
        found = self.find(id)
        return found[0].pods_of(found[1]) if found else []

    def ids(self) -> Iterator[str]:
        """Return the ids of the deployments there are."""
        for mirror in self._mirrors.values():
            for key in list(mirror.keys()):
                yield self.id_at(mirror.namespace, key)

    def wrote(self, namespace: str, key: Key, owner: Json | None) -> str:
        """Remember what was written, so that whoever wrote it sees it at once; returns the deployment's id.

        Raises
        ------
        NotFound
            If the namespace is not managed any more.
        """
        mirror, own = self._managed(namespace), self.id_at(namespace, key)
        mirror.wrote(key, owner)
        return own

    # ------------------------------------------------------------------ listening

    def _changed(self, namespace: str, key: Key) -> None:
        place = (namespace, *key)
        there = self._is_there(place)
        if there or place in self._ids:
            self._tell(self.id_at(namespace, key))
        if not there:
            self._forget(place)

    def _forget(self, place: Place) -> None:
        own = self._ids.pop(place, "")
        if self._places.get(own) == place:
            del self._places[own]

    async def _look(self) -> None:
        before: set[str] = set()
        while True:
            # An API server that has just started knows of no rights yet: who is refused twice is refused.
            refused = self._refused()
            try:
                await self._compare(refused & before)
                self._note(None)
                self._first.set()
                await self._take_up()
            except ApiError as error:
                if self._problem is None:
                    log.warning("the managed namespaces can't be listed: %s", error)
                self._note(error)
                if not error.unreachable:
                    self._first.set()
            except Exception:
                log.exception("the managed namespaces can't be compared")
            before = refused
            await asyncio.sleep(_LOOK_FOR_NAMESPACES if self._first.is_set() else 1.0)

    async def _take_up(self) -> None:
        """Listen to the flavors by which another server made something of late; its pods were heard of anyway."""
        if self._left is None:
            return
        unknown = {mirror.namespace: ids for mirror in self.mirrors() if (ids := mirror.strangers())}
        for namespace, flavors in (await self._left.heard_of(unknown)).items():
            mirror = self._mirrors.get(namespace)
            for reflector in mirror.take_up(flavors) if mirror is not None else ():
                reflector.on_state(self._doubted)

    def _refused(self) -> set[str]:
        """Return the namespaces that the cluster does not let this server listen to any more."""
        return {r.namespace for r in self.reflectors() if r.namespace and r.refused and r.kind in LISTENED_TO}

    def _note(self, problem: ApiError | None) -> None:
        """Remember what keeps the namespaces from being known; the watches tell only of themselves."""
        told, self._problem = self._problem, problem
        if (told is None) != (problem is None):
            self._doubted()

    async def _compare(self, refused: Collection[str] = ()) -> None:
        groups = await self._namespaces.groups(refused)
        for namespace in self._mirrors.keys() - groups.keys():
            mirror = self._mirrors.get(namespace)
            if mirror is None:
                continue  # another comparison was faster
            gone = [self.id_at(namespace, key) for key in list(mirror.keys())]
            del self._mirrors[namespace]
            await mirror.close()
            for one in gone:
                self._tell(one)
            self._doubted()
        new = groups.keys() - self._mirrors.keys()
        left = await self._left.of(new) if self._left is not None and new else {}
        for namespace in new - self._mirrors.keys():
            mirror = Mirror(
                self._api,
                namespace,
                groups[namespace],
                self._flavors,
                self.pulse,
                self._changed,
                left.get(namespace, ()),
            )
            self._mirrors[namespace] = mirror
            for reflector in mirror.reflectors():
                reflector.on_state(self._doubted)
            mirror.start()


def _made_id(place: Place) -> str:
    """Return an id for what can't be called by its name."""
    digest = hashlib.sha256("/".join(place).encode()).hexdigest()[:8]
    stem = re.sub(r"[^a-z0-9]+", "-", place[2].lower()).strip("-")[:44]
    return f"{stem if stem[:1].isalpha() else f'm-{stem}'}-{digest}".replace("--", "-")
