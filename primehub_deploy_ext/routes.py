"""The URL table."""

from __future__ import annotations

import re

from primehub_deploy_ext.handlers.actions import (
    RestartHandler,
    RollbackHandler,
    ScaleHandler,
    StartHandler,
    StopHandler,
)
from primehub_deploy_ext.handlers.artifacts import ArtifactHandler
from primehub_deploy_ext.handlers.audit import AuditHandler
from primehub_deploy_ext.handlers.base import ApiHandler
from primehub_deploy_ext.handlers.clients import ClientHandler, ClientsHandler
from primehub_deploy_ext.handlers.deployments import DeploymentHandler, DeploymentsHandler
from primehub_deploy_ext.handlers.drift import DriftHandler
from primehub_deploy_ext.handlers.events import EventsHandler
from primehub_deploy_ext.handlers.groups import GroupHandler, GroupsHandler
from primehub_deploy_ext.handlers.health import HealthHandler
from primehub_deploy_ext.handlers.instance_types import InstanceTypeHandler, InstanceTypesHandler
from primehub_deploy_ext.handlers.logs import LogsHandler
from primehub_deploy_ext.handlers.me import MeHandler
from primehub_deploy_ext.handlers.measurements import MeasurementsHandler
from primehub_deploy_ext.handlers.metrics import AlertsHandler, MetricsHandler, MetricsSummaryHandler, UsageHandler
from primehub_deploy_ext.handlers.model_files import InterpretersHandler, ModelFilesHandler
from primehub_deploy_ext.handlers.models import DeploymentIdsHandler, ModelsHandler, SavedModelHandler
from primehub_deploy_ext.handlers.openapi import OpenApiHandler
from primehub_deploy_ext.handlers.predictions import PredictHandler
from primehub_deploy_ext.handlers.pull_secrets import PullSecretHandler, PullSecretsHandler
from primehub_deploy_ext.handlers.replicas import ReplicasHandler, RestartReplicaHandler
from primehub_deploy_ext.handlers.revisions import RevisionHandler, RevisionsHandler, TryRevisionHandler
from primehub_deploy_ext.handlers.scrape import ScrapeHandler
from primehub_deploy_ext.handlers.unknown import UnknownRouteHandler
from primehub_deploy_ext.handlers.warm import WarmHandler
from primehub_deploy_ext.handlers.watch import WatchHandler

PREFIX = "/primehub-deploy/v1/"

# Path templates as in the OpenAPI document; what stands in braces is in _PARAMETERS.
ROUTES: dict[str, type[ApiHandler]] = {
    "health": HealthHandler,
    "me": MeHandler,
    "groups": GroupsHandler,
    "groups/{group}": GroupHandler,
    "instance-types": InstanceTypesHandler,
    "instance-types/{name}": InstanceTypeHandler,
    "pull-secrets": PullSecretsHandler,
    "pull-secrets/{name}": PullSecretHandler,
    "audit": AuditHandler,
    "measurements": MeasurementsHandler,
    "metrics": ScrapeHandler,
    "metrics/summary": MetricsSummaryHandler,
    "usage": UsageHandler,
    "openapi.json": OpenApiHandler,
    "deployments": DeploymentsHandler,
    "deployments/{id}": DeploymentHandler,
    "deployments/{id}:stop": StopHandler,
    "deployments/{id}:start": StartHandler,
    "deployments/{id}:restart": RestartHandler,
    "deployments/{id}:scale": ScaleHandler,
    "deployments/{id}:rollback": RollbackHandler,
    "deployments/{id}:predict": PredictHandler,
    "deployments/{id}/revisions": RevisionsHandler,
    "deployments/{id}/revisions/{number}": RevisionHandler,
    "deployments/{id}/revisions/{number}:try": TryRevisionHandler,
    "deployments/{id}/replicas": ReplicasHandler,
    "deployments/{id}/replicas/{name}:restart": RestartReplicaHandler,
    "deployments/{id}/events": EventsHandler,
    "deployments/{id}/logs": LogsHandler,
    "deployments/{id}/metrics": MetricsHandler,
    "deployments/{id}/alerts": AlertsHandler,
    "deployments/{id}/clients": ClientsHandler,
    "deployments/{id}/clients/{name}": ClientHandler,
    "deployment-ids": DeploymentIdsHandler,
    "interpreters": InterpretersHandler,
    "model-files": ModelFilesHandler,
    "models": ModelsHandler,
    "models/{number}": SavedModelHandler,
    "watch": WatchHandler,
    "artifacts/{sha256}": ArtifactHandler,
    "drift": DriftHandler,
    "warm": WarmHandler,
}

_PARAMETERS = {
    "id": "(?P<id>[^/:%]+)",
    "number": "(?P<number>[0-9]{1,9})",
    "sha256": "(?P<sha256>[^/]+)",
    "group": "(?P<group>[^/]+)",
    "name": "(?P<name>[^/]+)",
}
# Clients and proxies may encode the colon.
_COLON = "(?::|%3[Aa])"


def routes() -> list[tuple[str, type[ApiHandler], dict[str, str]]]:
    """Return tornado's table, relative to the server's base URL; the last entry catches the rest."""
    table = [(f"{PREFIX}{_pattern(template)}", handler, {"route": template}) for template, handler in ROUTES.items()]
    return [*table, (r"/primehub-deploy(?:/.*)?", UnknownRouteHandler, {})]


def _pattern(template: str) -> str:
    literal = template.replace(".", r"\.").replace(":", _COLON)
    return re.sub(r"\{(\w+)\}", lambda parameter: _PARAMETERS[parameter[1]], literal)
