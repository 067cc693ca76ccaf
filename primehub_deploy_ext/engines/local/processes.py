"""The replicas' processes: who they are, how they end, and whether they still answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import psutil

from primehub_deploy_ext.engines.local.launchers import Exit
from primehub_deploy_ext.engines.local.slot import Slot
from primehub_deploy_ext.engines.patience import within

_LOOK_PAUSE = 0.25
# The launcher tells how a replica ended; when it is gone too, nobody will.
_EXIT_GRACE = 0.5
_EXIT_PAUSE = 0.01
_CHECK_PAUSE = 5.0
_CHECK_TIMEOUT = 5.0
# The runner answers its health check while the model predicts, unless the model holds the interpreter's lock:
# this is longer than an honest prediction holds it.
FROZEN_AFTER = 60.0

log = logging.getLogger(__name__)


class Owner(Protocol):
    """Whose replica a process is."""

    @property
    def deployment(self) -> str:
        """Id of the deployment; empty for what belongs to none."""

    def on_exit(self, slot: Slot, ended: Exit) -> None:
        """It ended."""

    def on_report(self, slot: Slot, status: dict[str, Any]) -> None:
        """It told its step."""

    def check_memory(self, slot: Slot, resident: int) -> None:
        """It has so many bytes resident."""

    def path(self, slot: Slot, kind: str) -> Path:
        """Path of its socket (``sock``)."""


class _Meter:
    """How much CPU one process takes."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._last: tuple[float, float] | None = None

    def cpu(self) -> float:
        """Return the cores in use since the last call; at first, since the process began."""
        try:
            process = psutil.Process(self._pid)
            times = process.cpu_times()
            clock, busy = time.time(), times.user + times.system
            then, before = self._last or (process.create_time(), 0.0)
        except psutil.Error:
            return 0.0
        self._last = clock, busy
        return max(0.0, round((busy - before) / max(clock - then, 0.01), 3))


class Processes:
    """All processes of replicas that run, by process id."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Owner, Slot]] = {}
        self._lost: list[tuple[Owner, Slot, int]] = []
        self._early: dict[int, Exit] = {}
        self._gone_since: dict[int, float] = {}
        self._answered: dict[int, float] = {}
        self._meters: dict[int, _Meter] = {}

    def measure(self) -> dict[str, tuple[float, int]]:
        """Return what the replicas of each deployment use: CPU cores since the last call, and bytes of memory."""
        used: dict[str, tuple[float, int]] = {}
        meters = {}
        for pid, (owner, slot) in list(self._known.items()):
            meter = self._meters.get(pid) or _Meter(pid)
            meters[pid] = meter
            if not owner.deployment:
                continue
            cpu, memory = used.get(owner.deployment, (0.0, 0))
            used[owner.deployment] = cpu + meter.cpu(), memory + (slot.memory() or 0)
        self._meters = meters
        return used

    def __len__(self) -> int:
        return len(self._known)

    def add(self, owner: Owner, slot: Slot) -> Exit | None:
        """Remember who a process is; returns how it ended, if it was faster than its number."""
        if slot.pid is None:
            return None
        early = self._early.pop(slot.pid, None)
        if early is None:
            self._known[slot.pid] = (owner, slot)
        return early

    def add_lost(self, owner: Owner, slot: Slot) -> None:
        """Remember a process that ended while no daemon ran."""
        if slot.pid is not None:
            self._lost.append((owner, slot, slot.pid))

    def on_report(self, datagram: bytes) -> None:
        """Take what a replica sent about itself."""
        try:
            status = json.loads(datagram)
            known = self._known.get(status["pid"])
        except (ValueError, KeyError, TypeError):
            return
        if known is not None:
            owner, slot = known
            owner.on_report(slot, status)

    def on_exit(self, ended: Exit) -> None:
        """Take the news that a process ended."""
        self._gone_since.pop(ended.pid, None)
        self._answered.pop(ended.pid, None)
        known = self._known.pop(ended.pid, None)
        if known is None:
            self._early[ended.pid] = ended
            return
        owner, slot = known
        owner.on_exit(slot, ended)

    def end_strays(self, children: Iterable[int]) -> None:
        """End replicas that were forked for a daemon that died before it could note them down."""
        for pid in children:
            if pid not in self._known and pid not in self._early:
                log.warning("process %d was started for a daemon that died: ended", pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)

    async def settle_lost(self) -> None:
        """Learn from the launchers how those ended that were lost."""
        deadline = time.monotonic() + _EXIT_GRACE
        while time.monotonic() < deadline and not all(pid in self._early for *_, pid in self._lost):  # noqa: ASYNC110 - bounded, at start only
            await asyncio.sleep(_EXIT_PAUSE)
        for owner, slot, pid in self._lost:
            owner.on_exit(slot, self._early.get(pid, Exit(pid, None)))
        self._lost.clear()
        # A process id is used again some day: nobody may take these for its own.
        self._early.clear()

    async def watch(self) -> None:
        """Notice what no launcher tells: orphans that ended, and replicas above their memory."""
        while True:
            await asyncio.sleep(_LOOK_PAUSE)
            for pid, (owner, slot) in list(self._known.items()):
                try:
                    self._look_at(pid, owner, slot)
                except Exception:
                    # One that can't be looked at (a full disk when its end is noted) must not hide the others.
                    log.exception("process %d of replica %s", pid, slot.name)

    def _look_at(self, pid: int, owner: Owner, slot: Slot) -> None:
        try:
            resident, alive = psutil.Process(pid).memory_info().rss, slot.is_alive()
        except psutil.Error:
            resident, alive = 0, False
        clock = time.monotonic()
        if alive:
            owner.check_memory(slot, resident)
        elif clock - self._gone_since.setdefault(pid, clock) > _EXIT_GRACE:
            self.on_exit(Exit(pid, None))

    async def check_answers(self) -> None:
        """End replicas that don't answer any more: the gateway avoids them, but what they hold would wait for ever."""
        while True:
            await asyncio.sleep(_CHECK_PAUSE)
            ready = [(pid, owner, slot) for pid, (owner, slot) in self._known.items() if slot.ready]
            answers = await asyncio.gather(*(_answers(owner.path(slot, "sock")) for _, owner, slot in ready))
            clock = time.monotonic()
            for (pid, _, slot), answered in zip(ready, answers, strict=True):
                last = self._answered.setdefault(pid, clock)
                if answered:
                    self._answered[pid] = clock
                elif clock - last > FROZEN_AFTER:
                    log.warning("replica %s did not answer for %g s: ended", slot.name, FROZEN_AFTER)
                    slot.end(signal.SIGKILL)


async def _answers(socket: Path) -> bool:
    async def ask() -> bool:
        reader, writer = await asyncio.open_unix_connection(socket)
        try:
            writer.write(b"GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return b" 200 " in await reader.readline()
        finally:
            writer.close()

    with contextlib.suppress(OSError, asyncio.TimeoutError):
        return await within(_CHECK_TIMEOUT, ask())
    return False
