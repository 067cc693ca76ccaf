"""The gateway as the daemon sees it: started or adopted, kept alive, told what to serve."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import secrets
import socket
from collections.abc import Callable, Collection
from pathlib import Path

from primehub_deploy_ext.domain.errors import EngineUnavailable, UpstreamFailed
from primehub_deploy_ext.engines.local.gateway import port as ports
from primehub_deploy_ext.engines.local.gateway.admin import AdminError
from primehub_deploy_ext.engines.local.gateway.bootstrap import CLUSTERS_FILE, ROUTES_FILE, bootstrap
from primehub_deploy_ext.engines.local.gateway.config import ConfigFile, clusters_file, routes_file
from primehub_deploy_ext.engines.local.gateway.process import EnvoyProcess, Record, find_envoy
from primehub_deploy_ext.engines.local.gateway.readings import Readings
from primehub_deploy_ext.engines.local.gateway.routes import GatewayState
from primehub_deploy_ext.engines.local.gateway.settings import DEFAULT_PORT, Settings
from primehub_deploy_ext.engines.local.gateway.waiting import until
from primehub_deploy_ext.engines.local.gateway.xds import XdsFiles

_START_LIMIT = 20.0
_ADOPT_LIMIT = 3.0
_APPLY_LIMIT = 10.0
_RETIRE_LIMIT = 5.0
_RESTART_DELAYS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
_LONG_LIFE = 30.0
# A request that was routed just before a flip is not counted by its cluster yet.
_FLIP_SECONDS = 0.05

log = logging.getLogger(__name__)


class Gateway:
    """One Envoy and its files.

    Parameters
    ----------
    run_dir
        The engine's run-time directory; the gateway's files lie in ``gw`` below it.
    settings
        Taken from the environment when left out.
    binary
        The Envoy to run; looked for when left out.
    on_restart
        Called with a sentence each time Envoy ended by itself and serves again.
    """

    def __init__(
        self,
        run_dir: Path,
        settings: Settings | None = None,
        *,
        binary: Path | None = None,
        on_restart: Callable[[str], None] | None = None,
    ) -> None:
        self._folder = run_dir / "gw"
        self._record_path, self._log_path = self._folder / "gateway.json", self._folder / "envoy.log"
        self._files = XdsFiles(self._folder / "xds")
        self._settings = settings or Settings.from_environment()
        self._binary = binary
        self._on_restart = on_restart
        self._process: EnvoyProcess | None = None
        self._supervising: asyncio.Task[None] | None = None
        self._held: socket.socket | None = None
        self._port = self._wanted_port = 0
        self._wanted: GatewayState | None = None
        self._applied: GatewayState | None = None
        self._applying = asyncio.Lock()
        self._ended: list[tuple[str, Readings]] = []
        self.problem: str | None = None
        """Why Envoy is not running although it should, or None."""

    @property
    def url(self) -> str:
        """``http://host:port``, the same over restarts."""
        return f"http://{self._settings.caller_host}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Envoy's process."""
        return self._process.record.pid if self._process else None

    async def start(self) -> None:
        """Adopt the Envoy that runs, else start one; return once it serves what its files say.

        Raises
        ------
        EngineUnavailable
            If there is no Envoy, or it doesn't come up; with its own words.
        """
        record = Record.load(self._record_path)
        running = EnvoyProcess(record, self._log_path) if record else None
        if running and not running.running:
            running.forget()
            running = None
        self._files.load()
        self._take_port(record, shared=running is not None)
        try:
            if running and not await self._adopt(running):
                await self._launch()
                # Both listen on the port by now, and the old one sends its callers over.
                await running.retire(_RETIRE_LIMIT, self._remember)
            elif not running:
                await self._launch()
        except BaseException:
            if running:  # it goes on serving, and the next start shall find it
                running.record.save(self._record_path)
            self._release_port()
            raise
        self._supervising = asyncio.create_task(self._supervise(), name="gateway")

    async def close(self) -> None:
        """Stop looking after Envoy, which goes on serving."""
        while self._supervising and not self._supervising.done():
            # Once may not be enough: before Python 3.12, wait_for loses a cancellation that comes with its result.
            self._supervising.cancel()
            await asyncio.wait({self._supervising}, timeout=1)
        self._supervising = None
        self._release_port()

    async def stop(self, limit: float = 5.0) -> None:
        """End Envoy; requests in flight have ``limit`` seconds to be answered."""
        await self.close()
        if self._process:
            await self._process.stop(limit)
            self._process = None

    async def apply(self, state: GatewayState) -> None:
        """Serve this, and nothing else; returns when Envoy does.

        Calls that come while another one is at work are done in one go, the newest state wins.

        Raises
        ------
        UpstreamFailed
            If Envoy refuses; with its own words. It goes on with what it had.
        EngineUnavailable
            If Envoy is not there in time. It will serve the state as soon as it is.
        """
        self._wanted = state
        async with self._applying:
            newest = self._wanted
            if newest == self._applied:
                return
            if self._supervising is None:
                raise EngineUnavailable("the gateway is not started")
            self._applied = None
            routes = routes_file(newest.routes, newest.unavailable, timeout=self._settings.route_timeout)
            clusters = clusters_file(newest.clusters)
            if self._process is None:
                await self._deliver({CLUSTERS_FILE: clusters, ROUTES_FILE: routes})
            else:
                # A cluster is known before a route leads to it, and is gone only when none does any more.
                both = clusters_file(newest.clusters, kept=self._files[CLUSTERS_FILE].resources)
                await self._deliver({CLUSTERS_FILE: both})
                await self._deliver({ROUTES_FILE: routes})
                await self._deliver({CLUSTERS_FILE: clusters})
            self._applied = newest

    async def wait_healthy(self, cluster_name: str, n: int, timeout: float) -> None:
        """Wait until ``n`` replicas of a cluster are in rotation.

        Raises
        ------
        EngineUnavailable
            If they are not after ``timeout`` seconds.
        """
        seen = 0

        async def enough() -> bool:
            nonlocal seen
            seen = await self._process.admin.healthy(cluster_name) if self._process else 0
            return seen >= n

        if not await until(enough, timeout):
            raise EngineUnavailable(
                f"{seen} of {n} replicas of {cluster_name} answered the gateway's health check within {timeout:g} s"
            )

    async def drained(self, cluster_name: str, limit: float) -> bool:
        """Wait until a cluster, to which no route leads any more, has answered everything.

        Returns
        -------
        bool
            False if after ``limit`` seconds it still hasn't.
        """

        async def idle() -> bool:
            return self._process is None or await self._process.admin.active(cluster_name) == 0

        await asyncio.sleep(_FLIP_SECONDS)
        return await until(idle, limit)

    async def readings(self, whose: Collection[str] = ()) -> list[tuple[str, Readings]]:
        """Return what Envoy counted since it started, with a name of the process: another one counts from 0 again.

        Before it comes, once, what processes had counted when they were ended in favour of this one.

        Parameters
        ----------
        whose
            Those whose requests are wanted (``Route.counted_as``); everybody's when there are none.

        Raises
        ------
        EngineUnavailable
            If Envoy can't be asked.
        """
        process = self._running
        try:
            now = await process.admin.readings(whose)
        except AdminError as error:
            raise EngineUnavailable(str(error)) from error
        ended, self._ended = self._ended, []
        return [*ended, (process.name, now)]

    # ------------------------------------------------------------------------------------------- the process

    def _remember(self, name: str, counted: Readings) -> None:
        self._ended.append((name, counted))

    @property
    def _running(self) -> EnvoyProcess:
        if self._process is None:
            raise EngineUnavailable(self.problem or "the gateway is not started")
        return self._process

    def _take_port(self, record: Record | None, *, shared: bool) -> None:
        host = self._settings.host
        self._wanted_port = self._settings.port or (record.wanted if record else DEFAULT_PORT)
        keep = record is not None and (record.host, record.wanted) == (host, self._wanted_port)
        wanted = record.port if record and keep else self._wanted_port
        try:
            self._held = ports.join(host, wanted) if shared and keep else ports.reserve(host, wanted)
        except OSError as error:
            raise EngineUnavailable(f"the gateway can't listen on {host}: {error}") from error
        self._port = self._held.getsockname()[1]
        if self._port != wanted:
            log.warning("port %d is taken by another program: the gateway listens on %d", wanted, self._port)

    def _release_port(self) -> None:
        if self._held:
            self._held.close()
            self._held = None

    async def _adopt(self, process: EnvoyProcess) -> bool:
        if process.record.port == self._port and process.record.design == self._design(self._find_binary()):
            try:
                await process.until_serving(self._files.taken, _ADOPT_LIMIT)
            except (EngineUnavailable, UpstreamFailed) as error:
                log.warning("the running gateway is replaced: %s", error)
            else:
                self._process = process
                return True
        return False

    async def _launch(self) -> None:
        try:
            await self._launch_once()
        except UpstreamFailed:
            # Left by another version of this package. To serve nothing until the next apply is better than no start.
            log.exception("the gateway refuses its files, and starts without")
            self._files.forget()
            self._applied = None
            await self._launch_once()

    async def _launch_once(self) -> None:
        binary = self._find_binary()
        self._files.write_all()
        admin = str(self._folder / f"admin-{secrets.token_hex(4)}.sock")
        process = EnvoyProcess.start(
            binary,
            self._bootstrap(admin, base64.b64encode(secrets.token_bytes(20)).decode()),
            self._folder,
            host=self._settings.host,
            port=self._port,
            wanted=self._wanted_port,
            admin=admin,
            design=self._design(binary),
        )
        try:
            process.record.save(self._record_path)
            await process.until_serving(self._files.taken, _START_LIMIT)
        except BaseException:
            await process.kill()
            raise
        self._process, self.problem = process, None

    def _find_binary(self) -> Path:
        return self._binary or find_envoy()

    def _bootstrap(self, admin: str, nobody: str) -> dict[str, object]:
        return bootstrap(self._settings, port=self._port, admin=admin, xds=str(self._files.folder), nobody=nobody)

    def _design(self, binary: Path) -> str:
        with contextlib.suppress(OSError):
            found = binary.stat()
            facts = [str(binary), found.st_size, found.st_mtime_ns, self._bootstrap("", "")]
            return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
        return ""

    async def _supervise(self) -> None:
        loop, attempts = asyncio.get_running_loop(), 0
        while True:
            began, process = loop.time(), self._running
            how = await process.ended()
            log.warning("the gateway %s%s", how, process.complaints())
            self._process, self.problem = None, f"the gateway {how}, and is started again"
            attempts = 0 if loop.time() - began > _LONG_LIFE else attempts
            launched = False
            while not launched:
                await asyncio.sleep(_RESTART_DELAYS[min(attempts, len(_RESTART_DELAYS) - 1)])
                attempts += 1
                try:
                    await self._launch()
                    launched = True
                except (EngineUnavailable, UpstreamFailed, OSError) as error:
                    self.problem = f"the gateway {how}, and can't be started again: {error}"
                    log.warning(self.problem)
            if self._on_restart:
                # Not called here: an error in it must not end the supervision.
                loop.call_soon(self._on_restart, f"the gateway {how}, and was started again")

    # --------------------------------------------------------------------------------------------- the files

    async def _deliver(self, files: dict[str, ConfigFile]) -> None:
        before = {name: self._files[name] for name in files}
        process = self._process
        if files == before and process:
            return
        refused, logged = 0, process.log_size if process else 0
        if process:
            with contextlib.suppress(AdminError):
                refused = (await process.admin.status()).refused

        async def taken() -> bool:
            current = self._process
            if current is None:  # being restarted: it finds the files as they are now
                return False
            status = await current.admin.status()
            # Another process counts from 0, and what it refuses is told when it is started.
            if current is process and status.refused > refused:
                raise UpstreamFailed("the gateway refused the change" + process.complaints(logged))
            return self._files.taken(status) and not status.warming

        for name, file in files.items():
            self._files.write(name, file)
        try:
            if not await until(taken, _APPLY_LIMIT):
                raise EngineUnavailable(self.problem or f"the gateway took no change within {_APPLY_LIMIT:g} s")
        except UpstreamFailed:
            # It keeps what it had; but restarted with these files it would have nothing.
            for name, file in before.items():
                self._files.write(name, file)
            raise
