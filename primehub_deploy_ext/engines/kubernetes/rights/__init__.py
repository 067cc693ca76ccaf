"""What the engine does on a cluster, as RBAC says it, and whether it may."""
