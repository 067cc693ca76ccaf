"""What runs on a real cluster."""

from tests.cluster.fixtures import cluster, namespace, namespaces_made
from tests.cluster.stories import story

__all__ = ["cluster", "namespace", "namespaces_made", "story"]
