"""Every manifest of the docs is taken by a real cluster, and gives what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from primehub_deploy_ext.app import PrimehubDeploy
from primehub_deploy_ext.engines.kubernetes.rights.manifests import cluster_role
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from primehub_deploy_ext.service.groups.kubernetes import KubernetesGroups
from tests.cluster.cluster import Cluster

DOCS = Path(__file__).parents[2] / "docs" / "kubernetes"
VALUES = DOCS / "zero-to-jupyterhub.values.yaml"
MANIFESTS = sorted(set(DOCS.glob("*.yaml")) - {VALUES})
STORE = {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
# Of the cluster itself: all tests share them, and they are always the same.
SHARED = {"ClusterRole", "ClusterRoleBinding"}


def objects(name: str) -> list[dict[str, Any]]:
    return [found for found in yaml.safe_load_all((DOCS / name).read_text()) if found]


def moved(found: dict[str, Any], namespace: str) -> dict[str, Any]:
    """The same object in a namespace that no other test has."""
    if found["kind"] == "Namespace":
        return {**found, "metadata": {**found["metadata"], "name": namespace}}
    if found["kind"] not in SHARED:
        found = {**found, "metadata": {**found["metadata"], "namespace": namespace}}
    if found["kind"] == "ClusterRoleBinding":
        # For this test alone: it must not give anybody anything in another.
        found = {**found, "metadata": {"name": f"{found['metadata']['name']}-{namespace}"}}
    subjects = [
        {**subject, "namespace": namespace} if subject["kind"] == "ServiceAccount" else subject
        for subject in found.get("subjects", ())
    ]
    return {**found, "subjects": subjects} if subjects else found


@pytest.fixture
def bindings(cluster: Cluster) -> Iterator[list[str]]:
    made: list[str] = []
    yield made
    if made:
        cluster.kubectl("delete", "clusterrolebinding", "--ignore-not-found", *made)


def allowed(rules: list[dict[str, list[str]]]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_there_are_manifests() -> None:
    names = {path.name for path in MANIFESTS}
    assert names >= {"rbac-users.yaml", "rbac-extension.yaml", "namespace.yaml", "instance-types.yaml"}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_the_cluster_takes_it(cluster: Cluster, namespace: Callable[..., str], bindings: list[str], path: Path) -> None:
    place = namespace("manifest")
    found = [moved(one, place) for one in objects(path.name)]
    bindings += [one["metadata"]["name"] for one in found if one["kind"] == "ClusterRoleBinding"]
    cluster.apply(*found)
    for one in found:
        where = () if one["kind"] in {*SHARED, "Namespace"} else ("-n", place)
        cluster.get(one["kind"], one["metadata"]["name"], *where)


@pytest.mark.parametrize(("name", "whose"), [("rbac-users.yaml", "users"), ("rbac-extension.yaml", "extension")])
def test_the_roles_give_what_the_engine_needs_and_nothing_else(name: str, whose: str) -> None:
    wanted = cluster_role(whose)
    (written,) = (
        one for one in objects(name) if one["metadata"]["name"] == wanted["metadata"]["name"] and "rules" in one
    )
    assert allowed(written["rules"]) == allowed(wanted["rules"])


def test_the_readme_names_every_manifest() -> None:
    text = (DOCS / "README.md").read_text()
    for path in [*MANIFESTS, VALUES]:
        assert re.search(rf"\({re.escape(path.name)}\)", text), path.name


def test_the_values_for_the_hub_name_classes_and_settings_that_there_are() -> None:
    servers = yaml.safe_load(VALUES.read_text())["singleuser"]
    configured = servers["extraFiles"]["primehub-deploy"]["data"]
    assert configured["PrimehubDeploy"] == {"engine": "kubernetes"}
    assert set(configured["PrimehubDeploy"]) <= set(PrimehubDeploy.class_trait_names(config=True))
    assert set(configured["KubernetesGroups"]) <= set(KubernetesGroups.class_trait_names(config=True))
    settings = {f"PRIMEHUB_DEPLOY_KUBE_{name.upper()}" for name in KubernetesSettings.class_trait_names(config=True)}
    ours = {name for name in servers["extraEnv"] if name.startswith("PRIMEHUB")}
    assert ours <= settings
    # The others are for the store: replicas have theirs from a Secret.
    assert {name for name in servers["extraEnv"] if name not in ours} <= STORE
