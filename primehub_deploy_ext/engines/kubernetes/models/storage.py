"""Where artifacts lie so that notebooks and pods reach them: a folder that both mount, or an object store.

A URL as fsspec has it: a path, ``file://…``, ``s3://bucket/folder``, ``gs://…``, ``az://…``, or any other that an
fsspec implementation is installed for. What is asked of it is small: whole objects, and to be the one who makes one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from primehub_deploy_ext.domain.errors import EngineUnavailable


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


@contextlib.contextmanager
def naming_the_store(url: str) -> Iterator[None]:
    """Say of a store that can't be reached, is full, or lets nobody in, which one it is and what it said."""
    try:
        yield
    except (FileNotFoundError, EngineUnavailable):
        raise
    except Exception as error:
        said = " ".join(str(getattr(error, "strerror", None) or error).split())[:500] or type(error).__name__
        raise EngineUnavailable(f"the store of the models, {url}, can't be used: {said}") from error


class Folder:
    """A folder on a volume that is shared. Files are for all to read: pods run as users of their own."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.url = root.as_uri()

    def has(self, key: str) -> bool:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            return (self._root / key).is_file()

    def put(self, file: Path, key: str) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url), self._draft(key) as draft:
            with file.open("rb") as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                _settle(target)
            draft.replace(self._root / key)

    def create(self, key: str, content: bytes) -> bool:
        """See :class:`Storage`."""
        with naming_the_store(self.url), self._draft(key) as draft:
            with draft.open("wb") as target:
                target.write(content)
                _settle(target)
            try:
                # Of several who link to one name one succeeds, on NFS too; and it has all of its content at once.
                os.link(draft, self._root / key)
            except FileExistsError:
                return False
            return True

    def write(self, key: str, content: bytes) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url), self._draft(key) as draft:
            with draft.open("wb") as target:
                target.write(content)
                _settle(target)
            draft.replace(self._root / key)

    def read(self, key: str) -> bytes:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            return (self._root / key).read_bytes()

    def inside(self, folder: str) -> dict[str, float]:
        """See :class:`Storage`."""
        found = {}
        with naming_the_store(self.url), contextlib.suppress(FileNotFoundError):
            for file in (self._root / folder).iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if file.is_file() and not file.name.startswith("."):
                        found[f"{folder}/{file.name}"] = file.stat().st_mtime
        return found

    def remove(self, key: str) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            (self._root / key).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _draft(self, key: str) -> Iterator[Path]:
        """Give a place for what is not whole yet; it is cleared whatever happens."""
        folder = (self._root / key).parent
        missing = [one for one in (folder, *folder.parents) if one.is_relative_to(self._root) and not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for one in missing:
            one.chmod(0o755)
        draft = folder / f".{uuid.uuid4().hex}.incoming"
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _settle(file: Any) -> None:
    """Make it readable for pods, and durable: acknowledged means that it survives a power cut."""
    os.fchmod(file.fileno(), 0o644)
    file.flush()
    os.fsync(file.fileno())
