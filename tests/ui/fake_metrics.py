"""Metrics of one deployment and the summary of all, as the tests write them.

``PUT primehub-deploy/v1/script`` takes ``"details": {<id>: {"metrics": {<range>: Metrics}, "summary":
MetricsSummary}}``; a range that is left out is refused as an engine that measures nothing does.
"""

from __future__ import annotations

from typing import Any

from fake_details import DetailHandler
from fake_directory import Refused
from fake_rest import ScriptHandler
from tornado import web


class Metrics(DetailHandler):
    @web.authenticated
    def get(self, id: str) -> None:
        self.prepare_answer("getMetrics")
        self.find(id)
        wanted = self.get_query_argument("range", "15m")
        metrics = self.script.details.get(id, {}).get("metrics", {}).get(wanted)
        if metrics is None:
            raise Refused(400, "invalid", "the engine 'local' measures nothing")
        if "text/csv" in self.request.headers.get("Accept", ""):
            self.set_header("Content-Type", "text/csv; charset=utf-8")
            times = zip(metrics["times"], metrics["qps"], strict=True)
            rows = [f"{time},{'' if value is None else value}" for time, value in times]
            self.finish("\r\n".join(["time,qps", *rows, ""]))
            return
        self.finish(metrics)


class Summary(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("getMetricsSummary")
        found: list[dict[str, Any]] = [
            {**self.script.details[one]["summary"], "id": one}
            for one in self.visible(everything=self.everything)
            if "summary" in self.script.details.get(one, {})
        ]
        self.finish({"step": 30, "times": [], "items": found})


def routes() -> list[tuple[str, type[ScriptHandler]]]:
    """Return the URL table."""
    return [(r"deployments/([^/:]+)/metrics", Metrics), (r"metrics/summary", Summary)]
