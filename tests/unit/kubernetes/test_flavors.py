"""What each flavor writes and reads, without a cluster."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, HTTP_ROUTE, SERVICE
from primehub_deploy_ext.engines.kubernetes.flavors.base import Way, Workload
from primehub_deploy_ext.engines.kubernetes.flavors.kserve import KServe
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.flavors.primehub import PrimeHub
from primehub_deploy_ext.engines.kubernetes.flavors.seldon import Seldon
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans, pod_template
from primehub_deploy_ext.engines.kubernetes.rights.needs import needs_of, written_as

Json = dict[str, Any]

FLAVORS = (Plain(), KServe(), Seldon(), PrimeHub())
WITH_TEMPLATE = (Plain(), KServe(), Seldon())
CONTROLLED = (KServe(), Seldon(), PrimeHub())
MEANS = PodMeans(
    runner_image="registry.example/runner:1", artifact="s3://models/ab/abcd", artifact_secret="model-store"
)
STOP = "serving.kserve.io/stop"


def spec_of(**fields: Any) -> DeploymentSpec:
    model = Model(artifact="a" * 64, size=3, adapter="sklearn", interpreter="/usr/bin/python3")
    return DeploymentSpec(**{"model": model, "replicas": 2, "instance_type": "small", **fields})


def workload(revision: int = 1, *, replicas: int = 2, fresh: bool = True, surge: int = 1, **fields: Any) -> Workload:
    spec = spec_of(replicas=replicas or 2, **fields)
    record = json.dumps({"latest": {"number": revision, "user": "ada", "update_message": "better"}})
    return Workload(
        id="iris",
        namespace="team",
        name="Iris",
        group="research",
        spec=spec,
        revision=revision,
        replicas=replicas,
        surge=surge,
        template=pod_template("iris", revision, f"iris-{revision}", spec, MEANS) if fresh else None,
        annotations={words.RECORD: record, words.DISPLAY_NAME: "Iris"},
    )


def made(flavor: Any, **more: Any) -> Json:
    body: Json = flavor.build(workload(**more))
    return body


def pods_of(owner: Json) -> Json:
    """Return all of an owner that its controller makes pods from; a change in it replaces them."""
    spec = owner["spec"]
    if owner["kind"] == "Deployment":
        return dict(spec["template"])
    if owner["kind"] == "InferenceService":
        # KServe puts the annotations of the whole under those of the predictor, and makes the pods of both.
        counts = ("minReplicas", "maxReplicas", "deploymentStrategy")
        predictor = {key: value for key, value in spec["predictor"].items() if key not in counts}
        under = {key: value for key, value in owner["metadata"]["annotations"].items() if key != STOP}
        return {**predictor, "annotations": {**under, **predictor["annotations"]}}
    if owner["kind"] == "SeldonDeployment":
        return dict(spec["predictors"][0]["componentSpecs"][0])
    predictor = {key: value for key, value in spec["predictors"][0].items() if key not in {"replicas", "metadata"}}
    return {**predictor, "env": spec["env"]}


def deployment(owner: Json, *, revision: int, replicas: int, ready: int | None = None, **status: Any) -> Json:
    """Return the Deployment that a controller makes of an owner."""
    name = owner["metadata"]["name"]
    called = {"InferenceService": f"{name}-predictor", "PhDeployment": f"deploy-{name}"}
    ready = replicas if ready is None else ready
    template: Json = {"metadata": {"labels": {}}, "spec": {"containers": [{"name": words.CONTAINER}]}}
    if owner["kind"] == "PhDeployment":
        template["spec"]["containers"][0]["env"] = [{"name": words.REVISION_VARIABLE, "value": str(revision)}]
    else:
        template["metadata"]["labels"][words.REVISION] = str(revision)
    return {
        "metadata": {
            "name": called.get(owner["kind"], f"{name}-default-0-model"),
            "generation": 3,
            "labels": {"seldon-deployment-id": name},
        },
        "spec": {"replicas": replicas, "template": template},
        "status": {
            "observedGeneration": 3,
            "replicas": replicas,
            "updatedReplicas": replicas,
            "availableReplicas": ready,
            **status,
        },
    }


def others(*deployments: Json) -> dict[Any, dict[str, Json]]:
    return {DEPLOYMENT: {one["metadata"]["name"]: one for one in deployments}}


@pytest.mark.parametrize("flavor", FLAVORS, ids=lambda flavor: flavor.name)
def test_words_and_scale_change_nothing_that_pods_are_made_from(flavor: Any) -> None:
    owner = made(flavor)
    changed = flavor.change(owner, workload(2, replicas=5, fresh=False, description="new words", metadata={"a": "b"}))
    assert pods_of(changed) == pods_of(owner)
    assert changed["metadata"]["annotations"][words.RECORD] != owner["metadata"]["annotations"][words.RECORD]


@pytest.mark.parametrize("flavor", FLAVORS, ids=lambda flavor: flavor.name)
def test_a_new_template_and_a_restart_replace_pods(flavor: Any) -> None:
    owner = made(flavor)
    assert pods_of(flavor.change(owner, workload(2))) != pods_of(owner)
    assert pods_of(flavor.change(owner, workload(2, env={"A": "b"}))) != pods_of(owner)


@pytest.mark.parametrize("flavor", FLAVORS, ids=lambda flavor: flavor.name)
def test_a_change_writes_into_a_copy(flavor: Any) -> None:
    owner = made(flavor)
    before = copy.deepcopy(owner)
    flavor.change(owner, workload(2, replicas=0))
    assert owner == before


@pytest.mark.parametrize("flavor", WITH_TEMPLATE, ids=lambda flavor: flavor.name)
def test_what_others_wrote_into_the_pods_stays(flavor: Any) -> None:
    owner = made(flavor)
    places = {
        "plain": lambda: owner["spec"]["template"]["metadata"],
        "kserve": lambda: owner["spec"]["predictor"],
        "seldon": lambda: owner["spec"]["predictors"][0]["componentSpecs"][0]["metadata"],
    }
    places[flavor.name]()["annotations"]["sidecar.istio.io/inject"] = "false"
    places[flavor.name]()["labels"]["cost-center"] = "42"
    owner = flavor.change(owner, workload(2))
    assert places[flavor.name]()["annotations"]["sidecar.istio.io/inject"] == "false"
    assert places[flavor.name]()["labels"]["cost-center"] == "42"
    assert places[flavor.name]()["labels"][words.REVISION] == "2"


@pytest.mark.parametrize("flavor", WITH_TEMPLATE, ids=lambda flavor: flavor.name)
def test_pods_ask_of_a_quota_what_their_template_says(flavor: Any) -> None:
    (container,) = flavor.pod_spec(made(flavor, resources={"cpu": 2, "memory": 2**30}))["containers"]
    assert container["resources"]["limits"] == {"cpu": "2000m", "memory": str(2**30)}


@pytest.mark.parametrize("flavor", FLAVORS, ids=lambda flavor: flavor.name)
def test_the_public_path_is_the_same_with_every_flavor(flavor: Any) -> None:
    owner, spec = made(flavor), spec_of()
    way = Way(route="gateway", public_url="https://models.example.com", gateway="infra/public")
    assert flavor.endpoint(owner, spec, way) == "https://models.example.com/deployment/iris/"
    assert flavor.endpoint(owner, spec, Way()).endswith("/deployment/iris/")
    assert flavor.backend(owner, spec).path == "/deployment/iris/"


@pytest.mark.parametrize("flavor", WITH_TEMPLATE, ids=lambda flavor: flavor.name)
def test_a_service_and_the_configured_way_in_go_with_it(flavor: Any) -> None:
    way = Way(route="gateway", public_url="https://models.example.com", gateway="infra/public")
    (service_kind, service), (route_kind, _) = flavor.parts(workload(), made(flavor), way)
    assert (service_kind, route_kind) == (SERVICE, HTTP_ROUTE)
    assert service["spec"]["selector"] == {words.DEPLOYMENT: "iris", words.PART: "replica"}


@pytest.mark.parametrize("flavor", CONTROLLED, ids=lambda flavor: flavor.name)
def test_it_is_complete_when_the_deployment_behind_it_is(flavor: Any) -> None:
    owner = made(flavor)
    nothing = flavor.standing(owner, [], others())
    assert (nothing.seen, nothing.complete) == (False, False)
    loading = flavor.standing(owner, [{}, {}], others(deployment(owner, revision=1, replicas=2, ready=1)))
    assert (loading.seen, loading.complete) == (True, False)
    done = flavor.standing(owner, [{}, {}], others(deployment(owner, revision=1, replicas=2)))
    assert (done.seen, done.complete) == (True, True)


@pytest.mark.parametrize("flavor", CONTROLLED, ids=lambda flavor: flavor.name)
def test_the_deployment_of_before_says_nothing_about_a_change(flavor: Any) -> None:
    before = deployment(made(flavor), revision=1, replicas=2)
    updated = flavor.change(made(flavor), workload(2))
    assert not flavor.standing(updated, [{}, {}], others(before)).seen
    scaled = flavor.change(made(flavor), workload(2, replicas=3, fresh=False))
    assert not flavor.standing(scaled, [{}, {}], others(before)).seen


@pytest.mark.parametrize("flavor", CONTROLLED, ids=lambda flavor: flavor.name)
def test_it_is_stopped_once_the_last_pod_is_gone(flavor: Any) -> None:
    owner = flavor.change(made(flavor), workload(2, replicas=0, fresh=False))
    left = [] if flavor.name == "kserve" else [deployment(owner, revision=1, replicas=0)]
    assert not flavor.standing(owner, [{}], others(*left)).complete
    assert flavor.standing(owner, [], others(*left)).complete


@pytest.mark.parametrize("flavor", CONTROLLED, ids=lambda flavor: flavor.name)
def test_what_the_deployment_says_of_pods_that_cannot_be_made_is_handed_on(flavor: Any) -> None:
    owner = made(flavor)
    refused = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    standing = flavor.standing(owner, [], others(deployment(owner, revision=1, replicas=2, conditions=[refused])))
    assert list(standing.conditions) == [refused]


def test_kserve_stops_by_its_annotation_and_remembers_the_replicas() -> None:
    flavor = KServe()
    owner = flavor.change(made(flavor, replicas=3), workload(2, replicas=0, fresh=False))
    assert owner["metadata"]["annotations"][STOP] == "true"
    assert owner["spec"]["predictor"]["minReplicas"] == 3
    owner = flavor.change(owner, workload(3, replicas=3, fresh=False))
    assert STOP not in owner["metadata"]["annotations"]


def test_kserve_is_given_its_own_container_name() -> None:
    predictor = made(KServe())["spec"]["predictor"]
    assert [container["name"] for container in predictor["containers"]] == ["kserve-container"]
    assert predictor["volumes"]
    assert predictor["deploymentStrategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_kserve_says_why_it_makes_nothing() -> None:
    flavor, owner = KServe(), made(KServe())
    owner["status"] = {
        "modelStatus": {"lastFailureInfo": {"reason": "NoSupportingRuntime", "message": "no runtime for onnx"}}
    }
    standing = flavor.standing(owner, [], others())
    assert standing.problem == "KServe says NoSupportingRuntime: no runtime for onnx"


def test_kserve_models_that_were_made_elsewhere_are_told_by_their_storage() -> None:
    owner = {
        "kind": "InferenceService",
        "metadata": {"name": "flowers", "namespace": "team"},
        "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "s3://b/flowers"}}},
        "status": {"url": "http://flowers-team.example.com"},
    }
    spec = KServe().describe(owner)
    assert (spec.model.image, spec.replicas, spec.resources.cpu) == ("s3://b/flowers", 1, 1)
    assert KServe().endpoint(owner, spec, Way()) == "http://flowers-team.example.com/"
    assert KServe().backend(owner, spec).service == "flowers-predictor"


def test_seldon_tells_its_metrics_the_revision_and_needs_no_orchestrator() -> None:
    predictor = made(Seldon())["spec"]["predictors"][0]
    assert predictor["annotations"] == {"seldon.io/no-engine": "true", "version": "1"}
    assert predictor["graph"]["name"] == predictor["componentSpecs"][0]["spec"]["containers"][0]["name"]


def test_the_way_that_kserve_makes_is_told_once_it_is_there() -> None:
    owner, spec = made(KServe()), spec_of()
    inside = "http://iris.team.svc.cluster.local/deployment/iris/"
    assert KServe().endpoint(owner, spec, Way(route="kserve")) == inside
    owner["status"] = {"url": "https://iris-team.models.example.com"}
    assert KServe().endpoint(owner, spec, Way()) == inside
    assert (
        KServe().endpoint(owner, spec, Way(route="kserve")) == "https://iris-team.models.example.com/deployment/iris/"
    )
    # No route of ours beside it, and no rights for one.
    assert [kind for kind, _ in KServe().parts(workload(), owner, Way(route="kserve"))] == [SERVICE]
    assert needs_of("kserve", ["kserve"]) == needs_of("kserve")


def test_seldon_models_that_were_made_elsewhere_are_told_by_their_uri() -> None:
    graph = {"name": "classifier", "implementation": "SKLEARN_SERVER", "modelUri": "gs://seldon/iris"}
    owner = {
        "kind": "SeldonDeployment",
        "metadata": {"name": "old", "namespace": "team"},
        "spec": {"replicas": 3, "predictors": [{"name": "main", "graph": graph}]},
    }
    spec = Seldon().describe(owner)
    assert (spec.model.image, spec.replicas) == ("gs://seldon/iris", 3)
    assert Seldon().endpoint(owner, spec, Way()) == "http://old-main.team.svc.cluster.local:8000/"


def test_a_phdeployment_says_who_changed_it_and_hands_the_runner_its_order() -> None:
    spec = made(PrimeHub(), env={"A": "b"})["spec"]
    assert (spec["userName"], spec["groupName"], spec["updateMessage"]) == ("ada", "research", "better")
    env = {entry["name"]: entry for entry in spec["env"]}
    assert env["PRIMEHUB_DEPLOY_REVISION"]["value"] == "1"
    order = env["PRIMEHUB_DEPLOY_ORDER"]["valueFrom"]["secretKeyRef"]
    assert order == {"name": "iris-1", "key": "order.json"}
    # Not even PrimeHub's own portal shows the values.
    assert env["A"]["valueFrom"]["secretKeyRef"] == {"name": "iris-1", "key": "env.A"}
    assert env["AWS_ACCESS_KEY_ID"]["valueFrom"]["secretKeyRef"]["name"] == "model-store"
    assert spec["predictors"][0]["modelImage"] == "registry.example/runner:1"


def test_a_stopped_phdeployment_keeps_its_replicas() -> None:
    spec = PrimeHub().change(made(PrimeHub(), replicas=3), workload(2, replicas=0, fresh=False))["spec"]
    assert (spec["stop"], spec["predictors"][0]["replicas"]) == (True, 3)


def test_a_phdeployment_of_the_portal_is_told_as_it_is() -> None:
    owner = {
        "kind": "PhDeployment",
        "metadata": {"name": "portal-x1", "namespace": "hub"},
        "spec": {
            "displayName": "Portal",
            "stop": False,
            "description": "from the portal",
            "endpoint": {"accessType": "private"},
            "predictors": [
                {
                    "name": "predictor1",
                    "replicas": 2,
                    "modelImage": "reg/iris:7",
                    "instanceType": "cpu-1",
                    "imagePullSecret": "image-reg",
                    "metadata": {"accuracy": "0.9"},
                }
            ],
        },
        "status": {"endpoint": "https://hub.example.com/deployment/portal-x1/api/v1.0/predictions"},
    }
    spec = PrimeHub().describe(owner)
    assert (spec.model.image, spec.replicas, spec.instance_type) == ("reg/iris:7", 2, "cpu-1")
    assert (spec.pull_secret, spec.access, spec.metadata) == ("image-reg", "private", {"accuracy": "0.9"})
    assert PrimeHub().endpoint(owner, spec, Way()) == "https://hub.example.com/deployment/portal-x1/"


@pytest.mark.parametrize("flavor", FLAVORS, ids=lambda flavor: flavor.name)
def test_the_role_of_a_flavor_lets_write_what_it_writes_and_read_what_it_watches(flavor: Any) -> None:
    verbs: dict[Any, set[str]] = {}
    for need in needs_of(flavor.name, ("ingress", "gateway")):
        if not need.subresource:
            verbs.setdefault(need.kind, set()).update(need.verbs)
    way = {"public_url": "https://m.example", "gateway": "infra/main"}
    written = {flavor.owner}
    for route in ("", "gateway", "ingress"):
        written |= {kind for kind, _ in flavor.parts(workload(), made(flavor), Way(route=route, **way))}
    assert written == written_as(flavor.name)
    for kind in written:
        assert {"create", "patch", "delete"} <= verbs[kind], kind
    for kind in (flavor.owner, *flavor.kinds):
        assert {"get", "list", "watch"} <= verbs[kind], kind
