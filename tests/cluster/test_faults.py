"""The cluster's own troubles, for real: what is open goes on, nothing is lost, and it is said while it lasts."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.engines.kubernetes.api.client import Api, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONFIG_MAP, DEPLOYMENT, POD, Kind
from primehub_deploy_ext.engines.kubernetes.api.pulse import Pulse
from primehub_deploy_ext.engines.kubernetes.api.reflector import Pace, Reflector
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.known.kept import shape_of
from primehub_deploy_ext.engines.kubernetes.logs.stream import read_logs
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from tests.cluster.cluster import Cluster
from tests.cluster.failing import Failing

_LIMIT = 120.0
_TICKER = "i=0; while :; do echo tick $i; i=$((i+1)); /bin/busybox sleep 0.05; done"


def run(story: Any) -> None:
    asyncio.run(asyncio.wait_for(story, _LIMIT))


async def until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> float:
    """Wait for a condition of this process' own things; return how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, what
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def ticker(namespace: str, replicas: int = 2) -> dict[str, Any]:
    """Return a deployment whose pods count aloud, twenty times a second."""
    made = Failing("ticker", None, "", "", {"command": ["/bin/sh", "-c", _TICKER]}).deployment(namespace)  # type: ignore[arg-type]
    made["spec"]["replicas"] = replicas
    return made


@contextlib.asynccontextmanager
async def mirror(
    kubeconfig: Path, namespace: str, kind: Kind = POD, pace: Pace | None = None, **pulse: float
) -> AsyncIterator[tuple[Api, Pulse, Reflector]]:
    api = Api(Source(kubeconfig=str(kubeconfig)))
    await api.open()
    beat = Pulse(api, **pulse)
    beat.start()
    reflector = Reflector(api, kind, namespace, shape=shape_of(kind), pulse=beat, pace=pace)
    reflector.start()
    try:
        await reflector.ready()
        yield api, beat, reflector
    finally:
        await reflector.close()
        await beat.close()
        await api.close()


@contextlib.asynccontextmanager
async def without(cluster: Cluster, component: str, how: int) -> AsyncIterator[None]:
    """Take a component away; bringing it back takes a script some seconds, and time goes on meanwhile."""
    gap = cluster.without(component, how)
    await asyncio.to_thread(gap.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(gap.__exit__, None, None, None)


class Listener:
    """Follows the logs of a namespace, and remembers what each attempt counted."""

    def __init__(self, api: Api, pods: Callable[[], list[Any]], pulse: Pulse) -> None:
        self.counted: dict[str, list[int]] = defaultdict(list)
        self.beats = 0
        self.heard_at = 0.0
        self.task = asyncio.create_task(self._listen(api, pods, pulse))

    async def _listen(self, api: Api, pods: Callable[[], list[Any]], pulse: Pulse) -> None:
        async for lines in read_logs(api, pods, LogQuery(follow=True), pulse=pulse, beat=1.0):
            self.beats += not lines
            for line in lines:
                self._take(line)

    def _take(self, line: LogLine) -> None:
        self.heard_at = time.monotonic()
        self.counted[f"{line.replica}.{line.attempt}"].append(int(re.sub(r"\D", "", line.text)))

    def assert_complete(self) -> None:
        for source, numbers in self.counted.items():
            assert numbers == list(range(len(numbers))), f"{source} lost or repeated lines"

    async def close(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


class Screen:
    """Watches the engine, as a browser does."""

    def __init__(self, engine: KubernetesEngine) -> None:
        self.desired = 0
        self.resets = 0
        self.task = asyncio.create_task(self._watch(engine))

    async def _watch(self, engine: KubernetesEngine) -> None:
        async for change in engine.watch():
            self.resets += change.type == "RESET"
            if change.object is not None:
                self.desired = change.object.status.replicas.desired

    async def close(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", ["the API server is killed", "etcd stands still"])
def test_what_is_open_goes_on_and_nothing_is_lost(cluster: Cluster, namespace: Callable[..., str], fault: str) -> None:
    component, how = ("apiserver", signal.SIGKILL) if "API" in fault else ("etcd", signal.SIGSTOP)

    async def story() -> None:
        made = namespace("faults")
        await asyncio.to_thread(cluster.apply, ticker(made))
        kubeconfig = cluster.kubeconfig()
        engine = KubernetesEngine(KubernetesSettings(kubeconfig=str(kubeconfig), namespaces=[made]))
        await engine.open()
        screen = Screen(engine)
        async with mirror(kubeconfig, made, interval=3, answer=2) as (api, pulse, pods):
            listener = Listener(api, lambda: list(pods.items.values()), pulse)
            await until(lambda: len(listener.counted) == 2 and listener.beats, "two replicas print")
            await until(lambda: screen.desired == 2, "the engine shows them")
            before = pods.last_sync
            async with without(cluster, component, how):
                noticed = await until(lambda: not pods.healthy, "the break is noticed")
                assert pods.error
                beats = listener.beats
                await asyncio.sleep(3)
                if component == "apiserver":
                    assert listener.beats == beats, "nobody can say that nothing is missing"
                    assert pods.last_sync is not None
                    assert before is not None
                back = asyncio.create_task(_answers(api))
            answered = await back
            await until(lambda: pods.healthy, "the mirror heals")
            healed = time.monotonic() - answered
            await until(lambda: listener.heard_at > answered, "the log goes on")
            again = listener.heard_at - answered
            await asyncio.to_thread(cluster.kubectl, "scale", "-n", made, "deployment/ticker", "--replicas=3")
            shown = await until(lambda: screen.desired == 3, "a change after it is shown")
            await until(lambda: len(listener.counted) == 3, "a new pod's log joins")
            marks = {source: len(numbers) for source, numbers in listener.counted.items()}
            await until(lambda: all(len(listener.counted[s]) > n + 20 for s, n in marks.items()), "all go on printing")
            listener.assert_complete()
            # A fresh API server may have forgotten the place (410): then one list tells what differs.
            assert pods.lists <= (2 if component == "apiserver" else 1)
            print(
                f"\n{fault}: noticed after {noticed:.2f} s; after it answered again: mirror {healed:.2f} s, "
                f"log {again:.2f} s, a change on screen {shown:.2f} s after it was made"
            )
            await listener.close()
        await screen.close()
        await engine.close()

    run(story())


async def _answers(api: Api) -> float:
    """Return when the API server says that it is ready."""
    while True:
        with contextlib.suppress(Exception):
            await api.alive(timeout=1)
            return time.monotonic()
        await asyncio.sleep(0.02)


@pytest.mark.timeout(200)
def test_a_rotated_service_account_token_goes_unnoticed(
    cluster: Cluster, namespace: Callable[..., str], tmp_path: Path
) -> None:
    """Tokens are bound to Secrets, so that taking one away makes it invalid at once, as its expiry would."""
    made = namespace("faults")
    for number in (1, 2):
        cluster.kubectl("create", "secret", "generic", f"bound-{number}", "-n", made)
    cluster.kubectl("create", "serviceaccount", "reader", "-n", made)
    cluster.kubectl(
        "create", "rolebinding", "reader", "-n", made, "--clusterrole=view", f"--serviceaccount={made}:reader"
    )
    token, kubeconfig = tmp_path / "token", tmp_path / "kubeconfig"

    def hand_out(number: int) -> None:
        bound = ("--bound-object-kind=Secret", f"--bound-object-name=bound-{number}")
        token.write_text(cluster.kubectl("create", "token", "reader", "-n", made, *bound))

    hand_out(1)
    config = yaml.safe_load(cluster.kubeconfig().read_text())
    config["users"][0]["user"] = {"tokenFile": str(token)}
    kubeconfig.write_text(yaml.safe_dump(config))

    async def story() -> None:
        # Streams live for two seconds here, so that many are opened while the token changes.
        pace = Pace(lifetime=2, silence=30)
        async with mirror(kubeconfig, made, CONFIG_MAP, pace, interval=60) as (api, _, maps):
            hand_out(2)
            await asyncio.to_thread(cluster.kubectl, "delete", "secret", "bound-1", "-n", made)
            watches = maps.watches
            # The API server remembers a token that it found good for ten seconds.
            await asyncio.sleep(12)
            await until(lambda: maps.watches > watches + 3, "streams are opened with the new token")
            await asyncio.to_thread(cluster.kubectl, "create", "configmap", "later", "-n", made)
            await until(lambda: "later" in maps.items, "a change is heard")
            assert maps.healthy
            assert maps.lists == 1
            assert await api.get(CONFIG_MAP, "later", made)

    run(story())


class Line:
    """A connection to the API server that can be frozen: it stays open, and nothing passes any more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._old: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def freeze(self) -> None:
        self._flows.clear()

    def thaw(self) -> None:
        """Let new connections pass; those of before stay dead."""
        self._flows = asyncio.Event()
        self._flows.set()

    async def close(self) -> None:
        for task in self._old:
            task.cancel()
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        flows = self._flows
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        for source, target in ((reader, back), (there, writer)):
            self._old.add(asyncio.create_task(self._pass(source, target, flows)))

    @staticmethod
    async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter, flows: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                await flows.wait()
                target.write(chunk)
                await target.drain()
        target.close()


@pytest.mark.timeout(200)
def test_a_watch_that_is_silently_dead_is_noticed_and_replaced(
    cluster: Cluster, namespace: Callable[..., str], tmp_path: Path
) -> None:
    made = namespace("faults")
    config = yaml.safe_load(cluster.kubeconfig().read_text())
    server = config["clusters"][0]["cluster"]["server"]

    async def story() -> None:
        line = Line(int(server.rsplit(":", 1)[1]))
        await line.start()
        config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{line.port}"
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(yaml.safe_dump(config))
        async with mirror(kubeconfig, made, DEPLOYMENT, interval=2, answer=1.5) as (_, _, deployments):
            line.freeze()
            frozen = time.monotonic()
            await asyncio.to_thread(cluster.apply, ticker(made, replicas=0))
            await until(lambda: not deployments.healthy, "the silence is noticed")
            noticed = time.monotonic() - frozen
            assert not deployments.items
            line.thaw()
            healed = await until(lambda: "ticker" in deployments.items, "what was missed is heard")
            assert deployments.healthy
            assert deployments.lists == 1
            print(f"\na dead line: noticed after {noticed:.2f} s, healed {healed:.2f} s after it was mended")
        await line.close()

    run(story())


@pytest.mark.timeout(200)
def test_an_idle_watch_is_kept_alive_by_the_servers_bookmarks(cluster: Cluster, namespace: Callable[..., str]) -> None:
    async def story() -> None:
        made = namespace("faults")
        # Shorter than a minute, the server would have to be silent by its nature; a little longer, it never is.
        async with mirror(
            cluster.kubeconfig(), made, DEPLOYMENT, Pace(lifetime=300, silence=80), interval=600
        ) as opened:
            deployments = opened[2]
            synced = deployments.last_sync
            await until(lambda: deployments.last_sync != synced, "a bookmark comes", 80)
            assert (deployments.lists, deployments.watches) == (1, 1)

    run(story())
