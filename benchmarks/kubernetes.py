"""What many deployments on a cluster cost: memory, time to the grid, watches, how old what is shown is, requests.

Beside it, in the same run: ``kubectl get --watch``, and a list by the typed client. On the test cluster, which is
started when it doesn't run, with fake nodes, whose pods are ready at once and do nothing. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import yaml

# Instead of this folder: in it this file has the name of the client.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.counted_road import CountedRoad
from benchmarks.page import Page
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings
from scripts.demo_server import Server, jupyter_server
from tests.cluster.cluster import KIT, WEB_IMAGE, Cluster

ON_FAKE_NODES = {"nodeSelector": {"type": "kwok"}, "tolerations": [{"key": "type", "operator": "Exists"}]}
TABS = 20
WITHOUT = "--ServerApp.jpserver_extensions=primehub_deploy_ext=False"
EXPOSED = "--LabApp.expose_app_in_browser=True"
NAIVE = """
import resource, sys, time
from kubernetes import client, config
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
config.load_kube_config(sys.argv[1])
began = time.perf_counter()
found = client.AppsV1Api().list_namespaced_deployment(sys.argv[2]), client.CoreV1Api().list_namespaced_pod(sys.argv[2])
print(time.perf_counter() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
Row = tuple[str, str]


def main() -> None:
    """Fill the cluster, measure, empty it again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deployments", type=int, default=1000)
    parser.add_argument("--replicas", type=int, default=5)
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--idle", type=float, default=120.0, help="seconds of doing nothing")
    parser.add_argument("--namespace", help="one that was filled before (it is kept then)")
    chosen = parser.parse_args()
    cluster = Cluster.of_this_machine().up()
    subprocess.run(
        [str(KIT / "kwok.sh"), str(cluster.state), str(max(2, chosen.deployments * chosen.replicas // 100))],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    namespace = chosen.namespace or cluster.make_namespace("cluster-scale")
    home = Path(tempfile.mkdtemp(prefix="phd-"))
    try:
        rows = [] if chosen.namespace else fill(cluster, namespace, chosen.deployments, chosen.replicas)
        wait_for_calm()
        with CountedRoad(cluster.kubeconfig()) as road:
            rows += measure(cluster, road, namespace, home, chosen)
        rows += beside(cluster, namespace, chosen)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        if not chosen.namespace:
            cluster.kubectl("delete", "namespace", namespace, "--wait=false")
    print(
        f"{chosen.deployments} deployments, {chosen.deployments * chosen.replicas} pods\n\n| what | figure |\n|---|---|"
    )
    for what, figure in rows:
        print(f"| {what} | {figure} |")


def fill(cluster: Cluster, namespace: str, deployments: int, replicas: int) -> list[Row]:
    """Deploy by the engine, several at a time, until all are ready."""
    settings = KubernetesSettings(
        kubeconfig=str(cluster.kubeconfig()), namespaces=[namespace], pod_spec=ON_FAKE_NODES, linger=0.0
    )

    async def all_of_them() -> None:
        engine = KubernetesEngine(settings)
        await engine.open()
        numbers = iter(range(deployments))

        async def some() -> None:
            for number in numbers:
                resources = Resources(cpu=0.1, memory=64 * 2**20)
                spec = DeploymentSpec(model=Model(image=WEB_IMAGE), replicas=replicas, resources=resources)
                name = f"Model {number}"
                await engine.create(
                    NewDeployment(id=f"model-{number}", name=name, group=namespace, user="ada", spec=spec)
                )

        await asyncio.gather(*(some() for _ in range(8)))
        while sum(one.status.phase == "Deployed" for one in (await engine.deployments())[0]) < deployments:  # noqa: ASYNC110
            await asyncio.sleep(1)
        await engine.close()

    began = time.perf_counter()
    asyncio.run(all_of_them())
    return [(f"deploy all of them, until the last is ready ({replicas} fake pods each)", seconds(began))]


def wait_for_calm(share: float = 30.0) -> None:
    """Wait until the controllers, which made thousands of pods a moment ago, leave the machine to what is measured.

    Parameters
    ----------
    share
        Of the machine, in percent; two minutes are waited at most.
    """
    for _ in range(24):
        if psutil.cpu_percent(5.0) < share:
            return


def measure(cluster: Cluster, road: CountedRoad, namespace: str, home: Path, chosen: argparse.Namespace) -> list[Row]:
    """Ask a Jupyter server as the page does."""
    environment = {
        "PRIMEHUB_DEPLOY_ENGINE": "kubernetes",
        "PRIMEHUB_DEPLOY_KUBE_KUBECONFIG": str(road.kubeconfig(home / "kubeconfig")),
        "PRIMEHUB_DEPLOY_KUBE_NAMESPACES": namespace,
        # Its name is its group; the server's owner sees all groups.
        "USER": "ada",
    }
    with jupyter_server(home, root=home, options=[EXPOSED, WITHOUT]) as server:
        time.sleep(3)  # what it loads once it listens
        idle = memory(server)
    with jupyter_server(home, root=home, options=[EXPOSED], environment=environment) as server:
        first = Tab(server)
        first.wait_for_list(chosen.deployments)
        rows = [("the whole grid, from the moment that the server listens", f"{first.took:.2f} s")]
        second = Tab(server)
        second.wait_for_list(chosen.deployments)
        rows.append(("the whole grid, another tab", f"{second.took:.2f} s"))
        time.sleep(5)
        rows.append(("memory of the extension (PSS), beside a server without it", f"+{memory(server) - idle:.0f} MB"))
        watched = {what: number for what, number in sorted(road.requests.items()) if what.startswith("watch ")}
        rows.append(("watches with 2 tabs", ", ".join(f"{number} {what[6:]}" for what, number in watched.items())))
        rows.append(("a change made elsewhere, until a tab has it", freshness(cluster, namespace, chosen, second.when)))
        before = road.watches()
        tabs = [first, second, *(Tab(server) for _ in range(TABS - 2))]
        for tab in tabs[2:]:
            tab.wait_for_list(chosen.deployments)
        rows.append((f"more watches with {TABS} tabs", str(road.watches() - before)))
        last = freshness(cluster, namespace, chosen, lambda *what: max(tab.when(*what) for tab in tabs))
        rows.append((f"a change made elsewhere, until the last of {TABS} tabs has it", last))
        rows.append((f"memory of the extension with {TABS} tabs", f"+{memory(server) - idle:.0f} MB"))
        road.requests.clear()
        time.sleep(chosen.idle)
        asked = dict(road.requests.most_common())
        told = ", ".join(f"{number / chosen.idle * 60:.1f} {what}" for what, number in asked.items())
        rows.append((f"requests a minute to the API server while nothing changes, {TABS} tabs", told or "0"))
        for tab in tabs:
            tab.close()
        rows += in_the_browser(cluster, server, namespace, chosen)
    return rows


def in_the_browser(cluster: Cluster, server: Server, namespace: str, chosen: argparse.Namespace) -> list[Row]:
    """Look at the panel as people do."""
    page = Page(server)
    rows = [("panel in a browser, from the click to the first deployment painted", f"{page.open_panel():.2f} s")]
    shown = page.shown()[:3]
    took = []
    with direct(cluster) as ask:
        for number in range(chosen.changes):
            name = f"0 renamed {time.time()}"  # it must not leave the view, which is sorted
            path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{shown[number % len(shown)]}"
            body = {"metadata": {"annotations": {"primehub-deploy.io/display-name": name}}}
            took.append(page.seconds_until_shown(name, partial(ask, "PATCH", path, body)) * 1000)
    page.close()
    return [*rows, ("a change made elsewhere, until it is painted", quantiles(took))]


def beside(cluster: Cluster, namespace: str, chosen: argparse.Namespace) -> list[Row]:
    """Do the same by other means."""
    kubeconfig = str(cluster.kubeconfig())
    told = subprocess.run(
        [sys.executable, "-c", NAIVE, kubeconfig, namespace], check=True, capture_output=True, text=True
    ).stdout.split()
    rows = [("typed client: list of Deployments and pods", f"{float(told[0]):.2f} s, +{float(told[1]):.0f} MB")]
    command = [str(cluster.state / "bin/kubectl"), "--kubeconfig", kubeconfig, "get", "deployments", "-n", namespace]
    began = time.perf_counter()
    with subprocess.Popen([*command, "--watch", "--no-headers"], stdout=subprocess.PIPE, text=True) as kubectl:
        assert kubectl.stdout is not None
        for _ in range(chosen.deployments):
            kubectl.stdout.readline()
        rows.append(("`kubectl get deployments --watch`: all lines", seconds(began)))
        held = psutil.Process(kubectl.pid).memory_full_info().pss / 2**20
        rows.append(("its memory (PSS), without the pods", f"{held:.0f} MB"))
        seen: dict[str, float] = {}

        def reading() -> None:
            for line in kubectl.stdout or ():
                seen[line.split()[0]] = time.perf_counter()

        thread = threading.Thread(target=reading, daemon=True)
        thread.start()

        def when(id: str, _: str, since: float) -> float:
            return until(lambda: seen[id] if seen.get(id, 0.0) > since else 0.0)

        rows.append(("a change made elsewhere, until it prints it", freshness(cluster, namespace, chosen, when)))
        kubectl.terminate()
    return rows


class Tab:
    """One watch stream, as a page has it."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection(server.url.split("/")[2], timeout=300)
        self._names: dict[str, tuple[str, float]] = {}
        self._listed = threading.Event()
        self._began = time.perf_counter()
        self.took = 0.0
        headers = {"Authorization": f"token {server.token}"}
        self._connection.request("GET", "/primehub-deploy/v1/watch", headers=headers)
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for_list(self, number: int) -> None:
        """Wait until the stream has told all that is there."""
        assert self._listed.wait(300), "the list didn't come"
        assert len(self._names) == number, f"{len(self._names)} of {number} deployments came"

    def when(self, id: str, name: str, since: float) -> float:
        """Wait until a deployment has this name; return when it had."""
        del since
        return until(lambda: self._names[id][1] if self._names[id][0] == name else 0.0)

    def close(self) -> None:
        """Close the stream."""
        with contextlib.suppress(OSError):
            if self._connection.sock is not None:
                self._connection.sock.close()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            answer = self._connection.getresponse()
            for line in answer:
                change = json.loads(line)
                if change["object"] is not None:
                    self._names[change["object"]["id"]] = change["object"]["name"], time.perf_counter()
                elif change["type"] == "BOOKMARK" and not self._listed.is_set():
                    self.took = time.perf_counter() - self._began
                    self._listed.set()


def freshness(
    cluster: Cluster, namespace: str, chosen: argparse.Namespace, when: Callable[[str, str, float], float]
) -> str:
    """Rename deployments one after the other, by the API; return how long it took to be told."""
    took = []
    with direct(cluster) as ask:
        for number in range(chosen.changes):
            deployment, name = f"model-{number * 7 % chosen.deployments}", f"Renamed {time.time()}"
            annotations = {"metadata": {"annotations": {"primehub-deploy.io/display-name": name}}}
            ask("PATCH", f"/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}", annotations)
            # From when the API server has said that it has it.
            began = time.perf_counter()
            took.append(max(0.0, when(deployment, name, began - 0.5) - began) * 1000)
            time.sleep(0.05)
    return quantiles(took)


def quantiles(took: list[float]) -> str:
    """Say how long most of it took, in milliseconds."""
    ordered = sorted(took)
    return f"{statistics.median(took):.0f} ms (median), {ordered[int(len(ordered) * 0.95)]:.0f} ms (p95)"


@contextlib.contextmanager
def direct(cluster: Cluster) -> Iterator[Callable[[str, str, Any], None]]:
    """Give a way to the API server that no other waits on."""
    with CountedRoad(cluster.kubeconfig()) as road:
        config = yaml.safe_load(cluster.kubeconfig().read_text())
        token = config["users"][0]["user"]["token"]
        connection = http.client.HTTPConnection("127.0.0.1", road.port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"}

        def ask(method: str, path: str, body: Any) -> None:
            connection.request(method, path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text

        yield ask
        connection.close()


def memory(server: Server) -> float:
    """Return the proportional set size of a server, in MB."""
    return psutil.Process(server.process.pid).memory_full_info().pss / 2**20


def until(found: Callable[[], float], limit: float = 30.0) -> float:
    """Wait for a moment in time to be known."""
    deadline = time.perf_counter() + limit
    while not (moment := found()):
        assert time.perf_counter() < deadline, "the change was not told"
        time.sleep(0.001)
    return moment


def seconds(began: float) -> str:
    """Say how long ago something began."""
    return f"{time.perf_counter() - began:.1f} s"


if __name__ == "__main__":
    main()
