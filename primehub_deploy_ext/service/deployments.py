"""The use cases. Each checks the input and the caller's groups, then asks the engine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from primehub_deploy_ext.domain.models import (
    Change,
    CreateDeployment,
    Deployment,
    DeploymentList,
    DeploymentSpec,
    Event,
    Group,
    Health,
    InstanceType,
    LogLine,
    Me,
    Prediction,
    Replica,
    Revision,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.engines.base import Engine, LogQuery, NewDeployment, PredictRequest
from primehub_deploy_ext.service.groups import GroupProvider, group_to_create_in
from primehub_deploy_ext.service.listing import ListQuery, page_of
from primehub_deploy_ext.service.masking import (
    has_mask,
    masked_change,
    masked_deployment,
    masked_revision,
    unmasked,
)
from primehub_deploy_ext.service.streams import closing

# Five random characters hardly ever collide once; five times in a row means that something else is wrong.
_ID_ATTEMPTS = 5
_MASK_ATTEMPTS = 5
_PATH = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_LONGEST_PATH = 512


class DeploymentService:
    """What callers can do with deployments.

    Every method that takes ``user`` acts for that user: a deployment of a group that the user is not in
    does not exist for them (``NotFound``).

    Parameters
    ----------
    engine
        Where deployments run.
    groups
        Who belongs to which group.
    """

    def __init__(self, engine: Engine, groups: GroupProvider) -> None:
        self._engine = engine
        self._groups = groups

    # ------------------------------------------------------------------ the caller, and what there is

    async def health(self) -> Health:
        """Tell the engine's state."""
        return await self._engine.health()

    async def me(self, user: str, *, can_write: bool) -> Me:
        """Tell callers who they are."""
        return Me(user=user, groups=await self._groups.groups(user), can_write=can_write)

    async def groups(self, user: str) -> list[Group]:
        """Return the groups of the caller."""
        return await self._groups.groups(user)

    async def instance_types(self) -> list[InstanceType]:
        """Return the instance types; the first is the default."""
        return await self._engine.instance_types()

    # ------------------------------------------------------------------ reading

    async def page(self, user: str, query: ListQuery) -> DeploymentList:
        """Return one page of the caller's deployments."""
        visible = await self._group_names(user)
        deployments, resource_version = await self._engine.deployments()
        mine = (masked_deployment(d) for d in deployments if d.group in visible)
        return page_of(mine, query, resource_version)

    async def get(self, user: str, id: str) -> Deployment:
        """Return one deployment."""
        return masked_deployment(await self._get(user, id))

    async def revisions(self, user: str, id: str) -> list[Revision]:
        """Return the history, newest first."""
        await self._get(user, id)
        return [masked_revision(revision) for revision in await self._engine.revisions(id)]

    async def revision(self, user: str, id: str, number: int) -> Revision:
        """Return one revision."""
        for revision in await self.revisions(user, id):
            if revision.number == number:
                return revision
        raise NotFound(f"the deployment {id!r} has no revision {number}")

    async def replicas(self, user: str, id: str) -> list[Replica]:
        """Return the replicas as they are now."""
        await self._get(user, id)
        return await self._engine.replicas(id)

    async def events(self, user: str, id: str) -> list[Event]:
        """Return what the engine did and saw, newest first."""
        await self._get(user, id)
        return await self._engine.events(id)

    async def logs(self, user: str, id: str, query: LogQuery) -> AsyncIterator[LogLine]:
        """Return log lines in order of time; an unknown deployment is reported here, before the first line."""
        await self._get(user, id)
        return self._engine.logs(id, query)

    async def watch(self, user: str, resource_version: int | None) -> AsyncIterator[Change]:
        """List and watch the caller's deployments in one stream."""
        visible = await self._group_names(user)
        async with closing(self._engine.watch(resource_version)) as changes:
            async for change in changes:
                if change.object is None or change.object.group in visible:
                    yield masked_change(change)

    # ------------------------------------------------------------------ changing

    async def create(self, user: str, request: CreateDeployment) -> Deployment:
        """Start a new deployment.

        Raises
        ------
        InvalidInput
            If the artifact is not stored, or there is no such instance type.
        Forbidden
            If the caller may not create in this group.
        AlreadyExists
            If the id that the caller chose is taken.
        """
        group = group_to_create_in(await self._groups.groups(user), request.group)
        await self._check_artifact(request.model.artifact)
        spec = DeploymentSpec(
            model=request.model,
            replicas=request.replicas,
            instance_type=await self._instance_type(request.instance_type),
            env=unmasked(request.env, {}),
            metadata=request.metadata,
            description=request.description,
        )

        async def create(id: str) -> Deployment:
            new = NewDeployment(
                id=id, name=request.name, group=group, spec=spec, user=user, update_message=request.update_message
            )
            return masked_deployment(await self._engine.create(new))

        if request.id is not None:
            return await create(request.id)
        for _ in range(_ID_ATTEMPTS):
            try:
                return await create(names.id_from_name(request.name))
            except AlreadyExists:
                continue
        raise AlreadyExists(
            f"no free id was found for the name {request.name!r}: choose one yourself",
            fields=[{"field": "id", "message": "choose one"}],
        )

    async def update(self, user: str, id: str, change: UpdateDeployment, *, if_match: int | None = None) -> Deployment:
        """Replace fields of the specification.

        Raises
        ------
        InvalidInput
            If nothing is to change, the artifact is not stored, there is no such instance type, or a masked
            environment value has no current one.
        """
        current = await self._get(user, id)
        if not change.model_dump(exclude_none=True, exclude={"update_message"}):
            raise InvalidInput("nothing to change: send at least one field of the specification")
        if change.model is not None:
            await self._check_artifact(change.model.artifact)
        if change.instance_type is not None:
            await self._instance_type(change.instance_type)
        if not has_mask(change.env):
            return masked_deployment(await self._engine.update(id, change, user=user, if_match=if_match))
        return await self._update_keeping_values(user, current, change, if_match)

    async def scale(
        self, user: str, id: str, replicas: int, *, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        """Change the number of replicas."""
        await self._get(user, id)
        return masked_deployment(
            await self._engine.scale(id, replicas, user=user, update_message=update_message, if_match=if_match)
        )

    async def stop(self, user: str, id: str, *, update_message: str = "", if_match: int | None = None) -> Deployment:
        """End all replicas, keep everything else."""
        await self._get(user, id)
        return masked_deployment(
            await self._engine.stop(id, user=user, update_message=update_message, if_match=if_match)
        )

    async def start(self, user: str, id: str, *, update_message: str = "", if_match: int | None = None) -> Deployment:
        """Start a stopped deployment."""
        await self._get(user, id)
        return masked_deployment(
            await self._engine.start(id, user=user, update_message=update_message, if_match=if_match)
        )

    async def restart(self, user: str, id: str, *, update_message: str = "", if_match: int | None = None) -> Deployment:
        """Replace all replicas by fresh ones."""
        await self._get(user, id)
        return masked_deployment(
            await self._engine.restart(id, user=user, update_message=update_message, if_match=if_match)
        )

    async def rollback(
        self, user: str, id: str, revision: int, *, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        """Roll out the specification of an earlier revision."""
        await self._get(user, id)
        return masked_deployment(
            await self._engine.rollback(id, revision, user=user, update_message=update_message, if_match=if_match)
        )

    async def delete(self, user: str, id: str, *, if_match: int | None = None) -> None:
        """Remove a deployment and all it owns."""
        await self._get(user, id)
        await self._engine.delete(id, if_match=if_match)

    # ------------------------------------------------------------------ using

    async def predict(self, user: str, id: str, request: PredictRequest) -> Prediction:
        """Send one request to the deployment's endpoint."""
        # The path is put behind the endpoint's URL: it must not lead out of it.
        segments = request.path.split("/")
        if request.path and (
            len(request.path) > _LONGEST_PATH or not _PATH.fullmatch(request.path) or {".", ".."} & set(segments)
        ):
            rule = "must be a path below the endpoint, such as 'api/v1.0/predictions'"
            raise InvalidInput(f"path: {rule}", fields=[{"field": "path", "message": rule}])
        await self._get(user, id)
        return await self._engine.predict(id, request)

    async def warm(self, request: WarmRequest) -> None:
        """Prepare to start replicas of such models fast, where the engine can."""
        if self._engine.capabilities.warm:
            await self._engine.warm(request)

    # ------------------------------------------------------------------ checks

    async def _get(self, user: str, id: str) -> Deployment:
        if names.is_id(id):
            deployment = await self._engine.get(id)
            if deployment.group in await self._group_names(user):
                return deployment
        raise NotFound(f"there is no deployment {id!r}")

    async def _group_names(self, user: str) -> frozenset[str]:
        return frozenset(group.name for group in await self._groups.groups(user))

    async def _instance_type(self, wanted: str | None) -> str:
        known = [kind.name for kind in await self._engine.instance_types()]
        if wanted is None:
            return known[0]
        if wanted not in known:
            raise InvalidInput(
                f"there is no instance type {wanted!r}; choose one of: {', '.join(known)}",
                fields=[{"field": "instance_type", "message": f"must be one of: {', '.join(known)}"}],
            )
        return wanted

    async def _check_artifact(self, digest: str) -> None:
        if self._engine.capabilities.artifacts and not await self._engine.has_artifact(digest):
            raise InvalidInput(
                f"the artifact {digest} is not stored: send it first with PUT artifacts/{digest}",
                fields=[{"field": "model.artifact", "message": "is not stored"}],
            )

    async def _update_keeping_values(
        self, user: str, current: Deployment, change: UpdateDeployment, if_match: int | None
    ) -> Deployment:
        """Fill hidden values in and update, tied to the revision they were read from.

        Without the tie, a change made in between would be undone silently.
        """
        for _ in range(_MASK_ATTEMPTS):
            whole = change.model_copy(update={"env": unmasked(change.env or {}, current.spec.env)})
            seen = current.revision if if_match is None else if_match
            try:
                return masked_deployment(await self._engine.update(current.id, whole, user=user, if_match=seen))
            except Conflict:
                if if_match is not None:
                    raise
            current = await self._get(user, current.id)
        raise Conflict(f"{current.id!r} keeps changing: try again")
