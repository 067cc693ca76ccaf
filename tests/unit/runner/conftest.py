"""Real models, real launchers and real replicas; every process ends with the test that started it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.runner import models
from tests.unit.runner.processes import Launcher, Replica, Workshop, short_folder


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    folder = short_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def warm(session_folder: Path) -> Iterator[Launcher]:
    """A launcher with scikit-learn imported, shared by all tests."""
    launcher = Launcher(session_folder, ("numpy", "pandas", "sklearn"))
    yield launcher
    launcher.end()


@pytest.fixture(scope="session")
def replicas(warm: Launcher, session_folder: Path) -> dict[str, Replica]:
    """Return one ready replica per kind of model."""
    workshop = Workshop(session_folder)
    orders = {
        "iris": workshop.order(models.iris(), adapter="sklearn", signature=models.IRIS_SIGNATURE),
        "people": workshop.order(models.people(), adapter="sklearn", signature=models.PEOPLE_SIGNATURE),
        "echo": workshop.order(lambda values: values),
        "shouter": workshop.order(models.shouter()),
    }
    started = {name: warm.fork({**order, "deployment": name}) for name, order in orders.items()}
    for replica in started.values():
        replica.wait_for_step("ready")
    return started


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
