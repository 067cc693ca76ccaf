"""The services of one server, wired to its engine."""

from __future__ import annotations

from dataclasses import dataclass

from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.artifacts import ArtifactService
from primehub_deploy_ext.service.deployments import DeploymentService
from primehub_deploy_ext.service.groups import GroupProvider


@dataclass(frozen=True)
class Services:
    """What the handlers call."""

    engine: Engine
    deployments: DeploymentService
    artifacts: ArtifactService

    @staticmethod
    def over(engine: Engine, groups: GroupProvider) -> Services:
        """Wire the services to an engine and a group provider."""
        return Services(engine, DeploymentService(engine, groups), ArtifactService(engine))
