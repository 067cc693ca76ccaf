"""The grid's summary and the usage of groups from a Prometheus, where no engine always measures."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone

from primehub_deploy_ext.domain.metrics import MetricsRange, MetricsSummary, MetricsSummaryList, Numbers, UsageLine
from primehub_deploy_ext.monitoring import promql
from primehub_deploy_ext.monitoring.alerting import KINDS, firing_alerts
from primehub_deploy_ext.monitoring.questions import Overview, Question
from primehub_deploy_ext.monitoring.series import SPARKLINE_STEP, short
from primehub_deploy_ext.monitoring.tiers import LENGTHS
from primehub_deploy_ext.service.prometheus import SHORTEST_WINDOW
from primehub_deploy_ext.service.prometheus_api import Line, PrometheusApi, value_of, values_of

_LENGTH = LENGTHS[MetricsRange.QUARTER]
# Every open grid asks; scrapes are no more often.
_REMEMBERED = 10.0
_MOST_MONTHS = 12
_BY = "namespace, deployment_name, predictor_name"
# Who counts behind PrimeHub's orchestrator is counted by it too.
_BEFORE, _BEHIND = "deploy", "default"


class PrometheusOverview:
    """Answers about many deployments at once.

    Parameters
    ----------
    clock
        Unix time.
    """

    def __init__(self, api: PrometheusApi, clock: Callable[[], float] = time.time) -> None:
        self._api = api
        self._clock = clock
        self._last: tuple[float, Overview, MetricsSummaryList] | None = None
        self._turn = asyncio.Lock()

    async def summary(self, overview: Overview) -> MetricsSummaryList:
        """Return the last 15 minutes of all deployments.

        Raises
        ------
        UpstreamFailed
            If Prometheus doesn't answer, or refuses.
        """
        async with self._turn:
            now = self._clock()
            if self._last is None or now - self._last[0] > _REMEMBERED or self._last[1] != overview:
                self._last = (now, overview, await self._summary(overview, now))
            return self._last[2]

    async def _summary(self, overview: Overview, now: float) -> MetricsSummaryList:
        until = int(now // SPARKLINE_STEP) * SPARKLINE_STEP
        times = list(range(until - _LENGTH + SPARKLINE_STEP, until + SPARKLINE_STEP, SPARKLINE_STEP))
        scope = overview.scope()
        rate, errors = promql.requests(scope, _BY), promql.server_errors(scope, _BY)

        async def over(expression: str) -> list[Line]:
            return await self._api.over(Question(expression).over(SHORTEST_WINDOW), times, SPARKLINE_STEP)

        async def now_of(expression: str, window: int) -> list[Line]:
            return await self._api.at(Question(expression).over(window), now)

        lines, failing, rates, counts, slow, alerts = await asyncio.gather(
            over(rate),
            over(errors),
            now_of(rate, SHORTEST_WINDOW),
            now_of(promql.count_by_code(scope, _BY), _LENGTH),
            now_of(promql.latency(scope, "p95", _BY), _LENGTH),
            now_of(firing_alerts(scope.namespace), _LENGTH),
        )
        found = _Found(
            lines=_by_id(overview, lines),
            failing=_by_id(overview, failing),
            rates=_by_id(overview, rates),
            counts=_by_id(overview, counts),
            slow=_by_id(overview, slow),
            alerts=_by_id(overview, alerts),
            times=times,
        )
        items = [found.summary_of(own) for own in overview.ids.values()]
        return MetricsSummaryList(step=SPARKLINE_STEP, times=times, items=items)

    async def usage(self, overview: Overview) -> list[UsageLine]:
        """Return what each group used in each month that Prometheus remembers, newest first."""
        lines: list[UsageLine] = []
        end = datetime.fromtimestamp(self._clock(), timezone.utc)
        for _ in range(_MOST_MONTHS):
            begin = end.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            found = await self._usage(overview, begin, end)
            if not found:
                break
            lines += found
            end = begin - timedelta(seconds=1)
        return lines

    async def _usage(self, overview: Overview, begin: datetime, end: datetime) -> list[UsageLine]:
        window = max(1, int((end - begin).total_seconds()))
        expressions = promql.usage(overview.scope())
        answers = await asyncio.gather(
            *(self._api.at(Question(text).over(window), end.timestamp()) for text in expressions.values())
        )
        sums: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(expressions, 0.0))
        for name, lines in zip(expressions, answers, strict=True):
            for line in lines:
                group = overview.groups.get(line["metric"].get("namespace", ""))
                if group is not None:
                    sums[group][name] += value_of(line) or 0.0
        month = begin.strftime("%Y-%m")
        return [
            UsageLine(
                month=month,
                group=group,
                cpu_hours=used["cpu_hours"],
                memory_gb_hours=used["memory_gb_hours"],
                replica_hours=used["replica_hours"],
                requests=round(used["requests"]),
                deployments=round(used["deployments"]),
            )
            for group, used in sorted(sums.items())
        ]


class _Found:
    """Answers by deployment."""

    def __init__(self, times: list[int], **answers: Mapping[str, list[Line]]) -> None:
        self._times = times
        self._answers = answers

    def summary_of(self, own: str) -> MetricsSummary:
        """Return what the grid shows of one deployment; what Prometheus has no series of is not measured."""

        def lines(name: str) -> list[Line]:
            return self._answers[name].get(own, [])

        counts: dict[str, float] = defaultdict(float)
        for line in lines("counts"):
            counts[line["metric"].get("code", "")] += value_of(line) or 0.0
        requests, measured = round(sum(counts.values())), bool(lines("counts"))
        failed = round(sum(count for code, count in counts.items() if code.startswith("5")))
        refused = round(sum(count for code, count in counts.items() if code.startswith("4")))
        kinds = {KINDS.get(line["metric"].get("alertname", "")) for line in lines("alerts")}
        return MetricsSummary(
            id=own,
            qps=_sum(value_of(line) for line in lines("rates")),
            success=1 - failed / requests if requests else None,
            requests=requests if measured else None,
            client_errors=refused if measured else None,
            server_errors=failed if measured else None,
            latency_p95=max((value for line in lines("slow") if (value := value_of(line)) is not None), default=None),
            sparkline=short(self._sums(lines("lines"))),
            errors=short(self._sums(lines("failing"))) if failed else [],
            alerts=sorted(kind for kind in kinds if kind),
        )

    def _sums(self, lines: list[Line]) -> Numbers:
        columns = [values_of(line, self._times) for line in lines]
        return [_sum(column[index] for column in columns) for index in range(len(self._times))]


def _by_id(overview: Overview, lines: list[Line]) -> dict[str, list[Line]]:
    """Return lines by the deployment that they are of; those that count it once more are left out."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        labels = line["metric"]
        own = overview.ids.get((labels.get("namespace", ""), labels.get("deployment_name", "")))
        if own is not None:
            found[own].append(line)
    for own, of_one in found.items():
        if any(line["metric"].get("predictor_name") == _BEFORE for line in of_one):
            found[own] = [line for line in of_one if line["metric"].get("predictor_name") != _BEHIND]
    return found


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
