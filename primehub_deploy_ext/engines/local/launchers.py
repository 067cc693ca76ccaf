"""The launchers: one warm process per interpreter and set of library versions, found or started on demand."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from primehub_deploy_ext.engines.patience import within
from primehub_deploy_ext.runner.bootstrap import code_digest, launcher_command, replica_command

# Importing a large framework from a cold disk can take this long; nothing honest takes longer.
_HELLO_TIMEOUT = 120.0
# One that was adopted has its imports behind it.
_ADOPT_TIMEOUT = 5.0
_CONNECT_PAUSE = 0.01
_LOG_TAIL = 2000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exit:
    """How a replica's process ended.

    Parameters
    ----------
    status
        As ``os.waitpid`` gives it; None where nobody was there to learn it.
    max_rss
        Peak resident size, bytes.
    """

    pid: int
    status: int | None
    max_rss: int | None = None


OnExit = Callable[[Exit], None]


class InterpreterUnusable(Exception):
    """The interpreter can't run our code; the message is what it printed."""


class Launcher:
    """A connection to one launcher process."""

    def __init__(self, socket: Path, on_exit: OnExit) -> None:
        self.socket = socket
        self.packages: dict[str, str] = {}
        self.forkable = False
        # As it said hello: those that an earlier daemon asked for.
        self.children: list[int] = []
        self.alive = True
        self._on_exit = on_exit
        self._lock = asyncio.Lock()
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._watching: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Say hello; waits for the imports of a launcher that was just started."""
        self._reader, self._writer = await asyncio.open_unix_connection(self.socket)
        hello = await within(_HELLO_TIMEOUT, self._ask({"do": "hello"}))
        self.packages, self.forkable = hello["packages"], hello["forkable"]
        self.children = [child["pid"] for child in hello["children"]]
        if hello["failed"]:
            log.warning("launcher %s could not import %s", self.socket.name, hello["failed"])
        self._watching = asyncio.create_task(self._watch())

    def has(self, packages: Mapping[str, str]) -> bool:
        """Tell whether it imported these versions."""
        return all(self.packages.get(name) == version for name, version in packages.items())

    async def fork(self, order: dict[str, Any]) -> int:
        """Fork a replica and return its process id."""
        answer = await self._ask({"do": "fork", "replica": order})
        if not answer["ok"]:
            raise InterpreterUnusable(answer["message"])
        return int(answer["pid"])

    async def close(self, *, end: bool = False) -> None:
        """Hang up; the launcher and its children go on, unless it is told to end once it has none."""
        if end and self.alive:
            with contextlib.suppress(InterpreterUnusable):
                await self._ask({"do": "quit"})
        self.alive = False
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if hasattr(self, "_writer"):
            self._writer.close()

    async def _ask(self, line: dict[str, Any]) -> dict[str, Any]:
        async with self._lock:
            try:
                self._writer.write(json.dumps(line).encode() + b"\n")
                await self._writer.drain()
                answer = await self._reader.readline()
            except OSError:
                answer = b""
            if not answer:
                self.alive = False
                raise InterpreterUnusable("the launcher went away")
            found: dict[str, Any] = json.loads(answer)
            return found

    async def _watch(self) -> None:
        """Take the exits of its children from a connection of their own, and acknowledge each."""
        try:
            reader, writer = await asyncio.open_unix_connection(self.socket)
            try:
                writer.write(b'{"do": "watch"}\n')
                while line := await reader.readline():
                    ended = json.loads(line)["exit"]
                    self._on_exit(Exit(ended["pid"], ended["status"], ended["max_rss"]))
                    await self._ask({"do": "ack", "pid": ended["pid"]})
            finally:
                writer.close()
        except (OSError, InterpreterUnusable):
            pass
        self.alive = False


class Launchers:
    """All launchers of the engine.

    Parameters
    ----------
    folder
        Holds their sockets and what they print.
    on_exit
        Told of each replica that ends.
    """

    def __init__(self, folder: Path, on_exit: OnExit) -> None:
        self._folder = folder
        self._on_exit = on_exit
        self._known: dict[str, asyncio.Future[Launcher]] = {}
        self._asked: dict[str, dict[str, str]] = {}
        self._fresh: set[asyncio.Task[None]] = set()

    async def adopt(self) -> list[int]:
        """Connect to the launchers that an earlier daemon left running; return the process ids of their children."""
        found = await asyncio.gather(*(self._adopt(socket) for socket in self._folder.glob("*.sock")))
        return [child for children in found for child in children]

    async def _adopt(self, socket: Path) -> list[int]:
        launcher = Launcher(socket, self._on_exit)
        try:
            await within(_ADOPT_TIMEOUT, launcher.connect())
        except (OSError, InterpreterUnusable, asyncio.TimeoutError):
            socket.unlink(missing_ok=True)
            return []
        # Nobody has to wait for this one.
        self._known[socket.stem] = asyncio.get_running_loop().create_future()
        self._known[socket.stem].set_result(launcher)
        return launcher.children

    async def warm(self, interpreter: str, packages: Mapping[str, str]) -> Launcher:
        """Return a launcher that has these versions, started when there is none.

        Raises
        ------
        InterpreterUnusable
            If the interpreter can't be started or lacks tornado.
        """
        # Those of another version of this package go on for the replicas that they have, and get no new ones.
        prefix = hashlib.sha256(f"{interpreter} {code_digest()}".encode()).hexdigest()[:8]
        for key, task in list(self._known.items()):
            if not key.startswith(prefix):
                continue
            if not task.done():
                if packages.items() <= self._asked[key].items():
                    # It imports what is needed just now; a second one would only slow it down.
                    return await asyncio.shield(task)
            elif task.cancelled() or task.exception() or not task.result().alive:
                del self._known[key]
            elif task.result().has(packages):
                return task.result()
        key = prefix + "-" + hashlib.sha256(json.dumps(sorted(packages.items())).encode()).hexdigest()[:8]
        if key not in self._known:
            self._asked[key] = dict(packages)
            self._known[key] = asyncio.create_task(self._start(key, interpreter, packages))
        return await asyncio.shield(self._known[key])

    async def start(self, interpreter: str, packages: Mapping[str, str], order: dict[str, Any]) -> int:
        """Start a replica by a fork, or as a fresh process where forking is unsafe; return its process id."""
        launcher = await self.warm(interpreter, packages)
        if not launcher.forkable:
            return await self._start_fresh(interpreter, order)
        try:
            return await launcher.fork(order)
        except InterpreterUnusable:
            if launcher.alive:
                raise
            # It ended (idle, or killed) just as it was asked: another one is started.
            return await (await self.warm(interpreter, packages)).fork(order)

    async def close(self, *, end: bool) -> None:
        """Hang up on all; they and the replicas go on, unless they are told to end."""
        for task in self._known.values():
            if task.done() and not task.cancelled() and not task.exception():
                await task.result().close(end=end)
            else:
                task.cancel()
        for fresh in self._fresh:
            fresh.cancel()

    async def _start(self, key: str, interpreter: str, packages: Mapping[str, str]) -> Launcher:
        socket, output = self._folder / f"{key}.sock", self._folder / f"{key}.log"
        socket.unlink(missing_ok=True)
        command = launcher_command(interpreter, socket, packages)
        try:
            with output.open("wb") as file:
                process = subprocess.Popen(  # noqa: ASYNC220 - exec returns in a millisecond
                    command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
                )
        except OSError as error:
            raise InterpreterUnusable(f"{interpreter} can't be started: {error.strerror}") from error
        launcher = Launcher(socket, self._on_exit)
        while True:
            try:
                await launcher.connect()
                break
            except asyncio.TimeoutError as error:
                process.kill()
                raise InterpreterUnusable(f"it did not import the libraries within {_HELLO_TIMEOUT:g} s") from error
            except InterpreterUnusable:
                # It ended while it imported: what it printed says why.
                await asyncio.to_thread(process.wait)
            except OSError:
                pass
            if process.poll() is not None:
                said = output.read_text(errors="replace")[-_LOG_TAIL:].strip()
                raise InterpreterUnusable(said or f"{interpreter} ended with {process.returncode} at once")
            await asyncio.sleep(_CONNECT_PAUSE)
        _reap_later(process, self._fresh)
        return launcher

    async def _start_fresh(self, interpreter: str, order: dict[str, Any]) -> int:
        path = Path(order["status"]).with_suffix(".order")
        path.touch(mode=0o600)
        path.write_text(json.dumps(order))
        process = await asyncio.create_subprocess_exec(
            *replica_command(interpreter, path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

        async def report() -> None:
            code = await process.wait()
            # asyncio gives -signal or the code; the rest of the engine speaks waitpid.
            self._on_exit(Exit(process.pid, -code if code < 0 else code << 8))

        task = asyncio.create_task(report())
        self._fresh.add(task)
        task.add_done_callback(self._fresh.discard)
        return process.pid


def _reap_later(process: subprocess.Popen[bytes], keep: set[asyncio.Task[None]]) -> None:
    """Collect the launcher's own exit status when it ends, so that it doesn't stay a zombie."""

    async def wait() -> None:
        while process.poll() is None:  # noqa: ASYNC110 - it lives for hours; nobody waits for the answer
            await asyncio.sleep(5)

    task = asyncio.create_task(wait())
    keep.add(task)
    task.add_done_callback(keep.discard)


def describe_exit(status: int | None) -> str:
    """Say how a process ended: ``exit code 1``, ``killed by SIGKILL``."""
    import signal

    if status is None:
        return "ended while nobody watched"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            return f"killed by {signal.Signals(number).name}"
        except ValueError:
            return f"killed by signal {number}"
    return f"exit code {os.waitstatus_to_exitcode(status)}"
