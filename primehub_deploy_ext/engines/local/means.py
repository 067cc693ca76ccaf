"""What deployments act with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.callers import ServerPass
from primehub_deploy_ext.engines.local.front import Front
from primehub_deploy_ext.engines.local.launchers import Launchers
from primehub_deploy_ext.engines.local.ledger import Ledger
from primehub_deploy_ext.engines.local.paths import Paths
from primehub_deploy_ext.engines.local.processes import Processes
from primehub_deploy_ext.engines.local.store import Store


@dataclass(frozen=True)
class Means:
    """The daemon's one of each, shared by all deployments."""

    paths: Paths
    store: Store
    artifacts: ArtifactStore
    processes: Processes
    launchers: Launchers
    front: Front
    ledger: Ledger
    server_pass: ServerPass

    def log_folder(self, uid: int) -> Path:
        """Where the replicas of a deployment print to."""
        return self.paths.logs / str(uid)
