"""Runs a stand-in beside the cluster, as a process, for as long as tests need it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

from tests.cluster.cluster import Cluster

_END = 15.0


@contextlib.contextmanager
def standin(cluster: Cluster, name: str) -> Iterator[None]:
    """Run ``seldon`` or ``primehub``; it watches when this is entered."""
    command = [sys.executable, "-m", f"tests.cluster.standins.{name}", "--kubeconfig", str(cluster.kubeconfig())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", f"the stand-in {name} ended: {process.poll()}"
        yield
    finally:
        process.terminate()
        process.wait(_END)
