"""An engine under test, models, and callers that count failures."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import cloudpickle
import psutil
from tornado.httpclient import AsyncHTTPClient

from primehub_deploy_ext.domain.models import (
    Deployment,
    DeploymentSpec,
    LogLine,
    Model,
    Replica,
    Trial,
    UpdateDeployment,
)
from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.engines.base import Engine, LogQuery, NewDeployment

# None of these limits says how fast anything has to be: they end a test that hangs.
TEST_LIMIT = 100.0
WAIT_LIMIT = 60.0


class Bench:
    """An engine under test with the verbs that tests read well with; those of the embedded engine where they differ.

    Attributes
    ----------
    limit
        Seconds that a test may take.
    retries
        Whether what stands before the replicas sends a request again that one of them lost.
    keeps_oldest
        Whether of several replicas the newest go first when there are too many.
    interpreters
        Whether models run in an interpreter of their own choice.
    """

    limit = TEST_LIMIT
    retries = True
    keeps_oldest = True
    interpreters = True

    def __init__(self, engine: Engine, **environment: Any) -> None:
        self.engine = engine
        self.environment = environment
        self._count = 0

    async def open(self) -> None:
        """Begin, in the loop of the test."""

    async def close(self) -> None:
        """End, whatever came of the test."""

    def another(self) -> Bench:
        """Return a second server's engine on the same deployments; open it before use."""
        return Bench(type(self.engine)(), **self.environment)

    def identity(self, replica: Replica) -> Any:
        """Return what is the same as long as a replica was not started anew."""
        return replica.pid

    async def kill(self, deployment: Deployment, replica: Replica) -> None:
        """End a replica's process from outside, without a word to the engine."""
        assert replica.pid is not None
        os.kill(replica.pid, signal.SIGKILL)

    async def told(self, deployment: Deployment, headers: Mapping[str, str] | None = None) -> Any:
        """Return what callers are told while nothing serves: status and JSON body."""
        return await self.call(deployment, headers=headers)

    async def strangers_hear(self, deployment: Deployment) -> str:
        """Return what anybody is told of a private deployment while nothing serves: a code, or nothing."""
        _, body = await self.call(deployment)
        return str(body["error"]["code"])

    async def is_gone(self, deployment: Deployment) -> bool:
        """Tell whether nothing is left of a deployment that was deleted."""
        return (await self.call(deployment))[0] == 404

    async def model(self, function: Callable[..., Any], example: Any = 1) -> Model:
        """Store a model: a function of one array."""
        # The replica has no tests: what they define travels by value, as the client's packing does it.
        module = sys.modules[getattr(function, "__module__", type(function).__module__)]
        if module.__name__.startswith("tests."):
            cloudpickle.register_pickle_by_value(module)
        data = cloudpickle.dumps(function)
        digest = hashlib.sha256(data).hexdigest()

        async def chunks() -> AsyncIterator[bytes]:
            yield data

        await self.engine.put_artifact(digest, chunks())
        return Model(
            artifact=digest,
            size=len(data),
            adapter="callable",
            interpreter=sys.executable,
            example=None if example is None else infer(example),
        )

    async def create(
        self, id: str, model: Model | None = None, *, quota: Quota | None = None, **fields: Any
    ) -> Deployment:
        """Ask for a deployment."""
        spec = DeploymentSpec(model=model or await self.model(double), **fields)
        return await self.engine.create(
            NewDeployment(id=id, name=id.title(), group="team", user="ada", spec=spec, quota=quota)
        )

    async def deployed(self, id: str, model: Model | None = None, **spec: Any) -> Deployment:
        """Create and wait until it serves."""
        await self.create(id, model, **spec)
        return await self.settled(id)

    async def update_model(self, id: str, function: Callable[..., Any], example: Any = 1) -> Deployment:
        """Roll out another model."""
        model = await self.model(function, example)
        return await self.engine.update(id, UpdateDeployment(model=model), user="ada")

    async def printed(self, id: str, query: LogQuery | None = None) -> list[LogLine]:
        """Return what the replicas printed."""
        return [line async for lines in self.engine.logs(id, query or LogQuery()) for line in lines]

    async def until(self, id: str, condition: Callable[[Deployment], bool]) -> Deployment:
        """Follow the watch until the deployment is as wanted."""
        last = None
        watch = self.engine.watch()
        try:
            async for change in watch:
                if change.object is not None and change.object.id == id and change.type != "DELETED":
                    last = change.object
                    if condition(last):
                        return last
        finally:
            await watch.aclose()
        raise AssertionError(f"the watch ended; last: {last}")

    async def settled(self, id: str) -> Deployment:
        """Wait until nothing is in progress any more."""

        def done(d: Deployment) -> bool:
            busy = d.status.phase is Phase.DEPLOYING or (d.status.update and d.status.update.outcome == "in progress")
            return not busy

        while True:
            await self.until(id, done)
            if (await self.engine.revisions(id))[0].outcome != "in progress":
                return await self.engine.get(id)
            await asyncio.sleep(0.01)

    async def replaced(self, id: str, victim: Replica) -> Deployment:
        """Wait until another process serves in a replica's place, and all that are wanted are ready.

        The moment in which nothing is in its place may be over before anybody can look.
        """
        while True:
            found = {replica.name: replica for replica in await self.engine.replicas(id)}
            successor = found.get(victim.name)
            if successor is not None and successor.attempt > victim.attempt and successor.serving:
                break
            await asyncio.sleep(0.02)
        return await self.until(id, lambda d: d.status.replicas.ready == d.status.replicas.desired)

    async def call(self, deployment: Deployment, value: Any = 3, *, headers: Mapping[str, str] | None = None) -> Any:
        """Call the endpoint as anybody would; return the status and the JSON body."""
        answer = await AsyncHTTPClient().fetch(
            deployment.endpoint + f"v2/models/{deployment.id}/infer",
            method="POST",
            body=json.dumps(infer(value)),
            headers=dict(headers or {}),
            raise_error=False,
        )
        return answer.code, json.loads(answer.body or b"null")

    async def answer(self, deployment: Deployment, value: Any = 3) -> Any:
        """Return the number that the model answers."""
        status, body = await self.call(deployment, value)
        assert status == 200, body
        return body["outputs"][0]["data"][0]

    async def try_out(self, spec: DeploymentSpec, request: dict[str, Any] | None = None) -> Trial:
        """Try a specification out."""
        return await self.engine.try_out(spec, request, group="team")

    async def left_by_trials(self) -> set[str]:
        """Return what is there of trials."""
        return {path.name for path in self.environment["paths"].run.iterdir() if path.name.startswith("t")}

    @contextlib.asynccontextmanager
    async def callers(self, deployment: Deployment, number: int = 4) -> AsyncIterator[dict[Any, int]]:
        """Call all the time from several clients; the dict counts answers: by value, or by what went wrong."""
        seen: dict[Any, int] = {}
        ending = asyncio.Event()

        async def one() -> None:
            while not ending.is_set():
                try:
                    status, body = await self.call(deployment)
                    what = body["outputs"][0]["data"][0] if status == 200 else f"{status} {body}"
                except Exception as error:
                    what = repr(error)
                seen[what] = seen.get(what, 0) + 1
                await asyncio.sleep(0.002)

        tasks = [asyncio.create_task(one()) for _ in range(number)]
        try:
            yield seen
        finally:
            ending.set()
            await asyncio.gather(*tasks)


def infer(value: Any) -> dict[str, Any]:
    """Make an Open Inference Protocol request of one number."""
    return {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [value]}]}


def double(x: Any) -> Any:
    """Answer twice the input."""
    return x * 2


def running(pid: int) -> bool:
    """Tell whether any of a process' threads is; the first is shown as a zombie while others still end."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    except psutil.NoSuchProcess:
        return False


def wait_for(condition: Callable[[], Any], limit: float = WAIT_LIMIT) -> Any:
    """Wait for something outside the engine."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not so within {limit:g} s")
