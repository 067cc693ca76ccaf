"""Where wishes become objects: each is one conditional write of the owner, after which nothing can get lost.

What comes with it (Service, route, history, who owns the Secret) is written after that, and by any server that sees
that it is missing (``clerk.py``).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from http import HTTPStatus
from weakref import WeakValueDictionary

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, DeployError, NotFound
from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.phases import Action
from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.patches import changed_since
from primehub_deploy_ext.engines.kubernetes.books.archive import Archive
from primehub_deploy_ext.engines.kubernetes.books.clerk import Clerk
from primehub_deploy_ext.engines.kubernetes.books.history import Page
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.books.specs import dump_small
from primehub_deploy_ext.engines.kubernetes.books.telling import tell
from primehub_deploy_ext.engines.kubernetes.books.wishes import Change, Plan, Wish, first_entry, next_entry
from primehub_deploy_ext.engines.kubernetes.flavors.all import others_than
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json, Workload
from primehub_deploy_ext.engines.kubernetes.guests.doors import Doors, access_of
from primehub_deploy_ext.engines.kubernetes.known.owners import read_owner
from primehub_deploy_ext.engines.kubernetes.means import Means
from primehub_deploy_ext.engines.kubernetes.orders import drop, write_order
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans, pod_template
from primehub_deploy_ext.engines.kubernetes.quota.grants import Wish as QuotaWish
from primehub_deploy_ext.engines.kubernetes.quota.ledger import decided
from primehub_deploy_ext.engines.kubernetes.quota.wanted import NO_QUOTA, more_of, taken_by
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import refusal
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.reading.steps import runs

_RACES = 12

log = logging.getLogger(__name__)


class Desk:
    """Writes wishes to the cluster."""

    def __init__(self, means: Means, archive: Archive, clerk: Clerk, doors: Doors) -> None:
        self._means = means
        self._archive = archive
        self._clerk = clerk
        self._doors = doors
        # One wish for a deployment at a time: it would only race with itself. Held by those who wish for as long as
        # there are any.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(self, new: NewDeployment) -> str:
        """Make a deployment; see ``Engine.create``."""
        means = self._means
        mirror = await means.world.mirror_of(new.group)
        if means.world.seen(new.id) is not None:
            raise _taken(new.id)
        flavor, namespace = means.flavor_of(new.group), mirror.namespace
        await means.check(new.spec, flavor)
        await self._check_free(new.id, namespace)
        order = words.order_name(new.id, 1, secrets.token_hex(3))
        access = words.access_name(new.id, secrets.token_hex(3)) if means.checks_callers(new.spec, flavor) else ""
        pods = means.pod_means(new.spec, access)
        entry = first_entry(new.spec, new.user, new.update_message, order)
        record = Record(entry, entry)
        template = pod_template(new.id, 1, order, new.spec, pods)
        workload = Workload(
            id=new.id,
            namespace=namespace,
            name=new.name,
            group=new.group,
            spec=new.spec,
            revision=1,
            replicas=0 if new.spec.stopped else new.spec.replicas,
            surge=new.spec.replicas,
            template=template,
            annotations={
                words.DISPLAY_NAME: new.name,
                words.CREATED_BY: new.user,
                words.RECORD: record.dump(),
                words.SPEC: dump_small(new.spec),
                words.ACCESS: access or None,
            },
            progress_deadline=means.settings.progress_deadline,
        )
        wanted = taken_by(new.spec, await means.machine())
        quota = QuotaWish(namespace, new.group, new.id, new.quota or NO_QUOTA, wanted)
        try:
            async with means.ledger.grant(quota) as grant:
                sent = False
                try:
                    await write_order(means, namespace, new.id, 1, order, new.spec, pods)
                    if access:
                        await self._doors.make(new.id, namespace, access, private=new.spec.access == "private")
                    grant.check()
                    sent = True
                    owner = await means.api.create(flavor.owner, flavor.build(workload))
                except BaseException as error:
                    # Where nobody knows whether it is there, it may need them: sweeping.py finds out.
                    if not sent or decided(error):
                        await drop(means.api, namespace, order, access)
                    raise
        except ApiError as error:
            if error.reason == "AlreadyExists":
                raise _taken(new.id) from None
            raise await means.explained(error, f"create the deployment {new.id}", namespace, flavor) from error
        made = means.world.wrote(namespace, (flavor.name, new.id), owner)
        await self._complete(made, flavor, workload, owner, Plan(entry, new.spec, fresh=True), template)
        return made

    async def _check_free(self, id: str, namespace: str) -> None:
        """Refuse an id that a deployment has which is not shown: its Service and its history would be taken over."""
        for flavor in others_than(self._means.flavors):
            try:
                await self._means.api.get(flavor.owner, id, namespace)
            except ApiError as error:
                # No such object, no such kind, or nobody may know.
                if error.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
                    raise await self._means.explained(error, f"look for {id}", namespace, flavor) from error
            else:
                raise _taken(id)

    async def wish(self, id: str, wish: Wish, change: Change) -> None:
        """Make the next revision of a deployment, or nothing where nothing changes."""
        turn = self._turns.setdefault(id, asyncio.Lock())
        async with turn:
            for race in range(_RACES):
                seen = await self.fresh(id)
                try:
                    await self._try(seen, wish, change)
                except ApiError as error:
                    if error.status == 409 and race < _RACES - 1:
                        await asyncio.sleep(0.01 * (race + 1))
                        continue
                    doing = f"{wish.action} the deployment {id}"
                    raise await self._means.explained(error, doing, seen.namespace, seen.flavor) from error
                return

    async def own(self, id: str, doing: Action | str) -> Seen:
        """Return a deployment that was made here.

        Raises
        ------
        NotFound
            If there is none.
        Conflict
            If it was made elsewhere; with the way to do there what was asked for.
        """
        await self._means.world.ready()
        seen = self._means.world.seen(id)
        if seen is None or seen.record is None:
            seen = await self.fresh(id)
        if seen.record is None:
            raise refusal(seen, doing)
        return seen

    async def fresh(self, id: str) -> Seen:
        """Return a deployment with its object as it is now, whole.

        Raises
        ------
        NotFound
            If there is none.
        """
        world = self._means.world
        found = world.find(id)
        seen = world.seen(id)
        if found is None or seen is None:
            raise NotFound(f"there is no deployment {id!r}")
        mirror, key = found
        try:
            owner = await self._means.api.get(seen.flavor.owner, key[1], mirror.namespace)
        except ApiError as error:
            if error.status == 404:
                world.wrote(mirror.namespace, key, None)
                raise NotFound(f"there is no deployment {id!r}") from None
            raise await self._means.explained(error, f"read the deployment {id}", mirror.namespace, seen.flavor) from (
                error
            )
        world.wrote(mirror.namespace, key, owner)
        return _with_owner(seen, owner)

    # ------------------------------------------------------------------ one attempt

    async def _try(self, seen: Seen, wish: Wish, change: Change) -> None:
        means, record = self._means, seen.record
        if seen.deleting:
            raise Conflict(f"{seen.id} is being deleted")
        if record is None:
            spec = change(seen.spec)
            raise refusal(seen, wish.action, spec.replicas)
        base, serving = await self._bases(seen, record)
        drifted = (means.world.seen(seen.id) or seen).scaled_elsewhere is not None
        idle = not any(map(runs, seen.pods))
        served = serving.spec if serving else None
        plan = next_entry(seen.id, record, base, served, change, wish, drifted=drifted, idle=idle)
        if plan is None:
            return
        if plan.fresh or wish.action is not Action.STOP:
            await means.check(plan.spec, seen.flavor)
        # Before its place is taken: the page of the newest revision may not have been written yet.
        await self._archive.keep(seen)
        closes = plan.spec.access == "private" and base.access != "private"
        if closes:
            await self._doors.close_for(seen, record.latest.number + 1)
        try:
            quota = more_of(seen, record, base, plan, wish.quota, await means.machine())
            await self._write(seen, record, plan, serving, quota)
        except BaseException:
            if closes:
                await asyncio.shield(self._reopen(seen, record.latest.number + 1))
            raise
        if closes or base.access != plan.spec.access:
            await self._follow(seen.id)

    async def _write(self, seen: Seen, record: Record, plan: Plan, serving: Page | None, quota: QuotaWish) -> None:
        """Write a revision, and all that comes with it."""
        means = self._means
        access, pods = access_of(seen.owner), means.pod_means(plan.spec, access_of(seen.owner))
        made = ""
        if plan.fresh and not access and means.checks_callers(plan.spec, seen.flavor):
            made = words.access_name(seen.name, secrets.token_hex(3))
            pods = means.pod_means(plan.spec, made)
        plan, template = _with_template(seen, record, plan, serving, pods)
        entry = plan.entry
        after = record.wish(entry)
        async with means.ledger.grant(quota) as grant:
            workload = Workload(
                id=seen.name,
                namespace=seen.namespace,
                name=seen.name,
                group=seen.group,
                spec=plan.spec,
                revision=entry.template,
                replicas=0 if entry.stopped else entry.replicas,
                surge=grant.more if record.replaces(entry) else entry.replicas,
                template=template,
                annotations={
                    words.RECORD: after.dump(),
                    words.SPEC: dump_small(plan.spec),
                    words.RESERVED: grant.reserve.model_dump_json() if record.replaces(entry) else None,
                    words.ACCESS: access or made or None,
                },
                progress_deadline=means.settings.progress_deadline,
            )
            owns = (seen.owner, seen.flavor)
            sent = False
            try:
                if plan.fresh:
                    await write_order(
                        means, seen.namespace, seen.name, entry.number, entry.order, plan.spec, pods, owns
                    )
                if made:
                    private = plan.spec.access == "private"
                    await self._doors.make(seen.name, seen.namespace, made, private=private, owns=owns)
                grant.check()
                body = changed_since(seen.owner, seen.flavor.change(seen.owner, workload))
                sent = True
                owner = await means.api.patch(seen.flavor.owner, seen.name, body, seen.namespace)
            except BaseException as error:
                if not sent or decided(error):
                    await drop(means.api, seen.namespace, entry.order if plan.fresh else "", made)
                raise
        found = means.world.find(seen.id)
        if found is not None:
            means.world.wrote(seen.namespace, found[1], owner)
        if record.replaces(entry) and workload.surge < entry.replicas:
            text = f"the quota of {seen.group} leaves no room for all new replicas: they replace the old in steps"
            await tell(means.api, seen, "ReplacedInSteps", text)
        await self._complete(
            seen.id, seen.flavor, workload, owner, Plan(entry, plan.spec, plan.fresh), template or await self._pod(seen)
        )

    async def _follow(self, id: str) -> None:
        """Have replicas let in whom the deployment says now; where that fails, it is tried again in a while."""
        seen = await self.fresh(id)
        try:
            await self._doors.follow(seen, surely=True)
        except (ApiError, DeployError) as error:
            if seen.spec.access == "private":
                raise
            log.warning("%s: it is opened to everybody later: %s", id, error)
            self._clerk.look_again(id)

    async def _reopen(self, seen: Seen, revision: int) -> None:
        """Open again what was closed for a wish of which nothing came."""
        try:
            now = await self.fresh(seen.id)
            if now.spec.access != "private":
                await self._doors.shut(now, revision, private=False)
        except (ApiError, DeployError) as error:
            log.warning("%s: it is opened to everybody again later: %s", seen.id, error)
            self._clerk.look_again(seen.id)

    async def _bases(self, seen: Seen, record: Record) -> tuple[DeploymentSpec, Page | None]:
        """Return what is wanted and what serves, with the values of their environments."""
        means = self._means
        base = await means.whole_spec(seen, self._archive)
        if record.serving is None or record.serving.number == record.target.number:
            return base, None
        page = await self._archive.page(seen, record.serving.number)
        if page is None:
            return base, None
        filled = await means.envs.filled(seen.namespace, page.entry.order, page.spec)
        return base, Page(page.entry, filled, page.pod, page.log_tail, page.steps, page.name)

    async def _pod(self, seen: Seen) -> Json:
        template: Json = (seen.owner["spec"].get("template") or {}) if isinstance(seen.owner.get("spec"), dict) else {}
        record = seen.record
        page = await self._archive.page(seen, record.target.template) if record else None
        return page.pod if page else template

    async def _complete(
        self, id: str, flavor: Flavor, workload: Workload, owner: Json, plan: Plan, template: Json
    ) -> None:
        """Write what comes with an owner; what fails now is written later."""
        try:
            await self._clerk.keep_parts(flavor, workload, owner, plan.entry)
            await self._archive.write(flavor, owner, plan.entry, plan.spec, template)
        except ApiError as error:
            log.warning("%s: what belongs to revision %d is written later: %s", id, plan.entry.number, error)
            self._clerk.look_again(id)


def _with_template(
    seen: Seen, record: Record, plan: Plan, serving: Page | None, pods: PodMeans
) -> tuple[Plan, Json | None]:
    """Return the plan with its Secret's name, and the template that its pods run; None: as it is."""
    entry = plan.entry
    if plan.fresh:
        order = words.order_name(seen.name, entry.number, secrets.token_hex(3))
        template = pod_template(seen.name, entry.template, order, plan.spec, pods)
        return Plan(entry.model_copy(update={"order": order}), plan.spec, fresh=True), template
    returns = serving is not None and entry.template != record.target.template
    return plan, serving.pod if returns and serving is not None else None


def _with_owner(seen: Seen, owner: Json) -> Seen:
    record, spec = read_owner(seen.flavor, owner)
    standing = seen.flavor.standing(owner, seen.pods, {})
    return Seen(seen.id, seen.group, seen.flavor, owner, record, spec, standing, seen.pods, seen.events)


def _taken(id: str) -> AlreadyExists:
    return AlreadyExists(f"the id {id!r} is taken", fields=[{"field": "id", "message": "is taken"}])
