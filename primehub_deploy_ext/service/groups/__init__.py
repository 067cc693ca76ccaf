"""Where groups, instance types and pull secrets come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from primehub_deploy_ext.service.groups.provider import GroupProvider


def default_provider(environ: Mapping[str, str], engine: str = "local") -> type[GroupProvider]:
    """Return the provider that is used when none is configured.

    Parameters
    ----------
    environ
        The server's environment: JupyterHub tells the servers that it starts where it is, and how to ask it.
    engine
        Name of the engine: on a cluster, groups are namespaces.
    """
    if engine == "kubernetes":
        from primehub_deploy_ext.service.groups.kubernetes import KubernetesGroups

        return KubernetesGroups
    if environ.get("JUPYTERHUB_API_URL") and environ.get("JUPYTERHUB_API_TOKEN"):
        from primehub_deploy_ext.service.groups.jupyterhub import JupyterHubGroups

        return JupyterHubGroups
    from primehub_deploy_ext.service.groups.stored import StoredGroups

    return StoredGroups
