"""Which table each flavor takes, that a namespace's series are its own, and that the documents print what runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from primehub_deploy_ext.domain.models import Model
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.flavors.kserve import KServe
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.flavors.primehub import PrimeHub
from primehub_deploy_ext.engines.kubernetes.flavors.seldon import Seldon
from primehub_deploy_ext.monitoring import scrape_config
from primehub_deploy_ext.monitoring.questions import Questions
from tests.unit.kubernetes.test_flavors import FLAVORS, made, spec_of

DOCS = Path(__file__).parents[3] / "docs/monitoring.md"
IMAGE = spec_of(model=Model(image="registry.example/own:1"))


def elsewhere(flavor: Any) -> Any:
    owner = made(flavor)
    del owner["metadata"]["labels"][words.MANAGED_BY]
    return owner


def expressions(questions: Questions) -> list[str]:
    more = (questions.codes, questions.aborted, questions.feedback, questions.reward)
    asked = [*questions.charts.values(), *questions.latency.values(), *(one for one in more if one)]
    return [question.expression for question in asked]


@pytest.mark.parametrize("flavor", FLAVORS, ids=lambda flavor: flavor.name)
def test_our_runner_tells_the_same_with_each_flavor(flavor: Any) -> None:
    questions = flavor.questions(made(flavor), spec_of())
    assert set(questions.charts) == {
        *("qps", "success", "client_errors", "server_errors", "in_flight", "ready"),
        *("predict_qps", "model_latency", "reward", "batch_size", "cpu", "memory"),
    }
    assert 'namespace=~"team",deployment_name=~"iris",predictor_name=~"default"' in questions.charts["qps"].expression


@pytest.mark.parametrize("spec", [spec_of(), IMAGE], ids=["model", "image"])
@pytest.mark.parametrize("make", [made, elsewhere])
@pytest.mark.parametrize("flavor", FLAVORS, ids=lambda flavor: flavor.name)
def test_no_expression_sees_another_namespace(flavor: Any, make: Any, spec: Any) -> None:
    for expression in expressions(flavor.questions(make(flavor), spec)):
        selectors = re.findall(r"\{[^}]*\}", expression)
        assert selectors
        assert all("namespace=" in one and '"team"' in one for one in selectors), expression


@pytest.mark.parametrize(
    ("flavor", "make", "spec", "metric"),
    [
        (Plain(), made, IMAGE, "istio_requests_total"),
        (Plain(), elsewhere, spec_of(), "istio_requests_total"),
        (KServe(), made, IMAGE, 'destination_workload="iris-predictor"'),
        (KServe(), elsewhere, spec_of(), 'destination_workload="iris-predictor"'),
        (Seldon(), made, IMAGE, 'destination_workload="iris-default-0-model"'),
        (Seldon(), elsewhere, spec_of(), "seldon_api_executor_server_requests_seconds"),
        (PrimeHub(), made, IMAGE, "seldon_api_executor_server_requests_seconds"),
        (PrimeHub(), elsewhere, spec_of(), "seldon_api_executor_server_requests_seconds"),
    ],
)
def test_who_counts_the_requests_of_what_is_not_ours(flavor: Any, make: Any, spec: Any, metric: str) -> None:
    questions = flavor.questions(make(flavor), spec)
    assert metric in questions.charts["qps"].expression
    assert "bytes_in" not in questions.charts
    assert questions.aborted is None


def test_the_documents_print_the_configuration_that_runs() -> None:
    printed = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)]
    assert {"scrape_configs": [scrape_config.scrape_replicas()]} in printed
    assert scrape_config.replica_monitor() in printed
    assert scrape_config.pod_monitor() in printed
    token = "/etc/prometheus/primehub-deploy.token"
    server = scrape_config.scrape_config("jupyter.example.com:8888", "/primehub-deploy/v1/metrics", token)
    assert {"scrape_configs": [server]} in printed
