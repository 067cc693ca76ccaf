"""The launcher: a warm, single-threaded process that forks replicas and keeps how they ended.

It imports the model's libraries once; each replica shares their pages and starts in milliseconds. As the
parent of its replicas it alone learns their exit status, so it is independent of the engine: an engine that
died and came back asks again. The lines it answers are in ``docs/architecture.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import os
import platform
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from primehub_deploy_ext.runner import adapters, replica, threads
from primehub_deploy_ext.runner.children import Children
from primehub_deploy_ext.runner.failure import one_line
from primehub_deploy_ext.runner.lines import LineConnection
from primehub_deploy_ext.runner.order import ReplicaOrder
from primehub_deploy_ext.runner.surroundings import reseed

IDLE_TIMEOUT = 15 * 60.0
# How often the launcher looks whether its socket file is still there.
_HOUSEKEEPING = 5.0
_BACKLOG = 64


def main(arguments: list[str]) -> None:
    """Import the modules, then serve until idle or told to quit."""
    parser = argparse.ArgumentParser(prog="launcher")
    parser.add_argument("--socket", required=True, type=Path)
    parser.add_argument("--modules", default="", help="import names, separated by commas")
    parser.add_argument("--idle-timeout", type=float, default=IDLE_TIMEOUT, help="seconds")
    options = parser.parse_args(arguments)

    environment = threads.stay_single()
    # Whoever connects from now on waits for the imports instead of failing.
    listener = _listen(options.socket)
    inode = options.socket.stat().st_ino
    gc.disable()
    packages, failed = import_modules([name for name in options.modules.split(",") if name])
    limits = threads.ThreadLimits(environment)
    # Garbage collections of the children would write to, and so copy, every shared page.
    gc.collect()
    gc.freeze()
    Launcher(listener, options.socket, inode, options.idle_timeout, packages, failed, limits).run()


def import_modules(names: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Import modules; return the versions of all that are there now, and why others could not be imported."""
    packages: dict[str, str] = {}
    failed: dict[str, str] = {}
    # What functions are pickled with needs cloudpickle to be read.
    for name in ["cloudpickle", *names]:
        try:
            packages[name] = str(getattr(importlib.import_module(name), "__version__", ""))
        except BaseException as error:  # noqa: BLE001 (one broken library must not spoil the others)
            failed[name] = one_line(error)
    for adapter in map(adapters.by_name, adapters.names()):
        if adapter.library in packages:
            try:
                adapter.warm_up()
            except Exception:  # noqa: BLE001 (replicas start without it too, only slower)
                traceback.print_exc()
    # What came along serves models that need it too: scipy with scikit-learn.
    for name, module in list(sys.modules.items()):
        version = getattr(module, "__version__", None)
        if "." not in name and isinstance(version, str):
            packages.setdefault(name, version)
    return packages, failed


class Launcher:
    """Answers lines on the socket and watches the children; never waits for anybody."""

    def __init__(
        self,
        listener: socket.socket,
        path: Path,
        inode: int,
        idle_timeout: float,
        packages: dict[str, str],
        failed: dict[str, str],
        limits: threads.ThreadLimits,
    ) -> None:
        self._listener = listener
        self._path = path
        self._inode = inode
        self._idle_timeout = idle_timeout
        self._packages = packages
        self._failed = failed
        self._limits = limits
        self._children = Children()
        self._connections: set[LineConnection] = set()
        self._watchers: set[LineConnection] = set()
        self._quitting = False
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = socket.socketpair()
        self._answers: dict[str, Callable[[LineConnection, dict[str, Any]], dict[str, Any] | None]] = {
            "hello": self._hello,
            "fork": self._fork,
            "watch": self._watch,
            "ack": self._acknowledge,
            "quit": self._quit,
        }

    def run(self) -> None:
        """Serve until there is no more reason to."""
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._drain_wakeups)
        busy_at = time.monotonic()
        while True:
            for key, events in self._selector.select(min(_HOUSEKEEPING, self._idle_timeout)):
                key.data(events)
            self._reap()
            if self._children.running or self._children.ended or self._connections:
                busy_at = time.monotonic()
            if self._should_end(time.monotonic() - busy_at):
                break
        self._end()

    # ----------------------------------------------------------------- the end

    def _should_end(self, idle: float) -> bool:
        if self._children.running:
            return False
        return self._quitting or idle >= self._idle_timeout or not self._is_reachable()

    def _is_reachable(self) -> bool:
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def _end(self) -> None:
        for connection in self._connections:
            connection.send_pending()
        if self._is_reachable():
            self._path.unlink()

    # ----------------------------------------------------------------- connections

    def _accept(self, _events: int) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            connection = LineConnection(self._listener.accept()[0])
            self._connections.add(connection)
            self._register(connection)

    def _register(self, connection: LineConnection) -> None:
        self._selector.register(connection.socket, selectors.EVENT_READ, lambda events: self._serve(connection, events))

    def _serve(self, connection: LineConnection, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            connection.send_pending()
        if events & selectors.EVENT_READ:
            for line in connection.receive():
                reply = self._reply(connection, line)
                if reply is not None:
                    connection.send(reply)
        self._update(connection)

    def _update(self, connection: LineConnection) -> None:
        """Forget a connection that is over; ask to write where something waits for its reader."""
        if connection.closed:
            if connection in self._connections:
                self._selector.unregister(connection.socket)
                self._connections.discard(connection)
                self._watchers.discard(connection)
                connection.socket.close()
            return
        key = self._selector.get_key(connection.socket)
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.pending else 0)
        if key.events != wanted:
            self._selector.modify(connection.socket, wanted, key.data)

    def _drain_wakeups(self, _events: int) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_read.recv(4096):
                pass

    # ----------------------------------------------------------------- what is asked

    def _reply(self, connection: LineConnection, line: Any) -> dict[str, Any] | None:
        if isinstance(line, ValueError):
            return {"ok": False, "message": f"not a line of JSON: {line}"}
        wish = line.get("do") if isinstance(line, dict) else None
        answer = self._answers.get(wish) if isinstance(wish, str) else None
        if answer is None:
            return {"ok": False, "message": f"'do' must be one of {', '.join(self._answers)}"}
        try:
            return answer(connection, line)
        except Exception as error:  # noqa: BLE001 (a bad line must not end the parent of running replicas)
            traceback.print_exc()
            return {"ok": False, "message": one_line(error)}

    def _hello(self, _connection: LineConnection, _line: dict[str, Any]) -> dict[str, Any]:
        why_not = threads.why_not_forkable()
        return {
            "ok": True,
            "pid": os.getpid(),
            "python_version": platform.python_version(),
            "packages": self._packages,
            "failed": self._failed,
            "threads": threads.thread_count(),
            "forkable": not why_not,
            "why_not": why_not,
            "children": [{"replica": name, "pid": pid} for pid, name in self._children.running.items()],
        }

    def _fork(self, _connection: LineConnection, line: dict[str, Any]) -> dict[str, Any]:
        try:
            order = ReplicaOrder.from_json(line.get("replica"))
        except ValueError as error:
            return {"ok": False, "message": str(error)}
        if self._quitting:
            return {"ok": False, "message": "the launcher is quitting"}
        if why_not := threads.why_not_forkable():
            return {"ok": False, "message": why_not}
        try:
            pid = os.fork()
        except OSError as error:
            return {"ok": False, "message": f"can't fork: {error.strerror}"}
        if pid == 0:
            self._become(order)
        self._children.add(pid, order.replica)
        return {"ok": True, "pid": pid}

    def _watch(self, connection: LineConnection, _line: dict[str, Any]) -> None:
        self._watchers.add(connection)
        for ended in self._children.ended.values():
            connection.send({"exit": ended})

    def _acknowledge(self, _connection: LineConnection, line: dict[str, Any]) -> dict[str, Any]:
        pid = line.get("pid")
        if not isinstance(pid, int):
            return {"ok": False, "message": "'pid' must be the number of a process"}
        self._children.forget(pid)
        return {"ok": True}

    def _quit(self, _connection: LineConnection, _line: dict[str, Any]) -> dict[str, Any]:
        self._quitting = True
        return {"ok": True}

    # ----------------------------------------------------------------- children

    def _reap(self) -> None:
        for ended in self._children.reap():
            for connection in list(self._watchers):
                connection.send({"exit": ended})
                self._update(connection)

    def _become(self, order: ReplicaOrder) -> NoReturn:
        """Leave the launcher behind: this is the child."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            for inherited in (self._listener, self._wake_read, self._wake_write):
                inherited.close()
            for connection in self._connections:
                connection.socket.close()
            gc.enable()
            reseed()
            replica.run(order, self._limits)
        except BaseException:  # noqa: BLE001 (nothing may return into the launcher's loop)
            traceback.print_exc()
        replica.end_process(1)


def _listen(path: Path) -> socket.socket:
    """Listen on a socket that only this user can open; refuse when a live launcher has it."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            pass
        except OSError:
            path.unlink()
        else:
            sys.exit(f"a launcher already listens on {path}")
    listener = socket.socket(socket.AF_UNIX)
    # Under its name only once it listens: whoever sees the file can connect.
    draft = path.with_suffix(f".{os.getpid()}")
    listener.bind(str(draft))
    draft.chmod(0o600)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    draft.replace(path)
    return listener
