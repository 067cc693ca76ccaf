"""What the mirrors keep of objects: the fields that are read, under the names that the API gives them. Pure.

5,000 pods as the server sends them take some 80 MB of dictionaries. Kept are about 2 KB of each, and what pods of one
template have in common is held once: so nobody may change what a mirror holds.
"""

from __future__ import annotations

import functools
import json
import sys
from typing import Any

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import short_fields

Json = dict[str, Any]

_NOT_OURS = {"kubectl.kubernetes.io/last-applied-configuration"}
_METADATA = (
    "name",
    "namespace",
    "uid",
    "generation",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "finalizers",
)
_CONDITION = ("type", "status", "reason", "message", "lastTransitionTime", "lastUpdateTime")
_CONTAINER = ("name", "image", "resources", "restartPolicy")
_CONTAINER_STATUS = ("name", "ready", "started", "restartCount", "state", "lastState", "imageID")
_POD_STATUS = ("phase", "reason", "message", "podIP", "startTime")
_EVENT = (
    "reason",
    "message",
    "type",
    "count",
    "firstTimestamp",
    "lastTimestamp",
    "eventTime",
    "reportingComponent",
)


def trim_pod(pod: Json) -> Json:
    """Keep of a pod what it is, where it runs and how its containers are."""
    spec, status = pod.get("spec", {}), pod.get("status", {})
    kept_spec = {
        "containers": _shared([_container(one) for one in spec.get("containers", [])]),
        "initContainers": _shared([_container(one) for one in spec.get("initContainers", [])]),
        "imagePullSecrets": _shared(spec.get("imagePullSecrets", [])),
    }
    if "nodeName" in spec:
        kept_spec["nodeName"] = sys.intern(spec["nodeName"])
    return {
        "metadata": _metadata(pod),
        "spec": {name: value for name, value in kept_spec.items() if value},
        "status": {
            **_pick(status, _POD_STATUS),
            "conditions": [_pick(one, _CONDITION) for one in status.get("conditions", [])],
            **{
                name: [_container_status(one) for one in status[name]]
                for name in ("initContainerStatuses", "containerStatuses")
                if status.get(name)
            },
        },
    }


def trim_deployment(deployment: Json) -> Json:
    """Keep of a Deployment its wish, its template's containers and all of its status."""
    spec = deployment.get("spec", {})
    template = spec.get("template", {})
    pod = template.get("spec", {})
    return {
        "metadata": {**_metadata(deployment), "managedFields": _shared(short_fields(deployment["metadata"]))},
        "spec": {
            **_pick(spec, ("replicas", "selector", "paused", "progressDeadlineSeconds", "strategy")),
            "template": {
                "metadata": _pick(template.get("metadata", {}), ("labels", "annotations")),
                "spec": {
                    **_pick(pod, ("imagePullSecrets", "overhead", "nodeSelector")),
                    "containers": [_container(one) for one in pod.get("containers", [])],
                    "initContainers": [_container(one) for one in pod.get("initContainers", [])],
                },
            },
        },
        "status": deployment.get("status", {}),
    }


def trim_replica_set(replica_set: Json) -> Json:
    """Keep of a ReplicaSet whose it is, how many it wants and has, and why it has not more."""
    return {
        "metadata": _metadata(replica_set),
        "spec": _pick(replica_set.get("spec", {}), ("replicas",)),
        "status": replica_set.get("status", {}),
    }


def trim_event(event: Json) -> Json:
    """Keep of an event whom it is about, what and when."""
    about = event.get("involvedObject", {})
    return {
        "metadata": _pick(event["metadata"], ("name", "namespace", "uid", "creationTimestamp", "annotations")),
        "involvedObject": _pick(about, ("kind", "name", "uid", "fieldPath")),
        **_pick(event, _EVENT),
        **({"series": event["series"]} if event.get("series") else {}),
    }


def _metadata(item: Json) -> Json:
    metadata = item["metadata"]
    kept = _pick(metadata, _METADATA)
    if labels := metadata.get("labels"):
        kept["labels"] = _shared(labels)
    notes = {name: value for name, value in metadata.get("annotations", {}).items() if name not in _NOT_OURS}
    if notes:
        kept["annotations"] = _shared(notes)
    if owners := metadata.get("ownerReferences"):
        kept["ownerReferences"] = _shared([_pick(one, ("kind", "name", "uid", "controller")) for one in owners])
    return kept


def _container(container: Json) -> Json:
    """Of its variables only the revision, which is nowhere else where a controller makes pods with its own labels."""
    env = [one for one in container.get("env", []) if one.get("name") == words.REVISION_VARIABLE]
    return {**_pick(container, _CONTAINER), **({"env": env} if env else {})}


def _container_status(status: Json) -> Json:
    kept = _pick(status, _CONTAINER_STATUS)
    for name in ("state", "lastState"):
        if not kept.get(name):
            kept.pop(name, None)
    return kept


def _pick(item: Json, names: tuple[str, ...]) -> Json:
    return {name: _interned(item[name]) for name in names if item.get(name) is not None}


def _interned(value: Any) -> Any:
    """Hold each short word once, names of fields above all: they come anew with each message."""
    if isinstance(value, str):
        return sys.intern(value) if len(value) <= 64 else value
    if isinstance(value, dict):
        return {sys.intern(name): _interned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_interned(inner) for inner in value]
    return value


def _shared(value: Any) -> Any:
    """Hold equal values once."""
    return _held(json.dumps(value, separators=(",", ":"))) if value else value


@functools.lru_cache(maxsize=8192)
def _held(text: str) -> Any:
    return _interned(json.loads(text))
