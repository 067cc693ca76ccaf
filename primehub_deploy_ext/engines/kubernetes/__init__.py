"""The distributed engine: deployments run on a Kubernetes cluster."""
