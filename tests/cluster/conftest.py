"""What runs on a real cluster."""

from tests.cluster.fixtures import cluster, namespace, namespaces_made

__all__ = ["cluster", "namespace", "namespaces_made"]
