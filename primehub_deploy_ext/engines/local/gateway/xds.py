"""The two files that Envoy watches, on disk and in memory."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from primehub_deploy_ext.engines.local.gateway.admin import GatewayStatus
from primehub_deploy_ext.engines.local.gateway.bootstrap import CLUSTERS_FILE, ROUTES_FILE
from primehub_deploy_ext.engines.local.gateway.config import ConfigFile, clusters_file, routes_file
from primehub_deploy_ext.engines.local.gateway.process import write_file

_NOTHING = {CLUSTERS_FILE: clusters_file(()), ROUTES_FILE: routes_file((), (), timeout=0)}


class XdsFiles:
    """What Envoy was last told.

    Parameters
    ----------
    folder
        Where the files lie; made if missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = dict(_NOTHING)

    def __getitem__(self, name: str) -> ConfigFile:
        return self._files[name]

    def load(self) -> None:
        """Read what an earlier daemon wrote; what is missing or broken is taken as empty."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files = dict(_NOTHING)
        for name in self._files:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                text = (self.folder / name).read_text("utf-8")
                found = ConfigFile(json.loads(text)["version_info"], text)
                # Envoy takes routes without a table for no update, and its version becomes "".
                if found.resources or name == CLUSTERS_FILE:
                    self._files[name] = found

    def write(self, name: str, file: ConfigFile) -> None:
        """Replace one file."""
        write_file(self.folder / name, file.text)
        self._files[name] = file

    def write_all(self) -> None:
        """Write both again, before a start: one that is missing then is fatal, and ``/tmp`` gets cleaned."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, file in self._files.items():
            write_file(self.folder / name, file.text)

    def forget(self) -> None:
        """Go back to serving nothing."""
        self._files = dict(_NOTHING)

    def taken(self, status: GatewayStatus) -> bool:
        """Tell whether Envoy has both files as they are now."""
        return (status.routes, status.clusters) == (self[ROUTES_FILE].version, self[CLUSTERS_FILE].version)
