"""The kinds of object that this engine speaks of, and where each is found in the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Kind:
    """A kind of object: ``group`` is empty for the core group."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """What ``apiVersion`` says in objects of this kind."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def root(self) -> str:
        """The path that tells which resources this version of the group has."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    def path(self, namespace: str | None = None, name: str | None = None, subresource: str = "") -> str:
        """Return the path of a collection, of one object or of a part of it; all namespaces when left out."""
        parts = [self.root]
        if namespace and self.namespaced:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        if subresource:
            parts.append(subresource)
        return "/".join(parts)

    def stub(self, name: str, namespace: str | None = None) -> dict[str, Any]:
        """Return the beginning of an object of this kind: what it is and what it is called."""
        metadata = {"name": name, "namespace": namespace} if namespace and self.namespaced else {"name": name}
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata}

    def __str__(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural


def is_controlled(item: dict[str, Any]) -> bool:
    """Tell whether an object was made by a controller, out of another object."""
    return any(reference.get("controller") for reference in item["metadata"].get("ownerReferences") or [])


def is_owned_by(item: dict[str, Any], owner: dict[str, Any]) -> bool:
    """Tell whether an object belongs to this very owner, not to one before it that had the same name."""
    references = item["metadata"].get("ownerReferences") or []
    return any(reference.get("uid") == owner["metadata"]["uid"] for reference in references)


CONFIG_MAP = Kind("", "v1", "configmaps", "ConfigMap")
EVENT = Kind("", "v1", "events", "Event")
LIMIT_RANGE = Kind("", "v1", "limitranges", "LimitRange")
NAMESPACE = Kind("", "v1", "namespaces", "Namespace", namespaced=False)
NODE = Kind("", "v1", "nodes", "Node", namespaced=False)
PERSISTENT_VOLUME_CLAIM = Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
POD = Kind("", "v1", "pods", "Pod")
RESOURCE_QUOTA = Kind("", "v1", "resourcequotas", "ResourceQuota")
SECRET = Kind("", "v1", "secrets", "Secret")
SERVICE = Kind("", "v1", "services", "Service")
SERVICE_ACCOUNT = Kind("", "v1", "serviceaccounts", "ServiceAccount")

CONTROLLER_REVISION = Kind("apps", "v1", "controllerrevisions", "ControllerRevision")
DEPLOYMENT = Kind("apps", "v1", "deployments", "Deployment")
REPLICA_SET = Kind("apps", "v1", "replicasets", "ReplicaSet")

ENDPOINT_SLICE = Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
INGRESS = Kind("networking.k8s.io", "v1", "ingresses", "Ingress")
NETWORK_POLICY = Kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")
HTTP_ROUTE = Kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute")

ROLE_BINDING = Kind("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")

CUSTOM_RESOURCE_DEFINITION = Kind(
    "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", namespaced=False
)
SELF_SUBJECT_ACCESS_REVIEW = Kind(
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced=False
)

INFERENCE_SERVICE = Kind("serving.kserve.io", "v1beta1", "inferenceservices", "InferenceService")
SELDON_DEPLOYMENT = Kind("machinelearning.seldon.io", "v1", "seldondeployments", "SeldonDeployment")
PH_DEPLOYMENT = Kind("primehub.io", "v1alpha1", "phdeployments", "PhDeployment")
PH_INSTANCE_TYPE = Kind("primehub.io", "v1alpha1", "instancetypes", "InstanceType")
