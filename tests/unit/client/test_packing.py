"""Models become artifacts that load elsewhere, or it is said which part of them can't."""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from primehub_deploy_ext import request_headers
from primehub_deploy_ext.client import local_modules
from primehub_deploy_ext.client.packing import packed
from primehub_deploy_ext.domain.errors import InvalidInput


@pytest.fixture
def local_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "beside_the_notebook.py").write_text(
        "import deeper_still\n"
        "FACTOR = 2\n"
        "class Doubler:\n"
        "    def predict(self, x):\n"
        "        return deeper_still.times(x, FACTOR)\n"
    )
    (tmp_path / "deeper_still.py").write_text("def times(x, n):\n    return [n * v for v in x]\n")
    (tmp_path / "not_needed.py").write_text("import threading\nLOCK = threading.Lock()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("not_needed")
    yield importlib.import_module("beside_the_notebook")
    for name in ("beside_the_notebook", "deeper_still", "not_needed"):
        sys.modules.pop(name, None)


def test_digest_and_size_are_those_of_the_file_and_the_file_goes_away() -> None:
    with packed(LinearRegression()) as artifact:
        content = artifact.path.read_bytes()
        assert hashlib.sha256(content).hexdigest() == artifact.digest
        assert len(content) == artifact.size
        assert isinstance(pickle.loads(content), LinearRegression)
    assert not artifact.path.exists()


def test_packages_are_those_the_model_needs() -> None:
    import sklearn

    with packed(LinearRegression().fit(np.eye(2), [1, 2])) as artifact:
        assert artifact.packages["sklearn"] == sklearn.__version__
        assert artifact.packages["numpy"] == np.__version__
        assert "pandas" not in artifact.packages


def test_a_function_brings_the_packages_of_its_globals() -> None:
    def norm(x: Any) -> Any:
        return np.linalg.norm(x)

    norm.__module__ = "__main__"
    with packed(norm) as artifact:
        assert "numpy" in artifact.packages


def test_local_modules_travel_by_value_those_only_that_are_used(local_module: ModuleType) -> None:
    import cloudpickle

    with packed(local_module.Doubler()) as artifact:
        assert artifact.by_value == ("beside_the_notebook", "deeper_still")
        code = f"import pickle; print(pickle.load(open({str(artifact.path)!r}, 'rb')).predict([1, 2]))"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", check=False)
    assert ran.stdout.strip() == "[2, 4]", ran.stderr
    assert not cloudpickle.list_registry_pickle_by_value()


def test_a_helper_beside_a_notebook_of_an_editable_project_travels(
    local_module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The notebooks' folder is not on the path of a replica, though the project's is.
    monkeypatch.setattr(local_modules, "_linked_folders", lambda: frozenset({tmp_path.parent}))
    assert local_modules.is_local(local_module)
    monkeypatch.setattr(local_modules, "_linked_folders", lambda: frozenset({tmp_path}))
    assert not local_modules.is_local(local_module), "a replica imports what lies in the project's own folder"


def test_a_package_of_an_editable_project_is_imported_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "of_the_project"
    (package / "deep").mkdir(parents=True)
    for file in (package / "__init__.py", package / "deep" / "__init__.py", package / "deep" / "down.py"):
        file.touch()
    monkeypatch.setattr(local_modules, "_linked_folders", lambda: frozenset({tmp_path}))
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("of_the_project.deep.down")
    try:
        assert not any(local_modules.is_local(sys.modules[name]) for name in sys.modules if "of_the_project" in name)
    finally:
        for name in [name for name in sys.modules if "of_the_project" in name]:
            del sys.modules[name]


def test_what_every_replica_brings_along_travels_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    # As where this package runs from a checkout and isn't installed.
    monkeypatch.setattr(local_modules, "distributions", dict)
    monkeypatch.setattr(local_modules, "_installed_folders", frozenset)
    assert not local_modules.is_local(sys.modules[request_headers.__module__])


class WithLock:
    def __init__(self) -> None:
        self.inner = {"a": [1, threading.Lock()]}

    def predict(self, x: Any) -> Any:
        return x


class WithSlots:
    __slots__ = ("handle",)

    def predict(self, x: Any) -> Any:
        return x


def with_generator() -> Any:
    model = WithSlots()
    model.handle = (n for n in range(3))
    return model


def with_closure() -> Any:
    lock = threading.Lock()

    def predict(x: Any) -> Any:
        with lock:
            return x

    return predict


def with_file() -> Any:
    model = WithSlots()
    model.handle = open(os.devnull, "wb")  # noqa: PTH123, SIM115 (closed with the test's garbage)
    return model


@pytest.mark.parametrize(
    ("model", "path", "advice"),
    [
        (WithLock, "model.inner['a'][1]: a _thread.lock", "A lock belongs to one process"),
        (with_generator, "model.handle: a generator", "make a list of it"),
        (with_closure, "model → variable lock: a _thread.lock", "A lock belongs"),
        (lambda: functools.partial(max, key=WithLock()), "model.keywords['key'].inner['a'][1]", "A lock belongs"),
        (with_file, "model.handle: a _io.BufferedWriter", "An open file"),
        (
            lambda: Pipeline([("f", FunctionTransformer(WithLock())), ("m", LinearRegression())]),
            "model.steps[0][1].func.inner['a'][1]: a _thread.lock",
            "A lock",
        ),
        (lambda: (n for n in range(3)), "the model, a generator", "make a list of it"),
    ],
)
def test_the_culprit_is_named(model: Any, path: str, advice: str) -> None:
    with pytest.raises(InvalidInput) as caught, packed(model()):
        pass
    assert path in caught.value.message
    assert advice in caught.value.message
    assert caught.value.fields[0]["field"] == "model"


def test_a_model_whose_own_reduce_raises() -> None:
    class Stubborn:
        def __reduce__(self) -> Any:
            raise RuntimeError("never")

    with pytest.raises(InvalidInput, match="RuntimeError: never"), packed(Stubborn()):
        pass
