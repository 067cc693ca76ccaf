"""What the engine needs of a cluster, and the Role that gives it."""

from __future__ import annotations

import pytest
import yaml

from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, POD
from primehub_deploy_ext.engines.kubernetes.rights.needs import Missing, Need, needs_of, role_yaml, rules_of

SOME = (
    Need(POD, ("get", "list"), "replicas"),
    Need(POD, ("get",), "logs", "log"),
    Need(DEPLOYMENT, ("create",), "deployments"),
)


def allowed(rules: list[dict[str, list[str]]]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.mark.parametrize("flavor", ["plain", "kserve", "seldon", "primehub"])
def test_the_rules_give_what_is_needed_and_nothing_else(flavor: str) -> None:
    needs = needs_of(flavor, ["ingress"])
    assert allowed(rules_of(needs)) == {(need.kind.group, need.resource, verb) for need in needs for verb in need.verbs}
    assert "*" not in str(rules_of(needs))


def test_the_manifest_names_what_is_missing_and_gives_all() -> None:
    text = role_yaml("research", "oidc:alice", SOME, [Missing("create", SOME[2]), Missing("get", SOME[1])])
    assert "#   create deployments.apps (deployments)" in text
    assert "#   get pods/log (logs)" in text
    role, binding = yaml.safe_load_all(text)
    assert (role["kind"], role["metadata"]) == ("Role", {"name": "primehub-deploy-user", "namespace": "research"})
    assert allowed(role["rules"]) == {
        ("", "pods", "get"),
        ("", "pods", "list"),
        ("", "pods/log", "get"),
        ("apps", "deployments", "create"),
    }
    assert binding["roleRef"]["name"] == "primehub-deploy-user"
    assert binding["subjects"] == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "oidc:alice"}]


def test_a_service_account_is_bound_as_one() -> None:
    _, binding = yaml.safe_load_all(role_yaml("research", "system:serviceaccount:hub:server", SOME, []))
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "server", "namespace": "hub"}]
