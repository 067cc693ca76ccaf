"""Threads: as few as it takes to fork safely before, as many as the model may use after."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

# What numerical libraries read once, when they are loaded.
LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_SINGLE = {
    **dict.fromkeys(LIMITS, "1"),
    # pyarrow's allocator starts a thread otherwise; ARROW_DEFAULT_MEMORY_POOL doesn't prevent it.
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


def stay_single() -> dict[str, str | None]:
    """Make the libraries imported from now on start no threads; return the variables as they were."""
    before = {name: os.environ.get(name) for name in LIMITS}
    os.environ.update(_SINGLE)
    return before


def why_not_forkable() -> str:
    """Return the reason why forking this process is unsafe; empty when it is safe."""
    if sys.platform == "darwin":
        return "macOS frameworks don't survive a fork"
    try:
        names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    except OSError:
        return "the threads of a process can't be counted on this system"
    if len(names) > 1:
        return f"the imported modules started threads: {', '.join(sorted(names)[:8])} ({len(names)} threads)"
    return ""


def thread_count() -> int:
    """Return the number of operating-system threads of this process (0: unknown)."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return 0


class ThreadLimits:
    """The limits that :func:`stay_single` set, to be lifted in a forked child.

    Made after the imports: finding the loaded libraries takes longer than all the rest of a fork.
    """

    def __init__(self, environment: Mapping[str, str | None]) -> None:
        self.environment = environment
        try:
            import threadpoolctl
        except ImportError:
            self._pools = None
        else:
            self._pools = threadpoolctl.ThreadpoolController()

    def lift(self, threads: int | None) -> None:
        """Let the libraries use threads again.

        Must run in the thread that calls the model: OpenMP keeps the number per thread.

        Parameters
        ----------
        threads
            How many; one per usable CPU when left out.
        """
        count = threads or _usable_cpus()
        if self._pools is not None and count > 1:
            self._pools.limit(limits=count)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(count)


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
