"""The URL table."""

from __future__ import annotations

from primehub_deploy_ext.handlers.actions import (
    RestartHandler,
    RollbackHandler,
    ScaleHandler,
    StartHandler,
    StopHandler,
)
from primehub_deploy_ext.handlers.artifacts import ArtifactHandler
from primehub_deploy_ext.handlers.base import ApiHandler
from primehub_deploy_ext.handlers.deployments import DeploymentHandler, DeploymentsHandler
from primehub_deploy_ext.handlers.events import EventsHandler
from primehub_deploy_ext.handlers.groups import GroupsHandler
from primehub_deploy_ext.handlers.health import HealthHandler
from primehub_deploy_ext.handlers.instance_types import InstanceTypesHandler
from primehub_deploy_ext.handlers.logs import LogsHandler
from primehub_deploy_ext.handlers.me import MeHandler
from primehub_deploy_ext.handlers.openapi import OpenApiHandler
from primehub_deploy_ext.handlers.predictions import PredictHandler
from primehub_deploy_ext.handlers.replicas import ReplicasHandler
from primehub_deploy_ext.handlers.revisions import RevisionHandler, RevisionsHandler
from primehub_deploy_ext.handlers.unknown import UnknownRouteHandler
from primehub_deploy_ext.handlers.warm import WarmHandler
from primehub_deploy_ext.handlers.watch import WatchHandler

PREFIX = "/primehub-deploy/v1/"

# Path templates as in the OpenAPI document; what stands in braces is in _PARAMETERS.
ROUTES: dict[str, type[ApiHandler]] = {
    "health": HealthHandler,
    "me": MeHandler,
    "groups": GroupsHandler,
    "instance-types": InstanceTypesHandler,
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
    "deployments/{id}/replicas": ReplicasHandler,
    "deployments/{id}/events": EventsHandler,
    "deployments/{id}/logs": LogsHandler,
    "watch": WatchHandler,
    "artifacts/{sha256}": ArtifactHandler,
    "warm": WarmHandler,
}

_PARAMETERS = {
    "{id}": "(?P<id>[^/:%]+)",
    "{number}": "(?P<number>[0-9]{1,9})",
    "{sha256}": "(?P<sha256>[^/]+)",
    # Clients and proxies may encode the colon.
    ":": "(?::|%3[Aa])",
}


def routes() -> list[tuple[str, type[ApiHandler]]]:
    """Return tornado's table, relative to the server's base URL; the last entry catches the rest."""
    table = [(f"{PREFIX}{_pattern(template)}", handler) for template, handler in ROUTES.items()]
    return [*table, (r"/primehub-deploy(?:/.*)?", UnknownRouteHandler)]


def _pattern(template: str) -> str:
    action = template.replace(".", r"\.").replace(":", _PARAMETERS[":"])
    for name in ("{id}", "{number}", "{sha256}"):
        action = action.replace(name, _PARAMETERS[name])
    return action
