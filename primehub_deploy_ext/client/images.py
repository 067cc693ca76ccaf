"""An image made into an endpoint, where the server's engine runs containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from primehub_deploy_ext.client.connection import Connection, connect
from primehub_deploy_ext.client.handle import DEFAULT_TIMEOUT, DeploymentHandle

Json = dict[str, Any]


def deploy_image(
    image: str,
    name: str,
    *,
    pull_secret: str = "",
    id: str | None = None,
    group: str | None = None,
    instance_type: str | None = None,
    access: Literal["public", "private"] = "public",
    replicas: int = 1,
    env: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    description: str = "",
    update_message: str = "",
    wait: bool = True,
    timeout: float = DEFAULT_TIMEOUT,
    connection: Connection | None = None,
) -> DeploymentHandle:
    """Turn an image that serves a model by itself, on ``$PORT``, into an HTTP endpoint.

    Parameters
    ----------
    image
        Its name, such as ``registry.example.com/team/model:1``.
    pull_secret
        Name of the group's login for the image's registry; empty: none.
    id, group, instance_type, access, replicas, env, metadata, description, update_message, wait, timeout, connection
        As in :func:`~primehub_deploy_ext.client.deploy`.

    Raises
    ------
    InvalidInput
        The engine runs no images, or something about an option is wrong; the message names it.
    AlreadyExists, QuotaExceeded, DeploymentFailed, DeploymentTimeout
        As in :func:`~primehub_deploy_ext.client.deploy`.
    """
    body: Json = {
        "name": name,
        "id": id,
        "group": group,
        "model": {"image": image},
        "pull_secret": pull_secret,
        "replicas": replicas,
        "instance_type": instance_type,
        "access": access,
        "env": dict(env or {}),
        "metadata": dict(metadata or {}),
        "description": description,
        "update_message": update_message,
    }
    return (connection or connect()).create(body, wait=wait, timeout=timeout)
