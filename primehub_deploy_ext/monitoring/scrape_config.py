"""How Prometheus is told to scrape, as the docs print it and the tests run it. Pure."""

from __future__ import annotations

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
