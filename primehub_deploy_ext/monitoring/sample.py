"""What was counted of one deployment in one interval, and how intervals add up to longer ones.

Counters are increments, so they add up; gauges keep sum and number of readings, so that a mean over means of unequal
intervals is right, and their largest value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from primehub_deploy_ext.monitoring import histogram
from primehub_deploy_ext.monitoring.histogram import Counts

ABORTED = 0
"""The code of a request that its caller gave up."""


@dataclass
class Gauge:
    """Readings of something that goes up and down."""

    sum: float = 0.0
    count: int = 0
    largest: float = 0.0

    @classmethod
    def of(cls, value: float) -> Gauge:
        """Return one reading."""
        return cls(value, 1, value)

    @property
    def mean(self) -> float | None:
        """Mean of all readings; None without any."""
        return self.sum / self.count if self.count else None

    def add(self, other: Gauge) -> None:
        """Take the readings of another interval too."""
        self.sum += other.sum
        self.largest = max(self.largest, other.largest)
        self.count += other.count


@dataclass
class RevisionSample:
    """What reached the model of one revision: counted by its replicas."""

    predictions: int = 0
    failures: int = 0
    rows: float = 0.0
    batches: int = 0
    seconds: float = 0.0
    feedback: int = 0
    reward: float = 0.0

    def add(self, other: RevisionSample) -> None:
        """Take another interval's counts too."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class ReplicaSample:
    """What one replica took."""

    cpu_seconds: float = 0.0
    memory: Gauge = field(default_factory=Gauge)

    def add(self, other: ReplicaSample) -> None:
        """Take another interval's readings too."""
        self.cpu_seconds += other.cpu_seconds
        self.memory.add(other.memory)


@dataclass
class Sample:
    """One deployment in one interval.

    Parameters
    ----------
    codes
        Predictions at the gateway by status code; :data:`ABORTED` for those given up.
    latency
        Histogram of those that were answered.
    feedback
        Requests with feedback that were answered with 200.
    ready
        Replicas that answer.
    """

    codes: dict[int, int] = field(default_factory=dict)
    latency: Counts = histogram.EMPTY
    feedback: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    in_flight: Gauge = field(default_factory=Gauge)
    ready: Gauge = field(default_factory=Gauge)
    revisions: dict[str, RevisionSample] = field(default_factory=dict)
    replicas: dict[str, ReplicaSample] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """Predictions that were answered."""
        return sum(count for code, count in self.codes.items() if code != ABORTED)

    def answered(self, hundred: int) -> int:
        """Return how many predictions were answered with a code of this hundred: 4 for 4xx."""
        return sum(count for code, count in self.codes.items() if code // 100 == hundred)

    def revision(self, label: str) -> RevisionSample:
        """Return the counts of a revision, to add to."""
        return self.revisions.setdefault(label, RevisionSample())

    def replica(self, name: str) -> ReplicaSample:
        """Return the readings of a replica, to add to."""
        return self.replicas.setdefault(name, ReplicaSample())

    def add(self, other: Sample) -> None:
        """Take another interval too."""
        for code, count in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) + count
        self.latency = histogram.add(self.latency, other.latency)
        self.feedback += other.feedback
        self.bytes_in += other.bytes_in
        self.bytes_out += other.bytes_out
        self.in_flight.add(other.in_flight)
        self.ready.add(other.ready)
        for label, counted in other.revisions.items():
            self.revision(label).add(counted)
        for name, taken in other.replicas.items():
            self.replica(name).add(taken)

    @classmethod
    def sum_of(cls, samples: Iterable[Sample]) -> Sample:
        """Return one sample for the whole of several intervals."""
        whole = cls()
        for sample in samples:
            whole.add(sample)
        return whole

    # ------------------------------------------------------------------ as it is stored

    def to_text(self) -> str:
        """Return it as compact JSON; what is zero is left out."""
        body: dict[str, Any] = {
            "c": {str(code): count for code, count in self.codes.items() if count},
            "l": {str(index): count for index, count in enumerate(self.latency) if count},
            "f": self.feedback,
            "i": self.bytes_in,
            "o": self.bytes_out,
            "a": _gauge(self.in_flight) if self.in_flight.sum else 0,
            "y": _gauge(self.ready),
            "v": {label: _row(*vars(counted).values()) for label, counted in self.revisions.items()},
            "p": {name: [round(r.cpu_seconds, 3), *_gauge(r.memory)] for name, r in self.replicas.items()},
        }
        return json.dumps({key: value for key, value in body.items() if value}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Sample:
        """Rebuild what :meth:`to_text` gave."""
        body = json.loads(text)
        latency = body.get("l", {})
        return cls(
            codes={int(code): count for code, count in body.get("c", {}).items()},
            latency=tuple(latency.get(str(index), 0) for index in range(histogram.CLASSES)),
            feedback=body.get("f", 0),
            bytes_in=body.get("i", 0),
            bytes_out=body.get("o", 0),
            in_flight=Gauge(*body.get("a", ())),
            ready=Gauge(*body.get("y", ())),
            revisions={label: RevisionSample(*row) for label, row in body.get("v", {}).items()},
            replicas={name: ReplicaSample(row[0], Gauge(*row[1:])) for name, row in body.get("p", {}).items()},
        )


def _gauge(gauge: Gauge) -> list[float]:
    return _row(gauge.sum, gauge.count, gauge.largest) if gauge.count else []


def _row(*numbers: float) -> list[float]:
    return [int(number) if number == int(number) else round(number, 6) for number in numbers]
