"""The use cases that only look: lists, one deployment and all that it tells, with what must be hidden hidden."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable

from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.domain.models import Deployment, DeploymentList, Event, LogLine, Replica, Revision
from primehub_deploy_ext.domain.resources import Measurement
from primehub_deploy_ext.engines.base import Engine, LogQuery
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.listing import ListQuery, page_of
from primehub_deploy_ext.service.lookup import find_deployment
from primehub_deploy_ext.service.masking import (
    Secrets,
    masked_deployment,
    masked_event,
    masked_line,
    masked_replica,
    masked_revision,
)
from primehub_deploy_ext.service.secrets import SecretsOfDeployments
from primehub_deploy_ext.service.streams import closing

# How long somebody who left the group can go on reading a log that they follow.
TRUST_SECONDS = 15.0


class InspectionService:
    """What callers can look at.

    Parameters
    ----------
    engine
        Where deployments run.
    caller
        Gives a user as the group provider knows them now.
    secrets
        What to hide.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        engine: Engine,
        caller: Callable[[str], Awaitable[Caller]],
        secrets: SecretsOfDeployments,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._caller = caller
        self._secrets = secrets
        self._clock = clock

    async def page(self, caller: Caller, query: ListQuery) -> DeploymentList:
        """Return one page of the caller's deployments; of everybody's for administrators who ask."""
        scope = caller.scope(everything=query.everything)
        deployments, resource_version = await self._engine.deployments()
        page = page_of((d for d in deployments if d.group in scope), query, resource_version)
        items = [masked_deployment(d, await self._secrets.in_status_of(d)) for d in page.items]
        return page.model_copy(update={"items": items})

    async def get(self, caller: Caller, id: str) -> Deployment:
        """Return one deployment."""
        deployment = await find_deployment(self._engine, caller, id)
        return masked_deployment(deployment, await self._secrets.in_status_of(deployment))

    async def revisions(self, caller: Caller, id: str) -> list[Revision]:
        """Return the history, newest first."""
        deployment = await find_deployment(self._engine, caller, id)
        revisions = await self._engine.revisions(id)
        secrets = await self._secrets.of(deployment)
        return [masked_revision(revision, secrets) for revision in revisions]

    async def revision(self, caller: Caller, id: str, number: int) -> Revision:
        """Return one revision."""
        for revision in await self.revisions(caller, id):
            if revision.number == number:
                return revision
        raise NotFound(f"the deployment {id!r} has no revision {number}")

    async def replicas(self, caller: Caller, id: str) -> list[Replica]:
        """Return the replicas as they are now."""
        deployment = await find_deployment(self._engine, caller, id)
        secrets = await self._secrets.of(deployment)
        return [masked_replica(replica, secrets) for replica in await self._engine.replicas(id)]

    async def events(self, caller: Caller, id: str) -> list[Event]:
        """Return what the engine did and saw, newest first."""
        deployment = await find_deployment(self._engine, caller, id)
        secrets = await self._secrets.of(deployment)
        return [masked_event(event, secrets) for event in await self._engine.events(id)]

    async def logs(self, caller: Caller, id: str, query: LogQuery) -> AsyncIterator[list[LogLine]]:
        """Return log lines as ``Engine.logs`` does; an unknown deployment is reported here, before the first line."""
        deployment = await find_deployment(self._engine, caller, id)
        return self._lines(caller.user, deployment, query)

    async def measurements(self, caller: Caller, *, everything: bool) -> list[Measurement]:
        """Return what the caller's deployments use now."""
        scope = caller.scope(everything=everything)
        deployments, _ = await self._engine.deployments()
        visible = {deployment.id for deployment in deployments if deployment.group in scope}
        return [measured for measured in await self._engine.measurements() if measured.id in visible]

    async def _lines(self, user: str, deployment: Deployment, query: LogQuery) -> AsyncIterator[list[LogLine]]:
        secrets: Secrets = await self._secrets.of(deployment)
        newest = deployment.revision
        checked = self._clock()
        async with closing(self._engine.logs(deployment.id, query)) as stream:
            async for lines in stream:
                if self._clock() - checked >= TRUST_SECONDS:
                    deployment = await find_deployment(self._engine, await self._caller(user), deployment.id)
                    secrets = await self._secrets.of(deployment)
                    checked = self._clock()
                revision = max((_revision_of(replica) for replica in {line.replica for line in lines}), default=0)
                if revision > newest:
                    newest = revision
                    secrets = await self._secrets.of(await self._engine.get(deployment.id))
                yield [masked_line(line, secrets) for line in lines] if secrets else lines


def _revision_of(replica: str) -> int:
    number = replica.partition("-")[0]
    return int(number) if number.isdecimal() else 0
