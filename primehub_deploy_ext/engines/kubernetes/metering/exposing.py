"""How deployments stand, for a Prometheus that scrapes the server: what no replica can tell. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from primehub_deploy_ext.domain.models import Deployment
from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen, template_of
from primehub_deploy_ext.engines.kubernetes.reading.steps import restarts_of
from primehub_deploy_ext.monitoring.exposition import Family, render
from primehub_deploy_ext.monitoring.names import DESIRED, INFO, PHASE, READY, RESTARTS


def states_of(stands: Iterable[tuple[Seen, Deployment]], *, openmetrics: bool = False) -> str:
    """Return the page."""
    info = Family(INFO, "gauge", "1; labels tell what it is")
    phase = Family(PHASE, "gauge", "1 for the phase that it is in")
    desired = Family(DESIRED, "gauge", "Replicas that are wanted")
    ready = Family(READY, "gauge", "Replicas that answer")
    restarts = Family(RESTARTS, "counter", "How often a running replica was started again")
    for seen, deployment in stands:
        who = {"namespace": seen.namespace, "deployment_name": seen.name}
        info.add({**who, "title": deployment.name, "group": deployment.group}, 1)
        for one in Phase:
            phase.add({**who, "phase": str(one)}, float(deployment.status.phase is one))
        desired.add(who, deployment.status.replicas.desired)
        ready.add(who, deployment.status.replicas.ready)
        for pod in seen.pods:
            labels = {**who, "predictor_version": str(template_of(pod)), "replica": pod["metadata"]["name"]}
            restarts.add(labels, restarts_of(pod))
    families = (family for family in (info, phase, desired, ready, restarts) if family.lines)
    return render(families, openmetrics=openmetrics)
