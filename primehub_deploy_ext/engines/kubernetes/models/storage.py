"""Where artifacts lie so that notebooks and pods reach them: a folder that both mount, or an object store.

A URL as fsspec has it: a path, ``file://…``, ``s3://bucket/folder``, ``gs://…``, ``az://…``, or any other that an
fsspec implementation is installed for. What is asked of it is small: whole objects, and to be the one who makes one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit


class Storage(Protocol):
    """Objects by key; keys are relative and have slashes. Blocking: call it in a thread."""

    url: str

    def has(self, key: str) -> bool:
        """Tell whether there is such an object."""

    def put(self, file: Path, key: str) -> None:
        """Copy a file here; readers see all of it or nothing."""

    def create(self, key: str, content: bytes) -> bool:
        """Make an object that isn't there yet; False if it is, whoever was faster."""

    def write(self, key: str, content: bytes) -> None:
        """Make an object, or replace it."""

    def read(self, key: str) -> bytes:
        """Return an object; ``FileNotFoundError`` if there is none."""

    def inside(self, folder: str) -> dict[str, float]:
        """Return the keys of the objects directly in a folder, and when they were changed (Unix time)."""

    def remove(self, key: str) -> None:
        """Remove an object, if it is there."""


def open_storage(url: str, options: Mapping[str, Any] | None = None) -> Storage:
    """Return the storage below a URL.

    Parameters
    ----------
    url
        Its root.
    options
        For the implementation. Secrets are better left to the variables that it reads: ``AWS_SECRET_ACCESS_KEY``, say.

    Raises
    ------
    EngineUnavailable
        Where nothing here can read such URLs.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        return Folder(Path(unquote(parts.path) if parts.scheme else url))
    from primehub_deploy_ext.engines.kubernetes.models import remote_storage

    return remote_storage.opened(url.rstrip("/"), parts.scheme, dict(options or {}))


class Folder:
    """A folder on a volume that is shared. Files are for all to read: pods run as users of their own."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.url = root.as_uri()

    def has(self, key: str) -> bool:
        """See :class:`Storage`."""
        return (self._root / key).is_file()

    def put(self, file: Path, key: str) -> None:
        """See :class:`Storage`."""
        draft = self._draft(key)
        try:
            with file.open("rb") as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                _settle(target)
            draft.replace(self._root / key)
        finally:
            draft.unlink(missing_ok=True)

    def create(self, key: str, content: bytes) -> bool:
        """See :class:`Storage`."""
        draft = self._draft(key)
        try:
            with draft.open("wb") as target:
                target.write(content)
                _settle(target)
            try:
                # Of several who link to one name one succeeds, on NFS too; and it has all of its content at once.
                os.link(draft, self._root / key)
            except FileExistsError:
                return False
        finally:
            draft.unlink(missing_ok=True)
        return True

    def write(self, key: str, content: bytes) -> None:
        """See :class:`Storage`."""
        draft = self._draft(key)
        with draft.open("wb") as target:
            target.write(content)
            _settle(target)
        draft.replace(self._root / key)

    def read(self, key: str) -> bytes:
        """See :class:`Storage`."""
        return (self._root / key).read_bytes()

    def inside(self, folder: str) -> dict[str, float]:
        """See :class:`Storage`."""
        found = {}
        with contextlib.suppress(FileNotFoundError):
            for file in (self._root / folder).iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if file.is_file() and not file.name.startswith("."):
                        found[f"{folder}/{file.name}"] = file.stat().st_mtime
        return found

    def remove(self, key: str) -> None:
        """See :class:`Storage`."""
        (self._root / key).unlink(missing_ok=True)

    def _draft(self, key: str) -> Path:
        folder = (self._root / key).parent
        missing = [one for one in (folder, *folder.parents) if one.is_relative_to(self._root) and not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for one in missing:
            one.chmod(0o755)
        return folder / f".{uuid.uuid4().hex}.incoming"


def _settle(file: Any) -> None:
    """Make it readable for pods, and durable: acknowledged means that it survives a power cut."""
    os.fchmod(file.fileno(), 0o644)
    file.flush()
    os.fsync(file.fileno())
