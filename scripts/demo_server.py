"""Run a command beside a Jupyter server of its own, with an engine home of its own; end both afterwards.

``python scripts/demo_server.py python scripts/run_notebook.py notebooks/quickstart.ipynb``
The command finds the server by PRIMEHUB_DEPLOY_URL and PRIMEHUB_DEPLOY_TOKEN. The tests start their servers with
the same functions.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from primehub_deploy_ext.engines.local.paths import HOME_VARIABLE, Paths

ROOT = Path(__file__).resolve().parent.parent
# On a busy machine; they end what hangs, and say nothing about how fast anything is.
START_LIMIT = 180.0
END_LIMIT = 60.0


@dataclass(frozen=True)
class Server:
    """A running Jupyter server."""

    process: subprocess.Popen[bytes]
    url: str
    token: str


@contextlib.contextmanager
def jupyter_server(
    home: Path,
    *,
    token: str | None = None,
    root: Path = ROOT / "notebooks",
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Start ``jupyter server`` on a free port, with the engine in ``home / "engine"``.

    Parameters
    ----------
    token
        Of the server; random when left out, none at all when empty.
    root
        Folder of its notebooks.
    options, environment
        More of the command line and of the environment.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16) if token is None else token
    path = home / f"server-{port}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"),
                *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
                *(f"--ServerApp.root_dir={root}", *options),
            ],
            env={**os.environ, **environment_of(home), **(environment or {})},
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + START_LIMIT
        while True:
            try:
                urllib.request.urlopen(f"{url}api/status?token={token}", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the Jupyter server did not start:\n{path.read_text()[-3000:]}") from None
                time.sleep(0.05)
        yield Server(process, url, token)
    finally:
        process.terminate()
        try:
            process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment_of(home: Path) -> dict[str, str]:
    """Return the variables that keep a server and its engine below ``home``."""
    return {HOME_VARIABLE: str(home / "engine"), "JUPYTER_RUNTIME_DIR": str(home / "run")}


def paths_of(engine_home: Path) -> Paths:
    """Return the folders of the engine with this home."""
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(engine_home)
    try:
        return Paths.of_user()
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before


def processes_of(engine_home: Path) -> list[psutil.Process]:
    """Return every process of the engine with this home: by the folders in its command line or environment."""
    found = []
    run = str(paths_of(engine_home).run)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = " ".join(process.cmdline())
            environment = process.environ().get(HOME_VARIABLE) if "python" in line else None
            mine = process.pid not in {os.getpid(), os.getppid()} and "pytest" not in line
            if mine and (run in line or environment == str(engine_home)):
                found.append(process)
    return found


def end_engine(engine_home: Path) -> list[str]:
    """End the engine's processes, the daemon first; return those that had to be killed."""
    paths = paths_of(engine_home)
    with contextlib.suppress(OSError, ValueError):
        os.kill(int(paths.lock.read_text()), signal.SIGTERM)
    everything = processes_of(engine_home)
    for process in everything:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(everything, timeout=END_LIMIT)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    shutil.rmtree(paths.run, ignore_errors=True)
    return [str(process) for process in alive]


def main() -> int:
    """Run the command given on the command line; return its exit code."""
    home = Path(tempfile.mkdtemp(prefix="phd-"))
    (home / "run").mkdir()
    try:
        with jupyter_server(home) as server:
            environment = {**os.environ, **environment_of(home)}
            environment |= {"PRIMEHUB_DEPLOY_URL": server.url, "PRIMEHUB_DEPLOY_TOKEN": server.token}
            code = subprocess.run(sys.argv[1:], env=environment, cwd=ROOT, check=False).returncode
        if code:
            (log,) = home.glob("server-*.log")
            print(log.read_text()[-3000:], file=sys.stderr)
        return code
    finally:
        end_engine(home / "engine")
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
