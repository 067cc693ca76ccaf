"""The plain flavor: a ``Deployment`` of Kubernetes' own, a ``Service``, and a way in from outside if wanted."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.kubernetes import routes, words
from primehub_deploy_ext.engines.kubernetes.asks import asks_of_pod
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json, Standing, Way, Workload
from primehub_deploy_ext.engines.kubernetes.kinds import DEPLOYMENT, HTTP_ROUTE, INGRESS, SERVICE, Kind

_COUNT = "replicas"


class Plain:
    """See :class:`Flavor`."""

    name = "plain"
    owner = DEPLOYMENT
    kinds: tuple[Kind, ...] = ()
    writes: tuple[Kind, ...] = (DEPLOYMENT, SERVICE, INGRESS, HTTP_ROUTE)

    def build(self, workload: Workload) -> Json:
        """See ``Flavor.build``."""
        body = DEPLOYMENT.stub(workload.id, workload.namespace)
        body["metadata"]["labels"] = {**words.owned(workload.id), "app.kubernetes.io/name": workload.id}
        body["spec"] = {
            "selector": {"matchLabels": {words.DEPLOYMENT: workload.id, words.PART: "replica"}},
            # History is ours; these are only what the roll-out itself needs.
            "revisionHistoryLimit": 2,
        }
        return self.change(body, workload)

    def change(self, owner: Json, workload: Workload) -> Json:
        """See ``Flavor.change``."""
        body = copy.deepcopy(owner)
        annotations = body["metadata"].setdefault("annotations", {})
        for key, value in workload.annotations.items():
            if value is None:
                annotations.pop(key, None)
            else:
                annotations[key] = value
        spec = body["spec"]
        spec[_COUNT] = workload.replicas
        spec["progressDeadlineSeconds"] = workload.progress_deadline
        spec["strategy"] = {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": workload.surge, "maxUnavailable": 0 if workload.surge else 1},
        }
        if workload.template is not None:
            spec["template"] = with_template(spec.get("template"), workload.template)
        return body

    def parts(self, workload: Workload, owner: Json, way: Way) -> list[tuple[Kind, Json]]:  # noqa: ARG002
        """See ``Flavor.parts``."""
        service = SERVICE.stub(workload.id, workload.namespace)
        service["metadata"]["labels"] = words.owned(workload.id)
        service["spec"] = {
            "selector": {words.DEPLOYMENT: workload.id, words.PART: "replica"},
            "ports": [{"name": words.PORT_NAME, "port": words.SERVICE_PORT, "targetPort": words.PORT_NAME}],
        }
        backend = Backend(workload.id, words.SERVICE_PORT, inner_path(workload.id, workload.spec))
        route = routes.route_of(workload.id, workload.namespace, backend, way)
        return [(SERVICE, service), *([route] if route else [])]

    def owner_of(self, pod: Json) -> str | None:
        """See ``Flavor.owner_of``."""
        for reference in pod["metadata"].get("ownerReferences") or []:
            if reference.get("controller") and reference.get("kind") == "ReplicaSet":
                # The name of a ReplicaSet is that of its Deployment and a hash of the template.
                return str(reference["name"]).rpartition("-")[0] or None
        return None

    def standing(
        self,
        owner: Json,
        pods: Sequence[Json],
        others: Mapping[Kind, Mapping[str, Json]],  # noqa: ARG002
    ) -> Standing:
        """See ``Flavor.standing``."""
        status, wanted = owner.get("status") or {}, owner["spec"].get(_COUNT, 1)
        seen = status.get("observedGeneration", 0) >= owner["metadata"].get("generation", 0)
        counts = [status.get(key, 0) for key in (_COUNT, "updatedReplicas", "availableReplicas")]
        return Standing(
            seen=seen,
            complete=seen and (counts == [wanted] * 3 if wanted else not counts[0] and not pods),
            conditions=status.get("conditions") or [],
        )

    def describe(self, owner: Json) -> DeploymentSpec:
        """See ``Flavor.describe``."""
        count, pod = owner["spec"].get(_COUNT, 1), self.pod_spec(owner)
        image = next((c.get("image", "") for c in pod.get("containers") or []), "")
        asked = asks_of_pod(pod, Resources())
        return DeploymentSpec(
            # Whatever is written there: it was not checked here, and runs.
            model=Model.model_construct(**{**Model(image="elsewhere").model_dump(), "image": image, "signature": None}),
            replicas=max(1, min(count, 100)),
            stopped=count == 0,
            instance_type="",
            resources=Resources(cpu=asked.cpu or None, memory=max(asked.memory, 2**20) or None, gpu=asked.gpu),
            metadata={},
        )

    def pod_spec(self, owner: Json) -> Json:
        """See ``Flavor.pod_spec``."""
        spec: Json = (owner["spec"].get("template") or {}).get("spec") or {}
        return spec

    def backend(self, owner: Json, spec: DeploymentSpec) -> Backend:
        """See ``Flavor.backend``."""
        name = owner["metadata"]["name"]
        return Backend(name, words.SERVICE_PORT, inner_path(name, spec))

    def endpoint(self, owner: Json, spec: DeploymentSpec, way: Way) -> str:
        """See ``Flavor.endpoint``."""
        metadata = owner["metadata"]
        return routes.endpoint(metadata["name"], metadata["namespace"], inner_path(metadata["name"], spec), way)

    def matchers(self, owner: Json) -> dict[str, str]:
        """See ``Flavor.matchers``."""
        metadata = owner["metadata"]
        return {"namespace": metadata["namespace"], "deployment_name": metadata["name"]}


def inner_path(id: str, spec: DeploymentSpec) -> str:
    """Return what requests begin with inside: the runner takes the public prefix, other images know nothing of it."""
    return f"/deployment/{id}/" if spec.model.artifact else "/"


def with_template(there: Json | None, wanted: Json) -> Json:
    """Return a pod template with ours in it; labels and annotations that others added for their own ends stay."""
    old = (there or {}).get("metadata") or {}
    metadata = dict(wanted["metadata"])
    for key in ("labels", "annotations"):
        kept = {name: value for name, value in (old.get(key) or {}).items() if not name.startswith(words.PREFIX)}
        metadata[key] = {**kept, **(metadata.get(key) or {})}
    return {"metadata": metadata, "spec": copy.deepcopy(wanted["spec"])}
