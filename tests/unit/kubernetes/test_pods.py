"""The pods of a specification, field by field."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.resources import Resources, Scheduling, Toleration
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.pods import (
    PodMeans,
    env_of,
    order_of,
    order_secret,
    pod_template,
    trial_pod,
)
from primehub_deploy_ext.runner.access import GUARDED_PATH

ARTIFACT = Model(artifact="a" * 64, interpreter="/usr/bin/python3", adapter="sklearn", packages={"sklearn": "1.5"})
MEANS = PodMeans(runner_image="registry.test/runner:1", artifact="s3://models/aa/aaa")


HALF = {"cpu": "500m", "memory": "1073741824"}


def pod(model: Model = ARTIFACT, means: PodMeans = MEANS, **fields: Any) -> dict[str, Any]:
    template = pod_template("iris", 3, "iris-3-abc", DeploymentSpec(model=model, **fields), means)
    spec: dict[str, Any] = template["spec"]
    return spec


def container(*arguments: Any, **fields: Any) -> dict[str, Any]:
    (found,) = pod(*arguments, **fields)["containers"]
    return dict(found)


def test_pods_carry_whose_they_are_and_which_revision_they_run() -> None:
    labels = pod_template("iris", 3, "o", DeploymentSpec(model=ARTIFACT), MEANS)["metadata"]["labels"]
    assert labels[words.DEPLOYMENT] == "iris"
    assert labels[words.REVISION] == "3"
    assert {"name": words.REVISION_VARIABLE, "value": "3"} in container()["env"]


def test_an_artifact_runs_in_the_runner_image_or_in_its_own() -> None:
    assert container()["image"] == "registry.test/runner:1"
    assert container(ARTIFACT.model_copy(update={"image": "team/runner:2"}))["image"] == "team/runner:2"


def test_an_image_by_itself_is_told_its_port_and_nothing_else() -> None:
    found = container(Model(image="web:1"))
    assert {"name": "PORT", "value": "9000"} in found["env"]
    assert "volumeMounts" not in found
    assert found["readinessProbe"]["tcpSocket"] == {"port": words.PORT_NAME}
    assert found["lifecycle"]["preStop"] == {"sleep": {"seconds": 5}}
    assert "volumes" not in pod(Model(image="web:1"))


def test_values_of_the_environment_are_only_in_the_secret() -> None:
    spec = DeploymentSpec(model=ARTIFACT, env={"PASSWORD": "hunter2"})
    template = pod_template("iris", 3, "iris-3-abc", spec, MEANS)
    assert "hunter2" not in json.dumps(template)
    reference = {"secretKeyRef": {"name": "iris-3-abc", "key": "env.PASSWORD"}}
    assert {"name": "PASSWORD", "valueFrom": reference} in template["spec"]["containers"][0]["env"]
    secret = order_secret("iris", 3, "iris-3-abc", "team", spec, MEANS)
    assert secret["immutable"] is True
    assert secret["stringData"]["env.PASSWORD"] == "hunter2"
    stored = {key: base64.b64encode(text.encode()).decode() for key, text in secret["stringData"].items()}
    assert env_of({"data": stored}, base64.b64decode) == {"PASSWORD": "hunter2"}


def test_the_order_names_the_artifact_and_what_the_model_was_made_with() -> None:
    order = order_of("iris", 3, DeploymentSpec(model=ARTIFACT, resources=Resources(cpu=1.6)), MEANS)
    assert order["artifact"] == "s3://models/aa/aaa"
    assert (order["digest"], order["packages"], order["threads"]) == ("a" * 64, {"sklearn": "1.5"}, 2)
    assert order["prefix"] == "/deployment/iris"


def test_who_may_call_is_mounted_as_a_folder_which_the_kubelet_keeps_up_to_date() -> None:
    means = replace(MEANS, access="iris-access-1")
    mounts = {mount["name"]: mount for mount in container(ARTIFACT, means)["volumeMounts"]}
    assert mounts[words.ACCESS_VOLUME] == {
        "name": words.ACCESS_VOLUME,
        "mountPath": words.ACCESS_FOLDER,
        "readOnly": True,
    }
    (volume,) = (one for one in pod(ARTIFACT, means)["volumes"] if one["name"] == words.ACCESS_VOLUME)
    assert volume["secret"]["secretName"] == "iris-access-1"
    # Not when clients were used last: pods need not be told.
    assert {item["path"] for item in volume["secret"]["items"]} == {"key", "access.json"}
    assert order_of("iris", 3, DeploymentSpec(model=ARTIFACT), means)["access"] == words.ACCESS_FOLDER
    assert order_of("iris", 3, DeploymentSpec(model=ARTIFACT), MEANS)["access"] == ""


def test_a_private_replica_takes_requests_only_once_it_says_that_it_checks_who_calls() -> None:
    means = replace(MEANS, access="iris-access-1")

    def asked(means: PodMeans, **fields: Any) -> str:
        return str(container(ARTIFACT, means, **fields)["readinessProbe"]["httpGet"]["path"])

    assert asked(means, access="private") == GUARDED_PATH
    # Public ones go on with runners of any age.
    assert {asked(means), asked(MEANS)} == {"/v2/health/ready"}


def test_a_trial_runs_once_and_not_for_long_and_no_service_finds_it() -> None:
    tried = trial_pod("trial-1", "team", DeploymentSpec(model=ARTIFACT, pull_secret="key"), MEANS, 130)
    assert words.DEPLOYMENT not in tried["metadata"]["labels"]
    assert tried["metadata"]["labels"][words.PART] == "trial"
    spec = tried["spec"]
    assert (spec["restartPolicy"], spec["activeDeadlineSeconds"]) == ("Never", 130)
    assert spec["imagePullSecrets"] == [{"name": "key"}]
    assert "livenessProbe" not in spec["containers"][0]
    assert spec["volumes"][0]["secret"]["secretName"] == "trial-1"


def test_an_artifact_volume_is_mounted_read_only() -> None:
    means = PodMeans(runner_image="r:1", artifact="/artifacts/aa/aaa", artifact_volume={"hostPath": {"path": "/srv"}})
    mounts = {mount["name"]: mount for mount in container(ARTIFACT, means)["volumeMounts"]}
    assert mounts[words.ARTIFACT_VOLUME] == {
        "name": words.ARTIFACT_VOLUME,
        "mountPath": words.ARTIFACT_FOLDER,
        "readOnly": True,
    }
    assert {"name": words.ARTIFACT_VOLUME, "hostPath": {"path": "/srv"}} in pod(ARTIFACT, means)["volumes"]


def test_storage_credentials_come_from_a_secret_by_reference() -> None:
    means = PodMeans(runner_image="r:1", artifact="s3://m/a", artifact_secret="storage")
    assert container(ARTIFACT, means)["envFrom"] == [{"secretRef": {"name": "storage"}}]


@pytest.mark.parametrize(
    ("given", "limits", "requests"),
    [
        (Resources(), None, None),
        (Resources(cpu=0.5, memory="1Gi"), HALF, HALF),
        (
            Resources(cpu=2, scheduling=Scheduling(cpu_request=0.25, memory_request="1Gi")),
            {"cpu": "2000m"},
            {"cpu": "250m", "memory": "1073741824"},
        ),
        (Resources(gpu=1), {"nvidia.com/gpu": "1"}, None),
        (Resources(gpu=2, scheduling=Scheduling(gpu_resource="amd.com/gpu")), {"amd.com/gpu": "2"}, None),
    ],
)  # fmt: skip
def test_what_is_requested_is_the_limit_unless_the_instance_type_says_less(
    given: Resources, limits: dict[str, str] | None, requests: dict[str, str] | None
) -> None:
    found = container(resources=given)["resources"]
    assert found.get("limits") == limits
    assert found.get("requests") == requests


def test_an_instance_type_says_on_which_nodes() -> None:
    hints = Scheduling(
        node_selector={"disk": "ssd"},
        tolerations=(Toleration(key="gpu", operator="Exists"), Toleration(key="a", value="b", effect="NoSchedule")),
    )
    found = pod(resources=Resources(scheduling=hints))
    assert found["nodeSelector"] == {"disk": "ssd"}
    assert found["tolerations"] == [
        {"key": "gpu", "operator": "Exists"},
        {"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"},
    ]


def test_pull_secrets_of_the_deployment_and_of_the_runner() -> None:
    means = PodMeans(runner_image="r:1", runner_pull_secret="runner", artifact="x")
    assert pod(ARTIFACT, means, pull_secret="team")["imagePullSecrets"] == [{"name": "team"}, {"name": "runner"}]
    assert pod(Model(image="web:1"), means, pull_secret="team")["imagePullSecrets"] == [{"name": "team"}]
    assert "imagePullSecrets" not in pod()


def test_a_replica_has_time_to_answer_what_it_has() -> None:
    means = PodMeans(runner_image="r:1", artifact="x", linger=5, drain_limit=30)
    assert pod(ARTIFACT, means)["terminationGracePeriodSeconds"] == 40


def test_last_words_are_kept_and_nothing_runs_with_more_rights_than_it_needs() -> None:
    found = container()
    assert found["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert found["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    assert pod()["automountServiceAccountToken"] is False


def test_an_administrator_adds_to_every_pod() -> None:
    means = PodMeans(
        runner_image="r:1", artifact="x", overrides={"priorityClassName": "high", "securityContext": {"fsGroup": 5}}
    )
    found = pod(ARTIFACT, means)
    assert found["priorityClassName"] == "high"
    assert found["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}, "fsGroup": 5}
