"""What is asked of a Prometheus about each flavor on Kubernetes gives what was counted, and nothing where nothing was.

A real Prometheus evaluates; what it scrapes are pages made from the documentation of Seldon's orchestrator and wrapper,
KServe's model servers, Istio, the kubelet and kube-state-metrics. Our runner's pages are real in ``tests/cluster``.
Tolerance: 10 %, as series are hardly older than what is counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes.flavors import measures
from primehub_deploy_ext.monitoring.questions import Question, Questions
from tests.engines.bench import wait_for
from tests.monitoring.counted import Counted, histogram, serving
from tests.monitoring.prometheus import Prometheus, prometheus

WINDOW = 60
SERVER, CLIENT = "seldon_api_executor_server_requests_seconds", "seldon_api_executor_client_requests_seconds"
# 40 times 200 and 10 times 500, half of them in 50 ms and half in 200 ms; as each program counts it.
FAST_HALF = {"0.05": 20.0, "0.1": 20.0, "0.25": 40.0, "+Inf": 40.0}
FAILED = {"0.05": 5.0, "0.1": 5.0, "0.25": 10.0, "+Inf": 10.0}


def executor(namespace: str, name: str, wrapper: str) -> dict[str, float]:
    """Return what Seldon's orchestrator and Python wrapper count; 10 feedbacks, 3 of reward 1, zeros uncounted."""
    place = f'namespace="{namespace}",deployment_name="{name}",predictor_name="deploy",predictor_version=""'
    model = 'model_name="m",model_image="registry/m",model_version="1"'
    rewarded = f'namespace="{namespace}",deployment_name="{wrapper}",worker_id="1",method="feedback",{model}'
    return {
        **histogram(SERVER, f'{place},service="predictions",method="post",code="200"', FAST_HALF, 5.0),
        **histogram(SERVER, f'{place},service="predictions",method="post",code="500"', FAILED, 1.25),
        **histogram(SERVER, f'{place},service="feedback",method="post",code="200"', {"+Inf": 10.0}, 0.1),
        **histogram(CLIENT, f'{place},{model},service="/predict",method="post",code="200"', FAST_HALF, 4.0),
        f"seldon_api_model_feedback_total{{{rewarded}}}": 3,
        f"seldon_api_model_feedback_reward_total{{{rewarded}}}": 3,
    }


def mesh(workload: str) -> dict[str, float]:
    """Return what Istio's side-cars count of the same; the sender's own are not to be added."""
    to = f'destination_workload="{workload}",destination_workload_namespace="team"'
    series = {f'istio_requests_total{{reporter="source",{to},response_code="200"}}': 40.0}
    for code, count in (("200", 40.0), ("500", 10.0)):
        labels = f'reporter="destination",{to},response_code="{code}"'
        series[f"istio_requests_total{{{labels}}}"] = count
        classes = {"50": count / 2, "100": count / 2, "250": count, "+Inf": count}
        series |= histogram("istio_request_duration_milliseconds", labels, classes, 100.0)
    return series


def node(pod: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return what the kubelet and kube-state-metrics say of a pod: counters and gauges."""
    place = f'namespace="team",pod="{pod}"'
    # The kubelet has the sum of a pod as well, which is not to be added.
    counters = {
        f'container_cpu_usage_seconds_total{{{place},container="model"}}': 6.0,
        f'container_cpu_usage_seconds_total{{{place},container=""}}': 6.0,
    }
    gauges = {
        f'container_memory_working_set_bytes{{{place},container="model"}}': 1e8,
        f'container_memory_working_set_bytes{{{place},container=""}}': 1e8,
        f'kube_pod_status_ready{{{place},condition="true"}}': 1.0,
        f'kube_pod_status_ready{{{place},condition="false"}}': 0.0,
    }
    return counters, gauges


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Return a Prometheus that saw all of it happen."""
    kserve = 'namespace="team",pod="sklearn-predictor-5c9d-x2z4",model_name="sklearn"'
    series = {
        **executor("team", "iris", "iris"),
        **executor("team", "wine", "deploy-wine"),
        # Of the same name, in another namespace: nobody's here.
        **executor("others", "iris", "iris"),
        **mesh("web"),
        **mesh("sklearn-predictor"),
        **histogram("request_predict_seconds", kserve, {"+Inf": 50.0}, 5.0),
    }
    gauges: dict[str, float] = {}
    for pod in ("web-5c9d-x2z4", "iris-default-0-m-5c9d-x2z4", "deploy-wine-5c9d-x2z4", "sklearn-predictor-5c9d-x2z4"):
        of_pod, held = node(pod)
        series |= of_pod
        gauges |= held
    # Another deployment's, whose name begins so.
    gauges |= node("web-two-5c9d-x2z4")[1]
    scrape = {"job_name": "all", "scrape_interval": "1s", "honor_labels": True}
    with serving(Counted(series, gauges)) as counted:
        scrape["static_configs"] = [{"targets": [counted.target]}]
        with prometheus(tmp_path_factory.mktemp("flavors"), [scrape]) as running:
            wait_for(lambda: counted.scrapes >= 12)
            counted.happened = True
            wait_for(lambda: running.value(f'sum({SERVER}_count{{namespace="team",code="500"}})') == 20)
            begun = counted.scrapes
            wait_for(lambda: counted.scrapes >= begun + 4)
            running.at = time.time()
            yield running


def told(asked: Prometheus, question: Question | None) -> dict[str, float]:
    assert question is not None
    return asked.values(question.over(WINDOW))


def count_of(asked: Prometheus, question: Question) -> float:
    """Return how often something happened, of its rate."""
    (value,) = told(asked, question).values()
    return value * WINDOW


def nearly(number: float) -> Any:
    return pytest.approx(number, rel=0.1)


def check_requests(asked: Prometheus, questions: Questions) -> None:
    charts = questions.charts
    assert count_of(asked, charts["qps"]) == nearly(50)
    assert count_of(asked, charts["server_errors"]) == nearly(10)
    # Measured, and none: 0, not nothing.
    assert count_of(asked, charts["client_errors"]) == 0
    assert told(asked, charts["success"]) == {"": pytest.approx(0.8, abs=0.01)}
    assert told(asked, questions.codes) == {"200": nearly(40), "500": nearly(10)}
    assert told(asked, questions.latency["p50"]) == {"": pytest.approx(0.05, abs=0.002)}
    assert 0.1 <= told(asked, questions.latency["p99"])[""] <= 0.25


def check_node(asked: Prometheus, questions: Questions, pod: str) -> None:
    charts = questions.charts
    assert told(asked, charts["cpu"]) == {pod: nearly(6 / WINDOW)}
    assert told(asked, charts["memory"]) == {pod: 1e8}
    assert told(asked, charts["ready"]) == {"": 1}


@pytest.mark.parametrize(
    ("name", "pods", "pod"),
    [
        ("iris", "iris-.*", "iris-default-0-m-5c9d-x2z4"),
        ("wine", measures.pods_of("deploy-wine"), "deploy-wine-5c9d-x2z4"),
    ],
    ids=["seldon", "primehub"],
)
def test_behind_an_orchestrator(asked: Prometheus, name: str, pods: str, pod: str) -> None:
    questions = measures.of_executor("team", name, pods)
    check_requests(asked, questions)
    check_node(asked, questions, pod)
    (predicted,) = told(asked, questions.charts["predict_qps"]).values()
    assert predicted * WINDOW == nearly(40)
    (taken,) = told(asked, questions.charts["model_latency"]).values()
    assert taken == pytest.approx(0.1, rel=0.02)
    # The wrapper alone would say 1.0.
    assert list(told(asked, questions.charts["reward"]).values()) == [pytest.approx(0.3, abs=0.02)]
    assert told(asked, questions.reward) == {"": pytest.approx(0.3, abs=0.02)}
    assert told(asked, questions.feedback) == {"": nearly(10)}
    assert {"batch_size", "bytes_in", "bytes_out", "in_flight"}.isdisjoint(questions.charts)
    assert questions.aborted is None


def test_an_image_in_a_mesh(asked: Prometheus) -> None:
    questions = measures.of_image("team", "web", measures.pods_of("web"))
    check_requests(asked, questions)
    check_node(asked, questions, "web-5c9d-x2z4")
    assert set(questions.charts) == {"qps", "success", "client_errors", "server_errors", "cpu", "memory", "ready"}
    assert (questions.aborted, questions.feedback, questions.reward) == (None, None, None)


def test_an_image_without_a_mesh_has_no_requests_and_not_zero(asked: Prometheus) -> None:
    questions = measures.of_image("team", "lonely", measures.pods_of("web"))
    for name in ("qps", "success", "client_errors", "server_errors"):
        assert told(asked, questions.charts[name]) == {}, name
    assert told(asked, questions.codes) == {}
    check_node(asked, questions, "web-5c9d-x2z4")


def test_a_model_server_of_kserve(asked: Prometheus) -> None:
    questions = measures.of_model_server("team", "sklearn", measures.pods_of("sklearn-predictor"))
    check_requests(asked, questions)
    check_node(asked, questions, "sklearn-predictor-5c9d-x2z4")
    assert told(asked, questions.charts["predict_qps"]) == {"sklearn": nearly(50 / WINDOW)}
    assert told(asked, questions.charts["model_latency"]) == {"sklearn": pytest.approx(0.1, rel=0.02)}
    assert "reward" not in questions.charts


def test_our_runner_that_was_not_scraped_is_known_by_its_node(asked: Prometheus) -> None:
    questions = measures.of_runner("team", "web", measures.pods_of("web"))
    check_node(asked, questions, "web-5c9d-x2z4")
    for name, question in questions.charts.items():
        if name not in {"cpu", "memory", "ready"}:
            assert told(asked, question) == {}, name
