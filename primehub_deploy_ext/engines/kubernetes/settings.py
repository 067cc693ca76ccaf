"""What is configured of a cluster: by traitlets, else by environment variables."""

from __future__ import annotations

import os

from traitlets import List, TraitError, Unicode, default
from traitlets.config import Configurable

from primehub_deploy_ext.engines.kubernetes.access import Source

_PREFIX = "PRIMEHUB_DEPLOY_KUBE_"


class KubernetesSettings(Configurable):
    """Where the cluster is, and what is used of it.

    Each is a trait (``c.KubernetesSettings.namespaces``) and, where that is not set, a variable
    (``PRIMEHUB_DEPLOY_KUBE_NAMESPACES``).
    """

    kubeconfig = Unicode(
        config=True,
        help="""A kubeconfig file. Empty: that of $KUBECONFIG, else the service account of this pod, else
        ~/.kube/config.""",
    )
    context = Unicode(config=True, help="A context of the kubeconfig, instead of its current one.")
    namespaces = List(
        Unicode(),
        config=True,
        help="""Namespaces that are managed. Empty: those with the label primehub-deploy.io/group or, where they may
        not be listed, that of the kubeconfig's context.""",
    )
    instance_types = Unicode(
        config=True, help="'<namespace>/<name>' of a ConfigMap with instance types, which is made when it is not there."
    )
    primehub_namespace = Unicode(config=True, help="Namespace of PrimeHub's InstanceType objects, such as 'hub'.")

    @default("kubeconfig")
    def _kubeconfig(self) -> str:
        return _variable("kubeconfig")

    @default("context")
    def _context(self) -> str:
        return _variable("context")

    @default("namespaces")
    def _namespaces(self) -> list[str]:
        return [name.strip() for name in _variable("namespaces").split(",") if name.strip()]

    @default("instance_types")
    def _instance_types(self) -> str:
        return _variable("instance_types")

    @default("primehub_namespace")
    def _primehub_namespace(self) -> str:
        return _variable("primehub_namespace")

    def source(self) -> Source:
        """Return where access to the cluster is described."""
        if self.instance_types and self.instance_types.count("/") != 1:
            raise TraitError(
                f"KubernetesSettings.instance_types is {self.instance_types!r}: it must be '<namespace>/<name>'"
            )
        return Source(kubeconfig=self.kubeconfig, context=self.context)


def _variable(name: str) -> str:
    return os.environ.get(f"{_PREFIX}{name.upper()}", "")
