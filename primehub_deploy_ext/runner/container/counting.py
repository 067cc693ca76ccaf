"""What a container counts, and the page that Prometheus scrapes: Seldon's names and labels.

A cluster's Prometheus finds each pod by itself, so the numbers are those of this process alone and begin at zero with
it.
"""

from __future__ import annotations

import os
import resource
import socket
from bisect import bisect_left
from pathlib import Path

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS
from primehub_deploy_ext.monitoring.exposition import TEXT, Family, render
from primehub_deploy_ext.monitoring.names import (
    BATCH_ROWS,
    BATCHES,
    CLIENT,
    CPU,
    FEEDBACK,
    IN_FLIGHT,
    MEMORY,
    REPLICA_READY,
    REWARD,
    SERVER,
)
from primehub_deploy_ext.runner import meter
from primehub_deploy_ext.runner.container.order import ContainerOrder
from primehub_deploy_ext.runner.exchange import Response
from primehub_deploy_ext.runner.protocols import Route

# What the cluster asks by itself is nobody's request.
_NOT_COUNTED = ("/metrics", "/v2/health/")
_FIRST = (200, 400, 500)
# Others are one: a method is any word that a caller likes, and each would be a series of its own for ever.
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Tally:
    """Rows of numbers in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, list[float]] = {}
        self._places: dict[str, int] = {}
        self._by_place: list[list[float]] = []

    def row(self, name: str, width: int) -> int:
        """Return the number of a row, for :meth:`add`."""
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = len(self._by_place)
            self._by_place.append([0.0] * width)
            self.rows[name] = self._by_place[place]
        return place

    def add(self, row: int, index: int, amount: float) -> None:
        """Add to one number of a row."""
        self._by_place[row][index] += amount


class Counting:
    """The numbers of one container.

    Parameters
    ----------
    order
        Whose labels they get.
    """

    def __init__(self, order: ContainerOrder) -> None:
        self._tally = Tally()
        self.meter = meter.Meter(self._tally)
        self._predictor = {
            "deployment_name": order.deployment,
            "predictor_name": "default",
            "predictor_version": str(order.revision),
        }
        self._model = {
            "model_name": order.deployment,
            "model_image": order.class_name,
            "model_version": str(order.revision),
        }
        self._replica = {
            "deployment_name": order.deployment,
            "predictor_version": str(order.revision),
            "replica": socket.gethostname(),
        }
        # At zero what may happen next: of a series that begins at 7 Prometheus doesn't see the first 7.
        for status in _FIRST:
            self._server("predictions", "post", status)
            for service in (f"/v2/models/{order.deployment}/infer", "/predict"):
                self._tally.row(meter.calls(service, status), meter.CALLS_WIDTH)

    def answered(self, path: str, route: Route | None, method: str, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        if path.startswith(_NOT_COUNTED):
            return
        row = self._server(_service_of(route), method.lower() if method in _METHODS else "other", status)
        self._tally.add(row, 0, 1)
        self._tally.add(row, 1, seconds)
        self._tally.add(row, meter.CALLS_HEAD + bisect_left(LATENCY_BOUNDS, seconds), 1)

    def page(self, in_flight: int, *, ready: bool) -> Response:
        """Return the answer to ``GET /metrics``."""
        return Response(200, self.text(in_flight, ready=ready).encode(), (("Content-Type", TEXT),))

    def text(self, in_flight: int, *, ready: bool) -> str:
        """Return what was counted so far, in Prometheus' format."""
        server = Family(SERVER, "histogram", "Latencies from the first byte in to the last byte out, in seconds")
        client = Family(CLIENT, "histogram", "Latencies of the model: decoding, predicting, encoding, in seconds")
        for name, values in sorted(self._tally.rows.items()):
            kind, *rest = name.split(" ")
            if kind == "server":
                service, method, code = rest
                labels = {**self._predictor, "service": service, "method": method, "code": code}
                server.add_histogram(labels, values[meter.CALLS_HEAD :], values[1])
            elif kind == "calls":
                service, code = rest
                labels = {**self._predictor, "service": service, **self._model, "method": "post", "code": code}
                client.add_histogram(labels, values[meter.CALLS_HEAD :], values[1])
        return render((server, client, *self._counters(), *self._gauges(in_flight, ready=ready)))

    def _server(self, service: str, method: str, status: int) -> int:
        return self._tally.row(f"server {service} {method} {status}", meter.CALLS_WIDTH)

    def _counters(self) -> list[Family]:
        given = {**self._predictor, **self._model, "worker_id": self._replica["replica"], "method": "feedback"}
        feedback, batches = self._tally.rows[meter.FEEDBACK], self._tally.rows[meter.BATCHES]
        taken = resource.getrusage(resource.RUSAGE_SELF)
        return [
            _one(FEEDBACK, "Feedback that named a reward", given, feedback[0]),
            _one(REWARD, "Sum of the rewards, zeros are counted in the other", given, feedback[1]),
            _one(BATCHES, "Calls of the model", self._predictor, batches[0]),
            _one(BATCH_ROWS, "Rows in these calls", self._predictor, batches[1]),
            _one(CPU, "CPU seconds that the replica took", self._replica, taken.ru_utime + taken.ru_stime),
        ]

    def _gauges(self, in_flight: int, ready: bool) -> list[Family]:
        who = {"deployment_name": self._predictor["deployment_name"]}
        flying = Family(IN_FLIGHT, "gauge", "Requests being answered")
        flying.add(who, in_flight)
        answers = Family(REPLICA_READY, "gauge", "1 while the replica answers")
        answers.add(self._replica, int(ready))
        held = Family(MEMORY, "gauge", "Bytes that the replica holds, resident")
        if (memory := _resident()) is not None:
            held.add(self._replica, memory)
        return [flying, answers, held]


def _one(name: str, help: str, labels: dict[str, str], value: float) -> Family:
    family = Family(name, "counter", help)
    family.add(labels, value)
    return family


def _service_of(route: Route | None) -> str:
    if route is None:
        return "other"
    if not route.runs_model:
        return "metadata"
    return "feedback" if route.service == "/send-feedback" else "predictions"


def _resident() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
