"""A replica of a container as a real process, without the container."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import cloudpickle

from tests.unit.runner.processes import DEADLINE, Answer, send, wait_for


class Container:
    """What an image would run, with the order that it would be given."""

    def __init__(self, folder: Path, model: Any = None, *, environment: dict[str, str] | None = None, **order: Any):
        self.folder = folder
        self._kept = _kept_port()
        self.port = self._kept.getsockname()[1]
        self.last_words_file = folder / "termination-log"
        self.output = folder / "output"
        artifact = folder / "model.pkl"
        artifact.write_bytes(cloudpickle.dumps(model))
        self.order = {
            "deployment": "iris",
            "revision": 3,
            "artifact": str(artifact),
            "digest": hashlib.sha256(artifact.read_bytes()).hexdigest(),
            "port": self.port,
            "linger": 0,
            "from_the_future": True,
            **order,
        }
        given = {"PRIMEHUB_DEPLOY_ORDER": json.dumps(self.order), **(environment or {})}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "primehub_deploy_ext.runner.container"],
                cwd=folder,
                env={**os.environ, "PRIMEHUB_DEPLOY_TERMINATION_LOG": str(self.last_words_file), **given},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            return send(connection, method, path, body, **headers)
        finally:
            connection.close()

    def text(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=DEADLINE) as page:
            return str(page.read().decode())

    def status(self, path: str) -> int | None:
        try:
            return self.ask("GET", path).status
        except OSError:
            assert self.process.poll() is None, self.printed()
            return None

    def ready(self) -> Container:
        wait_for(lambda: self.status("/v2/health/ready") == 200, "readiness")
        return self

    def ended(self) -> int:
        return self.process.wait(DEADLINE)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def printed(self) -> str:
        return self.output.read_text()

    def last_words(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.last_words_file.read_bytes())
        return found


def _kept_port() -> socket.socket:
    """Bind a free port that nobody else is given, and on which a process may still listen, until the socket is gone."""
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    return kept
