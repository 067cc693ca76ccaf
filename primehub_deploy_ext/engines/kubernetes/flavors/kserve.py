"""The KServe flavor: an ``InferenceService`` in Standard mode, whose ``Deployment`` KServe's controller makes.

https://kserve.github.io/website/docs/reference/crd-api (``serving.kserve.io/v1beta1``)
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.engines.kubernetes import routes, words
from primehub_deploy_ext.engines.kubernetes.api.kinds import (
    DEPLOYMENT,
    INFERENCE_SERVICE,
    Kind,
)
from primehub_deploy_ext.engines.kubernetes.flavors import common, measures
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json, Standing, Told, Way, Workload
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_ours
from primehub_deploy_ext.engines.kubernetes.reading.seen import template_of
from primehub_deploy_ext.monitoring.questions import Questions

_GROUP = "serving.kserve.io/"
_STOP = _GROUP + "stop"
_OWNER_LABEL = _GROUP + "inferenceservice"
# The container that KServe takes for the model server.
_CONTAINER = "kserve-container"
# KServe copies an InferenceService's annotations into the pod template, so that each change of one would replace all
# pods; what the predictor says wins there, and this says always the same.
_STEADY = dict.fromkeys(
    (words.RECORD, words.SPEC, words.RESERVED, words.DISPLAY_NAME, words.CREATED_BY, words.ACCESS, words.OUTCOME), ""
)
# What a predictor has besides the fields of a pod.
_OWN_FIELDS = ("minReplicas", "maxReplicas", "labels", "annotations", "deploymentStrategy")
# https://github.com/kserve/kserve: what a model asks for that says nothing.
_MODEL_RESOURCES = {"limits": {"cpu": "1", "memory": "2Gi"}}


class KServe:
    """See :class:`Flavor`."""

    name = "kserve"
    owner = INFERENCE_SERVICE
    tells_callers = True
    kinds: tuple[Kind, ...] = (DEPLOYMENT,)

    def build(self, workload: Workload) -> Json:
        """See ``Flavor.build``."""
        body = INFERENCE_SERVICE.stub(workload.id, workload.namespace)
        body["metadata"]["labels"] = words.named(workload.id)
        body["metadata"]["annotations"] = {
            _GROUP + "deploymentMode": "Standard",
            # Replicas are as many as were wished for.
            _GROUP + "autoscalerClass": "none",
        }
        body["spec"] = {"predictor": {}}
        return self.change(body, workload)

    def change(self, owner: Json, workload: Workload) -> Json:
        """See ``Flavor.change``."""
        # Without replicas KServe wants the workload stopped; how many there were stays written.
        stop = None if workload.replicas else "true"
        body = common.annotated(owner, {**workload.annotations, _STOP: stop})
        predictor = body["spec"]["predictor"]
        if workload.replicas:
            predictor["minReplicas"] = predictor["maxReplicas"] = workload.replicas
        else:
            predictor.setdefault("minReplicas", max(1, workload.spec.replicas))
            predictor.setdefault("maxReplicas", predictor["minReplicas"])
        predictor["deploymentStrategy"] = common.strategy(workload.surge)
        if workload.template is not None:
            _take_template(predictor, workload.template)
        return body

    def parts(self, workload: Workload, owner: Json, way: Way) -> list[tuple[Kind, Json]]:  # noqa: ARG002
        """See ``Flavor.parts``."""
        # KServe's own service may be headless, and what leads to it another for each cluster: ours is as with all.
        return common.service_and_route(workload, way)

    def owner_of(self, pod: Json) -> str | None:
        """See ``Flavor.owner_of``."""
        name: str | None = (pod["metadata"].get("labels") or {}).get(_OWNER_LABEL)
        return name

    def standing(self, owner: Json, pods: Sequence[Json], others: Mapping[Kind, Mapping[str, Json]]) -> Standing:
        """See ``Flavor.standing``.

        The InferenceService itself lags behind (it doesn't watch pods) and its ``observedGeneration`` is the
        Deployment's: what counts is the Deployment that KServe makes.
        """
        metadata, predictor = owner["metadata"], owner["spec"]["predictor"]
        deployment = (others.get(DEPLOYMENT) or {}).get(f"{metadata['name']}-predictor")
        if (metadata.get("annotations") or {}).get(_STOP, "").lower() == "true":
            return Standing(seen=deployment is None, complete=deployment is None and not pods)
        problem = _problem(owner)
        if deployment is None:
            return Standing(seen=bool(problem), complete=False, problem=problem)
        revision = template_of({"metadata": {"labels": predictor.get("labels")}})
        standing = common.standing_of([deployment], predictor.get("minReplicas", 1), revision, pods)
        return standing if standing.seen else replace(standing, problem=problem)

    def count(self, owner: Json) -> int:
        """See ``Flavor.count``."""
        stopped = (owner["metadata"].get("annotations") or {}).get(_STOP, "").lower() == "true"
        return 0 if stopped else _replicas(owner)

    def describe(self, owner: Json) -> DeploymentSpec:
        """See ``Flavor.describe``."""
        model = (owner["spec"].get("predictor") or {}).get("model") or {}
        what = model.get("storageUri") or (model.get("modelFormat") or {}).get("name") or ""
        return common.described(
            self.pod_spec(owner), what=what, replicas=_replicas(owner) or 1, stopped=self.count(owner) == 0
        )

    def told(self, owner: Json) -> Told:  # noqa: ARG002
        """See ``Flavor.told``."""
        return Told()

    def past(self, owner: Json) -> list[Revision]:  # noqa: ARG002
        """See ``Flavor.past``."""
        return []

    def pod_spec(self, owner: Json) -> Json:
        """See ``Flavor.pod_spec``."""
        predictor = copy.deepcopy(owner["spec"].get("predictor") or {})
        model = predictor.get("model")
        if model is not None:
            resources = model.get("resources") or _MODEL_RESOURCES
            predictor["containers"] = [{"name": _CONTAINER, "resources": resources}, *predictor.get("containers", [])]
        return {key: value for key, value in predictor.items() if key not in _OWN_FIELDS and key != "model"}

    def backend(self, owner: Json, spec: DeploymentSpec) -> Backend:
        """See ``Flavor.backend``."""
        name = owner["metadata"]["name"]
        if not is_ours(owner):
            return Backend(f"{name}-predictor", words.SERVICE_PORT, "/")
        return Backend(name, words.SERVICE_PORT, common.inner_path(name, spec))

    def endpoint(self, owner: Json, spec: DeploymentSpec, way: Way) -> str:
        """See ``Flavor.endpoint``."""
        metadata = owner["metadata"]
        url = str((owner.get("status") or {}).get("url") or "").rstrip("/")
        if not is_ours(owner):
            inside = f"http://{metadata['name']}-predictor.{metadata['namespace']}"
            return f"{url or inside}/"
        if way.route == "kserve" and url:
            # All paths lead to the predictor there; the runner knows its own.
            return url + common.inner_path(metadata["name"], spec)
        return routes.endpoint(metadata["name"], metadata["namespace"], common.inner_path(metadata["name"], spec), way)

    def questions(self, owner: Json, spec: DeploymentSpec) -> Questions:
        """See ``Flavor.questions``."""
        name, namespace = owner["metadata"]["name"], owner["metadata"]["namespace"]
        workload = f"{name}-predictor"
        pods = measures.pods_of(workload)
        if not is_ours(owner):
            return measures.of_model_server(namespace, name, pods)
        if spec.model.artifact:
            return measures.of_runner(namespace, name, pods)
        return measures.of_image(namespace, workload, pods)


def _take_template(predictor: Json, template: Json) -> None:
    """Put a pod template into a predictor: its specification lies flat among the predictor's own fields."""
    for key in [key for key in predictor if key not in _OWN_FIELDS]:
        del predictor[key]
    spec = copy.deepcopy(template["spec"])
    for container in spec["containers"]:
        if container["name"] == words.CONTAINER:
            container["name"] = _CONTAINER
    predictor.update(spec)
    metadata = common.merged_metadata(predictor, template["metadata"])
    annotations = {**metadata["annotations"], "kubectl.kubernetes.io/default-container": _CONTAINER}
    predictor["labels"], predictor["annotations"] = metadata["labels"], {**annotations, **_STEADY}


def _problem(owner: Json) -> str:
    """Return why KServe makes nothing of an InferenceService, in its own words."""
    status = owner.get("status") or {}
    failure = (status.get("modelStatus") or {}).get("lastFailureInfo") or {}
    if failure.get("message") and failure.get("reason") in {
        "NoSupportingRuntime",
        "RuntimeNotRecognized",
        "RuntimeDisabled",
        "InvalidPredictorSpec",
        "InvalidGPUAllocation",
    }:
        return f"KServe says {failure['reason']}: {failure['message']}"
    return ""


def _replicas(owner: Json) -> int:
    return int((owner["spec"].get("predictor") or {}).get("minReplicas", 1))
