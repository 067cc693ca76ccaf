"""The use cases that change deployments. Each checks the input and the caller's groups, then asks the engine."""

from __future__ import annotations

import re
from typing import Any

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import DryRun, InstanceType
from primehub_deploy_ext.domain.models import (
    CreateDeployment,
    Deployment,
    DeploymentSpec,
    Prediction,
    Trial,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.engines.base import Engine, NewDeployment, PredictRequest
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.growth import grows, quota_preview
from primehub_deploy_ext.service.instance_types import choose_instance_type
from primehub_deploy_ext.service.lookup import find_deployment
from primehub_deploy_ext.service.masking import has_mask, masked_deployment, masked_trial, secrets_in, unmasked
from primehub_deploy_ext.service.secrets import SecretsOfDeployments
from primehub_deploy_ext.service.sources import check_access, check_model, check_pull_secret

# Five random characters hardly ever collide once; five times in a row means that something else is wrong.
_ID_ATTEMPTS = 5
_MASK_ATTEMPTS = 5
# A slash alone is the endpoint itself; at the end of a path some servers insist on one.
_PATH = re.compile(r"/|[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*/?")
_LONGEST_PATH = 512


class DeploymentService:
    """What callers can do with deployments.

    A deployment of a group that the caller is not in does not exist for them (``NotFound``). What would take more of
    the group's quota than before needs a group that is there and where Model Deployment is enabled.

    Parameters
    ----------
    engine
        Where deployments run.
    secrets
        What to hide.
    """

    def __init__(self, engine: Engine, secrets: SecretsOfDeployments) -> None:
        self._engine = engine
        self._secrets = secrets

    async def create(self, caller: Caller, request: CreateDeployment) -> Deployment:
        """Start a new deployment.

        Raises
        ------
        InvalidInput
            If the artifact is not stored, the group may not use the instance type, or the engine has no private
            endpoints.
        Forbidden
            If the caller may not create in this group.
        QuotaExceeded
            If the group's quota leaves no room.
        AlreadyExists
            If the id that the caller chose is taken.
        """
        group = caller.group_to_create_in(request.group)
        spec = await self._new_spec(caller, group.name, request)

        async def create(id: str) -> Deployment:
            new = NewDeployment(
                id=id,
                name=request.name,
                group=group.name,
                spec=spec,
                user=caller.user,
                update_message=request.update_message,
                quota=group.quota,
            )
            return await self._seen(await self._engine.create(new))

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

    async def preview_create(self, caller: Caller, request: CreateDeployment, *, try_out: bool) -> DryRun:
        """Check all that :meth:`create` checks, tell what it would take, and load the model for a moment if asked."""
        group = caller.group_to_create_in(request.group)
        spec = await self._new_spec(caller, group.name, request)
        chosen = request.id or names.id_from_name(request.name)
        deployments, _ = await self._engine.deployments()
        if any(deployment.id == chosen for deployment in deployments):
            raise AlreadyExists(f"the id {chosen!r} is taken", fields=[{"field": "id", "message": "is taken"}])
        preview = quota_preview(group, deployments, chosen, spec, await self._engine.capacity())
        return await self._tried(preview, spec, group.name) if try_out else preview

    async def update(
        self, caller: Caller, id: str, change: UpdateDeployment, *, if_match: int | None = None
    ) -> Deployment:
        """Replace fields of the specification.

        Raises
        ------
        InvalidInput
            If nothing is to change, the artifact is not stored, the group may not use the instance type, or a masked
            environment value has no current one.
        Forbidden
            If it takes more than before, and the group's quota or switch forbids that.
        """
        current = await find_deployment(self._engine, caller, id)
        for _ in range(_MASK_ATTEMPTS):
            whole, kind, quota = await self._checked_update(caller, current, change)
            # Without the tie to the revision that hidden values were read from, a change made in between would be
            # undone silently.
            seen = current.revision if if_match is None and has_mask(change.env) else if_match
            try:
                return await self._seen(
                    await self._engine.update(
                        id,
                        whole,
                        user=caller.user,
                        if_match=seen,
                        resources=kind.resources if kind else None,
                        quota=quota,
                    )
                )
            except Conflict:
                if seen == if_match:
                    raise
            current = await find_deployment(self._engine, caller, id)
        raise Conflict(f"{id!r} keeps changing: try again")

    async def preview_update(
        self, caller: Caller, id: str, change: UpdateDeployment, *, if_match: int | None = None, try_out: bool
    ) -> DryRun:
        """Check all that :meth:`update` checks, tell what it would take, and load the model for a moment if asked."""
        current = await find_deployment(self._engine, caller, id)
        whole, kind, _ = await self._checked_update(caller, current, change)
        if if_match not in {None, current.revision}:
            raise Conflict(f"{id!r} is at revision {current.revision} by now, not {if_match}: look at it again")
        deployments, _ = await self._engine.deployments()
        group = caller.group(current.group)
        spec = _after(current.spec, whole, kind)
        preview = quota_preview(group, deployments, id, spec, await self._engine.capacity())
        return await self._tried(preview, spec, group.name) if try_out else preview

    async def try_revision(self, caller: Caller, id: str, number: int, request: dict[str, Any]) -> Trial:
        """Ask the model of any revision, loaded for a moment, whatever serves.

        Raises
        ------
        NotFound
            If there is no such revision.
        Forbidden
            If Model Deployment is off for its group: what is tried runs for a moment.
        """
        deployment = await find_deployment(self._engine, caller, id)
        caller.group_to_grow_in(deployment.group, "tried out")
        for revision in await self._engine.revisions(id):
            if revision.number == number:
                return await self._try(revision.spec, deployment.group, request)
        raise NotFound(f"the deployment {id!r} has no revision {number}")

    async def _tried(self, preview: DryRun, spec: DeploymentSpec, group: str) -> DryRun:
        return preview.model_copy(update={"trial": await self._try(spec, group)})

    async def _try(self, spec: DeploymentSpec, group: str, request: dict[str, Any] | None = None) -> Trial:
        if not self._engine.capabilities.trials:
            raise InvalidInput(f"the engine {self._engine.name!r} can't try models out: deploy it to see")
        return masked_trial(await self._engine.try_out(spec, request, group=group), secrets_in([spec.env]))

    async def scale(
        self, caller: Caller, id: str, replicas: int, *, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        """Change the number of replicas."""
        current = await find_deployment(self._engine, caller, id)
        after = current.spec.model_copy(update={"replicas": replicas})
        quota = await self._quota_for(caller, current, after, "scaled up")
        return await self._seen(
            await self._engine.scale(
                id, replicas, user=caller.user, update_message=update_message, if_match=if_match, quota=quota
            )
        )

    async def stop(
        self, caller: Caller, id: str, *, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        """End all replicas, keep everything else."""
        await find_deployment(self._engine, caller, id)
        return await self._seen(
            await self._engine.stop(id, user=caller.user, update_message=update_message, if_match=if_match)
        )

    async def start(
        self, caller: Caller, id: str, *, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        """Start a stopped deployment."""
        current = await find_deployment(self._engine, caller, id)
        quota = caller.group_to_grow_in(current.group, "started").quota
        return await self._seen(
            await self._engine.start(
                id, user=caller.user, update_message=update_message, if_match=if_match, quota=quota
            )
        )

    async def restart(
        self, caller: Caller, id: str, *, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        """Replace all replicas by fresh ones."""
        current = await find_deployment(self._engine, caller, id)
        quota = await self._quota_for(caller, current, current.spec, "restarted")
        return await self._seen(
            await self._engine.restart(
                id, user=caller.user, update_message=update_message, if_match=if_match, quota=quota
            )
        )

    async def restart_replica(self, caller: Caller, id: str, name: str, *, kill: bool) -> None:
        """Replace one replica by a fresh one."""
        await find_deployment(self._engine, caller, id)
        await self._engine.restart_replica(id, name, user=caller.user, kill=kill)

    async def rollback(
        self, caller: Caller, id: str, revision: int, *, update_message: str = "", if_match: int | None = None
    ) -> Deployment:
        """Roll out the specification of an earlier revision.

        Raises
        ------
        InvalidInput
            If there is no such revision, or the group may no longer use its instance type.
        """
        current = await find_deployment(self._engine, caller, id)
        earlier = next((r.spec for r in await self._engine.revisions(id) if r.number == revision), None)
        quota: Quota | None = None
        if earlier is not None:  # else the engine says which there are
            after = earlier.model_copy(update={"stopped": current.spec.stopped})
            quota = await self._quota_for(caller, current, after, "rolled back")
            if earlier.instance_type != current.spec.instance_type:
                choose_instance_type(caller.directory, current.group, earlier.instance_type)
        return await self._seen(
            await self._engine.rollback(
                id, revision, user=caller.user, update_message=update_message, if_match=if_match, quota=quota
            )
        )

    async def delete(self, caller: Caller, id: str, *, if_match: int | None = None) -> None:
        """Remove a deployment and all it owns."""
        await find_deployment(self._engine, caller, id)
        await self._engine.delete(id, if_match=if_match)

    # ------------------------------------------------------------------ using

    async def predict(self, caller: Caller, id: str, request: PredictRequest) -> Prediction:
        """Send one request to the deployment's endpoint."""
        # The path is put behind the endpoint's URL: it must not lead out of it.
        segments = request.path.split("/")
        if request.path and (
            len(request.path) > _LONGEST_PATH or not _PATH.fullmatch(request.path) or {".", ".."} & set(segments)
        ):
            rule = "must be a path below the endpoint, such as 'api/v1.0/predictions', or '/' for the endpoint itself"
            raise InvalidInput(f"path: {rule}", fields=[{"field": "path", "message": rule}])
        await find_deployment(self._engine, caller, id)
        return await self._engine.predict(id, request)

    async def warm(self, caller: Caller, request: WarmRequest) -> None:
        """Prepare to start replicas of such models fast, where the engine can."""
        caller.require_some_group()
        if self._engine.capabilities.warm:
            await self._engine.warm(request)

    # ------------------------------------------------------------------ checks

    async def _new_spec(self, caller: Caller, group: str, request: CreateDeployment) -> DeploymentSpec:
        await check_model(self._engine, request.model)
        check_access(self._engine, request.access, request.model)
        check_pull_secret(caller, group, request.pull_secret)
        kind = choose_instance_type(caller.directory, group, request.instance_type)
        return DeploymentSpec(
            model=request.model,
            replicas=request.replicas,
            instance_type=kind.name,
            resources=kind.resources,
            pull_secret=request.pull_secret,
            env=unmasked(request.env, {}),
            access=request.access,
            metadata=request.metadata,
            description=request.description,
        )

    async def _checked_update(
        self, caller: Caller, current: Deployment, change: UpdateDeployment
    ) -> tuple[UpdateDeployment, InstanceType | None, Quota | None]:
        """Return the change with hidden values filled in, its instance type, and the group's quota."""
        if not change.model_dump(exclude_none=True, exclude={"update_message"}):
            raise InvalidInput("nothing to change: send at least one field of the specification")
        caller.check_not_gone(current.group, "changed")
        if change.model is not None:
            await check_model(self._engine, change.model)
        if change.access is not None or change.model is not None:
            check_access(self._engine, change.access or current.spec.access, change.model or current.spec.model)
        if change.pull_secret != current.spec.pull_secret:
            check_pull_secret(caller, current.group, change.pull_secret)
        kind = self._kind_for(caller, current, change.instance_type)
        if has_mask(change.env):
            change = change.model_copy(update={"env": unmasked(change.env or {}, current.spec.env)})
        quota = await self._quota_for(caller, current, _after(current.spec, change, kind), "changed")
        return change, kind, quota

    @staticmethod
    def _kind_for(caller: Caller, current: Deployment, wanted: str | None) -> InstanceType | None:
        if wanted is None:
            return None
        kinds = caller.directory.instance_types_of(current.group)
        if wanted == current.spec.instance_type and all(kind.name != wanted for kind in kinds):
            # It is gone, and its name was sent back with the rest of a form: it keeps what it has.
            return None
        return choose_instance_type(caller.directory, current.group, wanted)

    async def _quota_for(self, caller: Caller, current: Deployment, after: DeploymentSpec, verb: str) -> Quota | None:
        """Return the quota of the group; refuse first what its switch forbids."""
        group = caller.directory.group(current.group)
        if (group is None or not group.enabled) and grows(current, after, await self._engine.capacity()):
            caller.group_to_grow_in(current.group, verb)
        return group.quota if group else None

    async def _seen(self, deployment: Deployment) -> Deployment:
        return masked_deployment(deployment, await self._secrets.in_status_of(deployment))


def _after(spec: DeploymentSpec, change: UpdateDeployment, kind: InstanceType | None) -> DeploymentSpec:
    """Return what the specification will be."""
    sent = change.model_fields_set - {"update_message"}
    fields = {name: value for name in sent if (value := getattr(change, name)) is not None}
    return spec.model_copy(update=fields | ({"resources": kind.resources} if kind else {}))
