"""What several flavors have in common. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.kubernetes import routes, words
from primehub_deploy_ext.engines.kubernetes.api.kinds import SERVICE, Kind
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json, Standing, Way, Workload
from primehub_deploy_ext.engines.kubernetes.quota.asks import asks_of_pod
from primehub_deploy_ext.engines.kubernetes.reading.seen import template_of

_MOST_REPLICAS = 100
_LEAST_MEMORY = 2**20


def inner_path(id: str, spec: DeploymentSpec) -> str:
    """Return what requests begin with inside: the runner takes the public prefix, other images know nothing of it."""
    return f"/deployment/{id}/" if spec.model.artifact else "/"


def annotated(owner: Json, annotations: Mapping[str, str | None]) -> Json:
    """Return a copy of an object with annotations; those that are None are taken away."""
    body = copy.deepcopy(owner)
    there = body["metadata"].setdefault("annotations", {})
    for key, value in annotations.items():
        if value is None:
            there.pop(key, None)
        else:
            there[key] = value
    return body


def strategy(surge: int) -> Json:
    """Return how a Deployment replaces its pods: beside the old ones, or one after the other where there's no room."""
    return {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": surge, "maxUnavailable": 0 if surge else 1},
    }


def merged_metadata(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> Json:
    """Return the labels and annotations of pods with ours in them; what others added for their own ends stays."""
    result = dict(wanted)
    for key in ("labels", "annotations"):
        kept = {name: value for name, value in (there.get(key) or {}).items() if not name.startswith(words.PREFIX)}
        result[key] = {**kept, **(wanted.get(key) or {})}
    return result


def service_and_route(workload: Workload, way: Way) -> list[tuple[Kind, Json]]:
    """Return the Service in front of a deployment's pods, and the way in from outside if there is one."""
    service = SERVICE.stub(workload.id, workload.namespace)
    service["metadata"]["labels"] = words.owned(workload.id)
    service["spec"] = {
        "selector": {words.DEPLOYMENT: workload.id, words.PART: "replica"},
        "ports": [{"name": words.PORT_NAME, "port": words.SERVICE_PORT, "targetPort": words.PORT_NAME}],
    }
    backend = Backend(workload.id, words.SERVICE_PORT, inner_path(workload.id, workload.spec))
    route = routes.route_of(workload.id, workload.namespace, backend, way)
    return [(SERVICE, service), *([route] if route else [])]


def is_seen(deployment: Json) -> bool:
    """Tell whether the cluster has taken in what a Deployment says now."""
    status = deployment.get("status") or {}
    return bool(status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0))


def is_complete(deployment: Json, wanted: int) -> bool:
    """Tell whether a Deployment runs as many pods of its newest template as are wanted, and no others."""
    status = deployment.get("status") or {}
    return all(status.get(key, 0) == wanted for key in ("replicas", "updatedReplicas", "availableReplicas"))


def runs_template(deployment: Json, revision: int) -> bool:
    """Tell whether the pods that a Deployment makes are those of a revision; 0: whichever they are."""
    return revision in {0, template_of({"metadata": {}, **(deployment["spec"].get("template") or {})})}


def standing_of(made: Sequence[Json], wanted: int, revision: int, pods: Sequence[Json]) -> Standing:
    """Return how far the Deployments behind an owner have come.

    Parameters
    ----------
    made
        They; none: nothing was made of the owner yet.
    wanted, revision
        The replicas that the owner wants, and the revision whose template they run; 0: whichever it is.
    pods
        All pods of the owner that are left.
    """
    seen = bool(made) and all(
        is_seen(one) and one["spec"].get("replicas", 1) == wanted and runs_template(one, revision) for one in made
    )
    return Standing(
        seen=seen,
        complete=seen and all(is_complete(one, wanted) for one in made) and bool(wanted or not pods),
        conditions=[condition for one in made for condition in (one.get("status") or {}).get("conditions") or []],
    )


def described(pod: Json, *, replicas: int, stopped: bool, what: str = "") -> DeploymentSpec:
    """Return what an object that was made elsewhere runs; ``what`` names the model where no image does."""
    image = what or next((c.get("image", "") for c in pod.get("containers") or []), "")
    asked = asks_of_pod(pod, Resources())
    return DeploymentSpec(
        # Whatever is written there: it was not checked here, and runs.
        model=Model.model_construct(**{**Model(image="elsewhere").model_dump(), "image": image, "signature": None}),
        replicas=max(1, min(replicas, _MOST_REPLICAS)),
        stopped=stopped,
        instance_type="",
        resources=Resources(cpu=asked.cpu or None, memory=max(asked.memory, _LEAST_MEMORY) or None, gpu=asked.gpu),
        metadata={},
    )
