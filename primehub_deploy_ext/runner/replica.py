"""One replica's life: starting, loading, trying the example, ready, stopping."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

from primehub_deploy_ext.runner import protocols
from primehub_deploy_ext.runner.counters import Counters
from primehub_deploy_ext.runner.exchange import dumps
from primehub_deploy_ext.runner.failure import ReplicaFailedError
from primehub_deploy_ext.runner.logstream import LogFile, write_partial_lines
from primehub_deploy_ext.runner.meter import Meter
from primehub_deploy_ext.runner.model import ServedModel
from primehub_deploy_ext.runner.order import ReplicaOrder
from primehub_deploy_ext.runner.protocols import oip
from primehub_deploy_ext.runner.server import ModelServer
from primehub_deploy_ext.runner.status import StatusReport
from primehub_deploy_ext.runner.surroundings import move_in
from primehub_deploy_ext.runner.threads import ThreadLimits

EXIT_FAILED = 3
_ROTATION_CHECK = 10.0


def main(arguments: list[str]) -> NoReturn:
    """Run a replica in a process of its own, by the order in a JSON file."""
    parser = argparse.ArgumentParser(prog="replica")
    parser.add_argument("--order", required=True, type=Path)
    order_path = parser.parse_args(arguments).order
    try:
        order = ReplicaOrder.from_json(json.loads(order_path.read_bytes()))
    except (OSError, ValueError) as error:
        sys.exit(f"the order {order_path} can't be used: {error}")
    run(order)


def run(order: ReplicaOrder, limits: ThreadLimits | None = None) -> NoReturn:
    """Be the replica of an order until a signal or a failure ends it; ends the process.

    Parameters
    ----------
    order
        What to serve.
    limits
        After a fork: what the launcher has to be freed from.
    """
    log = move_in(order, limits.environment if limits else None)
    report = StatusReport(order)
    report.write("starting")
    # Loading happens in the thread that will predict: what a library ties to a thread stays valid.
    worker = ThreadPoolExecutor(1, "model")
    try:
        asyncio.run(_serve(order, report, log, worker, limits))
    except ReplicaFailedError as failure:
        print(failure.trace or f"{failure.reason}: {failure.message}", file=sys.stderr)
        report.write("failed", failure)
        end_process(EXIT_FAILED)
    end_process(0)


def end_process(code: int) -> NoReturn:
    """End now: a fork must not run the launcher's exit handlers, nor wait for a model that hangs."""
    write_partial_lines()
    os._exit(code)


async def _serve(
    order: ReplicaOrder,
    report: StatusReport,
    log: LogFile,
    worker: ThreadPoolExecutor,
    limits: ThreadLimits | None,
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def stop_before_ready() -> NoReturn:
        report.write("stopping")
        end_process(0)

    loop.add_signal_handler(signal.SIGTERM, stop_before_ready)
    report.write("loading")
    served = await loop.run_in_executor(worker, _load, order)
    served.take_rows()  # of the example, which is nobody's request
    server = ModelServer(
        protocols.routes(served, lambda: not stop.is_set()),
        worker,
        saw=report.client_seen,
        meter=_meter(order.counters),
        take_rows=served.take_rows,
    )
    server.listen(order.socket)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # What the model brought lives as long as the process: collections needn't look at it.
    gc.freeze()
    print(f"ready: replica {order.name} of {order.deployment}, process {os.getpid()}")
    report.write("ready")
    if limits is not None:
        # Ready first: the threads that libraries start now keep a processor busy for a while.
        await loop.run_in_executor(worker, limits.lift, order.threads)

    while not stop.is_set():
        log.rotate()
        try:
            await asyncio.wait_for(stop.wait(), _ROTATION_CHECK)
        except asyncio.TimeoutError:
            continue
    report.write("stopping")
    print("stopping: answers what is in flight")
    if not await server.drain():
        print(f"stopped with {server.in_flight} requests unanswered", file=sys.stderr)


def _meter(path: str) -> Meter | None:
    try:
        return Meter(Counters(Path(path))) if path else None
    except (OSError, ValueError) as error:
        # A full disk, say: to serve without counting is better than not to serve.
        print(f"requests are not counted: {path}: {error}", file=sys.stderr)
        return None


def _load(order: ReplicaOrder) -> ServedModel:
    began = time.perf_counter()
    served = ServedModel.load(order)
    loaded = time.perf_counter()
    print(f"loaded the model in {loaded - began:.3f} s")
    if order.example is not None:
        try:
            dumps(oip.infer(served, order.example))
        except BaseException as error:
            raise ReplicaFailedError.because("ExampleFailed", error) from error
        print(f"predicted the example in {time.perf_counter() - loaded:.3f} s")
    return served
