"""A real JupyterHub: its proxy, its Hub, its users' servers, and the REST APIs of all of them."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil

from primehub_deploy_ext import connect
from primehub_deploy_ext.client.connection import Connection
from scripts.demo_server import paths_of
from tests.engines.bench import wait_for

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROXY = HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
PASSWORD = "open sesame"
START_LIMIT = 180.0
# Of what the Hub said: small, so that tests needn't wait for minutes; in the grace a browser has to look at a page.
REFRESH_SECONDS = 2
GRACE_SECONDS = 30


class Installation:
    """A JupyterHub on loopback whose files and processes all belong to one folder.

    Parameters
    ----------
    folder
        Empty folder with a short path.
    users, admins
        Who may log in; admins as well.
    groups
        Members of each group.
    """

    def __init__(self, folder: Path, users: list[str], admins: list[str], groups: dict[str, list[str]]) -> None:
        self.folder = folder
        self.groups = groups
        public, internal, proxy_api, gateway = free_ports(4)
        self.url = f"http://127.0.0.1:{public}/"
        self.hub_url = f"http://127.0.0.1:{internal}/"
        self._token = secrets.token_hex(16)
        self._culler_token = secrets.token_hex(16)
        self._proxy_token = secrets.token_hex(16)
        self._settings = {
            "folder": str(folder),
            "url": self.url,
            "hub_url": self.hub_url,
            "proxy_api_url": f"http://127.0.0.1:{proxy_api}",
            "password": PASSWORD,
            "token": self._token,
            "culler_token": self._culler_token,
            "users": users,
            "admins": admins,
            "server_arguments": [
                *(["--allow-root"] if os.getuid() == 0 else []),
                # Tabs ask JupyterLab whether it is ready.
                "--LabApp.expose_app_in_browser=True",
                f"--JupyterHubGroups.refresh_interval={REFRESH_SECONDS}",
                f"--JupyterHubGroups.grace={GRACE_SECONDS}",
                # A busy machine is no Hub that is down.
                "--JupyterHubGroups.timeout=30",
            ],
            "server_environment": {
                "PRIMEHUB_DEPLOY_HOME": str(self.engine_home),
                # The engine outlives the servers by design; with nothing left to run it ends soon.
                "PRIMEHUB_DEPLOY_IDLE_SECONDS": "5",
                "PRIMEHUB_DEPLOY_GATEWAY_PORT": str(gateway),
                "PYTHONPATH": str(ROOT),
                "JUPYTERHUB_ACTIVITY_INTERVAL": "1",
            },
        }
        self._hub: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self._asked: set[tuple[psutil.Process, Callable[[psutil.Process], None]]] = set()
        self._api = httpx.Client(
            base_url=f"{self.hub_url}hub/api/", headers={"Authorization": f"token {self._token}"}, timeout=30
        )
        self._user_tokens: dict[str, str] = {}

    @property
    def engine_home(self) -> Path:
        """The one engine of all users."""
        return self.folder / "engine"

    # ------------------------------------------------------------------ processes

    def start(self) -> None:
        """Start the proxy and the Hub, and make the groups."""
        self._start_proxy()
        self.start_hub()
        for name, members in self.groups.items():
            self.api("POST", f"groups/{name}")
            for member in members:
                self.join(member, name)

    def start_hub(self) -> None:
        """Start the Hub; it finds the servers again that were running before."""
        config = HERE / "jupyterhub_config.py"
        self._hub = self._process("hub", [sys.executable, "-m", "jupyterhub", "-f", str(config)])
        wait_for(lambda: self._answers(f"{self.hub_url}hub/api/") and self._answers(f"{self.url}hub/api/"), START_LIMIT)

    def kill_hub(self) -> None:
        """End the Hub without notice; the proxy and the users' servers stay."""
        assert self._hub is not None
        self._hub.kill()
        self._hub.wait()

    @contextlib.contextmanager
    def culling(self, idle_seconds: int) -> Iterator[None]:
        """Let JupyterHub's idle culler stop servers, with the permissions that the docs give it."""
        command = [
            *(sys.executable, "-m", "jupyterhub_idle_culler", f"--url={self.hub_url}hub/api"),
            *(f"--timeout={idle_seconds}", "--cull-every=1"),
        ]
        culler = self._process("culler", command, {"JUPYTERHUB_API_TOKEN": self._culler_token})
        try:
            yield
        finally:
            culler.terminate()
            culler.wait()

    def end(self) -> list[str]:
        """End every process that belongs to the folder; return those that ignored it."""
        self._api.close()
        for end, limit in ((psutil.Process.terminate, 30), (psutil.Process.kill, 30)):
            with contextlib.suppress(AssertionError):
                wait_for(partial(self._all_ended, end), limit)
        for process in self._started:
            process.wait()
        shutil.rmtree(paths_of(self.engine_home).run, ignore_errors=True)
        return [" ".join(process.cmdline()) for process in self._processes()]

    def _all_ended(self, end: Callable[[psutil.Process], None]) -> bool:
        """Ask all that are left to end, once each, also those that were started meanwhile."""
        left = self._processes()
        for process in left:
            if (process, end) not in self._asked:
                self._asked.add((process, end))
                with contextlib.suppress(psutil.Error):
                    end(process)
        return not left

    def log(self, name: str = "hub", lines: int = 60) -> str:
        """Return the end of a log, for messages."""
        file = self.folder / f"{name}.log"
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:]) if file.exists() else ""

    def _start_proxy(self) -> None:
        public, api = (httpx.URL(url).port for url in (self.url, self._settings["proxy_api_url"]))
        assert PROXY.exists(), f"{PROXY} is missing: run `make hub`"
        self._process(
            "proxy",
            [
                *("node", str(PROXY), "--ip=127.0.0.1", f"--port={public}", "--api-ip=127.0.0.1", f"--api-port={api}"),
                *(f"--default-target={self.hub_url}", f"--error-target={self.hub_url}hub/error"),
            ],
        )
        wait_for(lambda: self._answers(f"{self.url}_chp_healthz"), START_LIMIT)

    def _process(self, name: str, command: list[str], more: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PRIMEHUB"))},
            "CONFIGPROXY_AUTH_TOKEN": self._proxy_token,
            "PD_HUB_SETTINGS": json.dumps(self._settings),
            "PYTHONPATH": str(ROOT),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            **(more or {}),
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self._started.append(process)
        return process

    def _answers(self, url: str) -> bool:
        if self._hub is not None:
            assert self._hub.poll() is None, self.log()
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(url, timeout=2).is_success
        return False

    def _processes(self) -> list[psutil.Process]:
        """All that have the folder in their environment: daemons leave their parents, but not this."""
        return list(_mentioning(str(self.folder)))

    # ------------------------------------------------------------------ REST

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the Hub's REST API as an administrator of everything."""
        answer = self._api.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def join(self, user: str, group: str) -> None:
        """Add a user to a group of the Hub."""
        self.api("POST", f"groups/{group}/users", {"users": [user]})

    def leave(self, user: str, group: str) -> None:
        """Take a user out of a group of the Hub."""
        self.api("DELETE", f"groups/{group}/users", {"users": [user]})

    def start_server(self, user: str) -> None:
        """Start a user's server and wait until it serves; nothing happens when it runs."""
        self.start_servers([user])

    def start_servers(self, users: Iterable[str]) -> None:
        """Start the servers of several users at once and wait until they serve."""
        stopped = [user for user in users if not self.server_runs(user)]
        for user in stopped:
            self.api("POST", f"users/{user}/server")
        wait_for(lambda: all(self.server_runs(user) for user in stopped), START_LIMIT)

    def server_runs(self, user: str) -> bool:
        """Tell whether the user's server is ready."""
        return bool(self._server(user).get("ready"))

    def server_is_gone(self, user: str) -> bool:
        """Tell whether the user's server has ended, and isn't just about to."""
        return not self._server(user)

    def _server(self, user: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api("GET", f"users/{user}")["servers"].get("", {})
        return found

    def url_of(self, user: str) -> str:
        """Return the public address of a user's server."""
        return f"{self.url}user/{user}/"

    def token_of(self, user: str) -> str:
        """Return a token of the user, as they could make one in the Hub."""
        if user not in self._user_tokens:
            self._user_tokens[user] = self.api("POST", f"users/{user}/tokens")["token"]
        return self._user_tokens[user]

    def rest(self, user: str, *, server_of: str | None = None) -> httpx.Client:
        """Return what speaks for a user, through the proxy, with a server that is started when needed.

        Parameters
        ----------
        server_of
            Whose server; the user's own when left out.
        """
        owner = server_of or user
        self.start_server(owner)
        return httpx.Client(
            base_url=f"{self.url_of(owner)}primehub-deploy/v1/",
            headers={"Authorization": f"token {self.token_of(user)}"},
            timeout=30,
        )

    def connection(self, user: str) -> Connection:
        """Return the same as a notebook has it."""
        self.start_server(user)
        return connect(self.url_of(user), self.token_of(user))


def answer_of(endpoint: str, number: float = 21) -> float:
    """Call a model of one number."""
    request = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [number]}]}
    model = endpoint.rstrip("/").rpartition("/")[2]
    answer = httpx.post(f"{endpoint}v2/models/{model}/infer", json=request)
    assert answer.status_code == 200, answer.text
    return float(answer.json()["outputs"][0]["data"][0])


def listed(rest: httpx.Client, **query: str) -> set[str]:
    """Return the ids of the deployments that somebody sees."""
    answer = rest.get("deployments", params=query)
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _mentioning(text: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            if any(text in value for value in process.environ().values()):
                yield process
