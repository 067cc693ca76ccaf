"""Makes a process a replica's own: session, output, environment, CPUs, folder, randomness."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import random
import signal
import sys
from collections.abc import Mapping

from primehub_deploy_ext.runner.logstream import LogFile, redirect_output
from primehub_deploy_ext.runner.order import ReplicaOrder
from primehub_deploy_ext.runner.threads import LIMITS


def move_in(order: ReplicaOrder, limits: Mapping[str, str | None] | None = None) -> LogFile:
    """Set up this process for the order; what fails of it is said in the log.

    Parameters
    ----------
    order
        The replica to be.
    limits
        After a fork: the thread limits of the environment as the launcher was given them.
    """
    # A session of its own: signals to the launcher's group pass by, and the engine can end the replica
    # together with what the model started. It fails where the engine made the session already.
    with contextlib.suppress(PermissionError):
        os.setsid()
    os.umask(0o077)
    log = redirect_output(order.log, order.log_limit)
    faulthandler.enable(file=2)
    # The keyboard and a vanished terminal are no reasons to stop serving.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _set_environment(order, limits or {})
    _stay_on_cpus(order.cpus)
    _enter(order.workdir)
    return log


def reseed() -> None:
    """Give a forked process randomness of its own; else all replicas draw the same numbers."""
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def _set_environment(order: ReplicaOrder, limits: Mapping[str, str | None]) -> None:
    for name in LIMITS:
        value = str(order.threads) if order.threads else limits.get(name, os.environ.get(name))
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    os.environ.update(order.env)


def _stay_on_cpus(cpus: list[int] | None) -> None:
    if cpus and hasattr(os, "sched_setaffinity"):
        try:
            os.sched_setaffinity(0, cpus)
        except OSError as error:
            _warn(f"can't stay on CPUs {cpus}: {error}")


def _enter(workdir: str) -> None:
    if not workdir:
        return
    try:
        os.chdir(workdir)
    except OSError as error:
        _warn(f"can't work in {workdir}: {error}")
        return
    # As in a notebook: modules that lie beside it can be imported.
    sys.path.insert(0, workdir)


def _warn(message: str) -> None:
    print(f"warning: {message}", file=sys.stderr)
