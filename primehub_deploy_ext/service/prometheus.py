"""The page's series from a Prometheus that scrapes the deployments, instead of from the engine's own archive."""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.domain.metrics import Chart, Metrics, MetricsRange, MetricsTotals, Numbers, Series
from primehub_deploy_ext.monitoring import promql
from primehub_deploy_ext.monitoring.histogram import PERCENTILES
from primehub_deploy_ext.monitoring.promql import Scope
from primehub_deploy_ext.monitoring.tiers import LENGTHS, tier_of

# Prometheus' own default is a minute, that of the docs' scrape_config 15 s: a window holds four scrapes.
_FINEST_STEP = 15
_SHORTEST_WINDOW = 60
_TIMEOUT = 20.0

Matrix = list[dict[str, Any]]


class PrometheusSource:
    """Asks Prometheus' HTTP API.

    Parameters
    ----------
    url
        Where Prometheus is, without ``/api``.
    clock
        Unix time.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._url = url.rstrip("/")
        self._clock = clock

    async def metrics(self, known: Metrics, wanted: MetricsRange) -> Metrics:
        """Return the series of a deployment.

        Parameters
        ----------
        known
            What the engine knows of it: marks, and how often it was asked ever.

        Raises
        ------
        UpstreamFailed
            If Prometheus doesn't answer, or refuses; with its own words.
        """
        length, step = LENGTHS[wanted], max(tier_of(wanted).step, _FINEST_STEP)
        now = self._clock()
        until = int(now // step) * step
        times = list(range(until - length + step, until + step, step))
        scope = Scope(re.escape(known.id).replace("\\", "\\\\"), ".*", ".*", f"{max(step, _SHORTEST_WINDOW)}s")
        whole = Scope(scope.deployment, ".*", ".*", f"{length}s")
        wide = {
            "qps": promql.requests(scope),
            "success": promql.success(scope),
            "client_errors": promql.client_errors(scope),
            "server_errors": promql.server_errors(scope),
            "in_flight": promql.in_flight(scope),
            "bytes_in": promql.bytes_in(scope),
            "bytes_out": promql.bytes_out(scope),
            "ready": promql.ready(scope),
        }
        deep = {
            "predict_qps": (promql.predict_requests(scope), "model_version"),
            "model_latency": (promql.model_latency(scope), "model_version"),
            "reward": (promql.reward(scope), "model_version"),
            "batch_size": (promql.batch_size(scope), "predictor_version"),
            "cpu": (promql.cpu(scope), "replica"),
            "memory": (promql.memory(scope), "replica"),
        }
        percentiles = {name: promql.latency(scope, name) for name in PERCENTILES}
        flat = [*wide.values(), *percentiles.values(), *(expression for expression, _ in deep.values())]
        answers = await asyncio.gather(*(self._range(expression, times, step) for expression in flat))
        found = dict(zip(flat, answers, strict=True))
        columns: dict[str, Any] = {name: _one(found[expression], times) for name, expression in wide.items()}
        columns |= {name: _lines(found[expression], label, times) for name, (expression, label) in deep.items()}
        columns["latency"] = [
            Series(label=name, values=_one(found[expression], times)) for name, expression in percentiles.items()
        ]
        return known.model_copy(
            update={
                **columns,
                "source": "prometheus",
                "range": wanted,
                "step": step,
                "times": times,
                "since": datetime.fromtimestamp(times[0] - step, timezone.utc),
                "until": datetime.fromtimestamp(until, timezone.utc),
                "totals": await self._totals(whole, now),
                "not_measured": _empty(columns),
            }
        )

    async def _totals(self, scope: Scope, until: float) -> MetricsTotals:
        codes, aborted, feedback, reward, *latencies = await asyncio.gather(
            self._instant(promql.count_by_code(scope), until),
            self._instant(promql.aborted(scope), until),
            self._instant(promql.feedback_count(scope), until),
            self._instant(promql.reward(scope, by=""), until),
            *(self._instant(promql.latency(scope, name), until) for name in PERCENTILES),
        )
        counts = {line["metric"]["code"]: round(float(line["value"][1])) for line in codes}
        requests = sum(counts.values())
        failed = sum(count for code, count in counts.items() if code.startswith("5"))
        refused = sum(count for code, count in counts.items() if code.startswith("4"))
        return MetricsTotals(
            requests=requests if codes else None,
            success=1 - failed / requests if requests else None,
            client_errors=refused if codes else None,
            server_errors=failed if codes else None,
            aborted=_count(aborted),
            feedback=_count(feedback),
            reward=_number(reward),
            latency=dict(zip(PERCENTILES, map(_number, latencies), strict=True)),
            codes={code: count for code, count in sorted(counts.items()) if count},
        )

    async def _range(self, expression: str, times: list[int], step: int) -> Matrix:
        query = {"query": expression, "start": times[0], "end": times[-1], "step": step}
        return await self._ask("query_range", query)

    async def _instant(self, expression: str, time: float) -> Matrix:
        return await self._ask("query", {"query": expression, "time": time})

    async def _ask(self, path: str, query: dict[str, Any]) -> Matrix:
        from tornado.httpclient import AsyncHTTPClient, HTTPRequest

        request = HTTPRequest(
            f"{self._url}/api/v1/{path}",
            method="POST",
            body=urlencode(query),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            request_timeout=_TIMEOUT,
        )
        try:
            answer = await AsyncHTTPClient().fetch(request, raise_error=False)
            if answer.code == 599:
                raise UpstreamFailed(f"Prometheus can't be reached: {answer.error}")
            said = json.loads(answer.body)
            if said["status"] != "success":
                raise UpstreamFailed(f"Prometheus refused a query: {said.get('error', answer.code)}")
            return list(said["data"]["result"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UpstreamFailed(f"Prometheus gave no answer that makes sense: {error}") from error


def _one(matrix: Matrix, times: list[int]) -> Numbers:
    """Return the one line of an answer; not measured where there is none."""
    return _values(matrix[0], times) if matrix else [None] * len(times)


def _lines(matrix: Matrix, label: str, times: list[int]) -> list[Series]:
    made = [Series(label=line["metric"].get(label, ""), values=_values(line, times)) for line in matrix]
    return sorted(made, key=lambda series: [int(part) if part.isdecimal() else 0 for part in series.label.split("-")])


def _values(line: dict[str, Any], times: list[int]) -> Numbers:
    found = {round(float(time)): _finite(text) for time, text in line["values"]}
    return [found.get(time) for time in times]


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _number(vector: Matrix) -> float | None:
    return _finite(vector[0]["value"][1]) if vector else None


def _count(vector: Matrix) -> int | None:
    value = _number(vector)
    return None if value is None else round(value)


def _empty(columns: dict[str, Any]) -> list[Chart]:
    """Return the charts of which there is nothing at all."""
    rare = {Chart.SUCCESS, Chart.LATENCY, Chart.MODEL_LATENCY, Chart.REWARD, Chart.BATCH_SIZE}
    empty = []
    for chart in Chart:
        # Without traffic these have nothing to show, which is no fault of who measures.
        column = columns.get("qps" if chart in rare else "bytes_in" if chart is Chart.BYTES else str(chart), [])
        values = [v for line in column for v in (line.values if isinstance(line, Series) else [line])]
        if all(value is None for value in values):
            empty.append(chart)
    return empty
