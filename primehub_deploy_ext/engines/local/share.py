"""A deployment's share of what the gateway serves. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from primehub_deploy_ext.domain.models import Status
from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.engines.local.gateway.routes import Cluster, Route, Share, Unavailable
from primehub_deploy_ext.engines.local.store import DeploymentRow

if TYPE_CHECKING:
    from primehub_deploy_ext.engines.local.workload import Workload

_LONGEST_REASON = 300


def share_of(
    row: DeploymentRow,
    status: Status,
    workloads: Iterable[Workload],
    *,
    taking_traffic: Collection[int],
    stopped: bool,
    users: tuple[str, ...] | None,
) -> Share:
    """Return the route of a deployment, or why there is none, and the clusters of its replicas.

    Parameters
    ----------
    taking_traffic
        Templates that requests are sent to, to all of their replicas alike.
    users
        Who may call; None for everybody.
    """
    clusters = [
        Cluster(row.id, workload.template, tuple(sockets))
        for workload in sorted(workloads, key=lambda workload: workload.template)
        if (sockets := workload.sockets())
    ]
    # An id may be used again, and the gateway counts on: what this one is asked is no business of its namesakes.
    whose = str(row.uid)
    taking = [cluster for cluster in clusters if cluster.revision in taking_traffic]
    if len(taking) > 1:
        # One cluster of all who take traffic: Envoy chooses a cluster before it chooses a replica, and would fail
        # requests of one whose replicas have just crashed while those of the other answer.
        joint = replace(taking[0], sockets=tuple(socket for cluster in taking for socket in cluster.sockets))
        clusters[clusters.index(taking[0])] = joint
    if taking:
        return Route(row.id, ((taking[0].name, 1),), users, whose), clusters
    if stopped:
        text = f"{row.name} is stopped: start it to serve again."
        return Unavailable(row.id, "stopped", text, users=users, counted_as=whose), clusters
    if status.phase is Phase.FAILED:
        reason = status.message[:_LONGEST_REASON]
        return Unavailable(row.id, "failed", reason, users=users, counted_as=whose), clusters
    text = f"{row.name} is starting."
    return Unavailable(row.id, "starting", text, retry_after=1, users=users, counted_as=whose), clusters
