"""From a specification to the pods that it runs in: pure, so that every field can be a test.

What a replica is told (its order, and the values of its environment) is in one immutable Secret for each template;
the pod only refers to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.runner.access import GUARDED_PATH

Json = dict[str, Any]

_ENV_KEY = "env."
# A start goes on for as long as the roll-out is given; the kubelet asks each second.
_READY_EVERY = 1
# A model may hold the interpreter's lock for a while as it loads or predicts: that is no reason to kill it.
_LIVE_EVERY, _LIVE_TIMEOUT, _LIVE_FAILURES = 10, 10, 12
# What a process needs to end by itself after its last answer.
_END_MARGIN = 5


@dataclass(frozen=True)
class PodMeans:
    """What pods are made with, from the settings.

    Parameters
    ----------
    artifact
        Where the model's bytes are, for the runner: a URL, or a path below the artifact volume.
    artifact_volume
        Source of a volume that holds artifacts; empty: they are fetched.
    artifact_secret
        Secret whose keys are variables by which artifacts are fetched.
    access
        Name of the Secret by which replicas check who calls; empty: they check nobody.
    linger, drain_limit
        Seconds that a replica goes on taking requests at its end, and that those in flight are given.
    overrides
        Merged into the pod's ``spec``.
    """

    runner_image: str = ""
    runner_pull_secret: str = ""
    image_pull_policy: str = ""
    service_account: str = ""
    artifact: str = ""
    artifact_volume: Mapping[str, Any] = field(default_factory=dict)
    artifact_secret: str = ""
    access: str = ""
    linger: float = 5.0
    drain_limit: float = 30.0
    progress_deadline: int = 600
    overrides: Mapping[str, Any] = field(default_factory=dict)


def order_secret(id: str, revision: int, name: str, namespace: str, spec: DeploymentSpec, means: PodMeans) -> Json:
    """Return the Secret with what the replicas of a template are told."""
    texts = {_ENV_KEY + key: value for key, value in spec.env.items()}
    if spec.model.artifact:
        texts[words.ORDER_FILE] = json.dumps(order_of(id, revision, spec, means), separators=(",", ":"))
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "labels": words.owned(id, "order", revision)},
        "type": "Opaque",
        "immutable": True,
        "stringData": texts,
    }


def env_of(secret: Mapping[str, Any], decode: Any) -> dict[str, str]:
    """Return the values of the environment that a Secret keeps; ``decode`` reads base64."""
    data = secret.get("data") or {}
    return {
        key.removeprefix(_ENV_KEY): decode(value).decode() for key, value in data.items() if key.startswith(_ENV_KEY)
    }


def order_of(id: str, revision: int, spec: DeploymentSpec, means: PodMeans) -> Json:
    """Return what the runner's container is told; see ``runner/container``."""
    model, cpu = spec.model, spec.resources.cpu
    return {
        "deployment": id,
        "revision": revision,
        "artifact": means.artifact,
        "digest": model.artifact,
        "serializer": model.serializer,
        "adapter": model.adapter,
        "class_name": model.class_name,
        "python_version": model.python_version,
        "packages": model.packages,
        "signature": model.signature and model.signature.model_dump(mode="json"),
        "example": model.example,
        "prefix": f"/deployment/{id}",
        "port": words.PORT,
        "threads": max(1, round(cpu)) if cpu else None,
        "linger": means.linger,
        "drain": means.drain_limit,
        "access": words.ACCESS_FOLDER if means.access else "",
    }


def pod_template(id: str, revision: int, order: str, spec: DeploymentSpec, means: PodMeans) -> Json:
    """Return the pod template of a revision.

    Parameters
    ----------
    revision
        Whose template this is: a label of the pods.
    order
        Name of the Secret that :func:`order_secret` makes.
    """
    runs_artifact = bool(spec.model.artifact)
    pod: Json = {
        "containers": [_container(revision, order, spec, means)],
        "enableServiceLinks": False,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": round(means.linger + means.drain_limit + _END_MARGIN),
    }
    if means.service_account:
        pod["serviceAccountName"] = means.service_account
    pulls = [name for name in dict.fromkeys((spec.pull_secret, _runner_pulls(spec, means))) if name]
    if pulls:
        pod["imagePullSecrets"] = [{"name": name} for name in pulls]
    if runs_artifact:
        pod["volumes"] = _volumes(order, means)
        pod["securityContext"] = {"seccompProfile": {"type": "RuntimeDefault"}}
    _place(pod, spec.resources)
    return {
        "metadata": {
            "labels": words.named(id, "replica", revision),
            "annotations": {"kubectl.kubernetes.io/default-container": words.CONTAINER},
        },
        "spec": merged(pod, means.overrides),
    }


def trial_pod(name: str, namespace: str, spec: DeploymentSpec, means: PodMeans, deadline: int) -> Json:
    """Return the pod in which a specification is tried out: it runs once, and not for long.

    Parameters
    ----------
    name
        Its own, and that of the Secret with what it is told.
    deadline
        Seconds after which the cluster ends it.
    """
    template = pod_template(words.TRIAL, 0, name, spec, means)
    for container in template["spec"]["containers"]:
        # Nothing is to restart it.
        container.pop("livenessProbe", None)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], "name": name, "namespace": namespace, "labels": words.of_trials()},
        "spec": {**template["spec"], "restartPolicy": "Never", "activeDeadlineSeconds": deadline},
    }


def merged(base: Json, over: Mapping[str, Any]) -> Json:
    """Return objects merged key by key; what is no object in ``over`` takes the place of what was there."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return result


def _container(revision: int, order: str, spec: DeploymentSpec, means: PodMeans) -> Json:
    model = spec.model
    env: list[Json] = [
        {"name": words.REVISION_VARIABLE, "value": str(revision)},
        *(
            {"name": key, "valueFrom": {"secretKeyRef": {"name": order, "key": _ENV_KEY + key}}}
            for key in sorted(spec.env)
        ),
    ]
    container: Json = {
        "name": words.CONTAINER,
        "image": model.image or means.runner_image,
        "ports": [{"name": words.PORT_NAME, "containerPort": words.PORT}],
        "resources": resources_of(spec.resources),
        # The last lines it printed, where it left no words: nobody has to find the pod's log in time.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": {"allowPrivilegeEscalation": False},
    }
    if means.image_pull_policy:
        container["imagePullPolicy"] = means.image_pull_policy
    if model.artifact:
        path = f"{words.ORDER_FOLDER}/{words.ORDER_FILE}"
        env.append({"name": "PRIMEHUB_DEPLOY_ORDER_FILE", "value": path})
        container["volumeMounts"] = [
            {"name": words.ORDER_VOLUME, "mountPath": words.ORDER_FOLDER, "readOnly": True},
            *(
                [{"name": words.ACCESS_VOLUME, "mountPath": words.ACCESS_FOLDER, "readOnly": True}]
                if means.access
                else []
            ),
            *(
                [{"name": words.ARTIFACT_VOLUME, "mountPath": words.ARTIFACT_FOLDER, "readOnly": True}]
                if means.artifact_volume
                else []
            ),
        ]
        if means.artifact_secret and not means.artifact_volume:
            container["envFrom"] = [{"secretRef": {"name": means.artifact_secret}}]
        container["securityContext"]["capabilities"] = {"drop": ["ALL"]}
        container |= _runner_probes(spec, means)
    else:
        env.append({"name": "PORT", "value": str(words.PORT)})
        container |= _image_probes(means)
    container["env"] = env
    return container


def _runner_probes(spec: DeploymentSpec, means: PodMeans) -> Json:
    # An image with a runner from before would serve everybody: a replica that must check who calls is asked whether it
    # does, and takes no requests until it says so.
    ready = GUARDED_PATH if means.access and spec.access == "private" else "/v2/health/ready"

    def asks(path: str, every: int, timeout: int, failures: int) -> Json:
        return {
            "httpGet": {"path": path, "port": words.PORT_NAME},
            "periodSeconds": every,
            "timeoutSeconds": timeout,
            "failureThreshold": failures,
        }

    return {
        "startupProbe": asks("/v2/health/live", _READY_EVERY, 5, means.progress_deadline),
        "readinessProbe": asks(ready, _READY_EVERY, 5, 3),
        "livenessProbe": asks("/v2/health/live", _LIVE_EVERY, _LIVE_TIMEOUT, _LIVE_FAILURES),
    }


def _image_probes(means: PodMeans) -> Json:
    """An image of somebody's own says nothing about itself but that it listens."""
    probe = {"tcpSocket": {"port": words.PORT_NAME}, "periodSeconds": _READY_EVERY, "timeoutSeconds": 5}
    return {
        "readinessProbe": {**probe, "failureThreshold": 3},
        # It may end at the first signal, while requests are still on their way to it.
        "lifecycle": {"preStop": {"sleep": {"seconds": max(1, round(means.linger))}}},
    }


def resources_of(given: Resources) -> Json:
    """Return a container's requests and limits; what is requested is the limit where nothing else is said."""
    hints = given.scheduling
    limits: dict[str, str] = {}
    if given.cpu is not None:
        limits["cpu"] = _cpu(given.cpu)
    if given.memory is not None:
        limits["memory"] = str(given.memory)
    requests = dict(limits)
    if hints is not None and hints.cpu_request is not None:
        requests["cpu"] = _cpu(hints.cpu_request)
    if hints is not None and hints.memory_request is not None:
        requests["memory"] = str(hints.memory_request)
    if given.gpu:
        # Not asked for less than the limit: the cluster refuses that for devices.
        limits[hints.gpu_resource if hints else "nvidia.com/gpu"] = str(given.gpu)
    return {key: value for key, value in (("limits", limits), ("requests", requests)) if value}


def _place(pod: Json, given: Resources) -> None:
    hints = given.scheduling
    if hints is None:
        return
    if hints.node_selector:
        pod["nodeSelector"] = dict(hints.node_selector)
    if hints.tolerations:
        pod["tolerations"] = [
            {
                key: value
                for key, value in (
                    ("key", one.key),
                    ("operator", one.operator),
                    ("value", one.value),
                    ("effect", one.effect),
                    ("tolerationSeconds", one.toleration_seconds),
                )
                if value not in {"", None}
            }
            for one in hints.tolerations
        ]


def _volumes(order: str, means: PodMeans) -> list[Json]:
    # Only the order: the values of the environment are no files.
    items = [{"key": words.ORDER_FILE, "path": words.ORDER_FILE}]
    volumes: list[Json] = [{"name": words.ORDER_VOLUME, "secret": {"secretName": order, "items": items}}]
    if means.access:
        # As folders, not by `subPath`, which the kubelet never brings up to date.
        items = [{"key": name, "path": name} for name in (words.ACCESS_KEY, words.ACCESS_DOCUMENT)]
        volumes.append({"name": words.ACCESS_VOLUME, "secret": {"secretName": means.access, "items": items}})
    if means.artifact_volume:
        volumes.append({"name": words.ARTIFACT_VOLUME, **means.artifact_volume})
    return volumes


def _runner_pulls(spec: DeploymentSpec, means: PodMeans) -> str:
    return "" if spec.model.image else means.runner_pull_secret


def _cpu(cores: float) -> str:
    return f"{round(cores * 1000)}m"
