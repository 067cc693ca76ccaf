"""What measuring costs: throughput with counters and without, the archive after a week, one look at many deployments.

Gateways, and replicas, with and without counters run at the same time and are asked in short turns, so that both have
the same neighbours on the machine; what is printed is the median of the ratios of turns that follow each other, with
the range that it lies in by 95 %: when that is wider than the 3 % which are allowed, the machine was too busy to tell.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from unittest import mock

import cloudpickle
import psutil

from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.engines.local.gateway import Cluster, Gateway, GatewayState, Route, Settings
from primehub_deploy_ext.engines.local.gateway import bootstrap as bootstrap_module
from primehub_deploy_ext.engines.local.metering.archive import Archive
from primehub_deploy_ext.engines.local.metering.census import Census, DeploymentFacts, ReplicaFacts
from primehub_deploy_ext.engines.local.metering.collector import Collector
from primehub_deploy_ext.engines.local.metering.exposing import exposition_of
from primehub_deploy_ext.engines.local.metering.recent import Recent
from primehub_deploy_ext.monitoring.ledger import Baselines
from primehub_deploy_ext.monitoring.sample import Gauge, ReplicaSample, RevisionSample, Sample
from primehub_deploy_ext.monitoring.series import metrics_of
from primehub_deploy_ext.monitoring.tiers import FINEST, LENGTHS, TIERS, tier_of
from primehub_deploy_ext.runner.bootstrap import replica_command

TURN = 0.5
ALLOWED = 0.03
CONNECTIONS = 16
BODY = json.dumps({"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [1.0]}]}).encode()
# An upstream that costs next to nothing, so that what Envoy costs is not hidden behind it.
UPSTREAM = """
import asyncio, sys
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = sum(int(l[16:]) for l in head.lower().split(b"\\r\\n") if l.startswith(b"content-length: "))
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}")
    except (OSError, EOFError):
        writer.close()
async def main():
    await (await asyncio.start_unix_server(serve, sys.argv[1])).serve_forever()
asyncio.run(main())
"""

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
# How to connect, what to ask for, and whose CPU it takes.
Asked = tuple[Connect, str, tuple[int, ...]]


async def throughput(connect: Connect, path: str) -> float:
    """Return the answers per second of one turn."""
    request = f"POST {path} HTTP/1.1\r\nhost: here\r\ncontent-length: {len(BODY)}\r\n\r\n".encode() + BODY
    count, ending = 0, time.perf_counter() + TURN

    async def one() -> None:
        nonlocal count
        reader, writer = await connect()
        while time.perf_counter() < ending:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            if " 200 " not in head.partition("\r\n")[0]:
                raise RuntimeError(head)
            await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
            count += 1
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return count / (time.perf_counter() - began)


async def compare(turns: int, with_counters: Asked, without: Asked) -> dict[str, Any]:
    """Ask both in turns, each first as often as the other.

    On a machine that others use too, CPU per request says more than requests per second: both are printed.
    """
    ratios, rates, costs = [], [], []
    for turn in range(turns + 1):
        pair = [with_counters, without]
        order = [0, 1] if turn % 2 else [1, 0]
        got, cost = {}, {}
        for index in order:
            connect, path, pids = pair[index]
            before = _busy(pids)
            got[index] = await throughput(connect, path)
            cost[index] = (_busy(pids) - before) / (got[index] * TURN)
        if turn:  # the first warms up
            ratios.append(got[0] / got[1])
            rates.append(got[1])
            costs.append((cost[0], cost[1]))
    low, high = likely_median(ratios)
    cpu_low, cpu_high = likely_median([on / off for on, off in costs])
    return {
        "pairs": turns,
        "requests_per_second_without": round(statistics.median(rates)),
        "throughput_with_counters": round(statistics.median(ratios), 4),
        "throughput_95_percent": [round(low, 4), round(high, 4)],
        "within_3_percent": "yes" if low >= 1 - ALLOWED else "no" if high < 1 - ALLOWED else "can't tell",
        "cpu_us_per_request_without": round(statistics.median(off for _, off in costs) * 1e6, 1),
        "cpu_with_counters": round(statistics.median(on / off for on, off in costs), 4),
        "cpu_95_percent": [round(cpu_low, 4), round(cpu_high, 4)],
    }


def likely_median(values: list[float]) -> tuple[float, float]:
    """Return what the true median lies between by 95 %, whatever the distribution: two of the ordered values."""
    ordered, chance, rank = sorted(values), 0.0, 0
    # How likely it is that so few of them lie below the median.
    while (chance := chance + math.comb(len(values), rank) / 2 ** len(values)) <= 0.025:
        rank += 1
    return ordered[max(rank - 1, 0)], ordered[len(ordered) - max(rank, 1)]


def _busy(pids: tuple[int, ...]) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return float(sum(each.user + each.system for each in times))


async def gateway(folder: Path, turns: int, *upstreams: tuple[Path, int]) -> dict[str, Any]:
    """Compare two gateways, each in front of its own upstream, whose CPU counts too unless its process is 0."""
    gateways: list[Gateway] = []
    try:
        for name, (upstream, _) in zip(("with", "without"), upstreams, strict=True):
            (folder / name).mkdir()
            made = Gateway(folder / name, Settings(port=_free_port()))
            patch = mock.patch.object(bootstrap_module, "_counters", list) if name == "without" else None
            with patch or contextlib.nullcontext():
                await made.start()
            gateways.append(made)
            cluster = Cluster("iris", 1, (str(upstream),))
            await made.apply(GatewayState(routes=(Route("iris", ((cluster.name, 1),)),), clusters=(cluster,)))

        def connect(made: Gateway) -> Connect:
            return lambda: asyncio.open_connection("127.0.0.1", int(made.url.rpartition(":")[2]))

        path = "/deployment/iris/v2/models/iris/infer"
        await _until_ok(connect(gateways[0]), path)
        await _until_ok(connect(gateways[1]), path)
        first, second = (
            (connect(made), path, tuple(filter(None, (made.pid, pid))))
            for made, (_, pid) in zip(gateways, upstreams, strict=True)
        )
        return await compare(turns, first, second)
    finally:
        for made in gateways:
            await made.stop()


@contextlib.contextmanager
def _upstream(folder: Path) -> Iterator[Path]:
    path = folder / "u.sock"
    process = subprocess.Popen([sys.executable, "-IS", "-c", UPSTREAM, str(path)])
    try:
        yield path
    finally:
        process.kill()
        process.wait()


def run_gateway(folder: Path, turns: int) -> dict[str, Any]:
    """Envoy alone, in front of next to nothing."""
    with _upstream(folder) as upstream:
        return asyncio.run(gateway(folder, turns, (upstream, 0), (upstream, 0)))


def run_both(folder: Path, turns: int) -> dict[str, Any]:
    """Gateway and replica together, as callers meet them."""
    with _replica(folder, "r-with", counted=True) as one, _replica(folder, "r-without", counted=False) as other:
        return asyncio.run(gateway(folder, turns, one, other))


async def runner(folder: Path, turns: int) -> dict[str, Any]:
    with contextlib.ExitStack() as stack:
        both = []
        for name in ("with", "without"):
            socket_path, pid = stack.enter_context(_replica(folder, name, counted=name == "with"))

            def connect(path: Path = socket_path) -> Any:
                return asyncio.open_unix_connection(path)

            await _until_ok(connect, "/v2/models/iris/infer")
            both.append((connect, "/v2/models/iris/infer", (pid,)))
        return await compare(turns, *both)


@contextlib.contextmanager
def _replica(folder: Path, name: str, *, counted: bool) -> Iterator[tuple[Path, int]]:
    stem = folder / name
    stem.with_suffix(".pkl").write_bytes(cloudpickle.dumps(lambda x: x))
    files = {"socket": "sock", "status": "json", "log": "log", "artifact": "pkl"}
    order = {name: f"{stem}.{ending}" for name, ending in files.items()} | {
        "replica": "1/1-0",
        "deployment": "iris",
        "workdir": str(folder),
        "counters": f"{stem}.cnt" if counted else "",
        "threads": 1,
    }
    stem.with_suffix(".order").write_text(json.dumps(order))
    process = subprocess.Popen(replica_command(sys.executable, stem.with_suffix(".order")), cwd=folder)
    try:
        yield stem.with_suffix(".sock"), process.pid
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


async def _until_ok(connect: Connect, path: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            reader, writer = await connect()
            writer.write(f"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {len(BODY)}\r\n\r\n".encode() + BODY)
            ok = b" 200 " in await asyncio.wait_for(reader.readline(), 5)
            writer.close()
            if ok:
                return
        except (OSError, EOFError, asyncio.TimeoutError):
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"{path} does not answer")
        await asyncio.sleep(0.05)


def a_sample(step: int) -> Sample:
    """Return a busy deployment's interval: three codes, ten classes of latency, two revisions, two replicas."""
    return Sample(
        codes={200: 90 * step, 404: step, 500: 2 * step},
        latency=(0, 0, 0, *(9 * step + index for index in range(10)), *(0,) * 7),
        feedback=step,
        bytes_in=12_345 * step,
        bytes_out=23_456 * step,
        in_flight=Gauge.of(3),
        ready=Gauge(2.0 * step / 5, step // 5, 2),
        revisions={str(r): RevisionSample(45 * step, step, 90.0 * step, 45 * step, 0.123456 * step, step, 0.3 * step)
                   for r in (3, 4)},
        replicas={f"4-{slot}": ReplicaSample(0.123 * step, Gauge(5e7 * step / 5, step // 5, 6e7)) for slot in (0, 1)},
    )  # fmt: skip


def archive(folder: Path, deployments: int) -> dict[str, Any]:
    """Fill an archive as it is after a week of looks, and ask it what the page asks."""
    path = folder / "metrics.db"
    store = Archive(path)
    now = int(time.time()) // 600 * 600
    for tier in TIERS:
        sample = a_sample(tier.step)
        for begin in range(now - tier.kept, now, tier.step):
            with store.transaction():
                store.write(tier, begin, float(tier.step), dict.fromkeys(range(deployments), sample))
    found: dict[str, Any] = {"megabytes": round(sum(p.stat().st_size for p in folder.glob("metrics.db*")) / 1e6, 1)}
    for wanted, length in LENGTHS.items():
        tier = tier_of(wanted)
        times = []
        for uid in range(5):
            began = time.perf_counter()
            points = store.points(uid, tier, now - length, now)
            metrics_of("iris", wanted, points, step=tier.step).model_dump_json()
            times.append(time.perf_counter() - began)
        found[f"ms_of_{wanted}"] = round(statistics.median(times) * 1000, 1)
    recent = Recent()
    for begin, seconds, samples in store.everything(now - 900, range(deployments)):
        recent.take(begin + FINEST.step, seconds, samples)
    found["ms_of_summary"] = _ms(lambda: recent.summaries([(uid, str(uid), []) for uid in range(deployments)], now))

    def tick() -> None:
        with store.transaction():
            store.record(now, 5.0, dict.fromkeys(range(deployments), a_sample(5)))

    found["ms_to_record_a_look"] = _ms(tick)
    store.close()
    return found


def look(folder: Path, deployments: int) -> dict[str, Any]:
    """Read the meters of two processes per deployment, and write the page for Prometheus."""
    pid, created = os.getpid(), psutil.Process().create_time()
    facts = tuple(
        DeploymentFacts(
            uid=uid, id=f"d-{uid}", name=f"D {uid}", group="lab", created_at=datetime.now(timezone.utc),
            phase=Phase.DEPLOYED, desired=2, images={"1": "sklearn.ensemble.RandomForestClassifier"},
            replicas=tuple(ReplicaFacts(f"{uid}-1-{n}", f"1-{n}", "1", pid, created, True, 0) for n in (0, 1)),
        )
        for uid in range(deployments)
    )  # fmt: skip
    census = Census(facts, folder)
    collector = Collector(Baselines({}))
    harvest = collector.collect(census, [])
    page = exposition_of(census, harvest.totals, harvest.samples)
    return {
        "ms_to_read_all_meters": _ms(lambda: collector.collect(census, [])),
        "ms_to_write_the_page": _ms(lambda: exposition_of(census, harvest.totals, harvest.samples)),
        "page_kilobytes": round(len(page) / 1000),
        "page_lines": page.count("\n"),
    }


def _ms(work: Callable[[], Any], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) * 1000, 1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=80)
    parser.add_argument("--deployments", type=int, default=100)
    parser.add_argument("--only", choices=["both", "gateway", "runner", "archive", "look"])
    given = parser.parse_args()
    parts: dict[str, Callable[[Path], Any]] = {
        "both": lambda folder: run_both(folder, given.turns),
        "gateway": lambda folder: run_gateway(folder, given.turns),
        "runner": lambda folder: asyncio.run(runner(folder, given.turns)),
        "archive": lambda folder: archive(folder, given.deployments),
        "look": lambda folder: look(folder, given.deployments),
    }
    for name, part in parts.items():
        if given.only in {None, name}:
            folder = Path(tempfile.mkdtemp(prefix="phb-"))
            try:
                print(json.dumps({name: part(folder)}, indent=2))
            finally:
                shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
