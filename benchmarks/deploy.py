"""How fast a model becomes an endpoint, what a replica costs, and what the gateway adds.

Beside it, in the same run: the script that people write by hand instead (load a pickle, answer with tornado).
Run by ``make bench``; prints a Markdown table.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import pickle
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.demo_server import end_engine, environment_of, jupyter_server

ROUNDS = 7
CALLS = 2000
BY_HAND = """
import json, pickle, sys
import numpy, tornado.ioloop, tornado.web
model = pickle.load(open(sys.argv[1], "rb"))
class Predict(tornado.web.RequestHandler):
    def post(self):
        rows = numpy.array(json.loads(self.request.body)["inputs"][0]["data"]).reshape(1, -1)
        self.write({"outputs": [{"data": model.predict(rows).tolist()}]})
tornado.web.Application([("/", Predict)]).listen(int(sys.argv[2]), "127.0.0.1")
tornado.ioloop.IOLoop.current().start()
"""


class RawClient:
    """The smallest keep-alive client: one write, one read; what is measured is the server, not the client."""

    def __init__(self, address: str | tuple[str, int]) -> None:
        self._socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self._socket.connect(address)
        if not isinstance(address, str):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def poster(self, path: str, body: bytes, authorization: str = "") -> Callable[[], None]:
        """Return a call that posts and reads the whole answer."""
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        head += f"Authorization: {authorization}\r\n" if authorization else ""
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

        def call() -> None:
            self._socket.sendall(request)
            answer = self._socket.recv(65536)
            head, separator, rest = answer.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if b" 200 " not in head.split(b"\r\n")[0] or not separator:
                raise RuntimeError(answer)
            while len(rest) < length:
                rest += self._socket.recv(65536)

        return call

    def getter(self, path: str) -> Callable[[], None]:
        """Return a call that gets a short answer."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

        def call() -> None:
            self._socket.sendall(request)
            if b" 200 " not in self._socket.recv(65536)[:20]:
                raise RuntimeError(path)

        return call


def pss(pid: int) -> float:
    """Proportional set size of a process, MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("no PSS")


def median_ms(call: Callable[[], None]) -> float:
    """Median duration of one call."""
    for _ in range(200):
        call()
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def poster(connection: http.client.HTTPConnection, path: str, body: bytes) -> Callable[[], None]:
    """Return a call that posts and reads the answer."""

    def call() -> None:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"status {answer.status}")

    return call


def import_seconds() -> float:
    """Cost of importing the client, over that of an empty interpreter."""
    times = []
    for program in ("from primehub_deploy_ext import deploy", "pass"):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        times.append(time.perf_counter() - began)
    return times[0] - times[1]


async def seconds_until_seen(id: str) -> float:
    """Kill a replica; return how long until the watch tells that it is not ready."""
    from primehub_deploy_ext.engines.local.engine import LocalEngine

    engine = LocalEngine()
    watch = engine.watch()
    async for change in watch:
        if change.type == "BOOKMARK":
            break
    (replica,) = await engine.replicas(id)
    began = time.perf_counter()
    os.kill(replica.pid or 0, signal.SIGKILL)
    async for change in watch:
        if change.object and change.object.id == id and change.object.status.replicas.ready == 0:
            break
    seconds = time.perf_counter() - began
    async for change in watch:
        if change.object and change.object.id == id and change.object.status.replicas.ready == 1:
            break
    await watch.aclose()
    return seconds


@contextlib.contextmanager
def by_hand(model: Any, folder: Path, body: bytes) -> Iterator[tuple[float, int, http.client.HTTPConnection]]:
    """Start the script that people write; yield seconds to its first answer, its pid, and a connection."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = folder / "serve.py"
    script.write_text(BY_HAND)
    began = time.perf_counter()
    (folder / "model.pkl").write_bytes(pickle.dumps(model))
    process = subprocess.Popen([sys.executable, script, folder / "model.pkl", str(port)], stderr=subprocess.DEVNULL)
    try:
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            try:
                poster(connection, "/", body)()
                break
            except OSError:
                time.sleep(0.005)
        yield time.perf_counter() - began, process.pid, connection
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Measure and print."""
    data = load_wine()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    row = data.data[:1]
    body = json.dumps(
        {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 13], "data": row[0].tolist()}]}
    ).encode()
    home = Path(tempfile.mkdtemp(prefix="phd-"))
    (home / "run").mkdir()
    results: list[tuple[str, str, str]] = []
    try:
        with jupyter_server(home) as server:
            os.environ.update(environment_of(home))
            os.environ.update(PRIMEHUB_DEPLOY_URL=server.url, PRIMEHUB_DEPLOY_TOKEN=server.token)
            from primehub_deploy_ext import deploy

            def timed() -> tuple[float, Any]:
                began = time.perf_counter()
                handle = deploy(model, "Bench", example=row)
                handle.predict(row)
                return time.perf_counter() - began, handle

            with contextlib.redirect_stdout(sys.stderr):
                cold, first = timed()
                hands = []
                warm = []
                for _ in range(ROUNDS):
                    seconds, handle = timed()
                    warm.append(seconds)
                    handle.delete()
                    with by_hand(model, home, body) as (seconds, _, _):
                        hands.append(seconds)
                began = time.perf_counter()
                first.scale(10)
                scaled = time.perf_counter() - began
            hand, warmed = statistics.median(hands), statistics.median(warm)
            results.append(
                (
                    "`deploy()` to first prediction, cold (daemon, gateway and template too)",
                    f"{cold:.2f} s",
                    f"{hand / cold:.2f}",
                )
            )
            results.append(("`deploy()` to first prediction, warm template", f"{warmed:.2f} s", f"{hand / warmed:.2f}"))
            results.append(("script by hand to first prediction", f"{hand:.2f} s", "1"))
            results.append(("scale from 1 to 10 replicas", f"{scaled:.2f} s", ""))
            pids = [int(pid) for pid in first.replicas()["pid"]]
            launcher = psutil.Process(pids[0]).ppid()
            sizes = sorted(pss(pid) for pid in pids)
            first.scale(1)
            while len(first.replicas()) > 1:
                time.sleep(0.05)
            alone = pss(int(first.replicas()["pid"].iloc[0])) + pss(launcher)
            with by_hand(model, home, body) as (_, pid, connection):
                poster(connection, "/", body)()
                script = pss(pid)
                hand_ms = median_ms(RawClient(("127.0.0.1", connection.port)).poster("/", body))
            results.append(
                ("memory of the first replica, its template included (PSS)", f"{alone:.0f} MB", f"{script / alone:.2f}")
            )
            results.append(
                (
                    "memory of each further replica (PSS, 10 replicas)",
                    f"{statistics.median(sizes):.0f} MB",
                    f"{script / statistics.median(sizes):.1f}",
                )
            )
            results.append(("memory of the script by hand (PSS)", f"{script:.0f} MB", "1"))
            from primehub_deploy_ext.engines.local.paths import Paths

            path = f"/v2/models/{first.id}/infer"
            sock = next(Paths.of_user().replicas.glob("*.sock"))
            host, _, rest = first.endpoint.removeprefix("http://").partition("/")
            address, _, port = host.partition(":")
            direct, through = [], []
            for _ in range(3):
                direct.append(median_ms(RawClient(str(sock)).poster(path, body)))
                through.append(median_ms(RawClient((address, int(port))).poster(f"/{rest.rstrip('/')}{path}", body)))
            live = "/v2/health/live"
            bare = [
                median_ms(RawClient((address, int(port))).getter(f"/{rest.rstrip('/')}{live}"))
                - median_ms(RawClient(str(sock)).getter(live))
                for _ in range(3)
            ]
            results.append(("added by the gateway to a health check", f"{statistics.median(bare):.2f} ms", ""))
            one, two = statistics.median(direct), statistics.median(through)
            results.append(
                ("one row, one connection, straight to a replica (median)", f"{one:.2f} ms", f"{hand_ms / one:.2f}")
            )
            results.append(("the same through the gateway", f"{two:.2f} ms", f"{hand_ms / two:.2f}"))
            results.append(("added by the gateway to a prediction", f"{two - one:.2f} ms", ""))
            results.append(("the same from the script by hand", f"{hand_ms:.2f} ms", "1"))
            seen = statistics.median(asyncio.run(seconds_until_seen(first.id)) for _ in range(3))
            results.append(("a replica killed, until the watch tells", f"{seen * 1000:.0f} ms", ""))
            imports = [import_seconds() for _ in range(5)]
            results.append(
                (
                    "`from primehub_deploy_ext import deploy`, fresh interpreter",
                    f"{statistics.median(imports):.2f} s",
                    "",
                )
            )
            first.delete()
    finally:
        end_engine(home / "engine")
    print("| what | figure | by hand ÷ ours |\n|---|---|---|")
    for what, figure, ratio in results:
        print(f"| {what} | {figure} | {ratio} |")


if __name__ == "__main__":
    main()
