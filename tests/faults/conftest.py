"""Real Jupyter servers that tests may kill, over one embedded engine."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engines.bench import end_engine, wait_for


@dataclass
class Server:
    """A running Jupyter server."""

    process: subprocess.Popen[bytes]
    url: str
    token: str


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="phd-"))
    yield folder
    left = end_engine(folder / "engine")
    shutil.rmtree(folder, ignore_errors=True)
    assert not left, f"processes outlived the engine: {left}"


@pytest.fixture
def start_server(home: Path) -> Iterator[Callable[..., Server]]:
    """Start Jupyter servers that share the engine below ``home``."""
    with contextlib.ExitStack() as stack:

        def start(token: str | None = None) -> Server:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            token = secrets.token_hex(8) if token is None else token
            log = stack.enter_context((home / f"server-{port}.log").open("wb"))
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"),
                    *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
                    f"--ServerApp.root_dir={home}",
                ],
                env={
                    **os.environ,
                    "PRIMEHUB_DEPLOY_HOME": str(home / "engine"),
                    "JUPYTER_RUNTIME_DIR": str(home / "run"),
                },
                stdout=log,
                stderr=log,
            )

            def end() -> None:
                process.kill()
                process.wait()

            stack.callback(end)
            url = f"http://127.0.0.1:{port}/"

            def answers() -> bool:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{url}api/status?token={token}", timeout=2).close()
                    return True
                assert process.poll() is None, Path(log.name).read_text()[-2000:]
                return False

            wait_for(answers, 30)
            return Server(process, url, token)

        yield start
