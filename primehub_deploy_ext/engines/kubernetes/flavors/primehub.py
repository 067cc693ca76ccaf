"""The PrimeHub flavor: a ``PhDeployment``, whose ``Deployment`` and ``Ingress`` PrimeHub's controller makes.

It has no pod template: an image, an environment, the name of an instance type and a pull secret are all that it takes.
So the runner is told by a variable what to do, and fetches the artifact itself: a volume can't be mounted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, PH_DEPLOYMENT, Kind
from primehub_deploy_ext.engines.kubernetes.flavors import common, measures
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json, Standing, Told, Way, Workload
from primehub_deploy_ext.engines.kubernetes.flavors.primehub_past import past_of, told_of
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_ours
from primehub_deploy_ext.engines.kubernetes.reading.seen import template_of
from primehub_deploy_ext.monitoring.questions import Questions

_PREDICTOR = "predictor1"
_OWNER_LABEL = "primehub.io/phdeployment"
_ENGINE_PORT = 8000
_ORDER, _ORDER_FILE = "PRIMEHUB_DEPLOY_ORDER", "PRIMEHUB_DEPLOY_ORDER_FILE"
# The controller's probes ask whether the port is open: it must not be while the model is loading.
_QUIET = {"name": "PRIMEHUB_DEPLOY_QUIET", "value": "1"}
# What reaches an object store; whole Secrets can't be made an environment here.
_STORE = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_REGION")


class PrimeHub:
    """See :class:`Flavor`."""

    name = "primehub"
    owner = PH_DEPLOYMENT
    tells_callers = False  # no volume can be mounted
    kinds: tuple[Kind, ...] = (DEPLOYMENT,)

    def build(self, workload: Workload) -> Json:
        """See ``Flavor.build``."""
        body = PH_DEPLOYMENT.stub(workload.id, workload.namespace)
        body["metadata"]["labels"] = words.named(workload.id)
        body["spec"] = {
            "userId": "",
            "userName": "",
            "groupId": workload.group,
            "groupName": workload.group,
            "endpoint": {"accessType": "public"},
            "predictors": [{"name": _PREDICTOR, "replicas": 1, "modelImage": "", "instanceType": ""}],
        }
        return self.change(body, workload)

    def change(self, owner: Json, workload: Workload) -> Json:
        """See ``Flavor.change``."""
        body = common.annotated(owner, workload.annotations)
        spec, predictor = body["spec"], body["spec"]["predictors"][0]
        entry = _newest(workload.annotations)
        spec["displayName"] = workload.name
        spec["description"] = workload.spec.description
        spec["userId"] = spec["userName"] = entry.get("user") or spec["userName"]
        spec["updateMessage"] = entry.get("update_message", "")
        spec["stop"] = not workload.replicas
        if workload.replicas:
            predictor["replicas"] = workload.replicas
        predictor["metadata"] = dict(workload.spec.metadata)
        if workload.template is not None:
            _take_template(spec, workload.template, workload)
        return body

    def parts(self, workload: Workload, owner: Json, way: Way) -> list[tuple[Kind, Json]]:  # noqa: ARG002
        """See ``Flavor.parts``."""
        # Service and Ingress are the controller's.
        return []

    def owner_of(self, pod: Json) -> str | None:
        """See ``Flavor.owner_of``."""
        name: str | None = (pod["metadata"].get("labels") or {}).get(_OWNER_LABEL)
        return name

    def standing(self, owner: Json, pods: Sequence[Json], others: Mapping[Kind, Mapping[str, Json]]) -> Standing:
        """See ``Flavor.standing``."""
        status, spec = owner.get("status") or {}, owner["spec"]
        deployment = (others.get(DEPLOYMENT) or {}).get(f"deploy-{owner['metadata']['name']}")
        # Configuration errors alone make it "Failed"; all else it says while it stays "Deploying".
        problem = str(status.get("message") or "") if status.get("phase") == "Failed" else ""
        wanted = 0 if spec.get("stop") else _predictor(owner).get("replicas", 1)
        if deployment is None:
            told = f"PrimeHub says: {problem}" if problem else ""
            return Standing(seen=bool(told), complete=not wanted and not pods, problem=told)
        return common.standing_of([deployment], wanted, _revision(spec), pods)

    def count(self, owner: Json) -> int:
        """See ``Flavor.count``."""
        return 0 if owner["spec"].get("stop") else int(_predictor(owner).get("replicas", 1))

    def describe(self, owner: Json) -> DeploymentSpec:
        """See ``Flavor.describe``."""
        spec, predictor = owner["spec"], _predictor(owner)
        told = common.described(
            self.pod_spec(owner), replicas=predictor.get("replicas", 1), stopped=bool(spec.get("stop"))
        )
        access = (spec.get("endpoint") or {}).get("accessType")
        return told.model_copy(
            update={
                "instance_type": predictor.get("instanceType", ""),
                "pull_secret": predictor.get("imagePullSecret") or "",
                "description": spec.get("description", ""),
                "metadata": dict(predictor.get("metadata") or {}),
                "access": "private" if access == "private" else "public",
            }
        )

    def told(self, owner: Json) -> Told:
        """See ``Flavor.told``."""
        return told_of(owner)

    def past(self, owner: Json) -> list[Revision]:
        """See ``Flavor.past``."""
        return past_of(owner, self.describe)

    def pod_spec(self, owner: Json) -> Json:
        """See ``Flavor.pod_spec``."""
        predictor = _predictor(owner)
        # What it asks for is in the instance type, which the controller looks up.
        return {"containers": [{"name": words.CONTAINER, "image": predictor.get("modelImage", "")}]}

    def backend(self, owner: Json, spec: DeploymentSpec) -> Backend:
        """See ``Flavor.backend``."""
        name = owner["metadata"]["name"]
        return Backend(f"deploy-{name}", _ENGINE_PORT, common.inner_path(name, spec) if is_ours(owner) else "/")

    def endpoint(self, owner: Json, spec: DeploymentSpec, way: Way) -> str:
        """See ``Flavor.endpoint``."""
        told = str((owner.get("status") or {}).get("endpoint") or "")
        name = owner["metadata"]["name"]
        head, mark, _ = told.partition(f"/deployment/{name}/")
        if mark:
            return head + mark
        if way.public_url:
            return f"{way.public_url.rstrip('/')}/deployment/{name}/"
        backend = self.backend(owner, spec)
        host = f"{backend.service}.{owner['metadata']['namespace']}.svc.{way.cluster_domain}"
        return f"http://{host}:{backend.port}{backend.path}"

    def questions(self, owner: Json, spec: DeploymentSpec) -> Questions:
        """See ``Flavor.questions``."""
        name, namespace = owner["metadata"]["name"], owner["metadata"]["namespace"]
        # PrimeHub puts Seldon's orchestrator beside each model; images are made for it.
        asked = measures.of_runner if spec.model.artifact and is_ours(owner) else measures.of_executor
        return asked(namespace, name, measures.pods_of(f"deploy-{name}"))


def _take_template(spec: Json, template: Json, workload: Workload) -> None:
    predictor, pod = spec["predictors"][0], template["spec"]
    container = next(c for c in pod["containers"] if c["name"] == words.CONTAINER)
    predictor["modelImage"] = container["image"]
    predictor["instanceType"] = workload.spec.instance_type
    secrets = pod.get("imagePullSecrets") or []
    if secrets:
        predictor["imagePullSecret"] = secrets[0]["name"]
    else:
        predictor.pop("imagePullSecret", None)
    spec["env"] = sorted(_environment(container, pod), key=lambda entry: str(entry["name"]))


def _environment(container: Json, pod: Json) -> list[Json]:
    """Return a container's variables; what lies in its volumes comes by variables too."""
    env = [entry for entry in container.get("env") or [] if entry["name"] != _ORDER_FILE]
    if len(env) == len(container.get("env") or []):
        return env
    (order,) = (volume["secret"] for volume in pod["volumes"] if volume["name"] == words.ORDER_VOLUME)
    env += [_QUIET, _from_secret(_ORDER, order["secretName"], words.ORDER_FILE)]
    for source in container.get("envFrom") or []:
        secret = source["secretRef"]["name"]
        env += [_from_secret(name, secret, name, optional=True) for name in _STORE]
    return env


def _from_secret(name: str, secret: str, key: str, **more: Any) -> Json:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key, **more}}}


def _newest(annotations: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the newest entry of the record that goes with a change."""
    text = annotations.get(words.RECORD)
    latest: dict[str, Any] = json.loads(text)["latest"] if text else {}
    return latest


def _revision(spec: Json) -> int:
    containers = [{"env": spec.get("env") or []}]
    return template_of({"metadata": {}, "spec": {"containers": containers}})


def _predictor(owner: Json) -> Json:
    first: Json = (owner["spec"].get("predictors") or [{}])[0]
    return first
