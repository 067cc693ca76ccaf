"""From what the replicas of a deployment say to the sample of an interval. Pure.

What a replica counted before it was first looked at is counted too where it began so lately that it belongs to what is
shown; a replica that is older begins to be measured with the first look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from primehub_deploy_ext.engines.kubernetes.metering.pages import HEAD, Page
from primehub_deploy_ext.monitoring import histogram
from primehub_deploy_ext.monitoring.ledger import Baselines, Numbers
from primehub_deploy_ext.monitoring.sample import Gauge, Sample

_FEEDBACK_SERVICES = ("/send-feedback",)


@dataclass(frozen=True)
class Reading:
    """What one replica said.

    Parameters
    ----------
    uid
        Of its pod.
    attempt
        Which start of its container it is: another one began to count at 0.
    began
        Unix time at which that start was.
    """

    uid: str
    name: str
    revision: str
    attempt: int
    began: float
    page: Page


@dataclass
class Tally:
    """What the replicas of one deployment said last.

    Parameters
    ----------
    reach
        Seconds that are shown: what is older is not counted.
    """

    reach: float
    last: float | None = None
    _seen: dict[str, float] = field(default_factory=dict)
    _baselines: dict[str, Baselines] = field(default_factory=dict)

    def harvest(self, readings: list[Reading], now: float) -> tuple[float, Sample]:
        """Return for how many seconds it is now known what happened, and what that was; 0 where there's no telling.

        What was counted while nobody looked, or while a replica gave no answer, is in the next that does.
        """
        sample, known = Sample(), 0.0
        for reading in readings:
            since = self._seen.get(reading.uid, reading.began)
            fresh = now - since <= self.reach
            if not fresh or reading.uid not in self._baselines:
                self._baselines[reading.uid] = Baselines({})
            grown = self._increase(reading)
            if fresh:
                known = max(known, now - since)
                _take(sample, reading, grown)
            self._seen[reading.uid] = now
        if not known:
            # CPU takes two looks; memory is as it is.
            for reading in readings:
                _hold(sample, reading)
        # As of the deployment's last look: a replica that begins between two looks makes the interval no longer.
        if self.last is not None and known and now - self.last <= self.reach:
            known = now - self.last
        self.last = now if readings else self.last
        self._forget(now)
        return known, sample

    def _increase(self, reading: Reading) -> dict[str, Numbers]:
        baselines, source = self._baselines[reading.uid], str(reading.attempt)
        return {name: baselines.increase(name, source, row) for name, row in reading.page.counters.items()}

    def _forget(self, now: float) -> None:
        for uid in [uid for uid, seen in self._seen.items() if now - seen > self.reach]:
            del self._seen[uid]
            self._baselines.pop(uid, None)


def _take(sample: Sample, reading: Reading, grown: Mapping[str, Numbers]) -> None:
    """Add what was counted since the last look."""
    _hold(sample, reading)
    sample.replica(reading.name).cpu_seconds += sum(grown.get("cpu", ()))
    counts = sample.revision(reading.revision)
    for name, numbers in grown.items():
        if not any(numbers):
            continue
        kind, _, rest = name.partition("|")
        service, _, code = rest.rpartition("|")
        if kind == "server" and service == "predictions" and code.isdecimal():
            sample.codes[int(code)] = sample.codes.get(int(code), 0) + int(numbers[0])
            sample.latency = histogram.add(sample.latency, tuple(map(int, numbers[HEAD:])))
        elif kind == "client" and service not in _FEEDBACK_SERVICES:
            counts.predictions += int(numbers[0])
            counts.failures += int(numbers[0]) if code.startswith("5") else 0
            counts.seconds += numbers[1]
        elif kind == "feedback":
            counts.feedback += int(numbers[0])
            counts.reward += numbers[1]
            sample.feedback += int(numbers[0])
        elif kind == "batches":
            counts.batches += int(numbers[0])
            counts.rows += numbers[1]


def _hold(sample: Sample, reading: Reading) -> None:
    """Add what the replica holds now."""
    gauges = reading.page.gauges
    if "memory" in gauges:
        sample.replica(reading.name).memory.add(Gauge.of(gauges["memory"]))
    if "in_flight" in gauges:
        flying = sample.in_flight
        flying.sum, flying.count = flying.sum + gauges["in_flight"], 1
        flying.largest += gauges["in_flight"]
