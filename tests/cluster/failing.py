"""Deployments that fail for real, each in its way, and what of the cluster's raw words shows that the cluster knows."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from primehub_deploy_ext.domain.phases import Reason
from tests.cluster.cluster import WEB_IMAGE

Json = dict[str, Any]


@dataclass(frozen=True)
class Failing:
    """One way to fail.

    Parameters
    ----------
    container, pod
        What differs from a deployment that serves.
    knows
        Words that the cluster's own objects have once the cluster knows.
    count
        How often the event that has them must have happened.
    reason, words
        What we must say.
    where
        Which namespace: ``plain``, ``small`` (has a quota) or ``strict`` (has a policy).
    """

    name: str
    reason: Reason
    knows: str
    words: str
    container: Json = field(default_factory=dict)
    pod: Json = field(default_factory=dict)
    count: int = 1
    where: str = "plain"

    def deployment(self, namespace: str) -> Json:
        """Return what somebody would apply."""
        container = {
            "name": "model",
            "image": WEB_IMAGE,
            "terminationMessagePolicy": "FallbackToLogsOnError",
            "resources": {"requests": {"cpu": "5m", "memory": "8Mi"}, "limits": {"cpu": "500m", "memory": "64Mi"}},
            **self.container,
        }
        template = {
            "metadata": {"labels": {"app": self.name}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": [container], **self.pod},
        }
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": self.name, "namespace": namespace},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": self.name}}, "template": template},
        }


def _shell(line: str) -> Json:
    return {"command": ["/bin/sh", "-c", line]}


def _probe(path: str, port: int = 9000) -> Json:
    return {"httpGet": {"path": path, "port": port}, "periodSeconds": 1}


def cases(registry: str) -> list[Failing]:
    """Return all ways; ``registry`` is the address of one that wants a password and has ``web:1``."""
    private = {"image": f"{registry}/web:1", "imagePullPolicy": "Always"}
    oom = {"resources": {"limits": {"memory": "24Mi"}}, **_shell("exec /bin/busybox tail /dev/zero")}
    return [
        Failing(
            "image-absent",
            Reason.IMAGE_PULL_FAILED,
            f"{registry}/web:absent: not found",
            "was not found in its registry",
            {"image": f"{registry}/web:absent", "imagePullPolicy": "Always"},
            {"imagePullSecrets": [{"name": "right"}]},
        ),
        Failing(
            "image-no-secret",
            Reason.IMAGE_PULL_FAILED,
            "401 Unauthorized",
            "(401 Unauthorized): no pull secret is named",
            private,
        ),
        Failing(
            "image-wrong-secret",
            Reason.IMAGE_PULL_FAILED,
            "401 Unauthorized",
            # Of a busy kubelet first "… in the namespace", then "… accepted".
            "(401 Unauthorized): pull secret 'wrong' is not",
            private,
            {"imagePullSecrets": [{"name": "wrong"}]},
        ),
        Failing(
            "bad-command",
            Reason.COMMAND_FAILED,
            "no such file or directory",
            'exec: "/no/such/program"',
            {"command": ["/no/such/program"]},
        ),
        Failing(
            "missing-secret",
            Reason.CONFIG_MISSING,
            'secret "absent" not found',
            '"absent" not found (wanted by container',
            {"envFrom": [{"secretRef": {"name": "absent"}}]},
        ),
        Failing(
            "crash-loop",
            Reason.CRASH_LOOP,
            '"exitCode": 7',
            "exit code 7: ValueError: broken config",
            _shell("echo starting; sleep 1; echo 'ValueError: broken config' >&2; exit 7"),
        ),
        Failing("out-of-memory", Reason.OOM_KILLED, '"OOMKilled"', "its limit is 24Mi", oom),
        Failing(
            "no-node",
            Reason.UNSCHEDULABLE,
            "Insufficient memory",
            "Insufficient memory",
            {"resources": {"requests": {"memory": "900Gi"}}},
        ),
        Failing(
            "quota",
            Reason.QUOTA_DENIED,
            "exceeded quota: small",
            "quota 'small' of the namespace leaves no room: asked",
            where="small",
        ),
        Failing(
            "admission",
            Reason.ADMISSION_DENIED,
            "denied request: models carry a team label",
            "of the cluster forbids it: models carry a team label",
            where="strict",
        ),
        Failing(
            "probe",
            Reason.PROBE_FAILED,
            "Readiness probe failed",
            "readiness probe failed: it answers 404",
            {"readinessProbe": _probe("/absent")},
            count=3,
        ),
        Failing(
            "node-lost",
            Reason.NODE_LOST,
            '"status": "False", "type": "Ready"',
            "does not answer any more",
            pod={
                "nodeSelector": {"primehub-deploy.io/test": "lost"},
                "tolerations": [{"key": "primehub-deploy.io/test", "operator": "Exists"}],
            },
        ),
    ]


def pull_secret(name: str, namespace: str, registry: tuple[str, str, str]) -> Json:
    """Return a pull secret for a registry: address, user, password."""
    address, user, password = registry
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": json.dumps({"auths": {address: {"auth": auth}}})},
    }


def quota(namespace: str) -> Json:
    """Return a quota that nothing fits into."""
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "small", "namespace": namespace},
        "spec": {"hard": {"limits.memory": "16Mi"}},
    }


def policy(namespace: str) -> list[Json]:
    """Return a rule that forbids pods without a label, in one namespace."""
    version, name = "admissionregistration.k8s.io/v1", f"labels-{namespace}"
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    pods = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]
    rule = {"expression": "'team' in object.metadata.labels", "message": "models carry a team label"}
    return [
        {
            "apiVersion": version,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {"matchConstraints": {"resourceRules": pods, **here}, "validations": [rule]},
        },
        {
            "apiVersion": version,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": ["Deny"], "matchResources": here},
        },
    ]
