"""The Flavor protocol: what differs between the kinds of object that a deployment can be on a cluster.

A flavor is made of pure functions over JSON objects. Everything else is the engine's: history, quota, secrets, logs,
events, the reasons that pods give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.engines.kubernetes.api.kinds import Kind
from primehub_deploy_ext.monitoring.questions import Questions

Json = dict[str, Any]


@dataclass(frozen=True)
class Workload:
    """What a deployment is to be on the cluster.

    Parameters
    ----------
    revision
        Of the template that replicas run; a label of their pods.
    replicas
        How many are to run now: none when it is stopped, or was given up.
    surge
        How many may run beside the old ones during a roll-out; 0: one ends before another starts.
    template
        Pod template (``metadata`` and ``spec``); None: as it is, nothing restarts.
    annotations
        Of the owner; those that are None are taken away.
    """

    id: str
    namespace: str
    name: str
    group: str
    spec: DeploymentSpec
    revision: int
    replicas: int
    surge: int
    template: Json | None
    annotations: Mapping[str, str | None]
    progress_deadline: int = 600


@dataclass(frozen=True)
class Way:
    """How deployments are reached from outside, from the settings.

    Parameters
    ----------
    route
        ``gateway``, ``ingress``, ``kserve`` (KServe's own, where the flavor is that) or empty: only inside the
        cluster.
    gateway
        ``namespace/name`` or ``namespace/name/section``.
    """

    route: str = ""
    public_url: str = ""
    gateway: str = ""
    ingress_class: str = ""
    ingress_annotations: Mapping[str, str] = field(default_factory=dict)
    cluster_domain: str = "cluster.local"

    def inside(self) -> Way:
        """Return the way inside of the cluster: for what has no route of ours, or shares its path with another."""
        return replace(self, route="", public_url="")


@dataclass(frozen=True)
class Standing:
    """How far the cluster's controllers have come with an owner.

    Parameters
    ----------
    seen
        They have taken in what the object says now.
    complete
        Every wanted replica runs the wanted template and is ready, and no other is left; for none wanted: none left.
    conditions
        Those of the object that tell of trouble with pods that don't exist (quota, admission, deadline), in the words
        of ``apps/v1``: ``Progressing``, ``ReplicaFailure``, ``Available``.
    problem
        The controller's own words where it refuses the object as such.
    """

    seen: bool
    complete: bool
    conditions: Sequence[Json] = ()
    problem: str = ""


@dataclass(frozen=True)
class Told:
    """What an owner that was made elsewhere tells of itself, beside what it runs.

    Parameters
    ----------
    name
        What people call it; empty: as its object is called.
    revision
        How many revisions it knows of.
    created_by, updated_by
        Users; empty: not known.
    updated_at
        None: not known.
    """

    name: str = ""
    revision: int = 1
    created_by: str = ""
    updated_by: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Backend:
    """Where a deployment's service is inside the cluster.

    Parameters
    ----------
    path
        What requests begin with there, with ``/`` at its end.
    """

    service: str
    port: int
    path: str


class Flavor(Protocol):
    """A kind of object that a deployment can be."""

    name: str
    owner: Kind
    # What has to be watched besides owners and pods to know how a deployment stands.
    kinds: tuple[Kind, ...]
    # Whether what our runner reads of who may call gets into its pods; see `doors.py`.
    tells_callers: bool

    def build(self, workload: Workload) -> Json:
        """Return the owner as it is created."""

    def change(self, owner: Json, workload: Workload) -> Json:
        """Return the owner (as it was just read) with what is wanted; what others wrote in it stays."""

    def parts(self, workload: Workload, owner: Json, way: Way) -> list[tuple[Kind, Json]]:
        """Return what goes with the owner, in the order in which it is applied; the engine makes it owned by it."""

    def owner_of(self, pod: Json) -> str | None:
        """Return the name of the owner whose replica a pod may be; None for pods of other kinds of owner."""

    def standing(self, owner: Json, pods: Sequence[Json], others: Mapping[Kind, Mapping[str, Json]]) -> Standing:
        """Return how far the controllers have come; ``others`` has what was watched of :attr:`kinds`, by name."""

    def count(self, owner: Json) -> int:
        """Return how many replicas an owner asks for; 0: it is stopped."""

    def describe(self, owner: Json) -> DeploymentSpec:
        """Return what an owner that was made elsewhere says it runs, as well as that can be told."""

    def told(self, owner: Json) -> Told:
        """Return what else an owner that was made elsewhere tells; of its history only the ends may be there."""

    def past(self, owner: Json) -> list[Revision]:
        """Return what an owner that was made elsewhere tells of its own history, newest first."""

    def pod_spec(self, owner: Json) -> Json:
        """Return the ``spec`` of the pods that the owner asks for: what it takes of a quota."""

    def backend(self, owner: Json, spec: DeploymentSpec) -> Backend:
        """Return where requests go inside the cluster."""

    def endpoint(self, owner: Json, spec: DeploymentSpec, way: Way) -> str:
        """Return the public base URL, with ``/`` at its end."""

    def questions(self, owner: Json, spec: DeploymentSpec) -> Questions:
        """Return what a Prometheus is asked about the deployment; what can't be known there is no question for."""
