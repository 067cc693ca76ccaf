"""The services of one server, wired to its engine, its group provider and its audit log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from primehub_deploy_ext.domain.models import Health
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.home import home_of_user
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.artifacts import ArtifactService
from primehub_deploy_ext.service.audit import AuditLog
from primehub_deploy_ext.service.audit_reading import AuditService
from primehub_deploy_ext.service.clients import ClientService
from primehub_deploy_ext.service.deployments import DeploymentService
from primehub_deploy_ext.service.drift import DriftService
from primehub_deploy_ext.service.group_management import GroupService
from primehub_deploy_ext.service.groups.provider import GroupProvider, Surroundings
from primehub_deploy_ext.service.identity import caller_name
from primehub_deploy_ext.service.inspection import InspectionService
from primehub_deploy_ext.service.instance_types import InstanceTypeService
from primehub_deploy_ext.service.metrics import MetricsService
from primehub_deploy_ext.service.model_files import ModelFileService
from primehub_deploy_ext.service.models import ModelService
from primehub_deploy_ext.service.prometheus_api import PrometheusApi
from primehub_deploy_ext.service.pull_secrets import PullSecretService
from primehub_deploy_ext.service.secrets import SecretsOfDeployments
from primehub_deploy_ext.service.watching import WatchService


@dataclass(frozen=True)
class Services:
    """What the handlers call, and what it stands on."""

    engine: Engine
    provider: GroupProvider
    audit_log: AuditLog
    deployments: DeploymentService
    inspection: InspectionService
    metrics: MetricsService
    watching: WatchService
    artifacts: ArtifactService
    models: ModelService
    model_files: ModelFileService
    drift: DriftService
    clients: ClientService
    groups: GroupService
    instance_types: InstanceTypeService
    pull_secrets: PullSecretService
    audit: AuditService

    @staticmethod
    def over(engine: Engine, provider: GroupProvider, audit_log: AuditLog, prometheus_url: str = "") -> Services:
        """Wire the services to an engine and a group provider, both open, and an audit log."""

        async def caller(user: str) -> Caller:
            return Caller(user, await provider.directory(user))

        secrets = SecretsOfDeployments(engine)
        return Services(
            engine=engine,
            provider=provider,
            audit_log=audit_log,
            deployments=DeploymentService(engine, secrets),
            inspection=InspectionService(engine, caller, secrets),
            metrics=MetricsService(engine, secrets, PrometheusApi(prometheus_url) if prometheus_url else None),
            watching=WatchService(engine, caller, secrets),
            artifacts=ArtifactService(engine),
            models=ModelService(engine),
            model_files=ModelFileService(engine),
            drift=DriftService(engine),
            clients=ClientService(engine),
            groups=GroupService(engine, provider),
            instance_types=InstanceTypeService(provider),
            pull_secrets=PullSecretService(provider),
            audit=AuditService(audit_log),
        )

    async def caller(self, user: str) -> Caller:
        """Return a user with what the provider knows now.

        Raises
        ------
        EngineUnavailable
            If what it knows is too old to be trusted.
        """
        return Caller(user, await self.provider.directory(user))

    async def health(self) -> Health:
        """Tell the engine's state, and what is wrong with the audit log."""
        health = await self.engine.health()
        problem = self.audit_log.problem
        if not problem:
            return health
        status = "degraded" if health.status == "ok" else health.status
        message = f"{health.message} {problem}".strip()
        return health.model_copy(update={"status": status, "message": message})

    async def close(self) -> None:
        """Release the provider and the engine; deployments go on running."""
        try:
            await self.provider.close()
        finally:
            await self.engine.close()


async def open_services(
    engine: Engine,
    provider: GroupProvider,
    audit_log: AuditLog,
    admins: Iterable[str],
    prometheus_url: str = "",
) -> Services:
    """Open an engine and a group provider, and wire the services to them.

    Parameters
    ----------
    admins
        Names of administrators from the configuration.
    prometheus_url
        Where series come from; empty: from the engine.

    Raises
    ------
    EngineUnavailable
        If one of them can't be opened.
    """
    await engine.open()
    try:
        surroundings = Surroundings(
            home=home_of_user(),
            owner=caller_name(None),
            admins=frozenset(admins),
            instance_types=await engine.instance_types(),
        )
        await provider.open(surroundings)
    except BaseException:
        await engine.close()
        raise
    return Services.over(engine, provider, audit_log, prometheus_url)
