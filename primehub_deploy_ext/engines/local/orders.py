"""What a replica is told to do: the order that goes to its launcher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.instance_types import pick_cpus
from primehub_deploy_ext.engines.local.paths import Paths

LOG_LIMIT = 16 * 1024 * 1024


def replica_order(
    paths: Paths, artifacts: ArtifactStore, spec: DeploymentSpec, *, log: Path, index: int, **identity: Any
) -> dict[str, Any]:
    """Return a ``ReplicaOrder`` as JSON (see ``docs/architecture.md``).

    Parameters
    ----------
    log
        File that it prints to.
    index
        Spreads replicas over the CPUs.
    identity
        ``replica``, ``deployment``, ``revision``, ``name``, ``attempt``, ``socket`` and ``status``.
    """
    model, given = spec.model, spec.resources
    return identity | {
        "report": str(paths.report),
        "log": str(log),
        "log_limit": LOG_LIMIT,
        "artifact": str(artifacts.path(model.artifact)),
        "serializer": model.serializer,
        "adapter": model.adapter,
        "signature": model.signature and model.signature.model_dump(mode="json"),
        "example": model.example,
        "env": spec.env,
        "threads": max(1, round(given.cpu)) if given.cpu else None,
        "cpus": pick_cpus(given.cpu, index) if given.cpu else None,
        "workdir": str(paths.home),
    }
