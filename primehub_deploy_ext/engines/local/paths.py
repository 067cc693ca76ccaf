"""Where the embedded engine keeps its files.

``home`` survives reboots (state, artifacts, logs). ``run`` holds sockets and process records; its path
is short because a unix socket's path is limited to 104 (macOS) or 108 (Linux) characters.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.home import HOME_VARIABLE, home_of_user

_LONGEST_RUN_PATH = 60
_PRIVATE = 0o700


@dataclass(frozen=True)
class Paths:
    """The folders of one embedded engine."""

    home: Path
    run: Path

    @classmethod
    def of_user(cls) -> Paths:
        """Return the paths of this OS user, or those below ``PRIMEHUB_DEPLOY_HOME``."""
        home = home_of_user()
        return cls(home, _run_dir(home))

    def prepare(self) -> Paths:
        """Create the folders, readable by this user alone.

        Raises
        ------
        EngineUnavailable
            If a folder belongs to somebody else (a squatter under ``/tmp``) or can't be made.
        """
        for folder in (self.home, self.run, self.artifacts, self.logs, self.replicas, self.launchers, self.gateway):
            try:
                folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
                found = folder.lstat()
            except OSError as error:
                raise EngineUnavailable(f"can't use the folder {folder}: {error.strerror}") from error
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                raise EngineUnavailable(
                    f"{folder} belongs to another user: remove it, or set {HOME_VARIABLE} to a folder of your own"
                )
            if found.st_mode & 0o077:
                folder.chmod(_PRIVATE)
        return self

    def check(self) -> None:
        """Refuse a run-time directory of somebody else, who would be told what callers send; it may not exist yet.

        Raises
        ------
        EngineUnavailable
            If it belongs to another user.
        """
        try:
            found = self.run.lstat()
        except OSError:
            return
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise EngineUnavailable(
                f"{self.run} belongs to another user: remove it, or set {HOME_VARIABLE} to a folder of your own"
            )

    @property
    def database(self) -> Path:
        """SQLite file."""
        return self.home / "state.db"

    @property
    def metrics(self) -> Path:
        """SQLite file of what was measured."""
        return self.home / "metrics.db"

    @property
    def artifacts(self) -> Path:
        """Content-addressed models."""
        return self.home / "artifacts"

    @property
    def logs(self) -> Path:
        """Logs by deployment uid."""
        return self.home / "logs"

    @property
    def daemon_log(self) -> Path:
        """What the daemon itself has to say."""
        return self.home / "daemon.log"

    @property
    def socket(self) -> Path:
        """The daemon's rpc socket."""
        return self.run / "daemon.sock"

    @property
    def lock(self) -> Path:
        """Held by the one daemon."""
        return self.run / "daemon.lock"

    @property
    def report(self) -> Path:
        """Datagram socket on which replicas report their steps."""
        return self.run / "report.sock"

    @property
    def replicas(self) -> Path:
        """Sockets, orders and status files of replicas."""
        return self.run / "r"

    @property
    def launchers(self) -> Path:
        """Sockets of launchers."""
        return self.run / "l"

    @property
    def gateway(self) -> Path:
        """Envoy's files."""
        return self.run / "gw"


def _run_dir(home: Path) -> Path:
    # One engine per home: its digest keeps two homes of one account apart, also those that follow from HOME
    # (JupyterHub's SimpleLocalProcessSpawner gives each user one).
    name = f"primehub-deploy-{hashlib.sha256(bytes(home)).hexdigest()[:10]}"
    session = os.environ.get("XDG_RUNTIME_DIR")
    if session and len(session) + len(name) < _LONGEST_RUN_PATH and Path(session).is_dir():
        return Path(session) / name
    base = Path(tempfile.gettempdir())
    if len(str(base)) > _LONGEST_RUN_PATH - 30:
        base = Path("/tmp")  # noqa: S108 - checked for ownership in prepare()
    return base / f"{name}-{os.getuid()}"
