"""A trained model turned into the bytes that a replica loads, and the libraries they need."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from primehub_deploy_ext.client.local_modules import distributions, is_local
from primehub_deploy_ext.client.unpicklable import find_culprit
from primehub_deploy_ext.domain.errors import InvalidInput

_PROTOCOL = 5


@dataclass(frozen=True)
class Artifact:
    """A pickled model in a temporary file.

    Parameters
    ----------
    path
        The file; it is removed when :func:`packed` is left.
    digest
        SHA-256 of its bytes, in hexadecimal.
    size
        Bytes.
    packages
        Versions of the libraries that unpickling needs, by import name.
    by_value
        Names of the local modules whose code is in the pickle.
    """

    path: Path
    digest: str
    size: int
    packages: dict[str, str]
    by_value: tuple[str, ...]


@contextmanager
def packed(model: Any) -> Iterator[Artifact]:
    """Pickle a model to a temporary file for as long as the block runs: huge models aren't held twice.

    Raises
    ------
    InvalidInput
        When it can't be pickled, with the path of the attribute that is to blame.
    """
    handle, name = tempfile.mkstemp(prefix="primehub-model-", suffix=".pkl")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            sink = _HashingFile(file)
            try:
                pickler = _pickle(model, sink)
            except OSError as error:
                raise InvalidInput(f"the model can't be written to {path.parent}: {error.strerror or error}") from error
            except Exception as error:  # whatever the model's own __reduce__ raises
                raise InvalidInput(find_culprit(model, error, _picklable), fields=_FIELD) from error
        yield Artifact(path, sink.digest(), sink.size, _versions(pickler.used), tuple(sorted(pickler.by_value)))
    finally:
        path.unlink(missing_ok=True)


_FIELD = [{"field": "model", "message": "can't be pickled"}]


def package_version(name: str) -> str | None:
    """Return the version of an imported top-level package; None if it is none that is installed."""
    module = sys.modules.get(name)
    version = getattr(module, "__version__", None)
    if isinstance(version, str) and version:
        return version
    for distribution in distributions().get(name, ()):
        return importlib.metadata.version(distribution)
    return None


def _pickle(model: Any, file: Any) -> Any:
    pickler = _pickler_class()(file, protocol=_PROTOCOL)
    try:
        pickler.dump(model)
    finally:
        pickler.unregister()
    return pickler


def _picklable(value: Any) -> Exception | None:
    """Return why a value can't be pickled; None if it can."""
    try:
        _pickle(value, _Nowhere())
    except Exception as error:  # noqa: BLE001 (the question is whether there is one)
        return error
    return None


def _pickler_class() -> Any:
    import cloudpickle

    class ModelPickler(cloudpickle.Pickler):  # type: ignore[misc]
        """Writes local modules by value, those only that the model refers to, and notes all it refers to."""

        def __init__(self, file: Any, protocol: int) -> None:
            super().__init__(file, protocol=protocol)
            self.used: set[str] = set()
            self.by_value: set[str] = set()

        def reducer_override(self, obj: Any) -> Any:
            name = obj.__name__ if isinstance(obj, ModuleType) else getattr(obj, "__module__", None)
            for found in (name, type(obj).__module__):
                if isinstance(found, str) and found not in self.used:
                    self.used.add(found)
                    self._register(found)
            return super().reducer_override(obj)

        def _register(self, name: str) -> None:
            module = sys.modules.get(name)
            if module is None or name == "__main__" or name in cloudpickle.list_registry_pickle_by_value():
                return
            if is_local(module):
                cloudpickle.register_pickle_by_value(module)
                self.by_value.add(name)

        def unregister(self) -> None:
            for name in self.by_value:
                cloudpickle.unregister_pickle_by_value(sys.modules[name])

    return ModelPickler


def _versions(modules: set[str]) -> dict[str, str]:
    versions = {}
    for top in sorted({name.partition(".")[0] for name in modules}):
        if top in sys.stdlib_module_names or top == "__main__":
            continue
        version = package_version(top)
        if version is not None:
            versions[top] = version
    return versions


class _HashingFile:
    """What the pickler writes to: bytes go to the file and into the digest, none are kept."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self._hash.update(view)
        self._file.write(view)
        self.size += view.nbytes
        return view.nbytes

    def digest(self) -> str:
        """Return the SHA-256 of all that was written."""
        return self._hash.hexdigest()


class _Nowhere:
    def write(self, data: Any) -> int:
        return memoryview(data).nbytes
