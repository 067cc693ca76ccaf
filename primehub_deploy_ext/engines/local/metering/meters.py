"""What a replica takes, as the operating system tells it, and what it counted, as its file tells it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil

from primehub_deploy_ext.engines.local.metering.census import ReplicaFacts
from primehub_deploy_ext.engines.local.slot import memory_of
from primehub_deploy_ext.engines.local.workload import COUNTERS
from primehub_deploy_ext.runner import counters

_TOLERANCE = 1.0


def cpu_seconds(replica: ReplicaFacts) -> float | None:
    """Return the CPU seconds that its process took since it began; None if it is gone."""
    if replica.pid is None:
        return None
    try:
        process = psutil.Process(replica.pid)
        if abs(process.create_time() - replica.created) > _TOLERANCE:
            return None
        times = process.cpu_times()
    except psutil.Error:
        return None
    return float(times.user + times.system)


def memory(replica: ReplicaFacts) -> int | None:
    """Return the bytes that it holds; None if it is gone."""
    return None if replica.pid is None else memory_of(replica.pid)


def counted(folder: Path) -> Iterator[tuple[str, str, dict[str, tuple[float, ...]]]]:
    """Give what each replica counted, also those that are gone: its key, the name of the file, the rows."""
    for path in sorted(folder.glob(f"*.{COUNTERS}")):
        with contextlib.suppress(OSError, ValueError):
            source, rows = counters.read(path)
            yield path.stem, source, rows
