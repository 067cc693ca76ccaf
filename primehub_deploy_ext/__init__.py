"""Model Deployment inside JupyterLab: turn a trained model into an HTTP endpoint.

Importing this package costs next to nothing: names load on first use, because it is imported by every
Jupyter server (as an extension) and by every notebook that deploys something.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from primehub_deploy_ext._version import __version__

if TYPE_CHECKING:
    from primehub_deploy_ext.client import (
        Connection,
        DeploymentFailed,
        DeploymentHandle,
        DeploymentTimeout,
        ServerNotFound,
        connect,
        deploy,
        deploy_image,
    )
    from primehub_deploy_ext.domain.errors import DeployError, InvalidInput, QuotaExceeded
    from primehub_deploy_ext.runner.headers import request_headers
    from primehub_deploy_ext.widget import DeploymentsPanel

__all__ = [
    "Connection",
    "DeployError",
    "DeploymentFailed",
    "DeploymentHandle",
    "DeploymentTimeout",
    "DeploymentsPanel",
    "InvalidInput",
    "QuotaExceeded",
    "ServerNotFound",
    "__version__",
    "connect",
    "deploy",
    "deploy_image",
    "request_headers",
]

_HOME = {
    "Connection": "primehub_deploy_ext.client",
    "DeploymentFailed": "primehub_deploy_ext.client",
    "DeploymentHandle": "primehub_deploy_ext.client",
    "DeploymentTimeout": "primehub_deploy_ext.client",
    "ServerNotFound": "primehub_deploy_ext.client",
    "connect": "primehub_deploy_ext.client",
    "deploy": "primehub_deploy_ext.client",
    "deploy_image": "primehub_deploy_ext.client",
    "DeployError": "primehub_deploy_ext.domain.errors",
    "DeploymentsPanel": "primehub_deploy_ext.widget",
    "InvalidInput": "primehub_deploy_ext.domain.errors",
    "QuotaExceeded": "primehub_deploy_ext.domain.errors",
    "request_headers": "primehub_deploy_ext.runner.headers",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "primehub-deploy-ext"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from primehub_deploy_ext.app import PrimehubDeploy

    return [{"module": "primehub_deploy_ext.app", "app": PrimehubDeploy}]


def _warm_when_in_a_notebook() -> None:
    # The Jupyter server may have imported IPython too, but runs no shell.
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from primehub_deploy_ext.client import autowarm

        autowarm.install()


_warm_when_in_a_notebook()
