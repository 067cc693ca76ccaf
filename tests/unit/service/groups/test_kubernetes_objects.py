"""Groups as objects of a cluster, and back."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from primehub_deploy_ext.domain.groups import GroupSettings
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.service.groups.kubernetes_objects import (
    Bound,
    bound_by,
    docker_config,
    hard_of,
    pull_secrets_of,
    quota_of,
    read_users,
    settings_of,
    tighter,
    written_users,
)

PREFIX = "primehub-deploy.io/"


def quota(name: str = "primehub-deploy", scopes: list[str] | None = None, **hard: str) -> dict[str, Any]:
    spec: dict[str, Any] = {"hard": {key.replace("_", "."): amount for key, amount in hard.items()}}
    return {"metadata": {"name": name}, "spec": spec | ({"scopes": scopes} if scopes else {})}


def namespace(**notes: str) -> dict[str, Any]:
    annotations = {PREFIX + key.replace("_", "-"): text for key, text in notes.items()}
    return {"metadata": {"name": "ns", "resourceVersion": "4711", "annotations": annotations}}


def test_a_namespace_says_what_its_group_is() -> None:
    described = settings_of(
        "research",
        namespace(display_name="Research", enabled="true", members="ada, grace", admins="mary", quota_deployments="5"),
        [quota(limits_cpu="8", limits_memory="32Gi")],
    )
    assert described == GroupSettings(
        name="research",
        display_name="Research",
        enabled=True,
        quota=Quota(cpu=8, memory=32 * 2**30, deployments=5),
        members=("ada", "grace"),
        admins=("mary",),
        version=4711,
    )


def test_a_namespace_that_says_nothing_has_model_deployment_off_and_no_members() -> None:
    assert settings_of("ns", namespace(), []) == GroupSettings(name="ns", version=4711)


@pytest.mark.parametrize("notes", [{"members": "[1,"}, {"quota_deployments": "many"}, {"display_name": "x" * 200}])
def test_a_mistake_in_an_annotation_leaves_the_namespace_out_and_is_told(notes: dict[str, str]) -> None:
    described = settings_of("ns", namespace(**notes), [])
    assert isinstance(described, str)
    assert described.startswith("The namespace 'ns' is left out: ")


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("", ()),
        ("ada", ("ada",)),
        (" ada ,grace,\nmary,,ada", ("ada", "grace", "mary")),
        ('["last, first", "ada"]', ("last, first", "ada")),
    ],
)
def test_users_are_written_as_people_write_lists(text: str, users: tuple[str, ...]) -> None:
    assert read_users(text) == users
    assert read_users(written_users(users)) == users


def test_of_several_quotas_the_least_counts_and_scoped_ones_do_not() -> None:
    quotas = [
        quota(limits_cpu="8", limits_memory="1Gi"),
        quota("team", limits_cpu="500m"),
        quota("batch", ["NotTerminating"], limits_cpu="100m"),
    ]
    assert quota_of(quotas, {}) == Quota(cpu=0.5, memory=2**30)


def test_a_quota_of_nothing_is_not_taken_for_none() -> None:
    none = quota_of([quota(limits_cpu="0", limits_memory="0")], {})
    assert (none.cpu, none.memory) == (0.001, 1)


def test_gpus_and_objects_count_and_the_smaller_number_of_deployments() -> None:
    found = {
        "metadata": {"name": "x"},
        "spec": {"hard": {"requests.nvidia.com/gpu": "2", "count/deployments.apps": "9"}},
    }
    assert quota_of([found], {PREFIX + "quota-deployments": "3"}) == Quota(gpu=2, deployments=3)
    assert quota_of([found], {}) == Quota(gpu=2, deployments=9)


def test_what_is_written_to_the_cluster_is_read_again() -> None:
    wanted = Quota(cpu=1.5, memory=3 * 2**30, gpu=0)
    written = {"metadata": {"name": "x"}, "spec": {"hard": hard_of(wanted)}}
    assert quota_of([written], {}) == wanted
    assert hard_of(Quota(deployments=3)) == {}


def test_another_quota_that_allows_less_is_named() -> None:
    others = [quota(limits_cpu="1"), quota("team", limits_cpu="2"), quota("objects", pods="10")]
    assert tighter(others, Quota(cpu=4)) == ["team"]
    assert tighter(others, Quota()) == ["team"]
    assert tighter(others, Quota(cpu=2)) == []


def binding(role: str, *subjects: tuple[str, str]) -> dict[str, Any]:
    return {
        "roleRef": {"kind": "ClusterRole", "name": role},
        "subjects": [{"kind": kind, "name": name} for kind, name in subjects],
    }


def test_role_bindings_make_members_of_their_users_and_groups() -> None:
    bound = bound_by(
        [
            binding("primehub-deploy-user", ("User", "oidc:ada"), ("Group", "oidc:research"), ("ServiceAccount", "x")),
            binding("view", ("User", "oidc:grace")),
            {"roleRef": {"name": "primehub-deploy-user"}},
        ],
        ["primehub-deploy-user"],
        "oidc:",
        "oidc:",
    )
    assert bound == Bound(frozenset({"ada"}), frozenset({"research"}))
    assert bound.has("ada", [])
    assert bound.has("mary", ["research"])
    assert not bound.has("grace", ["sales"])
    assert Bound(groups=frozenset({"system:authenticated"})).has("anybody", [])


def test_the_kubelet_can_read_what_a_pull_secret_says() -> None:
    data = docker_config("registry.example.com:5000", "robot", "pä:ss")
    config = json.loads(base64.b64decode(data[".dockerconfigjson"]))
    (login,) = config["auths"].values()
    assert list(config["auths"]) == ["registry.example.com:5000"]
    assert base64.b64decode(login["auth"]).decode() == "robot:pä:ss"


def test_a_secret_of_several_namespaces_is_one_for_several_groups() -> None:
    def secret(name: str, version: str, **notes: str) -> dict[str, Any]:
        annotations = {PREFIX + key: text for key, text in notes.items()}
        return {"metadata": {"name": name, "resourceVersion": version, "annotations": annotations}}

    found = pull_secrets_of(
        {
            "research": [secret("hub", "5", registry="r.example.com", username="robot"), secret("foreign", "7")],
            "sales": [secret("hub", "9", registry="r.example.com", username="robot")],
        }
    )
    assert [(s.name, s.registry, s.username, s.groups, s.version) for s in found] == [
        ("foreign", None, None, ("research",), 7),
        ("hub", "r.example.com", "robot", ("research", "sales"), 9),
    ]
    assert all(secret.password is None for secret in found)
