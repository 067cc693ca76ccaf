"""An image made into an endpoint, where the server's engine runs containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from primehub_deploy_ext.client.brief import brief
from primehub_deploy_ext.client.connection import Connection, connect
from primehub_deploy_ext.client.handle import DEFAULT_TIMEOUT, DeploymentHandle


@brief
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
    return (connection or connect()).deploy_image(
        image,
        name,
        pull_secret=pull_secret,
        id=id,
        group=group,
        instance_type=instance_type,
        access=access,
        replicas=replicas,
        env=env,
        metadata=metadata,
        description=description,
        update_message=update_message,
        wait=wait,
        timeout=timeout,
    )
