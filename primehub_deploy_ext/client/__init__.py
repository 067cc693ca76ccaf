"""The kernel side: deploy a model, call it, look after it.

Importing this takes milliseconds: no pandas, numpy, pydantic or Jupyter server comes with it.
"""

from primehub_deploy_ext.client.connection import Connection, connect, deploy
from primehub_deploy_ext.client.drift import LibrariesDiffer
from primehub_deploy_ext.client.errors import DeploymentFailed, DeploymentTimeout, ServerNotFound
from primehub_deploy_ext.client.handle import DeploymentHandle
from primehub_deploy_ext.client.images import deploy_image

__all__ = [
    "Connection",
    "DeploymentFailed",
    "DeploymentHandle",
    "DeploymentTimeout",
    "LibrariesDiffer",
    "ServerNotFound",
    "connect",
    "deploy",
    "deploy_image",
]
