"""The page's series from a Prometheus that scrapes the deployments, instead of from the engine's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from primehub_deploy_ext.domain.metrics import Chart, Metrics, MetricsRange, MetricsTotals, Numbers, Series
from primehub_deploy_ext.monitoring.histogram import PERCENTILES
from primehub_deploy_ext.monitoring.questions import Question, Questions
from primehub_deploy_ext.monitoring.tiers import LENGTHS, tier_of
from primehub_deploy_ext.service.prometheus_api import Line, PrometheusApi, value_of, values_of

# Prometheus' own default is a minute, that of the docs' scrape_config 15 s: a window holds four scrapes.
_FINEST_STEP = 15
SHORTEST_WINDOW = 60
# Charts that stay empty without traffic, and the column that tells whether anybody measures at all.
_NEEDS_TRAFFIC = {
    Chart.SUCCESS: "qps",
    Chart.LATENCY: "qps",
    Chart.MODEL_LATENCY: "predict_qps",
    Chart.REWARD: "predict_qps",
    Chart.BATCH_SIZE: "predict_qps",
}


class PrometheusSource:
    """Answers what the charts of one deployment show.

    Parameters
    ----------
    api
        Of the Prometheus.
    clock
        Unix time.
    """

    def __init__(self, api: PrometheusApi, clock: Callable[[], float] = time.time) -> None:
        self._api = api
        self._clock = clock

    async def metrics(self, known: Metrics, questions: Questions, wanted: MetricsRange) -> Metrics:
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
        window = max(step, SHORTEST_WINDOW)

        async def lines_of(asked: Mapping[str, Question]) -> dict[str, list[Line]]:
            found = await asyncio.gather(*(self._api.over(one.over(window), times, step) for one in asked.values()))
            return dict(zip(asked, found, strict=True))

        charts, latency, totals = await asyncio.gather(
            lines_of(questions.charts), lines_of(questions.latency), self._totals(questions, length, now)
        )
        columns = _columns(questions, charts, times) | {
            "latency": [Series(label=name, values=_one(found, times)) for name, found in latency.items()]
        }
        return known.model_copy(
            update={
                **columns,
                "source": "prometheus",
                "range": wanted,
                "step": step,
                "times": times,
                "since": datetime.fromtimestamp(times[0] - step, timezone.utc),
                "until": datetime.fromtimestamp(until, timezone.utc),
                "totals": totals,
                "measured_since": None,
                "note": "",
                "not_measured": _empty(columns),
            }
        )

    async def _totals(self, questions: Questions, length: int, until: float) -> MetricsTotals:
        async def ask(question: Question | None) -> list[Line]:
            return [] if question is None else await self._api.at(question.over(length), until)

        codes, aborted, feedback, reward, *latencies = await asyncio.gather(
            ask(questions.codes),
            ask(questions.aborted),
            ask(questions.feedback),
            ask(questions.reward),
            *(ask(questions.latency.get(name)) for name in PERCENTILES),
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


def _columns(questions: Questions, found: Mapping[str, list[Line]], times: list[int]) -> dict[str, Any]:
    """Return all columns of the charts; what nobody is asked for is not measured."""
    columns: dict[str, Any] = {}
    for name, field in Metrics.model_fields.items():
        if field.annotation == list[Series]:
            question = questions.charts.get(name)
            columns[name] = _lines(found[name], question.label, times) if question else []
        elif field.annotation == Numbers:
            columns[name] = _one(found.get(name, []), times)
    return columns


def _one(lines: list[Line], times: list[int]) -> Numbers:
    """Return the one line of an answer; not measured where there is none."""
    return values_of(lines[0], times) if lines else [None] * len(times)


def _lines(lines: list[Line], label: str, times: list[int]) -> list[Series]:
    made = [Series(label=line["metric"].get(label, ""), values=values_of(line, times)) for line in lines]
    return sorted(made, key=lambda series: (_by_number(series.label), series.label))


def _by_number(label: str) -> list[int]:
    return [int(part) if part.isdecimal() else 0 for part in label.split("-")]


def _number(vector: list[Line]) -> float | None:
    return value_of(vector[0]) if vector else None


def _count(vector: list[Line]) -> int | None:
    value = _number(vector)
    return None if value is None else round(value)


def _empty(columns: dict[str, Any]) -> list[Chart]:
    """Return the charts of which there is nothing at all, and not only for want of traffic."""

    def nothing(name: str) -> bool:
        values = [v for line in columns[name] for v in (line.values if isinstance(line, Series) else [line])]
        return all(value is None for value in values)

    return [
        chart
        for chart in Chart
        if nothing("bytes_in" if chart is Chart.BYTES else str(chart))
        and (chart not in _NEEDS_TRAFFIC or nothing(_NEEDS_TRAFFIC[chart]))
    ]
