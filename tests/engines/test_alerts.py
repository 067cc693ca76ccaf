"""Alerts of a deployment, end to end: rules, events, a webhook that fails at first, and the usage report."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import Conflict, InvalidInput, NotFound
from primehub_deploy_ext.domain.metrics import AlertRule, Alerts, AlertSettings
from tests.engines.bench import Bench
from tests.engines.test_metrics import load, moody, seen

SECRET = "/services/T0/very-secret"


class Receiver(HTTPServer):
    """Takes calls, after it refused the first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refusals = 1
        self.url = f"http://127.0.0.1:{self.server_port}{SECRET}"


class _Take(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.refusals:
            self.server.refusals -= 1
            self.send_response(503)
        else:
            self.server.calls.append((self.path, body))
            self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


async def until(bench: Bench, condition: Callable[[Alerts], bool]) -> Alerts:
    deadline = time.monotonic() + 80
    while True:
        alerts = await bench.engine.alerts("iris")
        if condition(alerts):
            return alerts
        assert time.monotonic() < deadline, alerts
        await asyncio.sleep(0.2)


async def test_an_alert_fires_and_ends_and_is_told_to_history_and_webhook(bench: Bench) -> None:
    receiver = Receiver()
    thread = Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    try:
        deployment = await bench.deployed("iris", await bench.model(moody))
        rules = [AlertRule(kind="error_rate", threshold=0.1, hold=0), AlertRule(kind="no_ready_replica")]
        await load(bench, deployment, good=5, failing=5)
        # A look in the middle of them would tell of another rate.
        await seen(bench, "iris", lambda m: m.totals.requests == 10)
        settings = AlertSettings(rules=rules, webhook=receiver.url)
        shown = await bench.engine.set_alerts("iris", settings, user="ada")
        assert SECRET not in shown.webhook

        firing = await until(bench, lambda a: a.states[0].state == "firing" and bool(receiver.calls))

        assert firing.states[0].value == 0.5
        assert firing.states[1].state == "ok"
        ((path, body),) = receiver.calls
        assert path == SECRET
        assert (body["deployment"], body["alert"], body["state"], body["value"]) == (
            "iris", "error_rate", "firing", 0.5
        )  # fmt: skip
        assert "50.0% of predictions failed" in body["text"]
        (event,) = [e for e in await bench.engine.events("iris") if e.reason == "AlertFiring"]
        assert event.kind == "Warning"
        (summary,) = (await bench.engine.metrics_summary()).items
        assert summary.alerts == ["error_rate"]
        # Sent back as it was shown, the webhook stays; and what fires goes on firing without being told again.
        await bench.engine.set_alerts("iris", AlertSettings(rules=rules, webhook=shown.webhook), user="ada")
        again = await until(bench, lambda a: a.states[0].state == "firing")
        assert (again.webhook, again.version) == (shown.webhook, shown.version + 1)
        # What was shown is nobody's address, once it isn't the stored one any more; nor are older rules anybody's wish.
        with pytest.raises(InvalidInput, match="type it anew"):
            elsewhere = AlertSettings(rules=rules, webhook="https://other.example.com/…")
            await bench.engine.set_alerts("iris", elsewhere, user="ada")
        with pytest.raises(Conflict, match="somebody else"):
            await bench.engine.set_alerts("iris", AlertSettings(), user="grace", if_match=shown.version)
        await load(bench, deployment, good=100)
        await until(bench, lambda a: a.states[0].state == "ok" and len(receiver.calls) == 2)
        assert receiver.calls[1][1]["state"] == "resolved"
    finally:
        receiver.shutdown()
        receiver.server_close()


async def test_an_unknown_deployment_has_no_alerts(bench: Bench) -> None:
    with pytest.raises(NotFound):
        await bench.engine.alerts("nobody")
    with pytest.raises(NotFound):
        await bench.engine.set_alerts("nobody", AlertSettings(), user="ada")
