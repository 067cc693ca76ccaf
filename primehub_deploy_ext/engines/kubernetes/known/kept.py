"""What the mirrors keep of objects: the fields that are read, under the names that the API gives them. Pure.

5,000 pods as the server sends them take some 125 MB of dictionaries. Kept are about 1.5 KB of each: what many objects
have in common (the containers of one template, a condition of the same second) is read and held once, recognised by
its bytes. So nobody may change what a mirror holds.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, TypedDict

import msgspec
from msgspec import Raw

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, EVENT, PH_DEPLOYMENT, POD, Kind
from primehub_deploy_ext.engines.kubernetes.api.shapes import Shape
from primehub_deploy_ext.engines.kubernetes.flavors.primehub_past import without_past
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import short_fields
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent

Json = dict[str, Any]

_NOT_OURS = "kubectl.kubernetes.io/last-applied-configuration"


# ------------------------------------------------------------------ what is read
# Of a field that is ``Raw`` the bytes are looked up before they are read: most objects have the same ones.


class _Metadata(TypedDict, total=False):
    name: str
    namespace: Raw
    uid: str
    generation: int
    resourceVersion: str
    creationTimestamp: Raw
    deletionTimestamp: str
    finalizers: list[str]


class _PodMetadata(_Metadata, total=False):
    labels: Raw
    annotations: Raw
    ownerReferences: Raw


class _OwnerReference(TypedDict, total=False):
    kind: str
    name: str
    uid: str
    controller: bool


class _Condition(TypedDict, total=False):
    type: Raw
    status: Raw
    reason: Raw
    message: str
    lastTransitionTime: Raw
    lastUpdateTime: Raw


class _Variable(TypedDict, total=False):
    name: str
    value: str


class _Container(TypedDict, total=False):
    name: str
    image: str
    resources: Json
    restartPolicy: str
    env: list[_Variable]


class _ContainerStatus(TypedDict, total=False):
    name: str
    ready: bool
    started: bool
    restartCount: int
    state: Json
    lastState: Json
    imageID: str


class _PodSpec(TypedDict, total=False):
    containers: Raw
    initContainers: Raw
    imagePullSecrets: Raw
    nodeName: Raw


class _PodStatus(TypedDict, total=False):
    phase: Raw
    reason: str
    message: str
    podIP: str
    startTime: Raw
    conditions: Raw
    initContainerStatuses: list[_ContainerStatus]
    containerStatuses: list[_ContainerStatus]


class _Pod(TypedDict, total=False):
    metadata: _PodMetadata
    spec: _PodSpec
    status: _PodStatus


# Not a name that Python allows.
_ManagedFields = TypedDict("_ManagedFields", {"f:spec": Raw}, total=False)


class _Manager(TypedDict, total=False):
    manager: str
    time: str
    fieldsV1: _ManagedFields


class _OwnerMetadata(_Metadata, total=False):
    labels: dict[str, str]
    annotations: dict[str, str]
    ownerReferences: list[_OwnerReference]
    managedFields: list[_Manager]


_RevisionLabel = TypedDict("_RevisionLabel", {words.REVISION: str}, total=False)  # type: ignore[misc]


class _TemplateMetadata(TypedDict, total=False):
    labels: _RevisionLabel


class _TemplateSpec(TypedDict, total=False):
    imagePullSecrets: Raw
    overhead: Raw
    containers: Raw
    initContainers: Raw


class _Template(TypedDict, total=False):
    metadata: _TemplateMetadata
    spec: _TemplateSpec


class _DeploymentSpec(TypedDict, total=False):
    replicas: int
    template: _Template


class _DeploymentStatus(TypedDict, total=False):
    observedGeneration: int
    replicas: int
    updatedReplicas: int
    readyReplicas: int
    availableReplicas: int
    unavailableReplicas: int
    conditions: Raw


class _Deployment(TypedDict, total=False):
    metadata: _OwnerMetadata
    spec: _DeploymentSpec
    status: _DeploymentStatus


class _EventMetadata(TypedDict, total=False):
    name: str
    namespace: str
    resourceVersion: str
    creationTimestamp: Raw


class _About(TypedDict, total=False):
    kind: Raw
    name: str
    uid: str
    fieldPath: Raw


class _Series(TypedDict, total=False):
    count: int
    lastObservedTime: str | None


class _Event(TypedDict, total=False):
    metadata: _EventMetadata
    involvedObject: _About
    reason: Raw
    message: str
    type: Raw
    count: int
    firstTimestamp: Raw
    lastTimestamp: Raw
    eventTime: str | None
    reportingComponent: Raw
    series: _Series | None


# ------------------------------------------------------------------ what is kept of it


def _pod(pod: Json) -> Json:
    """Keep of a pod what it is, where it runs and how its containers are."""
    metadata, spec, status = pod["metadata"], pod.get("spec", {}), pod.get("status", {})
    _hold(metadata, "namespace", "creationTimestamp", "labels")
    _hold(metadata, "annotations", read=_notes)
    _hold(metadata, "ownerReferences", read=_OWNERS)
    _pod_spec(spec)
    _hold(spec, "nodeName")
    _hold(status, "phase", "startTime")
    _hold(status, "conditions", read=_conditions)
    for name in ("initContainerStatuses", "containerStatuses"):
        if name in status:
            status[name] = _alike(status[name])
    return pod


def _deployment(deployment: Json) -> Json:
    """Keep of a Deployment its wish, its template's containers and how it stands."""
    metadata, template = deployment["metadata"], deployment.get("spec", {}).get("template", {})
    _hold(metadata, "namespace", "creationTimestamp")
    metadata.get("annotations", {}).pop(_NOT_OURS, None)
    if "managedFields" in metadata:
        metadata["managedFields"] = short_fields(metadata)
    if "metadata" in template:
        template["metadata"] = _alike(template["metadata"])
    _pod_spec(template.get("spec", {}))
    _hold(template.get("spec", {}), "overhead")
    _hold(deployment.get("status", {}), "conditions", read=_conditions)
    return deployment


def _event(event: Json) -> ClusterEvent:
    """Keep of an event whom it is about, what and when; three fields may tell when, depending on who wrote it."""
    metadata, about, series = event["metadata"], event.get("involvedObject", {}), event.get("series") or {}
    _hold(metadata, "creationTimestamp")
    _hold(about, "kind")
    _hold(about, "fieldPath", read=_container_name)
    _hold(event, "reason", "type", "firstTimestamp", "lastTimestamp", "reportingComponent")
    created, at = metadata.get("creationTimestamp", ""), event.get("eventTime")
    first, last = event.get("firstTimestamp"), event.get("lastTimestamp")
    return ClusterEvent(
        name=metadata["name"],
        created=created,
        kind=about.get("kind", ""),
        about=about.get("name", ""),
        about_uid=about.get("uid", ""),
        container=about.get("fieldPath", ""),
        reason=event.get("reason", ""),
        message=event.get("message", ""),
        is_warning=event.get("type") == "Warning",
        component=event.get("reportingComponent", ""),
        times=event.get("count") or series.get("count") or 1,
        first=first or at or last or created,
        last=series.get("lastObservedTime") or last or at or first or created,
    )


def _other(item: Json) -> Json:
    """Keep all but what a mirror of many objects would only carry along."""
    return {**item, "metadata": {**item["metadata"], "managedFields": short_fields(item["metadata"])}}


def _pod_spec(spec: Json) -> None:
    _hold(spec, "imagePullSecrets")
    _hold(spec, "containers", "initContainers", read=_containers)


def _hold(item: Json, *names: str, read: Callable[[bytes], Any] = msgspec.json.decode) -> None:
    """Put values in the place of their bytes; what is empty is left out."""
    for name in names:
        raw = item.get(name)
        if raw is not None:
            item[name] = value = _held(bytes(raw), read)
            if not value:
                del item[name]


# Objects come ordered by name: those that have much in common come together. What is held is held by the objects; the
# bytes by which it is found are held for as long as they may come again.
@functools.lru_cache(maxsize=1024)
def _held(raw: bytes, read: Callable[[bytes], Any]) -> Any:
    """Hold equal values once."""
    return read(raw)


def _alike(value: Any) -> Any:
    """Hold once what is equal without what is each one's own: pods of one template that started in the same second."""
    return _held(msgspec.json.encode(value), msgspec.json.decode)


_PARTS = msgspec.json.Decoder(list[Raw]).decode
_CONDITION: Callable[[bytes], Any] = msgspec.json.Decoder(_Condition).decode
_OWNERS = msgspec.json.Decoder(list[_OwnerReference]).decode
_CONTAINERS: Callable[[bytes], Any] = msgspec.json.Decoder(list[_Container]).decode
_NOTES = msgspec.json.Decoder(dict[str, str]).decode


def _notes(raw: bytes) -> dict[str, str]:
    notes = _NOTES(raw)
    notes.pop(_NOT_OURS, None)
    return notes


def _container_name(raw: bytes) -> str:
    """``spec.containers{model}`` is about the container ``model``."""
    found = re.search(rb"\{(.*)\}", raw)
    return found[1].decode() if found else ""


def _conditions(raw: bytes) -> list[Json]:
    return [_held(bytes(one), _condition) for one in _PARTS(raw)]


def _condition(raw: bytes) -> Json:
    condition: Json = _CONDITION(raw)
    _hold(condition, "type", "status", "reason", "lastTransitionTime", "lastUpdateTime")
    return condition


def _containers(raw: bytes) -> Any:
    """Of their variables only the revision, which is nowhere else where a controller makes pods with its own labels."""
    containers: list[Json] = _CONTAINERS(raw)
    for one in containers:
        env = [variable for variable in one.pop("env", ()) if variable.get("name") == words.REVISION_VARIABLE]
        if env:
            one["env"] = env
    return _alike(containers)


_SHAPES = {
    POD: Shape(_Pod, _pod),
    EVENT: Shape(_Event, _event),
    DEPLOYMENT: Shape(_Deployment, _deployment),
    PH_DEPLOYMENT: Shape(keep=lambda item: without_past(_other(item))),
}
_OTHER = Shape(keep=_other)


def shape_of(kind: Kind) -> Shape:
    """Return what a mirror keeps of the objects of a kind."""
    return _SHAPES.get(kind, _OTHER)
