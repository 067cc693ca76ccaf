"""A Jupyter server over the cluster, driven as a notebook drives it: by the Python client."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn
import tornado
from sklearn.linear_model import LogisticRegression

from primehub_deploy_ext.client import DeploymentFailed, LibrariesDiffer, connect
from scripts.demo_server import Server, jupyter_server
from tests.acceptance.rest import ask
from tests.cluster.cluster import RUNNER_IMAGE, Cluster

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def server(cluster: Cluster, namespace: Callable[..., str], tmp_path: Path) -> Iterator[Server]:
    """One whose group is a namespace of its own."""
    team = namespace("server-team")
    cluster.kubectl("label", "namespace", team, "primehub-deploy.io/group=team")
    cluster.kubectl("annotate", "namespace", team, "primehub-deploy.io/enabled=true")
    settings = {
        "KUBECONFIG": str(cluster.kubeconfig()),
        "NAMESPACES": team,
        "RUNNER_IMAGE": RUNNER_IMAGE,
        "ARTIFACT_ROOT": str(cluster.artifact_root),
        "ARTIFACT_VOLUME": f'{{"hostPath": {{"path": "{cluster.artifact_root}"}}}}',
        "LINGER": "1.5",
    }
    environment = {f"PRIMEHUB_DEPLOY_KUBE_{name}": value for name, value in settings.items()}
    with jupyter_server(tmp_path, environment={**environment, "PRIMEHUB_DEPLOY_ENGINE": "kubernetes"}) as running:
        yield running


def trained() -> tuple[LogisticRegression, np.ndarray]:
    rows = np.array([[0.0], [1.0], [2.0], [3.0]])
    return LogisticRegression().fit(rows, [0, 0, 1, 1]), rows


def newest(server: Server, id: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(server, "GET", f"deployments/{id}/revisions").json["items"][0]
    return found


def test_a_notebook_deploys_to_the_cluster_and_asks_from_outside_of_it(server: Server) -> None:
    model, rows = trained()
    here = connect(server.url, token=server.token)
    deployment = here.deploy(model, "Threshold", id="threshold", example=rows, env={"SECRET": "hunter2"}, group="team")
    assert deployment.status.phase == "Deployed"
    assert list(deployment.predict(rows)) == [0, 0, 1, 1]
    health = ask(server, "GET", "health").json
    assert (health["engine"], health["status"]) == ("kubernetes", "ok")
    shown = ask(server, "GET", "deployments/threshold").json
    assert (shown["engine"], shown["spec"]["env"]) == ("kubernetes", {"SECRET": "********"})
    (replica,) = ask(server, "GET", "deployments/threshold/replicas").json["items"]
    assert replica["name"].startswith("threshold-")
    # A value that is sent back masked stays what it is, and words restart nothing.
    change = {"env": {"SECRET": "********"}, "description": "better"}
    assert ask(server, "PATCH", "deployments/threshold", change).status == 200
    Cluster.until(lambda: newest(server, "threshold")["outcome"] == "succeeded", "the new words")
    assert ask(server, "GET", "deployments/threshold/replicas").json["items"][0]["name"] == replica["name"]
    deployment.scale(2)
    assert ask(server, "GET", "deployments/threshold").json["status"]["replicas"] == {"desired": 2, "ready": 2}
    deployment.delete()
    assert ask(server, "GET", "deployments/threshold").status == 404


def test_what_the_image_has_of_another_version_is_named(server: Server) -> None:
    model, rows = trained()
    here = connect(server.url, token=server.token)
    here.deploy(model, "Old", id="old", example=rows, group="team")
    spec = ask(server, "GET", "deployments/old").json["spec"]
    older = {**spec["model"], "packages": {**spec["model"]["packages"], "sklearn": "0.1"}}
    assert ask(server, "PATCH", "deployments/old", {"model": older}).status == 200
    Cluster.until(lambda: newest(server, "old")["outcome"] == "succeeded", "the new revision")
    message = ask(server, "GET", "deployments/old").json["status"]["message"]
    assert "The image has other versions than the model was made with:" in message
    assert "(made with 0.1)" in message


def test_what_the_image_has_of_another_version_is_named_before_the_model_runs_there(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, rows = trained()
    here = connect(server.url, token=server.token)

    def compared(**packages: str) -> dict[str, Any]:
        answer: dict[str, Any] = ask(server, "POST", "drift", {"packages": packages}).json
        return answer

    assert compared(sklearn="0.1") == {"image": RUNNER_IMAGE, "known": False, "unknown": [], "items": []}
    saved = here.save_model(model, "Threshold", example=rows, group="team")
    (stored,) = ask(server, "GET", "models").json["items"]
    body = {"name": "Threshold", "group": "team", "model": stored["model"]}
    assert ask(server, "POST", "deployments?dry_run=1&try=1", body).json["trial"]["ok"]
    # The trial told, though nothing was deployed.
    drift = {"package": "sklearn", "trained": "0.1", "here": sklearn.__version__}
    assert compared(sklearn="0.1")["items"] == [drift]

    here.deploy(model, "Threshold", id="threshold", example=rows, group="team")
    # A replica tells also of what its model does not use.
    absent = {"package": "absent_library", "trained": "7", "here": None}
    found = compared(sklearn=sklearn.__version__, tornado="0.1", absent_library="7")
    assert (found["known"], found["unknown"]) == (True, [])
    assert found["items"] == [absent, {"package": "tornado", "trained": "0.1", "here": tornado.version}]

    monkeypatch.setattr(sklearn, "__version__", "0.1")  # as if this kernel had another one
    with pytest.warns(LibrariesDiffer, match=r"The image has other versions .*: sklearn \S+ \(made with 0\.1\)\.$"):
        here.deploy(model, "Old", id="old", example=rows, group="team", wait=False)
    saved.forget()


def test_a_model_that_the_image_can_not_load_fails_in_the_notebook_with_its_words(server: Server) -> None:
    here = connect(server.url, token=server.token)
    with pytest.raises(DeploymentFailed, match="No module named"):
        here.deploy(needs_what_is_not_there(), "Lonely", id="lonely", group="team")


def test_a_private_endpoint_lets_in_curl_with_a_token_and_the_notebook_without(
    server: Server, cluster: Cluster
) -> None:
    model, rows = trained()
    here = connect(server.url, token=server.token)
    deployment = here.deploy(model, "Secret", id="secret", example=rows, access="private", group="team")
    assert list(deployment.predict(rows)) == [0, 0, 1, 1]
    (service,) = cluster.get("services", "-A", "-l", "primehub-deploy.io/deployment=secret")["items"]
    url = f"http://{service['spec']['clusterIP']}/deployment/secret/v2/models/secret"

    def curl(*arguments: str) -> str:
        command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *arguments, url]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout

    assert curl() == "401"
    made = ask(server, "POST", "deployments/secret/clients", {"name": "curl"})
    token = made.json["token"]
    assert curl("-u", f"curl:{token}") == "200"
    assert curl("-H", f"Authorization: Bearer {token}") == "200"
    (client,) = ask(server, "GET", "deployments/secret/clients").json["items"]
    assert client["last_used_at"]
    assert token not in str(client)
    assert ask(server, "DELETE", "deployments/secret/clients/curl").status == 204
    assert curl("-u", f"curl:{token}") == "401"


def test_a_change_is_tried_on_the_cluster_before_it_is_made(server: Server) -> None:
    model, rows = trained()
    here = connect(server.url, token=server.token)
    here.deploy(model, "Tried", id="tried", example=rows, group="team")
    spec = ask(server, "GET", "deployments/tried").json["spec"]
    example = spec["model"]["example"]
    wrong = {**example["inputs"][0], "shape": [2, 3], "data": [0, 0, 0, 0, 0, 0]}
    for given, ok in ((example, True), ({"inputs": [wrong]}, False)):
        change = {"model": {**spec["model"], "example": given}}
        trial = ask(server, "PATCH", "deployments/tried?dry_run=1&try=1", change).json["trial"]
        assert trial["ok"] is ok, trial
    assert trial["message"].endswith("the model takes [-1, 1], got [2, 3]")
    assert len(ask(server, "GET", "deployments/tried/revisions").json["items"]) == 1
    answer = ask(server, "POST", "deployments/tried/revisions/1:try", example).json
    assert answer["answer"]["outputs"][0]["data"] == [0, 0, 1, 1]


class Lonely:
    """Loads only where this test is."""

    def __reduce__(self) -> object:
        return (__import__, ("a_library_that_no_image_has",))

    def __call__(self, x: object) -> object:
        return x


def needs_what_is_not_there() -> Lonely:
    return Lonely()
