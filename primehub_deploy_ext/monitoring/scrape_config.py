"""How Prometheus is told to scrape, as the docs print it and the tests run it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def scrape_config(target: str, path: str, token_file: str, *, interval: str = "15s") -> dict[str, Any]:
    """Return one entry of ``scrape_configs``.

    Parameters
    ----------
    target
        ``host:port`` of the Jupyter server.
    path
        Its base URL with ``primehub-deploy/v1/metrics`` behind.
    token_file
        Where Prometheus finds the token; nobody else should be able to read it.
    """
    return {
        "job_name": "primehub-deploy",
        "scrape_interval": interval,
        # What is told of a cluster names the deployment's namespace, not the server's.
        "honor_labels": True,
        "metrics_path": path,
        "authorization": {"type": "Bearer", "credentials_file": token_file},
        "static_configs": [{"targets": [target]}],
    }


def pod_monitor() -> dict[str, Any]:
    """Return a PodMonitor for servers of a JupyterHub on Kubernetes (Prometheus operator)."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": "primehub-deploy", "labels": {"release": "prometheus"}},
        "spec": {
            "selector": {"matchLabels": {"component": "singleuser-server"}},
            "podMetricsEndpoints": [
                {
                    "port": "notebook-port",
                    "interval": "15s",
                    "honorLabels": True,
                    "relabelings": [
                        {
                            "sourceLabels": ["__meta_kubernetes_pod_annotation_hub_jupyter_org_username"],
                            "targetLabel": "__metrics_path__",
                            "replacement": "/user/$1/primehub-deploy/v1/metrics",
                        }
                    ],
                    "authorization": {
                        "type": "Bearer",
                        "credentials": {"name": "primehub-deploy-metrics", "key": "token"},
                    },
                }
            ],
        },
    }


# Of a pod's labels: the deployment it is a replica of, whatever made it. See ``engines/kubernetes/words.py``.
_PART = "primehub-deploy.io/part"
_PORT = "http"


def scrape_replicas(namespaces: Sequence[str] = (), *, interval: str = "15s") -> dict[str, Any]:
    """Return one entry of ``scrape_configs`` for replicas on Kubernetes; a Prometheus in the cluster finds them itself.

    Parameters
    ----------
    namespaces
        Of groups; all that Prometheus may read when left out.
    """
    finds: dict[str, Any] = {"role": "pod"}
    if namespaces:
        finds["namespaces"] = {"names": list(namespaces)}
    return {
        "job_name": "primehub-deploy-replicas",
        "scrape_interval": interval,
        "metrics_path": "/metrics",
        "kubernetes_sd_configs": [finds],
        "relabel_configs": [
            _keep("__meta_kubernetes_pod_label_primehub_deploy_io_part", "replica"),
            _keep("__meta_kubernetes_pod_container_port_name", _PORT),
            # Ended ones have an address too.
            _keep("__meta_kubernetes_pod_phase", "Running"),
            _named("__meta_kubernetes_namespace", "namespace"),
            _named("__meta_kubernetes_pod_name", "pod"),
            _named("__meta_kubernetes_pod_container_name", "container"),
        ],
    }


def replica_monitor() -> dict[str, Any]:
    """Return a PodMonitor for replicas on Kubernetes (Prometheus operator), which sets ``namespace`` and ``pod``."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": "primehub-deploy-replicas", "labels": {"release": "prometheus"}},
        "spec": {
            "namespaceSelector": {"any": True},
            "selector": {"matchLabels": {_PART: "replica"}},
            "podMetricsEndpoints": [{"port": _PORT, "path": "/metrics", "interval": "15s"}],
        },
    }


def _keep(source: str, text: str) -> dict[str, Any]:
    return {"source_labels": [source], "regex": text, "action": "keep"}


def _named(source: str, label: str) -> dict[str, Any]:
    return {"source_labels": [source], "target_label": label}
