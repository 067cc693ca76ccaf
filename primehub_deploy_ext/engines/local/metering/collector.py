"""From what gateway, replicas and operating system say to samples of an interval and totals for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from primehub_deploy_ext.engines.local.gateway.readings import Labels, Readings, Requests
from primehub_deploy_ext.engines.local.metering import meters
from primehub_deploy_ext.engines.local.metering.census import Census, ReplicaFacts
from primehub_deploy_ext.monitoring import histogram
from primehub_deploy_ext.monitoring.ledger import Baselines, Numbers
from primehub_deploy_ext.monitoring.sample import Gauge, Sample
from primehub_deploy_ext.runner.meter import BATCHES, CALLS_HEAD, FEEDBACK

SEND_FEEDBACK = "/send-feedback"
# A gateway that was replaced tells its last counts within seconds.
_SOURCE_KEPT = 120.0
_MEMORY_KEPT = 12.0


@dataclass
class Harvest:
    """What one look gave.

    Parameters
    ----------
    samples
        By the deployment's uid.
    totals
        Increments by uid and key; the keys are those of :func:`key`.
    gone
        Replicas whose last counts are in this.
    """

    samples: dict[int, Sample] = field(default_factory=dict)
    totals: dict[tuple[int, str], Numbers] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def sample(self, uid: int) -> Sample:
        """Return the sample of a deployment, to add to."""
        return self.samples.setdefault(uid, Sample())

    def add(self, later: Harvest) -> None:
        """Take what the next look gave too."""
        for uid, sample in later.samples.items():
            self.sample(uid).add(sample)
        for (uid, name), increase in later.totals.items():
            self.count(uid, name, increase)
        self.gone += later.gone

    def count(self, uid: int, key: str, increase: Numbers) -> None:
        """Add to a total."""
        before = self.totals.get((uid, key))
        self.totals[uid, key] = increase if before is None else tuple(map(sum, zip(before, increase, strict=True)))


def key(*parts: str | int) -> str:
    """Return the name of a counter: its parts, none of which contains ``|``."""
    return "|".join(map(str, parts))


class Collector:
    """Remembers what everything said last, and gives what came since.

    Parameters
    ----------
    baselines
        As they were kept.
    clock
        Seconds that only grow.
    """

    def __init__(self, baselines: Baselines, clock: Callable[[], float] = time.monotonic) -> None:
        self.baselines = baselines
        self._clock = clock
        self._memories: dict[tuple[str, int | None, float], tuple[float, int]] = {}
        self._sources = {known.split("|")[1]: clock() for known in baselines.starting_with("gw|")}

    def collect(self, census: Census, gateways: Iterable[tuple[str, Readings]]) -> Harvest:
        """Look at everything.

        Parameters
        ----------
        gateways
            The name of each gateway process with what it counted: one, and those that it replaced just now.
        """
        harvest = Harvest()
        for source, readings in gateways:
            self._sources[source] = self._clock()
            self._read_requests(harvest, census, source, readings)
            self._read_clusters(harvest, census, source, readings)
        self._read_counters(harvest, census)
        self._read_processes(harvest, census)
        self._forget_sources()
        return harvest

    # ------------------------------------------------------------------ the gateway

    def _read_requests(self, harvest: Harvest, census: Census, source: str, readings: Readings) -> None:
        counted, prefix = census.counted, key("gw", source, "rq", "")
        names = {
            labels: prefix + key(labels.whose, labels.kind, labels.method, labels.revision, labels.code)
            for labels in readings.requests
        }
        # What the gateway forgot begins at 0 when it comes back.
        self.baselines.forget(set(self.baselines.starting_with(prefix)) - set(names.values()))
        for labels, requests in readings.requests.items():
            grown = self.baselines.increase(names[labels], source, _row(requests))
            uid = int(labels.whose) if labels.whose.isdecimal() else 0
            if uid in counted and any(grown):
                harvest.count(uid, key("server", labels.kind, labels.method, labels.revision, labels.code), grown)
                _take_requests(harvest.sample(uid), labels, grown)

    def _read_clusters(self, harvest: Harvest, census: Census, source: str, readings: Readings) -> None:
        # Clusters go by the id of their deployment, and one that comes back, for another of that id, begins at 0.
        uids = {deployment.id: deployment.uid for deployment in census.deployments}
        names = {
            cluster: key("gw", source, "bytes", uids[whose], cluster)
            for cluster in readings.bytes_out
            if (whose := _owner(cluster)) in uids
        }
        known = self.baselines.starting_with(key("gw", source, "bytes", ""))
        self.baselines.forget(set(known) - set(names.values()))
        for cluster, name in names.items():
            moved = (readings.bytes_in.get(cluster, 0), readings.bytes_out[cluster])
            grown = self.baselines.increase(name, source, moved)
            if any(grown):
                uid = uids[_owner(cluster)]
                harvest.count(uid, "bytes", grown)
                sample = harvest.sample(uid)
                sample.bytes_in += int(grown[0])
                sample.bytes_out += int(grown[1])
        for whose, active in _active(readings).items():
            if active and whose in uids:
                harvest.sample(uids[whose]).in_flight.add(Gauge.of(active))

    def _forget_sources(self) -> None:
        for source, seen in list(self._sources.items()):
            if self._clock() - seen > _SOURCE_KEPT:
                del self._sources[source]
                self.baselines.forget(self.baselines.starting_with(f"gw|{source}|"))

    # ------------------------------------------------------------------ replicas

    def _read_counters(self, harvest: Harvest, census: Census) -> None:
        running, seen = {replica.key for _, replica in census.replicas()}, set()
        counted = census.counted
        for name, source, rows in meters.counted(census.counters):
            seen.add(name)
            uid, revision, slot = _parts(name)
            grown = {row: self.baselines.increase(key("r", name, row), source, values) for row, values in rows.items()}
            if uid in counted:
                self._take_counted(harvest, uid, revision, f"{revision}-{slot}", grown)
            if name not in running:
                harvest.gone.append(name)
        # Not before their files are gone: what was read of them may not be recorded yet.
        left = (known for known in self.baselines.starting_with("r|") if known.split("|")[1] not in seen)
        self.baselines.forget(left)
        self.baselines.forget(known for known in self.baselines.starting_with("cpu|") if known[4:] not in running)

    def _take_counted(self, harvest: Harvest, uid: int, revision: str, replica: str, grown: dict[str, Numbers]) -> None:
        for row, numbers in grown.items():
            if not any(numbers):
                continue
            counts = harvest.sample(uid).revision(revision)
            if row == BATCHES:
                counts.batches += int(numbers[0])
                counts.rows += numbers[1]
                harvest.count(uid, key(BATCHES, revision), numbers)
            elif row == FEEDBACK:
                counts.feedback += int(numbers[0])
                counts.reward += numbers[1]
                harvest.count(uid, key(FEEDBACK, revision, replica), numbers)
            else:
                _, service, code = row.split(" ")
                harvest.count(uid, key("client", service, revision, code), numbers)
                if service != SEND_FEEDBACK:
                    counts.predictions += int(numbers[0])
                    counts.failures += int(numbers[0]) if code.startswith("5") else 0
                    counts.seconds += numbers[1]
                    harvest.count(uid, key("replica", revision, replica), (numbers[0],))

    def _read_processes(self, harvest: Harvest, census: Census) -> None:
        for deployment, replica in census.replicas():
            sample = harvest.sample(deployment.uid)
            taken, held = meters.cpu_seconds(replica), self._held(replica)
            if taken is None or held is None:
                continue
            source = f"{replica.pid}@{replica.created}"
            (grown,) = self.baselines.increase(key("cpu", replica.key), source, (taken,))
            readings = sample.replica(replica.name)
            readings.cpu_seconds += grown
            readings.memory.add(Gauge.of(held))
            harvest.count(deployment.uid, key("cpu", replica.revision, replica.name), (grown,))
        for deployment in census.deployments:
            if deployment.replicas:
                ready = sum(replica.ready for replica in deployment.replicas)
                harvest.sample(deployment.uid).ready.add(Gauge.of(ready))

    def _held(self, replica: ReplicaFacts) -> int | None:
        """Return the bytes that a replica holds, as of some looks ago: the kernel takes milliseconds to add them up."""
        source, clock = (replica.key, replica.pid, replica.created), self._clock()
        last = self._memories.get(source)
        if last is None or clock - last[0] > _MEMORY_KEPT:
            held = meters.memory(replica)
            self._memories = {known: value for known, value in self._memories.items() if known[0] != replica.key}
            if held is None:
                return None
            self._memories[source] = last = (clock, held)
        return last[1]


def _take_requests(sample: Sample, labels: Labels, grown: Numbers) -> None:
    count = int(grown[0])
    if labels.kind == "predictions":
        sample.codes[labels.code] = sample.codes.get(labels.code, 0) + count
        sample.latency = histogram.add(sample.latency, tuple(map(int, grown[CALLS_HEAD:])))
    elif labels.kind == "feedback" and labels.code == 200:
        sample.feedback += count


def _row(requests: Requests) -> Numbers:
    return (requests.count, requests.seconds, *histogram.from_cumulative(requests.buckets))


def _active(readings: Readings) -> dict[str, int]:
    active: dict[str, int] = {}
    for cluster, number in readings.active.items():
        whose = _owner(cluster)
        active[whose] = active.get(whose, 0) + number
    return active


def _owner(cluster: str) -> str:
    return cluster.rpartition("/")[0]


def _parts(name: str) -> tuple[int, str, str]:
    uid, revision, slot = ([*name.split("-"), "", ""])[:3]
    return int(uid) if uid.isdecimal() else 0, revision, slot
