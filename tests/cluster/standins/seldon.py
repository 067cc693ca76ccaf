"""Stands in for the operator of Seldon Core v1, as far as a graph of one model without orchestrator goes.

Left out: webhooks other than the check of the graph's containers, gRPC, routes of Istio and Ambassador, scaling,
and the orchestrator (``seldon-container-engine``): a predictor without ``seldon.io/no-engine`` is refused.
"""

from __future__ import annotations

import copy
import hashlib

from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, SELDON_DEPLOYMENT, SERVICE
from tests.cluster.standins.standin import Json, Standin, condition, main, owned_by

_LONGEST = 63
_PORT, _ENGINE_PORT = 9000, 8000


class Seldon(Standin):
    """See the module."""

    kind = SELDON_DEPLOYMENT
    label = "seldon-deployment-id"
    defines = (SELDON_DEPLOYMENT,)

    async def reconcile(self, owner: Json) -> None:
        """Make a Deployment and a Service of each predictor."""
        for predictor in owner["spec"]["predictors"]:
            refused = _refused(predictor)
            if refused:
                await self.tell(owner, {"state": "Failed", "description": refused})
                return
            await self.api.apply(DEPLOYMENT, _deployment(owner, predictor))
            await self.api.apply(SERVICE, _service(owner, predictor))
        await self.tell(owner, self._status(owner))

    def _status(self, owner: Json) -> Json:
        made, metadata = self.made_of(owner), owner["metadata"]
        facts = {one["metadata"]["name"]: one.get("status") or {} for one in made}
        ready = bool(facts) and all(
            status.get("readyReplicas", 0) > 0 and not status.get("unavailableReplicas", 0) for status in facts.values()
        )
        over = any(
            condition(one, "Progressing").get("status") == "False"
            and condition(one, "Available").get("status") == "False"
            for one in made
        )
        # Without replicas it is never ready: "Creating" for ever, as the operator has it.
        state = "Available" if ready else "Failed" if over else "Creating"
        service = _service_name(owner, owner["spec"]["predictors"][0])
        status: Json = {
            "state": state,
            "replicas": sum(one.get("replicas", 0) for one in facts.values()),
            "deploymentStatus": {
                name: {key: one[key] for key in ("replicas", "availableReplicas") if one.get(key)}
                for name, one in facts.items()
            },
            "address": {"url": f"http://{service}.{metadata['namespace']}.svc.cluster.local:8000/api/v1.0/predictions"},
        }
        if over:
            status["description"] = "Deployment is no longer progressing and not available."
        return status


def _refused(predictor: Json) -> str:
    if (predictor.get("annotations") or {}).get("seldon.io/no-engine") != "true":
        return "the stand-in has no orchestrator: annotate the predictor with seldon.io/no-engine"
    names = [
        container["name"]
        for component in predictor.get("componentSpecs") or []
        for container in component["spec"].get("containers") or []
    ]
    unit = predictor["graph"]["name"]
    return "" if unit in names else f"Can't find container for Predictive Unit {unit}"


def _deployment(owner: Json, predictor: Json) -> Json:
    metadata, component = owner["metadata"], predictor["componentSpecs"][0]
    pod = copy.deepcopy(component["spec"])
    name = _short("-".join((metadata["name"], predictor["name"], "0", *(c["name"] for c in pod["containers"]))))
    labels = {
        "seldon-deployment-id": metadata["name"],
        "app": name,
        "fluentd": "true",
        "version": predictor["name"],
        "app.kubernetes.io/managed-by": "seldon-core",
        **(predictor.get("labels") or {}),
        **((component.get("metadata") or {}).get("labels") or {}),
    }
    annotations = {
        "prometheus.io/scrape": "true",
        "prometheus.io/path": "/prometheus",
        **(predictor.get("annotations") or {}),
        **((component.get("metadata") or {}).get("annotations") or {}),
    }
    pod.setdefault("terminationGracePeriodSeconds", 20)
    for container in pod["containers"]:
        _default(container, metadata["name"], predictor)
    replicas = next(
        place["replicas"] for place in (component, predictor, owner["spec"], {"replicas": 1}) if "replicas" in place
    )
    return {
        **DEPLOYMENT.stub(name, metadata["namespace"]),
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "labels": labels,
            "ownerReferences": owned_by(owner),
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name, "seldon-deployment-id": metadata["name"]}},
            "progressDeadlineSeconds": predictor.get("progressDeadlineSeconds", 600),
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%", "maxSurge": "25%"}},
            "template": {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod},
        },
    }


def _default(container: Json, name: str, predictor: Json) -> None:
    """Fill in what the operator's webhook fills in."""
    container.setdefault("imagePullPolicy", "IfNotPresent")
    container.setdefault("terminationMessagePolicy", "File")
    if not any(port.get("name") == "http" for port in container.get("ports") or []):
        container.setdefault("ports", []).append({"name": "http", "containerPort": _PORT, "protocol": "TCP"})
    tcp = {"tcpSocket": {"port": "http"}, "timeoutSeconds": 1}
    container.setdefault("livenessProbe", {**tcp, "initialDelaySeconds": 60, "periodSeconds": 5})
    container.setdefault("readinessProbe", {**tcp, "initialDelaySeconds": 20, "periodSeconds": 5})
    container.setdefault("lifecycle", {"preStop": {"exec": {"command": ["/bin/sh", "-c", "/bin/sleep 10"]}}})
    told = {
        "PREDICTIVE_UNIT_ID": container["name"],
        "PREDICTIVE_UNIT_IMAGE": container["image"],
        "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": str(_PORT),
        "PREDICTOR_ID": predictor["name"],
        "SELDON_DEPLOYMENT_ID": name,
    }
    there = {entry["name"] for entry in container.get("env") or []}
    container["env"] = [
        *(container.get("env") or []),
        *({"name": key, "value": value} for key, value in told.items() if key not in there),
    ]


def _service(owner: Json, predictor: Json) -> Json:
    metadata, name = owner["metadata"], _service_name(owner, predictor)
    body = SERVICE.stub(name, metadata["namespace"])
    body["metadata"] |= {"labels": {"seldon-deployment-id": metadata["name"]}, "ownerReferences": owned_by(owner)}
    body["spec"] = {
        "selector": {"seldon-deployment-id": metadata["name"], "version": predictor["name"]},
        "ports": [{"name": "http", "port": _ENGINE_PORT, "targetPort": "http"}],
    }
    return body


def _service_name(owner: Json, predictor: Json) -> str:
    return _short(f"{owner['metadata']['name']}-{predictor['name']}")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else "seldon-" + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


if __name__ == "__main__":
    main(Seldon)
