"""Who there is to measure: facts about deployments and replicas, as of one moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.domain.resources import Quota, Usage


@dataclass(frozen=True)
class ReplicaFacts:
    """One replica.

    Parameters
    ----------
    key
        ``<uid>-<name>``: what its files are called.
    created
        Unix time at which its process began.
    """

    key: str
    name: str
    revision: str
    pid: int | None
    created: float
    ready: bool
    restarts: int


@dataclass(frozen=True)
class DeploymentFacts:
    """One deployment.

    Parameters
    ----------
    uid
        Its number in the store: an id may be used again.
    images
        What runs, by revision: the class of the model.
    """

    uid: int
    id: str
    name: str
    group: str
    created_at: datetime
    phase: Phase
    desired: int
    images: dict[str, str] = field(default_factory=dict)
    replicas: tuple[ReplicaFacts, ...] = ()


@dataclass(frozen=True)
class GroupFacts:
    """What a group may use and uses."""

    name: str
    quota: Quota
    usage: Usage


@dataclass(frozen=True)
class Census:
    """All deployments.

    Parameters
    ----------
    counters
        Folder with the files that replicas count in.
    departed
        Those that were deleted a moment ago: what they did last is still to be counted.
    """

    deployments: tuple[DeploymentFacts, ...]
    counters: Path
    groups: tuple[GroupFacts, ...] = ()
    departed: tuple[DeploymentFacts, ...] = ()

    @property
    def counted(self) -> dict[int, DeploymentFacts]:
        """Those whose requests count, by uid."""
        return {deployment.uid: deployment for deployment in (*self.deployments, *self.departed)}

    def replicas(self) -> Iterable[tuple[DeploymentFacts, ReplicaFacts]]:
        """All replicas, each with its deployment."""
        for deployment in self.deployments:
            for replica in deployment.replicas:
                yield deployment, replica
