"""The Seldon flavor: a ``SeldonDeployment`` of Seldon Core v1, whose ``Deployment`` Seldon's operator makes.

Only its API is spoken (``machinelearning.seldon.io/v1``). The orchestrator beside each replica is left out
(``seldon.io/no-engine``): a graph of one model needs none, and it takes half a core of the quota.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.engines.kubernetes import routes, words
from primehub_deploy_ext.engines.kubernetes.api.kinds import (
    DEPLOYMENT,
    SELDON_DEPLOYMENT,
    Kind,
)
from primehub_deploy_ext.engines.kubernetes.flavors import common, measures
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json, Standing, Told, Way, Workload
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_ours
from primehub_deploy_ext.engines.kubernetes.reading.seen import template_of
from primehub_deploy_ext.monitoring.questions import Questions

_PREDICTOR = "default"
_OWNER_LABEL = "seldon-deployment-id"
_ENGINE_PORT = 8000


class Seldon:
    """See :class:`Flavor`."""

    name = "seldon"
    owner = SELDON_DEPLOYMENT
    tells_callers = True
    kinds: tuple[Kind, ...] = (DEPLOYMENT,)

    def build(self, workload: Workload) -> Json:
        """See ``Flavor.build``."""
        body = SELDON_DEPLOYMENT.stub(workload.id, workload.namespace)
        body["metadata"]["labels"] = words.named(workload.id)
        predictor = {
            "name": _PREDICTOR,
            "annotations": {"seldon.io/no-engine": "true"},
            # The container of the same name is the model.
            "graph": {"name": words.CONTAINER, "type": "MODEL"},
            "componentSpecs": [{"metadata": {}, "spec": {}}],
        }
        body["spec"] = {"name": workload.id, "predictors": [predictor]}
        return self.change(body, workload)

    def change(self, owner: Json, workload: Workload) -> Json:
        """See ``Flavor.change``."""
        body = common.annotated(owner, workload.annotations)
        predictor = _predictor(body)
        predictor["replicas"] = workload.replicas
        # How soon the operator says "Failed"; what pods say is read long before.
        predictor["progressDeadlineSeconds"] = workload.progress_deadline
        if workload.template is not None:
            component = predictor["componentSpecs"][0]
            component["metadata"] = common.merged_metadata(
                component.get("metadata") or {}, workload.template["metadata"]
            )
            component["spec"] = _with_short_end(workload.template["spec"])
            predictor["labels"] = words.owned(workload.id, "replica", workload.revision)
            # The predictor's version in Seldon's metrics comes from this annotation, not from a label.
            predictor.setdefault("annotations", {})["version"] = str(workload.revision)
        return body

    def parts(self, workload: Workload, owner: Json, way: Way) -> list[tuple[Kind, Json]]:  # noqa: ARG002
        """See ``Flavor.parts``."""
        # The operator's own services are called after predictors and containers: ours is as with all flavors.
        return common.service_and_route(workload, way)

    def owner_of(self, pod: Json) -> str | None:
        """See ``Flavor.owner_of``."""
        name: str | None = (pod["metadata"].get("labels") or {}).get(_OWNER_LABEL)
        return name

    def standing(self, owner: Json, pods: Sequence[Json], others: Mapping[Kind, Mapping[str, Json]]) -> Standing:
        """See ``Flavor.standing``.

        The operator's ``state`` knows neither stopped (it says "Creating" for ever) nor which template it speaks of:
        what counts are the Deployments that it makes.
        """
        predictor, status = _predictor(owner), owner.get("status") or {}
        revision = template_of({"metadata": {"labels": predictor.get("labels")}})
        made = [
            deployment
            for deployment in (others.get(DEPLOYMENT) or {}).values()
            if (deployment["metadata"].get("labels") or {}).get(_OWNER_LABEL) == owner["metadata"]["name"]
        ]
        problem = str(status.get("description") or "") if status.get("state") == "Failed" and not made else ""
        if problem:
            return Standing(seen=True, complete=False, problem=f"Seldon says: {problem}")
        return common.standing_of(made, _count(owner), revision, pods)

    def count(self, owner: Json) -> int:
        """See ``Flavor.count``."""
        return _count(owner)

    def describe(self, owner: Json) -> DeploymentSpec:
        """See ``Flavor.describe``."""
        graph = _predictor(owner).get("graph") or {}
        what = graph.get("modelUri") or ""
        return common.described(
            self.pod_spec(owner),
            what=what or graph.get("implementation") or "",
            replicas=_count(owner) or 1,
            stopped=_count(owner) == 0,
        )

    def told(self, owner: Json) -> Told:  # noqa: ARG002
        """See ``Flavor.told``."""
        return Told()

    def past(self, owner: Json) -> list[Revision]:  # noqa: ARG002
        """See ``Flavor.past``."""
        return []

    def pod_spec(self, owner: Json) -> Json:
        """See ``Flavor.pod_spec``."""
        components = _predictor(owner).get("componentSpecs") or [{}]
        spec: Json = components[0].get("spec") or {}
        return spec

    def backend(self, owner: Json, spec: DeploymentSpec) -> Backend:
        """See ``Flavor.backend``."""
        name = owner["metadata"]["name"]
        if not is_ours(owner):
            return Backend(f"{name}-{_predictor(owner).get('name', _PREDICTOR)}", _ENGINE_PORT, "/")
        return Backend(name, words.SERVICE_PORT, common.inner_path(name, spec))

    def endpoint(self, owner: Json, spec: DeploymentSpec, way: Way) -> str:
        """See ``Flavor.endpoint``."""
        metadata = owner["metadata"]
        if not is_ours(owner):
            backend = self.backend(owner, spec)
            return f"http://{backend.service}.{metadata['namespace']}.svc.{way.cluster_domain}:{backend.port}/"
        return routes.endpoint(metadata["name"], metadata["namespace"], common.inner_path(metadata["name"], spec), way)

    def questions(self, owner: Json, spec: DeploymentSpec) -> Questions:
        """See ``Flavor.questions``."""
        name, namespace = owner["metadata"]["name"], owner["metadata"]["namespace"]
        if not is_ours(owner):
            return measures.of_executor(namespace, name, f"{name}-.*")
        workload = f"{name}-{_PREDICTOR}-0-{words.CONTAINER}"
        asked = measures.of_runner if spec.model.artifact else measures.of_image
        return asked(namespace, name if spec.model.artifact else workload, measures.pods_of(workload))


def _with_short_end(spec: Json) -> Json:
    """Return a pod's specification whose containers end as soon as they can: the operator would have them wait 10 s."""
    result = copy.deepcopy(spec)
    for container in result["containers"]:
        container.setdefault("lifecycle", {"preStop": {"sleep": {"seconds": 1}}})
    return result


def _predictor(owner: Json) -> Json:
    predictors = owner["spec"].get("predictors") or [{}]
    first: Json = predictors[0]
    return first


def _count(owner: Json) -> int:
    """Return the replicas that are wanted: a component's number goes before the predictor's and the whole's."""
    predictor = _predictor(owner)
    component = (predictor.get("componentSpecs") or [{}])[0]
    for place in (component, predictor, owner["spec"]):
        if place.get("replicas") is not None:
            return int(place["replicas"])
    return 1
