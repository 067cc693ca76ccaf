"""Trying a specification: one replica that is loaded, asked and ended, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shutil
import signal
import time
from pathlib import Path
from typing import Any

from primehub_deploy_ext.domain.errors import TooManyRequests
from primehub_deploy_ext.domain.models import DeploymentSpec, Trial
from primehub_deploy_ext.domain.phases import Reason, Step
from primehub_deploy_ext.engines.local.launchers import Exit, InterpreterUnusable, describe_exit
from primehub_deploy_ext.engines.local.logs import log_path, read_tail
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.orders import replica_order
from primehub_deploy_ext.engines.local.slot import Slot, read_status
from primehub_deploy_ext.engines.patience import within

AT_ONCE = 4
TRIAL_LIMIT = 60.0
_END_LIMIT = 5.0
_LOG_TAIL = 50

_numbers = itertools.count(1)


class Trials:
    """Tries specifications, a few at a time.

    Parameters
    ----------
    means
        What replicas are started with.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._running = 0

    @property
    def busy(self) -> bool:
        """Whether any is under way."""
        return self._running > 0

    async def run(self, spec: DeploymentSpec, request: dict[str, Any] | None) -> Trial:
        """See ``Engine.try_out``."""
        if self._running >= AT_ONCE:
            raise TooManyRequests(f"{AT_ONCE} models are tried out already: wait for one of them")
        self._running += 1
        began = time.monotonic()
        attempt = _Attempt(self._means, spec)
        try:
            outcome = await within(TRIAL_LIMIT, attempt.run(request))
        except asyncio.TimeoutError:
            outcome = {"reason": Reason.START_TIMEOUT, "message": f"no answer within {TRIAL_LIMIT:g} s"}
        except (InterpreterUnusable, OSError) as error:
            message = f"{spec.model.interpreter}: {error}"
            outcome = {"reason": Reason.INTERPRETER_UNUSABLE, "message": message}
        finally:
            self._running -= 1
            tail = await attempt.end()
        return Trial(ok="reason" not in outcome, duration=time.monotonic() - began, log_tail=tail, **outcome)


class _Attempt:
    """One replica that belongs to no deployment."""

    deployment = ""

    def __init__(self, means: Means, spec: DeploymentSpec) -> None:
        self._means = means
        self._spec = spec
        # Slots are numbered from 0: no replica of a deployment has this name.
        self._slot = Slot(0, next(_numbers), attempt=1)
        self._folder = means.paths.run / f"t{self._slot.index}"
        self._ready = asyncio.Event()
        self._exit: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._oom_peak: int | None = None

    async def run(self, request: dict[str, Any] | None) -> dict[str, Any]:
        """Start, wait, ask; return the fields of the outcome."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        model, slot = self._spec.model, self._slot
        order = replica_order(
            self._means.paths,
            self._means.artifacts,
            self._spec,
            log=log_path(self._folder, slot.name, 1),
            index=slot.index,
            replica=f"trial/{slot.name}",
            deployment="trial",
            revision=0,
            name=slot.name,
            attempt=1,
            socket=str(self.path(slot, "sock")),
            status=str(self.path(slot, "json")),
        )
        slot.begin(await self._means.launchers.start(model.interpreter, model.packages, order))
        early = self._means.processes.add(self, slot)
        self.on_report(slot, read_status(self.path(slot, "json")))
        if early is not None:
            self.on_exit(slot, early)
        ready: asyncio.Future[Any] = asyncio.ensure_future(self._ready.wait())
        try:
            await asyncio.wait([ready, self._exit], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self._exit.done():
            return self._failure(self._exit.result())
        return {} if request is None else await self._ask(request)

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            status, body = await _infer(self.path(self._slot, "sock"), request)
        except (OSError, ValueError, IndexError):
            # The connection broke in the middle: the end of the process says why.
            return self._failure(await self._exit)
        if status == 200:
            return {"answer": body}
        message = body.get("error", body) if isinstance(body, dict) else body
        return {"reason": Reason.EXAMPLE_FAILED, "message": str(message)}

    def _failure(self, ended: Exit) -> dict[str, Any]:
        told = read_status(self.path(self._slot, "json")).get("error")
        if self._oom_peak is not None:
            mib = 1024 * 1024
            sizes = f"limit {(self._spec.resources.memory or 0) // mib} MiB, peak {self._oom_peak // mib} MiB"
            return {"reason": Reason.OOM_KILLED, "message": f"OOMKilled: {sizes}: choose a larger instance type"}
        if told:
            return {"reason": Reason(told["reason"]), "message": str(told["message"])}
        return {"reason": Reason.CRASH_LOOP, "message": f"its process ended: {describe_exit(ended.status)}"}

    async def end(self) -> list[str]:
        """End the process if it still runs; return the last lines that it printed, and remove its files."""
        self._slot.end(signal.SIGKILL)
        if self._slot.pid is not None:
            with contextlib.suppress(asyncio.TimeoutError):
                await within(_END_LIMIT, asyncio.shield(self._exit))
        try:
            return await asyncio.to_thread(read_tail, self._folder, self._slot.name, 1, _LOG_TAIL)
        finally:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    # ------------------------------------------------------------------ what processes tell their owner

    def path(self, slot: Slot, kind: str) -> Path:
        """Path of its socket (``sock``) or status file (``json``)."""
        return self._folder / f"{slot.name}.{kind}"

    def on_report(self, slot: Slot, status: dict[str, Any]) -> None:
        """It told its step."""
        if status.get("pid") == slot.pid and status.get("step") == Step.READY.value:
            self._ready.set()

    def on_exit(self, slot: Slot, ended: Exit) -> None:
        """It ended."""
        slot.pid = None
        if not self._exit.done():
            self._exit.set_result(ended)

    def check_memory(self, slot: Slot, resident: int) -> None:
        """End it above its ceiling."""
        limit = self._spec.resources.memory
        if limit is not None and resident > limit and self._oom_peak is None:
            self._oom_peak = resident
            slot.end(signal.SIGKILL)


async def _infer(socket: Path, request: dict[str, Any]) -> tuple[int, Any]:
    """Send one inference request; return the status and the JSON body."""
    body = json.dumps(request).encode()
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        head = "POST /v2/models/trial/infer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.read()
    finally:
        writer.close()
    head_text, _, rest = answer.partition(b"\r\n\r\n")
    return int(head_text.split(b" ", 2)[1]), json.loads(rest)
