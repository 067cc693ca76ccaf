"""Object stores, and whatever else fsspec knows, as a ``Storage``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.engines.kubernetes.models.storage import naming_the_store

# Read by the `obstore` package (the extra `s3`), whose conditional writes are the stores' own.
_OBJECT_STORES = ("s3", "gs", "az")


def opened(url: str, scheme: str, options: dict[str, Any]) -> ObjectStorage | FsspecStorage:
    """Return the storage below a URL.

    Raises
    ------
    EngineUnavailable
        Where nothing here can read such URLs.
    """
    try:
        if scheme in _OBJECT_STORES:
            return ObjectStorage(url, options)
        return FsspecStorage(url, options)
    except ImportError as error:
        missing = "install primehub-deploy-ext[s3]" if scheme in _OBJECT_STORES else str(error)
        raise EngineUnavailable(f"models can't be stored at {url}: {missing}") from error
    except ValueError as error:
        raise EngineUnavailable(f"models can't be stored at {url}: {error}") from error


class ObjectStorage:
    """A bucket, or a part of one. An object is there at once and whole, as these stores have it."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        from obstore.store import from_url

        self.url = url
        endpoint = str(options.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL") or "")
        if endpoint.startswith("http://"):
            options.setdefault("client_options", {}).setdefault("allow_http", True)
        self._store = from_url(url, **options)

    def has(self, key: str) -> bool:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            try:
                self._store.head(key)
            except FileNotFoundError:
                return False
            return True

    def put(self, file: Path, key: str) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            self._store.put(key, file)

    def create(self, key: str, content: bytes) -> bool:
        """See :class:`Storage`."""
        from obstore.exceptions import AlreadyExistsError

        with naming_the_store(self.url):
            try:
                self._store.put(key, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def write(self, key: str, content: bytes) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            self._store.put(key, content, use_multipart=False)

    def read(self, key: str) -> bytes:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            return bytes(self._store.get(key).bytes())

    def inside(self, folder: str) -> dict[str, float]:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            found = self._store.list_with_delimiter(folder)["objects"]
            return {str(one["path"]): one["last_modified"].timestamp() for one in found}

    def remove(self, key: str) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url), contextlib.suppress(FileNotFoundError):
            self._store.delete(key)


class FsspecStorage:
    """Any file system that fsspec has an implementation for."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        import fsspec

        self.url = url
        self._files: Any
        self._files, self._root = fsspec.url_to_fs(url, use_listings_cache=False, **options)

    def has(self, key: str) -> bool:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            return bool(self._files.isfile(self._path(key)))

    def put(self, file: Path, key: str) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            self._make_folder(key)
            self._files.put_file(str(file), self._path(key))

    def create(self, key: str, content: bytes) -> bool:
        """See :class:`Storage`. As good as the implementation's own ``mode="create"``."""
        with naming_the_store(self.url):
            self._make_folder(key)
            try:
                self._files.pipe_file(self._path(key), content, mode="create")
            except FileExistsError:
                return False
            return True

    def write(self, key: str, content: bytes) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            self._make_folder(key)
            self._files.pipe_file(self._path(key), content)

    def read(self, key: str) -> bytes:
        """See :class:`Storage`."""
        with naming_the_store(self.url):
            return bytes(self._files.cat_file(self._path(key)))

    def inside(self, folder: str) -> dict[str, float]:
        """See :class:`Storage`."""
        return {f"{folder}/{_name(one)}": _changed(one) for one in self._entries(folder) if one["type"] == "file"}

    def remove(self, key: str) -> None:
        """See :class:`Storage`."""
        with naming_the_store(self.url), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(key))

    def _entries(self, folder: str) -> Any:
        with naming_the_store(self.url):
            try:
                return self._files.ls(self._path(folder), detail=True)
            except FileNotFoundError:
                return []

    def _make_folder(self, key: str) -> None:
        self._files.makedirs(self._path(key).rpartition("/")[0], exist_ok=True)

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}".rstrip("/")


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rpartition("/")[2]


def _changed(entry: Mapping[str, Any]) -> float:
    names = ("last_modified", "LastModified", "mtime", "created")
    when: Any = next((entry[name] for name in names if entry.get(name)), 0.0)
    return float(when.timestamp() if hasattr(when, "timestamp") else when)
