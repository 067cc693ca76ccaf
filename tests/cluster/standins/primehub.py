"""Stands in for PrimeHub's controller of ``PhDeployment``.

Left out: the orchestrator beside each model (its image can't be had, so the service goes straight to the model and
takes all paths), the Ingress (there is no controller for it), model URIs and their init containers, and the groups and
users that it asks its own server for. Its probes begin after 1 s instead of 30 s, so that tests end.
"""

from __future__ import annotations

from datetime import datetime, timezone

from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, PH_DEPLOYMENT, PH_INSTANCE_TYPE, SERVICE
from tests.cluster.standins.standin import Json, Standin, condition, main, owned_by

_URL = "http://primehub.test"
_MODEL_PORT, _PORT = 9000, 8000
_HISTORY = 32


class PrimeHub(Standin):
    """See the module."""

    kind = PH_DEPLOYMENT
    label = "primehub.io/phdeployment"
    defines = (PH_DEPLOYMENT, PH_INSTANCE_TYPE)

    async def reconcile(self, owner: Json) -> None:
        """Make a Deployment and a Service."""
        predictor, metadata = owner["spec"]["predictors"][0], owner["metadata"]
        try:
            kind = await self.api.get(PH_INSTANCE_TYPE, predictor["instanceType"], metadata["namespace"])
        except ApiError as error:
            if error.status != 404:
                raise
            message = f"InstanceType not found: {predictor['instanceType']}"
            await self.tell(owner, {**_common(owner), "phase": "Failed", "message": message})
            return
        await self.api.apply(DEPLOYMENT, _deployment(owner, kind))
        await self.api.apply(SERVICE, _service(owner))
        made = self.made_of(owner)
        await self.tell(owner, {**_common(owner), **_phase(owner, made[0] if made else {})})


def _common(owner: Json) -> Json:
    spec, name = owner["spec"], owner["metadata"]["name"]
    history = list((owner.get("status") or {}).get("history") or [])
    if not history or history[0]["spec"] != spec:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        history = [{"time": now, "spec": spec}, *history][:_HISTORY]
    return {
        "endpoint": f"{_URL}/deployment/{name}/api/v1.0/predictions",
        "replicas": spec["predictors"][0]["replicas"],
        "history": history,
    }


def _phase(owner: Json, deployment: Json) -> Json:
    status, spec = deployment.get("status") or {}, owner["spec"]
    available, updated = status.get("availableReplicas", 0), status.get("updatedReplicas", 0)
    told: Json = {"availableReplicas": available}
    if spec.get("stop"):
        left = available or updated
        phase = "Stopping" if left else "Stopped"
        return {**told, "phase": phase, "message": "deployment is stopping" if left else "deployment has stopped"}
    wanted = spec["predictors"][0]["replicas"]
    if deployment and available == updated == wanted:
        return {**told, "phase": "Deployed", "message": "Deployment is deployed and available now"}
    message = "Deployment is being deployed and not available now"
    refused = condition(deployment, "ReplicaFailure").get("message", "")
    if "denied the request: " in refused:
        message = refused.partition("denied the request: ")[2]
    return {**told, "phase": "Deploying", "message": message}


def _deployment(owner: Json, kind: Json) -> Json:
    spec, metadata, predictor = owner["spec"], owner["metadata"], owner["spec"]["predictors"][0]
    labels = {
        "app": "primehub-deployment",
        "primehub.io/phdeployment": metadata["name"],
        "primehub.io/group": f"escaped-{spec['groupName']}",
    }
    told = {
        "PREDICTIVE_UNIT_SERVICE_PORT": str(_MODEL_PORT),
        "PREDICTIVE_UNIT_ID": "model",
        "PREDICTIVE_UNIT_IMAGE": predictor["modelImage"],
        "PREDICTOR_ID": "deploy",
        "SELDON_DEPLOYMENT_ID": f"deploy-{metadata['name']}",
    }
    probe = {"tcpSocket": {"port": _MODEL_PORT}, "initialDelaySeconds": 1, "periodSeconds": 1, "failureThreshold": 90}
    limits = {"cpu": str(kind["spec"]["limits"]["cpu"]), "memory": str(kind["spec"]["limits"]["memory"])}
    container = {
        "name": "model",
        "image": predictor["modelImage"],
        "ports": [{"name": "http", "containerPort": _MODEL_PORT}],
        "env": [
            *({"name": name, "value": value} for name, value in told.items()),
            *sorted(spec.get("env") or [], key=lambda entry: str(entry["name"])),
        ],
        "readinessProbe": probe,
        "livenessProbe": probe,
        "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "resources": {"requests": limits, "limits": limits},
    }
    pod: Json = {"containers": [container]}
    if predictor.get("imagePullSecret"):
        pod["imagePullSecrets"] = [{"name": predictor["imagePullSecret"]}]
    body = DEPLOYMENT.stub(f"deploy-{metadata['name']}", metadata["namespace"])
    body["metadata"] |= {"labels": labels, "ownerReferences": owned_by(owner)}
    body["spec"] = {
        "replicas": 0 if spec.get("stop") else predictor["replicas"],
        "selector": {"matchLabels": {"primehub.io/phdeployment": metadata["name"]}},
        # Never more than the quota: a single replica is away during an update.
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    return body


def _service(owner: Json) -> Json:
    metadata = owner["metadata"]
    body = SERVICE.stub(f"deploy-{metadata['name']}", metadata["namespace"])
    body["metadata"]["ownerReferences"] = owned_by(owner)
    body["spec"] = {
        "selector": {"primehub.io/phdeployment": metadata["name"]},
        "ports": [{"name": "http", "port": _PORT, "targetPort": _MODEL_PORT}],
    }
    return body


if __name__ == "__main__":
    main(PrimeHub)
