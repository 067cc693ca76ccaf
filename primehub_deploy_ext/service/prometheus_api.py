"""Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/)."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import urlencode

from primehub_deploy_ext.domain.errors import UpstreamFailed

_TIMEOUT = 20.0

Line = dict[str, Any]


class PrometheusApi:
    """Asks one Prometheus.

    Parameters
    ----------
    url
        Where it is, without ``/api``.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def over(self, expression: str, times: list[int], step: int) -> list[Line]:
        """Return the lines of an expression at each of the times, which are ``step`` seconds apart.

        Raises
        ------
        UpstreamFailed
            If Prometheus doesn't answer, or refuses; with its own words.
        """
        query = {"query": expression, "start": times[0], "end": times[-1], "step": step}
        return await self._ask("query_range", query)

    async def at(self, expression: str, time: float) -> list[Line]:
        """Return the lines of an expression at one moment; raises as :meth:`over` does."""
        return await self._ask("query", {"query": expression, "time": time})

    async def alert_rules(self) -> list[dict[str, Any]]:
        """Return the alerting rules that are loaded, with what is pending or fires; raises as :meth:`over` does."""
        groups = (await self._data("rules?type=alert"))["groups"]
        return [rule for group in groups for rule in group.get("rules") or []]

    async def _ask(self, path: str, query: dict[str, Any]) -> list[Line]:
        return list((await self._data(path, query))["result"])

    async def _data(self, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
        from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

        request = HTTPRequest(
            f"{self._url}/api/v1/{path}",
            method="GET" if query is None else "POST",
            body=None if query is None else urlencode(query),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            request_timeout=_TIMEOUT,
        )
        try:
            answer = await AsyncHTTPClient().fetch(request, raise_error=False)
            said = json.loads(answer.body)
            if said["status"] != "success":
                raise UpstreamFailed(f"Prometheus refused a query: {said.get('error', answer.code)}")
            return dict(said["data"])
        except HTTPClientError as error:
            # Time-outs and closed connections are raised, whatever is said about errors.
            raise UpstreamFailed(f"Prometheus can't be reached: {error}") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UpstreamFailed(f"Prometheus gave no answer that makes sense: {error}") from error


def values_of(line: Line, times: list[int]) -> list[float | None]:
    """Return what a line is at each time; None where it is not there, or no number."""
    found = {round(float(time)): finite(text) for time, text in line["values"]}
    return [found.get(time) for time in times]


def value_of(line: Line) -> float | None:
    """Return what a line is at the one moment that was asked for."""
    return finite(line["value"][1])


def finite(text: str) -> float | None:
    """Return a number as Prometheus writes it; None for what is none."""
    value = float(text)
    return value if math.isfinite(value) else None
