"""Groups that are written down in a YAML file."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from pathlib import Path

from traitlets import Unicode

from primehub_deploy_ext.domain.errors import Conflict, EngineUnavailable
from primehub_deploy_ext.domain.groups import Directory
from primehub_deploy_ext.service.groups.provider import GroupProvider, Surroundings
from primehub_deploy_ext.service.groups.settings_file import Settings, SettingsProblem, read_settings

_Signature = tuple[int, ...] | None


class FileGroups(GroupProvider):
    """Groups, instance types and pull secrets of a YAML file.

    The file is read again when it, or a password file that it names, changes. What can't be understood changes
    nothing: what was read before still counts, and everybody is told what is wrong.
    """

    name = "file"

    path = Unicode(
        "",
        config=True,
        help="""The YAML file with groups, instance types and pull secrets; docs/groups.md describes it.
        It is read again when it changes.""",
    )

    # A provider that learns from elsewhere which groups there are reads their settings here, with this off:
    # instance types and pull secrets may then name groups that the file doesn't.
    alone = True

    _surroundings: Surroundings
    _file: Path

    async def open(self, surroundings: Surroundings) -> None:
        """Read the file; one that can't be understood is a warning, not an error, so that people see why."""
        if not self.path:
            raise EngineUnavailable(
                "the groups file is not configured: set c.FileGroups.path to the path of a YAML file"
            )
        self._surroundings = surroundings
        self._file = Path(self.path).expanduser().absolute()
        self._directory = Directory(admins=surroundings.admins)
        self._read_at: datetime | None = None
        self._signatures: dict[Path, _Signature] = {}
        self._reading = asyncio.Lock()
        await asyncio.to_thread(self._read)

    async def directory(self, user: str) -> Directory:  # noqa: ARG002 -- the same for everybody
        """Return all that the file says now, in its order, or said when it was last understood."""
        async with self._reading:
            if any(_signature(path) != before for path, before in self._signatures.items()):
                await asyncio.to_thread(self._read)
            return self._directory

    def _read_only(self) -> Conflict:
        return Conflict(f"groups, instance types and pull secrets are written in {self._file}: change them there")

    def _read(self) -> None:
        self._signatures = {}
        before = self._directory.warning
        try:
            settings = read_settings(self._file, self._read_file, check_groups=self.alone)
        except SettingsProblem as problem:
            kept = (
                "nobody is in any group until that is corrected"
                if self._read_at is None
                else f"what was read at {self._read_at:%Y-%m-%d %H:%M:%S} UTC still counts"
            )
            warning = f"The{str(problem).removeprefix('the')}; {kept}."
            self._directory = self._directory.model_copy(update={"warning": warning, "as_of": self._read_at})
            if warning != before:
                self.log.warning("Model Deployment: %s", warning)
        else:
            self._directory = self._told(settings)
            self._read_at = datetime.now(timezone.utc)
            if before:
                self.log.info("Model Deployment: the groups file %s is understood again", self._file)

    def _told(self, settings: Settings) -> Directory:
        kinds = settings.instance_types
        return Directory(
            groups=settings.groups,
            instance_types=tuple(self._surroundings.instance_types) if kinds is None else kinds,
            pull_secrets=settings.pull_secrets,
            admins=settings.admins | self._surroundings.admins,
        )

    def _read_file(self, path: Path) -> bytes:
        # Before it is read: a change meanwhile is noticed at the next request.
        self._signatures[path] = _signature(path)
        return path.read_bytes()


def _signature(path: Path) -> _Signature:
    try:
        found = path.stat()  # of what a link points to: Kubernetes changes mounted files by a link
    except OSError:
        return None
    # The time of the last change of its rights is in too: a file that becomes readable is read.
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev
