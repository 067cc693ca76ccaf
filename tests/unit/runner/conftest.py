"""Real models, real launchers and real replicas; every process ends with the test that started it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.runner.processes import Launcher, Workshop, short_folder


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    folder = short_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def warm(module_folder: Path) -> Iterator[Launcher]:
    """A launcher with scikit-learn imported, shared by the tests of a module."""
    launcher = Launcher(module_folder, ("numpy", "pandas", "sklearn"))
    yield launcher
    launcher.end()


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop(short_folder())
    yield made
    made.end()
    shutil.rmtree(made.folder)


@pytest.fixture
def bare(workshop: Workshop) -> Iterator[Callable[..., Launcher]]:
    """Start launchers that import next to nothing."""
    launchers: list[Launcher] = []

    def start(*modules: str, idle_timeout: float | None = None) -> Launcher:
        launchers.append(Launcher(workshop.folder, modules, idle_timeout))
        return launchers[-1]

    yield start
    for launcher in launchers:
        launcher.end()
