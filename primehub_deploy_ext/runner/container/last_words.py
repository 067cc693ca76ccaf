"""Why the container ended, where the cluster keeps it: its termination log."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from primehub_deploy_ext.runner.failure import ReplicaFailedError

TERMINATION_LOG = "PRIMEHUB_DEPLOY_TERMINATION_LOG"
# What a cluster keeps of it; a byte more and the JSON is cut off.
LIMIT = 4096


def write_last_words(failure: ReplicaFailedError, drift: list[dict[str, Any]]) -> None:
    """Leave reason, message, drift, and as much of the traceback as fits; nothing where there is no such file."""
    path = Path(os.environ.get(TERMINATION_LOG, "/dev/termination-log"))
    with suppress(OSError):
        path.write_bytes(_fitting(failure, drift))


def _fitting(failure: ReplicaFailedError, drift: list[dict[str, Any]]) -> bytes:
    message, trace = failure.message, failure.trace
    while True:
        words = {"reason": failure.reason, "message": message, "traceback": trace, "drift": drift}
        text = json.dumps(words, ensure_ascii=False).encode("utf-8", "backslashreplace")
        if len(text) <= LIMIT:
            return text
        # The end of a traceback says most, the beginning of a message.
        if trace:
            trace = trace[max(1, len(trace) // 4) :] if len(trace) > 80 else ""
        elif drift:
            drift = drift[: len(drift) // 2]
        else:
            message = message[: len(message) // 2] + "…"
