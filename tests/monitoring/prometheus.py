"""A real Prometheus on loopback, for as long as a test runs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.engines.bench import wait_for

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 60.0


def binary(name: str = "prometheus") -> str:
    """Return the program: of ``PROMETHEUS_BIN``, of `make prometheus`, or on the PATH."""
    folders = [os.environ.get("PROMETHEUS_BIN", ""), str(ROOT / ".venv/prometheus/usr/bin"), os.environ["PATH"]]
    found = shutil.which(name, path=os.pathsep.join(filter(None, folders)))
    assert found, f"there is no {name}: `make prometheus` fetches Debian's"
    return found


@dataclass
class Prometheus:
    """Asks its HTTP API.

    Parameters
    ----------
    at
        Unix time that expressions are evaluated at; now when left out.
    """

    url: str
    at: float | None = None

    def ask(self, path: str, **query: str) -> Any:
        """Return the data of one answer; what it says when it refuses is the error."""
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{query}: {error.read().decode()}") from error

    def values(self, expression: str) -> dict[str, float]:
        """Return what an expression gives now, by the values of its labels."""
        moment = {} if self.at is None else {"time": str(self.at)}
        result = self.ask("query", query=expression, **moment)["result"]
        return {
            " ".join(text for name, text in sorted(line["metric"].items()) if name != "__name__"): float(
                line["value"][1]
            )
            for line in result
        }

    def value(self, expression: str) -> float | None:
        """Return the one number of an expression; None where it gives nothing."""
        found = self.values(expression)
        assert len(found) <= 1, (expression, found)
        return next(iter(found.values()), None)


@contextlib.contextmanager
def prometheus(folder: Path, scrape_configs: list[Mapping[str, Any]], *rules: Path) -> Iterator[Prometheus]:
    """Run Prometheus with its data in a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    configuration = folder / "prometheus.yml"
    content = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": [str(path) for path in rules],
        "scrape_configs": scrape_configs,
    }
    configuration.write_text(yaml.safe_dump(content))
    log = folder / "prometheus.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(binary(), f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'tsdb'}"),
                *(f"--web.listen-address={address}", "--log.level=warn"),
            ],
            stdout=output,
            stderr=output,
        )
    started = Prometheus(f"http://{address}")

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{started.url}/-/ready", timeout=2).close()
        except OSError:
            return False
        return True

    try:
        wait_for(ready, START_LIMIT)
        yield started
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
