"""The life of a replica in a container: fetching, loading, trying the example, ready, lingering, stopping."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import io
import os
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

from primehub_deploy_ext.runner import protocols
from primehub_deploy_ext.runner.container.callers import Callers, callers_of
from primehub_deploy_ext.runner.container.counting import Counting
from primehub_deploy_ext.runner.container.drift import Environment, environment, tell_libraries
from primehub_deploy_ext.runner.container.fetch import fetch
from primehub_deploy_ext.runner.container.last_words import write_last_words
from primehub_deploy_ext.runner.container.order import ContainerOrder
from primehub_deploy_ext.runner.exchange import answer, dumps, error
from primehub_deploy_ext.runner.failure import ReplicaFailedError
from primehub_deploy_ext.runner.model import ServedModel
from primehub_deploy_ext.runner.protocols import Route, Routes, oip
from primehub_deploy_ext.runner.server import ModelServer
from primehub_deploy_ext.runner.threads import LIMITS

EXIT_FAILED = 3
_LOADING = error("the model is being loaded", 503, ("Retry-After", "1"))


def main() -> NoReturn:
    """Be the replica of this container's order until a signal or a failure ends it; ends the process."""
    # The first process of a container ignores what it has no handler for.
    signal.signal(signal.SIGTERM, _end_at_once)
    faulthandler.enable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    found: Environment | None = None
    try:
        try:
            order = ContainerOrder.from_environment()
        except ValueError as unusable:
            raise ReplicaFailedError("ModelLoadFailed", str(unusable)) from unusable
        found = environment(order.python_version, order.packages)
        _serve(order, found)
    except ReplicaFailedError as failure:
        if found is not None and found.drift and failure.trace:
            failure.message = f"{failure.message} ({found.summary()})"
        print(failure.trace or f"{failure.reason}: {failure.message}", file=sys.stderr)
        write_last_words(failure, found.to_json()["drift"] if found is not None else [])
        _end(EXIT_FAILED)
    _end(0)


def _serve(order: ContainerOrder, found: Environment) -> None:
    if found.drift:
        print(f"drift: {found.summary()}", file=sys.stderr)
    for name in LIMITS if order.threads else ():
        os.environ.setdefault(name, str(order.threads))
    with tempfile.TemporaryDirectory(prefix="artifact-", ignore_cleanup_errors=True) as folder:
        asyncio.run(_live(order, found, Path(folder)))


async def _live(order: ContainerOrder, found: Environment, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    counting, callers = Counting(order), _callers(order)
    watching = asyncio.ensure_future(callers.watch()) if callers else None
    # Loading happens in the thread that will predict: what a library ties to a thread stays valid.
    worker = ThreadPoolExecutor(1, "model")
    server = ModelServer(
        {},
        worker,
        meter=counting.meter,
        prefix=order.prefix,
        answered=counting.answered,
        names_client=order.names_client,
        guard=callers.guard if callers else None,
        saw=callers.seen if callers else lambda _: None,
        take_rows=lambda: served.take_rows() if served else None,
    )
    served: ServedModel | None = None
    fixed = _routes_of_container(server, counting, found)
    server.routes, server.otherwise = _guarded(_routes_while_loading() | fixed, callers), _LOADING
    if not order.quiet:
        _listen(server, order)

    served = await loop.run_in_executor(worker, _load, order, folder)
    served.take_rows()  # of the example, which is nobody's request
    routes = protocols.routes(served, lambda: not stop.is_set()) | fixed
    server.routes, server.otherwise = _guarded(routes, callers), None
    if order.quiet:
        _listen(server, order)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # What the model brought lives as long as the process: collections needn't look at it.
    gc.freeze()
    print(f"ready: revision {order.revision} of {order.deployment} on port {order.listens_on()}")

    await stop.wait()
    # Whoever was told of this replica goes on calling it until the cluster has told them that it is going: they are
    # answered, and asked to connect anew.
    server.draining = True
    print(f"stopping: answers what still comes for {order.linger:g} s, then what is in flight")
    await asyncio.sleep(order.linger)
    if not await server.drain(order.drain):
        print(f"stopped with {server.in_flight} requests unanswered", file=sys.stderr)
    if watching is not None:
        watching.cancel()


def _callers(order: ContainerOrder) -> Callers | None:
    try:
        return callers_of(order.access, order.deployment)
    except ValueError as unusable:
        raise ReplicaFailedError("ConfigMissing", str(unusable)) from unusable


def _guarded(routes: Routes, callers: Callers | None) -> Routes:
    return callers.routes(routes) if callers else routes


def _listen(server: ModelServer, order: ContainerOrder) -> None:
    try:
        server.listen_on_port(order.listens_on())
    except OSError as taken:
        message = f"can't listen on port {order.listens_on()}: {taken.strerror}"
        raise ReplicaFailedError("ModelLoadFailed", message) from taken


def _load(order: ContainerOrder, folder: Path) -> ServedModel:
    began = time.perf_counter()
    artifact = fetch(order.artifact, order.digest, folder)
    fetched = time.perf_counter()
    print(f"fetched the artifact, {artifact.stat().st_size} bytes, in {fetched - began:.3f} s")
    served = ServedModel.load(order.replica(artifact))
    loaded = time.perf_counter()
    print(f"loaded the model in {loaded - fetched:.3f} s")
    if order.example is not None:
        try:
            dumps(oip.infer(served, order.example))
        except BaseException as wrong:
            raise ReplicaFailedError.because("ExampleFailed", wrong) from wrong
        print(f"predicted the example in {time.perf_counter() - loaded:.3f} s")
    return served


def _routes_while_loading() -> Routes:
    alive = answer({"live": True})
    return {"/v2/health/live": Route("GET", lambda _: alive), "/v2/health/ready": Route("GET", lambda _: _LOADING)}


def _routes_of_container(server: ModelServer, counting: Counting, found: Environment) -> Routes:
    def is_ready() -> bool:
        return server.otherwise is None and not server.draining

    told = answer(found.to_json())
    return {
        "/metrics": Route("GET", lambda _: counting.page(server.in_flight, ready=is_ready())),
        "/v2/environment": Route("GET", lambda _: told),
        "/v2/libraries": Route("POST", tell_libraries),
    }


def _end_at_once(*_: object) -> NoReturn:
    os.write(1, b"stopped before the model was loaded\n")
    os._exit(0)


def _end(code: int) -> NoReturn:
    """End now: a model that hangs, or threads that it left behind, must not keep the container."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
