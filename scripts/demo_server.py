"""Run a command beside a Jupyter server of its own, with an engine home of its own; end both afterwards.

``python scripts/demo_server.py python scripts/run_notebook.py notebooks/quickstart.ipynb``
The command finds the server by PRIMEHUB_DEPLOY_URL and PRIMEHUB_DEPLOY_TOKEN.
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
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 60.0


@contextlib.contextmanager
def jupyter_server(home: Path) -> Iterator[dict[str, str]]:
    """Start ``jupyter server`` on a free port; yield the environment that leads to it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {**os.environ, "PRIMEHUB_DEPLOY_HOME": str(home / "engine"), "JUPYTER_RUNTIME_DIR": str(home / "run")}
    log = (home / "server.log").open("wb")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"),
            *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
            f"--ServerApp.root_dir={ROOT / 'notebooks'}",
        ],
        env=environment,
        stdout=log,
        stderr=log,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + START_LIMIT
        while True:
            try:
                with urllib.request.urlopen(f"{url}api/status?token={token}", timeout=5):
                    break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    sys.exit("the Jupyter server did not start:\n" + (home / "server.log").read_text()[-3000:])
                time.sleep(0.1)
        yield {**environment, "PRIMEHUB_DEPLOY_URL": url, "PRIMEHUB_DEPLOY_TOKEN": token}
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def end_engine(home: Path) -> None:
    """End the daemon of this home and what it left running."""
    import psutil

    os.environ["PRIMEHUB_DEPLOY_HOME"] = str(home / "engine")
    from primehub_deploy_ext.engines.local.paths import Paths

    paths = Paths.of_user()
    with contextlib.suppress(OSError, ValueError):
        os.kill(int(paths.lock.read_text()), signal.SIGTERM)
    left = []
    for process in psutil.process_iter(["cmdline"]):
        if str(paths.run) in " ".join(process.info["cmdline"] or ()):
            with contextlib.suppress(psutil.Error):
                process.terminate()
                left.append(process)
    for process in psutil.wait_procs(left, timeout=10)[1]:
        with contextlib.suppress(psutil.Error):
            process.kill()
    shutil.rmtree(paths.run, ignore_errors=True)


def main() -> int:
    """Run the command given on the command line; return its exit code."""
    home = Path(tempfile.mkdtemp(prefix="phd-"))
    (home / "run").mkdir()
    try:
        with jupyter_server(home) as environment:
            code = subprocess.run(sys.argv[1:], env=environment, cwd=ROOT, check=False).returncode
        if code:
            print((home / "server.log").read_text()[-3000:], file=sys.stderr)
        return code
    finally:
        end_engine(home)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
