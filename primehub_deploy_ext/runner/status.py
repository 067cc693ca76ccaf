"""Tells the engine how far a replica is: a file that stays, and a datagram that is fast."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from primehub_deploy_ext.runner.failure import ReplicaFailedError
from primehub_deploy_ext.runner.order import ReplicaOrder

_SEEN_PAUSE = 5.0


class StatusReport:
    """Writes the steps of one replica: ``starting``, ``loading``, ``ready``, ``stopping`` or ``failed``."""

    def __init__(self, order: ReplicaOrder) -> None:
        self._order = order
        self._path = Path(order.status)
        self._seen: dict[str, float] = {}

    def write(self, step: str, failure: ReplicaFailedError | None = None) -> None:
        """Write the status file atomically, then send the same to the engine, which may not be there."""
        status: dict[str, Any] = {
            "replica": self._order.replica,
            "pid": os.getpid(),
            "attempt": self._order.attempt,
            "step": step,
            "time": time.time(),
            "error": failure and {"reason": failure.reason, "message": failure.message, "traceback": failure.trace},
        }
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        draft.write_text(json.dumps(status), encoding="utf-8")
        draft.replace(self._path)
        if self._order.report:
            self._send(status)

    def client_seen(self, name: str) -> None:
        """Tell that a client sent a request: at once the first time, then every few seconds."""
        clock = time.time()
        if clock - self._seen.get(name, 0.0) < _SEEN_PAUSE or not self._order.report:
            return
        self._seen[name] = clock
        told = {"replica": self._order.replica, "pid": os.getpid(), "attempt": self._order.attempt}
        self._send({**told, "seen": {"client": name, "time": clock}})

    def _send(self, status: dict[str, Any]) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
            sender.setblocking(False)
            try:
                sender.sendto(json.dumps(status).encode(), self._order.report)
            except OSError as error:
                if error.errno != errno.EMSGSIZE or not status.get("error"):
                    raise
                # macOS allows 2 KiB in a datagram; the traceback is in the file.
                brief = {**status, "error": {**status["error"], "traceback": ""}}
                sender.sendto(json.dumps(brief).encode(), self._order.report)
