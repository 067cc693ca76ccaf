"""Launchers, replicas and connections to them, for the tests."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cloudpickle

from primehub_deploy_ext.runner import bootstrap

# It ends a test that hangs, and says nothing about how fast anything is.
DEADLINE = 60.0


def wait_for(condition: Callable[[], Any], what: str, deadline: float = DEADLINE) -> Any:
    end = time.monotonic() + deadline
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {deadline} s for {what}"
        time.sleep(0.005)
    return found


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=DEADLINE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(self._path)


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


def send(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    raw = response.read()
    return Answer(response.status, json.loads(raw) if raw else None, dict(response.getheaders()))


@dataclass
class Replica:
    order: dict[str, Any]
    pid: int
    process: subprocess.Popen[bytes] | None = None

    def status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(Path(self.order["status"]).read_text())
        except FileNotFoundError:
            return {}
        return found if found["pid"] == self.pid else {}

    def wait_for_step(self, step: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            status = self.status()
            ended = status.get("step") == "failed" and step != "failed"
            assert not ended, status
            return status if status.get("step") == step else None

        return wait_for(reached, f"step {step}, log: {self.log()}")

    def log(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return Path(self.order["log"]).read_text()
        return ""

    def connect(self) -> UnixConnection:
        return UnixConnection(self.order["socket"])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        with contextlib.closing(self.connect()) as connection:
            return send(connection, method, path, body, **headers)

    def infer(self, **request: Any) -> Answer:
        return self.ask("POST", f"/v2/models/{self.order['deployment']}/infer", request)


class Launcher:
    """A launcher, and one connection to it."""

    def __init__(self, folder: Path, modules: tuple[str, ...] = (), idle_timeout: float | None = None) -> None:
        self.socket = folder / "l.sock"
        command = bootstrap.launcher_command(sys.executable, self.socket, modules, idle_timeout)
        self.errors = folder / "launcher.err"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, start_new_session=True
            )
        self.pids: list[int] = []
        self.line: Line = wait_for(self.first_line, "the launcher's socket")

    def first_line(self) -> Line | None:
        """Connect as soon as that can be: one that ends soon when nobody is connected must not do so before."""
        assert self.process.poll() is None, self.errors.read_text()
        with contextlib.suppress(OSError):
            return self.open_line()
        return None

    def open_line(self) -> Line:
        return Line(self.socket)

    def ask(self, **question: Any) -> dict[str, Any]:
        return self.line.ask(question)

    def fork(self, order: dict[str, Any]) -> Replica:
        answer = self.ask(do="fork", replica=order)
        assert answer["ok"], answer
        self.pids.append(answer["pid"])
        return Replica(order, answer["pid"])

    def end(self) -> None:
        for pid in [*self.pids, self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                if pid == self.process.pid or is_ours(pid):
                    os.kill(pid, signal.SIGKILL)
        self.process.wait(DEADLINE)
        self.line.close()


class Line:
    """One connection to a launcher."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self._reader = self.socket.makefile("rb")

    def say(self, raw: bytes) -> None:
        self.socket.sendall(raw + b"\n")

    def hear(self) -> dict[str, Any]:
        raw = self._reader.readline()
        assert raw, "the launcher closed the line"
        found: dict[str, Any] = json.loads(raw)
        return found

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self.say(json.dumps(question).encode())
        return self.hear()

    def close(self) -> None:
        self._reader.close()
        self.socket.close()


def is_ours(pid: int) -> bool:
    """Tell whether the process still is one of ours: its number may have been given away."""
    try:
        return b"primehub_deploy_ext" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass
class Workshop:
    """Makes orders, and starts replicas as fresh processes."""

    folder: Path
    replicas: list[Replica] = field(default_factory=list)
    _count: int = 0

    def order(self, model: Any = None, **fields: Any) -> dict[str, Any]:
        self._count += 1
        stem = self.folder / f"r{self._count}"
        if model is not None:
            stem.with_suffix(".pkl").write_bytes(cloudpickle.dumps(model))
        return {
            "replica": f"1/1-{self._count}",
            "deployment": "iris",
            "revision": 3,
            "name": f"3-{self._count}",
            "attempt": 1,
            "socket": str(stem.with_suffix(".sock")),
            "status": str(stem.with_suffix(".json")),
            "report": "",
            "log": str(stem.with_suffix(".log")),
            "log_limit": 1 << 20,
            "artifact": str(stem.with_suffix(".pkl")),
            "serializer": "cloudpickle",
            "adapter": "callable",
            "signature": None,
            "example": None,
            "env": {},
            "threads": 1,
            "cpus": None,
            "workdir": str(self.folder),
            "from_the_future": True,
            **fields,
        }

    def start(self, order: dict[str, Any]) -> Replica:
        path = self.folder / f"order-{self._count}.json"
        path.write_text(json.dumps(order))
        process = subprocess.Popen(
            bootstrap.replica_command(sys.executable, path), cwd=self.folder, stdin=subprocess.DEVNULL
        )
        replica = Replica(order, process.pid, process)
        self.replicas.append(replica)
        return replica

    def end(self) -> None:
        for replica in self.replicas:
            assert replica.process
            if replica.process.poll() is None:
                replica.process.kill()
            replica.process.wait(DEADLINE)


def short_folder() -> Path:
    # pytest's own folders are too deep for the names of unix sockets.
    return Path(tempfile.mkdtemp(prefix="run-"))
