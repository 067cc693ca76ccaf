"""A known load on a real cluster: what a real Prometheus says that scrapes the replicas, and the server without one.

Debian builds Prometheus without its discovery of pods. What that finds is given to it by a file, with the labels that
Prometheus' documentation names, so that the documented relabelling and the scrapes themselves are real.

Tolerance: Prometheus extrapolates by half a scrape interval at both ends of what it has seen, and series are not much
older than the load here: 10 % of counts (one at least), 15 % of rates, as a busy machine misses scrapes. Without a
Prometheus there is none.
"""

from __future__ import annotations

import contextlib
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from primehub_deploy_ext.client import connect
from primehub_deploy_ext.monitoring.scrape_config import scrape_config, scrape_replicas
from scripts.demo_server import Server, jupyter_server
from tests.acceptance.rest import ask
from tests.cluster.cluster import RUNNER_IMAGE, WEB_IMAGE, Cluster
from tests.monitoring.conftest import RULES
from tests.monitoring.prometheus import Prometheus, prometheus

pytestmark = pytest.mark.timeout(400)

FAST, SLOW = 0.02, 0.2
CODES = {"200": 60, "400": 4, "500": 6}
TOTAL = sum(CODES.values())
LOAD = [FAST] * 50 + [SLOW] * 10 + [-1.0] * CODES["500"] + ["wrong"] * CODES["400"]
REWARDS = [1] * 6 + [0] * 14
IDS = {"plain": "iris", "kserve": "wine"}
TOKEN = "phm-token-of-the-tests"
COUNT = "seldon_api_executor_server_requests_seconds_count"


def about(number: float) -> Any:
    return pytest.approx(number, abs=max(1.0, 0.1 * number))


def nearly(number: float) -> Any:
    return pytest.approx(number, rel=0.15)


def model() -> Callable[[Any], Any]:
    """Return a model that takes as many seconds as it is told; a negative number is an error."""

    def predict(values: Any) -> Any:
        import time

        if values[0] < 0:
            raise ValueError("negative")
        time.sleep(values[0])
        return values

    return predict


@dataclass
class Run:
    """What ran: a server that has a Prometheus, and one that has none.

    Parameters
    ----------
    namespaces
        By flavor.
    """

    cluster: Cluster
    folder: Path
    namespaces: dict[str, str]
    alone: Server
    server: Server
    prometheus: Prometheus
    pods: dict[str, set[str]] = field(default_factory=dict)

    def metrics(self, server: Server, id: str, wanted: str = "15m") -> Any:
        answer = ask(server, "GET", f"deployments/{id}/metrics?range={wanted}")
        assert answer.status == 200, answer.json
        return answer.json

    def grid(self, server: Server) -> dict[str, Any]:
        answer = ask(server, "GET", "metrics/summary")
        assert answer.status == 200, answer.json
        return {item["id"]: item for item in answer.json["items"]}


@pytest.fixture(scope="module")
def run(cluster: Cluster, namespaces_made: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Return the run, when Prometheus has seen all of it."""
    folder = tmp_path_factory.mktemp("metrics")
    namespaces = {flavor: cluster.make_namespace(f"metrics-{flavor}") for flavor in IDS}
    namespaces_made.extend(namespaces.values())
    for flavor, namespace in namespaces.items():
        cluster.kubectl("label", "namespace", namespace, f"primehub-deploy.io/group={flavor}")
        cluster.kubectl("annotate", "namespace", namespace, "primehub-deploy.io/enabled=true")
    pods, scrape = folder / "pods.json", scrape_replicas(interval="1s")
    del scrape["kubernetes_sd_configs"]
    scrape["file_sd_configs"] = [{"files": [str(pods)]}]
    pods.write_text("[]")
    token = folder / "token"
    token.write_text(TOKEN)
    with contextlib.ExitStack() as stack:
        alone = stack.enter_context(jupyter_server(folder, environment=environment(cluster, namespaces)))
        target = alone.url.removeprefix("http://").rstrip("/")
        of_server = scrape_config(target, "/primehub-deploy/v1/metrics", str(token), interval="1s")
        asked = stack.enter_context(prometheus(folder, [scrape, of_server], RULES))
        options = [f"--PrimehubDeploy.prometheus_url={asked.url}"]
        server = stack.enter_context(
            jupyter_server(folder, options=options, environment=environment(cluster, namespaces))
        )
        ran = Run(cluster, folder, namespaces, alone, server, asked)
        here = connect(server.url, token=server.token)
        started = [
            here.deploy(model(), name, id=name, example=[0.0], group=flavor, replicas=2, wait=False)
            for flavor, name in IDS.items()
        ]
        created = ask(server, "POST", "deployments", image("web"))
        assert created.status == 201, created.json
        for deployment in [*started, here.get("web")]:
            deployment.wait()
        found = [target for namespace in namespaces.values() for target in found_pods(cluster, namespace)]
        pods.write_text(json.dumps(found))
        for flavor, name in IDS.items():
            selector = f"primehub-deploy.io/deployment={name}"
            mine = cluster.get("pods", "-n", namespaces[flavor], "-l", selector)["items"]
            ran.pods[name] = {pod["metadata"]["name"] for pod in mine}
            series = f'count(count by (pod)({COUNT}{{deployment_name="{name}",code="500"}}))'
            cluster.until(lambda series=series: asked.value(series) == 2, f"a scrape of both replicas of {name}")
        for name in ("iris", "wine", "web"):
            ran.metrics(alone, name)
        ran.grid(alone)
        for flavor, name in IDS.items():
            load(address(cluster, namespaces[flavor], name), name)
        cluster.until(
            lambda: (
                asked.values(f"sum by (deployment_name)({COUNT}{{service=~'predictions'}})")
                == {name: float(TOTAL) for name in IDS.values()}
            ),
            "a scrape of the whole load",
        )
        yield ran


def environment(cluster: Cluster, namespaces: dict[str, str]) -> dict[str, str]:
    settings = {
        "KUBECONFIG": str(cluster.kubeconfig()),
        "NAMESPACES": ",".join(namespaces.values()),
        "FLAVORS": json.dumps({"kserve": "kserve"}),
        "RUNNER_IMAGE": RUNNER_IMAGE,
        "ARTIFACT_ROOT": str(cluster.artifact_root),
        "ARTIFACT_VOLUME": json.dumps({"hostPath": {"path": str(cluster.artifact_root)}}),
        "LINGER": "1.5",
    }
    named = {f"PRIMEHUB_DEPLOY_KUBE_{name}": value for name, value in settings.items()}
    return {**named, "PRIMEHUB_DEPLOY_ENGINE": "kubernetes", "PRIMEHUB_DEPLOY_METRICS_TOKEN": TOKEN}


def found_pods(cluster: Cluster, namespace: str) -> list[dict[str, Any]]:
    """Return what Prometheus' ``kubernetes_sd_configs`` with the role ``pod`` finds: each declared port is a target.

    https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod
    """
    found = []
    for pod in cluster.get("pods", "-n", namespace)["items"]:
        metadata, status = pod["metadata"], pod["status"]
        labels = {f"pod_label_{re.sub('[^A-Za-z0-9_]', '_', key)}": text for key, text in metadata["labels"].items()}
        of_pod = {"namespace": namespace, "pod_name": metadata["name"], "pod_phase": status["phase"], **labels}
        for container in pod["spec"]["containers"]:
            for port in container["ports"]:
                told = {
                    **of_pod,
                    "pod_container_name": container["name"],
                    "pod_container_port_name": port["name"],
                }
                meta = {f"__meta_kubernetes_{key}": text for key, text in told.items()}
                found.append({"targets": [f"{status['podIP']}:{port['containerPort']}"], "labels": meta})
    return found


def image(id: str) -> dict[str, Any]:
    """Return a deployment of an image that serves by itself."""
    return {"id": id, "name": id, "group": "plain", "model": {"image": WEB_IMAGE}, "env": {"BODY": "hello"}}


def address(cluster: Cluster, namespace: str, id: str) -> str:
    service = cluster.get("service", id, "-n", namespace)
    return f"http://{service['spec']['clusterIP']}/deployment/{id}/"


def post(endpoint: str, path: str, body: Any) -> int:
    request = urllib.request.Request(endpoint + path, json.dumps(body).encode())
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return int(error.code)


def load(endpoint: str, id: str) -> None:
    seen: dict[str, int] = {}
    for value in LOAD:
        body = {"data": {"ndarray": [value]}} if isinstance(value, float) else {"nonsense": 1}
        code = str(post(endpoint, "api/v1.0/predictions", body))
        seen[code] = seen.get(code, 0) + 1
    assert seen == CODES, (id, seen)
    for reward in REWARDS:
        assert post(endpoint, "api/v1.0/feedback", {"reward": reward}) == 200


# --------------------------------------------------------------------------- with a Prometheus


@pytest.mark.parametrize("id", IDS.values())
def test_every_chart_of_the_page_is_what_happened(run: Run, id: str) -> None:
    seen = run.cluster.until(lambda: complete(run.metrics(run.server, id)), f"a point after the load of {id}")
    assert seen["source"] == "prometheus"
    assert seen["totals"]["codes"] == {code: about(count) for code, count in CODES.items()}
    assert seen["totals"]["success"] == pytest.approx(1 - 6 / 70, abs=0.01)
    assert seen["totals"]["feedback"] == about(20)
    assert seen["totals"]["reward"] == pytest.approx(0.3, abs=0.02)
    assert [line["label"] for line in seen["predict_qps"]] == ["1"]
    assert peak(seen["qps"]) == nearly(TOTAL)
    assert peak(seen["server_errors"]) == nearly(6)
    assert peak(seen["client_errors"]) == nearly(4)
    assert peak(seen["predict_qps"][0]["values"]) == nearly(TOTAL)
    latency = seen["totals"]["latency"]
    assert FAST * 0.8 <= latency["p50"] <= 0.1
    assert SLOW / 2 <= latency["p95"] <= 1.0
    assert 0.5 <= max(filter(None, seen["batch_size"][0]["values"])) <= 1.5
    assert {line["label"] for line in seen["memory"]} == run.pods[id] == {line["label"] for line in seen["cpu"]}
    assert all(value is None or value > 10_000_000 for line in seen["memory"] for value in line["values"])
    assert max(filter(None, seen["ready"])) == 2
    assert ("revision", "revision 1") in [(mark["kind"], mark["label"]) for mark in seen["marks"]]
    # Nobody counts bytes on a cluster, and nobody sees who gives up.
    assert seen["not_measured"] == ["bytes"]
    assert seen["totals"]["aborted"] is None


def test_an_image_that_serves_by_itself_is_told_as_not_measured(run: Run) -> None:
    seen = run.metrics(run.server, "web")
    assert {"qps", "success", "latency", "cpu", "memory"} <= set(seen["not_measured"])
    assert seen["totals"]["requests"] is None
    assert set(seen["qps"]) == {None}


def test_the_grid_from_prometheus(run: Run) -> None:
    grid = run.grid(run.server)
    for name in IDS.values():
        assert (grid[name]["requests"], grid[name]["server_errors"]) == (about(TOTAL), about(6))
        assert grid[name]["success"] == pytest.approx(1 - 6 / 70, abs=0.01)
        assert SLOW / 2 <= grid[name]["latency_p95"] <= 1.0
    assert grid["web"]["requests"] is None
    assert set(grid["web"]["sparkline"]) == {None}


def test_the_usage_of_groups_from_prometheus(run: Run) -> None:
    answer = ask(run.server, "GET", "usage")
    assert answer.status == 200, answer.json
    used = {line["group"]: line for line in answer.json["items"]}
    assert set(used) == set(IDS)
    for line in used.values():
        assert line["requests"] == about(TOTAL)
        assert 0 < line["cpu_hours"] < 0.1


def test_the_rules_of_prometheus_stand_in_the_page(run: Run) -> None:
    def stand() -> dict[str, Any] | None:
        answer = ask(run.server, "GET", "deployments/iris/alerts")
        assert answer.status == 200, answer.json
        assert answer.json["editable"] is False
        found = {state["kind"]: state for state in answer.json["states"]}
        return found if found["error_rate"]["state"] == "pending" else None

    states = run.cluster.until(stand, "an evaluation of the rules")
    assert set(states) == {"error_rate", "latency_p95", "no_ready_replica"}
    assert states["error_rate"]["value"] == pytest.approx(6 / 70, abs=0.01)
    assert states["error_rate"]["since"] is not None
    assert states["latency_p95"]["state"] == states["no_ready_replica"]["state"] == "ok"
    refused = ask(run.server, "PUT", "deployments/iris/alerts", {"rules": []})
    assert (refused.status, "Prometheus" in refused.json["message"]) == (400, True)


def test_the_servers_page_tells_what_no_replica_can(run: Run) -> None:
    for flavor, name in IDS.items():
        place = f'namespace="{run.namespaces[flavor]}",deployment_name="{name}"'
        assert run.prometheus.value(f"primehub_deployment_replicas_desired{{{place}}}") == 2
        assert run.prometheus.value(f"primehub_deployment_replicas_ready{{{place}}}") == 2
        assert run.prometheus.value(f'primehub_deployment_phase{{{place},phase="Deployed"}}') == 1


def test_without_a_prometheus_alerts_say_what_they_take(run: Run) -> None:
    answer = ask(run.alone, "GET", "deployments/iris/alerts")
    assert (answer.status, "prometheus_url" in answer.json["message"]) == (400, True)


def test_a_notebook_gets_the_same(run: Run) -> None:
    frame = connect(run.server.url, token=run.server.token).get("iris").metrics("15m")
    assert {"qps", "success", "latency p95", "reward 1"} <= set(frame.columns)
    assert frame.attrs["totals"]["requests"] == about(TOTAL)
    assert frame.attrs["not_measured"] == ["bytes"]


# --------------------------------------------------------------------------- without


@pytest.mark.parametrize("id", IDS.values())
def test_without_a_prometheus_the_last_minutes_are_exact(run: Run, id: str) -> None:
    seen = run.cluster.until(lambda: counted(run.metrics(run.alone, id)), f"a look after the load of {id}")
    assert (seen["source"], seen["note"]) == ("engine", "")
    assert seen["measured_since"] is not None
    totals = seen["totals"]
    assert totals["codes"] == CODES
    assert (totals["feedback"], totals["reward"], totals["aborted"]) == (20, 0.3, None)
    assert seen["requests_ever"] == TOTAL
    assert SLOW / 2 <= totals["latency"]["p95"] <= 1.0
    assert {line["label"] for line in seen["memory"]} == run.pods[id] == {line["label"] for line in seen["cpu"]}
    assert seen["ready"][-1] == 2
    assert seen["not_measured"] == ["bytes"]


def test_without_a_prometheus_a_longer_range_says_what_it_takes(run: Run) -> None:
    assert "c.PrimehubDeploy.prometheus_url" in run.metrics(run.alone, "iris", "24h")["note"]
    usage = ask(run.alone, "GET", "usage")
    assert (usage.status, "prometheus_url" in usage.json["message"]) == (400, True)


def test_without_a_prometheus_the_grid_is_measured_too(run: Run) -> None:
    grid = run.cluster.until(lambda: full(run.grid(run.alone)), "a look at all of the grid")
    assert {name: grid[name]["requests"] for name in IDS.values()} == dict.fromkeys(IDS.values(), TOTAL)
    assert grid["web"]["requests"] is None


def test_through_the_api_server_as_well(run: Run) -> None:
    """As a server outside of the cluster has it, whose packets reach no pod."""
    environment_ = {**environment(run.cluster, run.namespaces), "PRIMEHUB_DEPLOY_KUBE_REACH": "proxy"}
    with jupyter_server(run.folder, environment=environment_) as server:
        seen = run.metrics(server, "iris")
        assert seen["note"] == ""
        assert {line["label"] for line in seen["memory"]} == run.pods["iris"]


def complete(seen: Any) -> Any:
    whole = seen["totals"]["requests"] == about(TOTAL) and seen["totals"]["feedback"] == about(20)
    # A window that ended in the middle of the load has most of the requests, and not yet those at its end.
    charts = {"qps": TOTAL, "server_errors": CODES["500"], "client_errors": CODES["400"]}
    return seen if whole and all(peak(seen[name]) == nearly(count) for name, count in charts.items()) else None


def counted(seen: Any) -> Any:
    return seen if seen["totals"]["requests"] == TOTAL and seen["totals"]["feedback"] == 20 else None


def full(grid: dict[str, Any]) -> Any:
    return grid if all(grid[name]["requests"] == TOTAL for name in IDS.values()) else None


def peak(values: list[float | None]) -> float:
    """Return how many there were in the one window that holds all of the load: those of the newest range have 60 s."""
    return max(filter(None, values), default=0) * 60
