"""The test cluster, for tests: a real Kubernetes on this machine, its users, its files."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KIT = Path(__file__).parent / "kit"
# Another name for each checkout with a runner of its own, where several use one cluster.
RUNNER_IMAGE = os.environ.get("PRIMEHUB_DEPLOY_TEST_RUNNER", "registry.test/runner:1")
WEB_IMAGE = "registry.test/web:1"
_ALIAS = Path("/sys/class/net/tcnode0/ifalias")


class Cluster:
    """A cluster that runs, or that :meth:`up` starts.

    Parameters
    ----------
    state
        Its folder, of 70 characters at most.
    """

    node_address = "172.30.98.1"
    """Where pods reach what listens on this machine."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.artifact_root = state / "artifacts"

    @classmethod
    def of_this_machine(cls) -> Cluster:
        """Return the one that runs here, else the one whose folder ``PRIMEHUB_DEPLOY_TEST_CLUSTER`` names."""
        running = _ALIAS.read_text().strip() if _ALIAS.exists() else ""
        named = os.environ.get("PRIMEHUB_DEPLOY_TEST_CLUSTER", "/var/tmp/primehub-deploy-cluster")
        return cls(Path(running or named))

    def up(self) -> Cluster:
        """Start what of it doesn't run; the binaries are built when the cache has none."""
        self.state.mkdir(parents=True, exist_ok=True)
        with (self.state / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # What runs is what is used: its binaries may be in a cache of their own.
            binaries = str((self.state / "bin").resolve()) if self.runs else _told(str(KIT / "build.sh"))
            _told(str(KIT / "up.sh"), str(self.state), binaries)
            for part in ("registry", "kserve"):
                if not self.has(part):
                    _told(str(KIT / f"{part}.sh"), str(self.state))
            tools = f"{binaries}/debian/usr/bin:{os.environ['PATH']}"
            environment = {**os.environ, "PATH": tools, "BUSYBOX": f"{binaries}/debian/bin/busybox"}
            _told(sys.executable, str(KIT / "runner_image.py"), str(self.state), env=environment)
            # Pods, whose users have no name here, read what a server wrote.
            self.artifact_root.mkdir(exist_ok=True)
            self.artifact_root.chmod(0o755)
        return self

    @property
    def runs(self) -> bool:
        """Whether it is up, as far as this machine's network tells."""
        return _ALIAS.exists() and _ALIAS.read_text().strip() == str(self.state.resolve())

    def has(self, component: str) -> bool:
        """Tell whether a component runs."""
        try:
            pid = (self.state / f"{component}.pid").read_text().strip()
            return str(self.state) in Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            return False

    def kubeconfig(self, user: str = "admin") -> Path:
        """Return the credentials of ``admin``, ``alice`` (group research) or ``bob`` (group sales)."""
        return self.state / f"{user}.kubeconfig"

    def kubectl(self, *arguments: str, user: str = "admin", given: str | None = None) -> str:
        """Return what a command prints; an AssertionError with what it said when it fails."""
        command = [str(self.state / "bin" / "kubectl"), "--kubeconfig", str(self.kubeconfig(user)), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, input=given, timeout=120)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr.strip()}"
        return done.stdout

    def get(self, *arguments: str, user: str = "admin") -> Any:
        """Return what ``kubectl get … -o json`` prints."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json", user=user))

    def apply(self, *objects: dict[str, Any], user: str = "admin") -> None:
        """Make objects, or change them, as another program would."""
        items = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("apply", "-f", "-", user=user, given=json.dumps(items))

    def make_namespace(self, name: str) -> str:
        """Make a namespace with a name that nobody had, once pods can be made in it."""
        made = f"{name}-{uuid.uuid4().hex[:6]}"
        self.kubectl("create", "namespace", made)
        self.until(lambda: self.kubectl("get", "serviceaccounts", "-n", made, "-o", "name"), "its service account")
        return made

    def image(self, ref: str, *files: str, entrypoint: tuple[str, ...]) -> str:
        """Put an image of local files (``SRC:DST``) on the node, with busybox's shell; return its name."""
        busybox = self.state / "bin" / "debian" / "bin" / "busybox"
        socket = self.state / "containerd" / "containerd.sock"
        tools = f"{self.state}/bin/debian/usr/bin:{os.environ['PATH']}"
        command = [sys.executable, str(KIT / "image.py"), ref, f"{busybox}:/bin/busybox", "@busybox:/bin/sh", *files]
        command += ["--libraries", "--socket", str(socket), "--entrypoint", *entrypoint]
        _told(*command, env={**os.environ, "PATH": tools})
        return ref

    @property
    def registry(self) -> tuple[str, str, str]:
        """The private registry that has ``web:1``: address, user, password."""
        return "127.0.0.1:21500", "puller", (self.state / "registry" / "password").read_text().strip()

    @contextmanager
    def without(self, component: str, how: int = signal.SIGKILL) -> Iterator[None]:
        """End a component (``apiserver``, ``etcd``, ``kubelet``, …) for a while; nobody else may do so meanwhile."""
        with (self.state / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.kill(int((self.state / f"{component}.pid").read_text()), how)
            try:
                yield
            finally:
                if how == signal.SIGSTOP:
                    os.kill(int((self.state / f"{component}.pid").read_text()), signal.SIGCONT)
                else:
                    _told(str(KIT / "up.sh"), str(self.state), str((self.state / "bin").resolve()))

    @staticmethod
    def until(condition: Any, what: str, limit: float = 60.0) -> Any:
        """Wait for a condition."""
        deadline = time.monotonic() + limit
        while not (found := condition()):
            assert time.monotonic() < deadline, f"waited {limit:g} s for {what}"
            time.sleep(0.1)
        return found


def _told(*command: str, env: dict[str, str] | None = None) -> str:
    """Run a script of the kit; return the last line that it printed, and raise with all it said when it fails."""
    # A file, not a pipe: what the script leaves running would keep a pipe open.
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        done = subprocess.run(command, check=False, stdout=output, stderr=errors, stdin=subprocess.DEVNULL, env=env)
        output.seek(0)
        errors.seek(0)
        printed, said = output.read(), errors.read()
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed ({done.returncode}):\n{said}{printed}")
    return (printed.strip().splitlines() or [""])[-1]
