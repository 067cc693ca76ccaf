"""Run the browser's tests of the Kubernetes engine: ``python -m tests.cluster.browser [PLAYWRIGHT_ARGUMENT...]``.

Makes what their two users find on the cluster: alice's group with its quota and a private registry, bob's with a role
that somebody wrote by hand and left a right out of. All of it is gone afterwards.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.cluster import RUNNER_IMAGE, WEB_IMAGE, Cluster
from tests.cluster.failing import pull_secret

ROOT = Path(__file__).parents[2]
ROLE = "primehub-deploy-user"
DOCUMENTED = ROOT / "docs" / "kubernetes" / "rbac-users.yaml"


def main(arguments: list[str]) -> int:
    """Run Playwright on the cluster of this machine; return its exit code."""
    cluster = Cluster.of_this_machine().up()
    namespaces = {group: cluster.make_namespace(f"ui-{group}") for group in ("research", "sales")}
    try:
        for group, namespace in namespaces.items():
            _make_group(cluster, group, namespace)
        cluster.apply(
            *_room(namespaces["research"]),
            pull_secret("registry", namespaces["research"], cluster.registry),
            *_granted(namespaces["research"], "alice", _documented_rules()),
            *_granted(namespaces["sales"], "bob", [_without_secrets(rule) for rule in _documented_rules()]),
        )
        for user, namespace in (("alice", namespaces["research"]), ("bob", namespaces["sales"])):
            cluster.until(lambda u=user, n=namespace: _may_deploy(cluster, n, u), f"{user}'s rights")  # type: ignore[misc]
        command = ["node_modules/.bin/playwright", "test", "--config", "playwright.cluster.config.js", *arguments]
        world = {"PD_UI_CLUSTER": json.dumps(_world(cluster, namespaces))}
        browser = subprocess.Popen(command, cwd=ROOT / "tests" / "ui", env={**os.environ, **world})
        # Playwright ends its servers when it is interrupted, not when it is terminated.
        signal.signal(signal.SIGTERM, lambda *_: browser.send_signal(signal.SIGINT))
        return browser.wait()
    finally:
        cluster.kubectl("delete", "namespace", "--wait=false", *namespaces.values())


def _world(cluster: Cluster, namespaces: dict[str, str]) -> dict[str, Any]:
    """Return what the tests and their servers know of the cluster."""
    return {
        "kubectl": [str(cluster.state / "bin" / "kubectl"), "--kubeconfig", str(cluster.kubeconfig())],
        "kubeconfigs": {user: str(cluster.kubeconfig(user)) for user in ("alice", "bob")},
        "namespaces": namespaces,
        "image": WEB_IMAGE,
        "registry": cluster.registry[0],
        "runner": RUNNER_IMAGE,
        "artifacts": str(cluster.artifact_root),
    }


def _make_group(cluster: Cluster, group: str, namespace: str) -> None:
    cluster.kubectl("label", "namespace", namespace, f"primehub-deploy.io/group={group}")
    notes = ("enabled=true", f"display-name={group.title()}", "quota-deployments=10")
    cluster.kubectl("annotate", "namespace", namespace, *(f"primehub-deploy.io/{note}" for note in notes))


def _room(namespace: str) -> list[dict[str, Any]]:
    """Return a quota, and what containers have that say nothing of it."""
    return [
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "primehub-deploy", "namespace": namespace},
            "spec": {"hard": {"limits.cpu": "8", "limits.memory": "16Gi"}},
        },
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "primehub-deploy", "namespace": namespace},
            "spec": {
                "limits": [
                    {
                        "type": "Container",
                        "default": {"cpu": "1", "memory": "256Mi"},
                        "defaultRequest": {"cpu": "10m", "memory": "16Mi"},
                    }
                ]
            },
        },
    ]


def _documented_rules() -> list[dict[str, Any]]:
    for one in yaml.safe_load_all(DOCUMENTED.read_text()):
        if one["metadata"]["name"] == ROLE:
            rules: list[dict[str, Any]] = one["rules"]
            return rules
    raise AssertionError(f"{DOCUMENTED} has no {ROLE}")


def _without_secrets(rule: dict[str, Any]) -> dict[str, Any]:
    return {**rule, "verbs": ["get", "list"]} if "secrets" in rule["resources"] else rule


def _granted(namespace: str, user: str, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a role that a user has in a namespace."""
    api, of_it = "rbac.authorization.k8s.io", {"name": ROLE, "namespace": namespace}
    return [
        {"apiVersion": f"{api}/v1", "kind": "Role", "metadata": of_it, "rules": rules},
        {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": of_it,
            "roleRef": {"apiGroup": api, "kind": "Role", "name": ROLE},
            "subjects": [{"apiGroup": api, "kind": "User", "name": user}],
        },
    ]


def _may_deploy(cluster: Cluster, namespace: str, user: str) -> bool:
    """Tell whether the authorizer knows of a binding: on a busy machine that takes seconds."""
    try:
        return "yes" in cluster.kubectl("auth", "can-i", "create", "deployments.apps", "-n", namespace, user=user)
    except AssertionError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
