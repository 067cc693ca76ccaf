"""The grid and the usage report from a Prometheus: whose lines are whose, and what is not there."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

from primehub_deploy_ext.monitoring.questions import Overview
from primehub_deploy_ext.service.prometheus_api import PrometheusApi
from primehub_deploy_ext.service.prometheus_overview import PrometheusOverview

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc).timestamp()
OVERVIEW = Overview(
    ids={("team", "iris"): "iris", ("others", "iris"): "iris-1a2b", ("team", "web"): "web"},
    groups={"team": "research", "others": "sales"},
)


def line(value: float, name: str = "iris", namespace: str = "team", **labels: str) -> dict[str, Any]:
    metric = {"namespace": namespace, "deployment_name": name, "predictor_name": "default", **labels}
    return {"metric": metric, "value": [NOW, str(value)], "values": [[NOW, str(value)]]}


class Scripted(PrometheusApi):
    """Answers by what an expression begins or ends with; nothing to what it doesn't know."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        super().__init__("http://127.0.0.1:9")
        self.answers, self.asked = answers, []

    async def over(self, expression: str, times: list[int], step: int) -> list[dict[str, Any]]:
        assert (len(times), step) == (30, 30)
        return await self.at(expression, times[-1])

    async def at(self, expression: str, time: float) -> list[dict[str, Any]]:
        self.asked.append(expression)
        for words, lines in self.answers.items():
            if words.replace("_", " ") in expression.replace("_", " "):
                return lines
        return []


def summary(api: Scripted) -> dict[str, Any]:
    found = asyncio.run(PrometheusOverview(api, lambda: NOW).summary(OVERVIEW))
    assert len(found.times) == 30
    return {item.id: item for item in found.items}


def test_lines_are_of_the_deployment_in_their_namespace() -> None:
    increase = [line(30, code="200"), line(10, code="503"), line(7, namespace="others", code="404")]
    found = summary(Scripted(increase=increase, ALERTS=[line(1, alertname="ModelDeploymentErrors")]))
    assert (found["iris"].requests, found["iris"].server_errors, found["iris"].success) == (40, 10, 0.75)
    assert (found["iris-1a2b"].requests, found["iris-1a2b"].client_errors) == (7, 7)
    assert found["iris"].alerts == ["error_rate"]
    # Nobody counts it: not measured, which is not none.
    assert (found["web"].requests, found["web"].qps, found["web"].success) == (None, None, None)
    assert set(found["web"].sparkline) == {None}


def test_what_is_counted_before_and_behind_an_orchestrator_counts_once() -> None:
    both = [line(30, code="200"), line(32, code="200", predictor_name="deploy")]
    assert summary(Scripted(increase=both))["iris"].requests == 32
    # Two predictors of one deployment are two halves of it.
    halves = [line(30, code="200", predictor_name="a"), line(5, code="200", predictor_name="b")]
    assert summary(Scripted(increase=halves))["iris"].requests == 35


def test_grids_that_ask_at_once_are_one_question() -> None:
    async def asks() -> int:
        api = Scripted()
        overview = PrometheusOverview(api, lambda: NOW)
        await asyncio.gather(*(overview.summary(OVERVIEW) for _ in range(20)))
        return len(api.asked)

    assert asyncio.run(asks()) == 6


def test_usage_goes_back_to_the_first_month_that_nobody_remembers() -> None:
    class Remembers(Scripted):
        async def at(self, expression: str, time: float) -> list[dict[str, Any]]:
            month = datetime.fromtimestamp(time, timezone.utc).month
            self.asked.append(f"{month} {expression}")
            return [line(2.0), line(3.0, namespace="kube-system")] if month >= 10 else []

    api = Remembers()
    lines = asyncio.run(PrometheusOverview(api, lambda: NOW).usage(OVERVIEW))
    assert [(one.month, one.group, one.cpu_hours, one.requests) for one in lines] == [
        ("2026-11", "research", 2.0, 2),
        ("2026-10", "research", 2.0, 2),
    ]
    assert any(text.startswith("11 ") and f"[{25 * 86400 + 12 * 3600}s" in text for text in api.asked)
    assert {text.split()[0] for text in api.asked} == {"11", "10", "9"}
