"""Real Jupyter servers over one embedded engine, for the tests that need them."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.demo_server import Server, end_engine, jupyter_server


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for the servers and their engine, which is ended with the test."""
    folder = Path(tempfile.mkdtemp(prefix="phd-"))
    yield folder
    left = end_engine(folder / "engine")
    shutil.rmtree(folder, ignore_errors=True)
    assert not left, f"processes outlived the engine: {left}"


@pytest.fixture
def start_server(home: Path) -> Iterator[Callable[..., Server]]:
    """Start Jupyter servers that share the engine below ``home``; the parameters are those of ``jupyter_server``."""
    with contextlib.ExitStack() as stack:

        def start(**options: Any) -> Server:
            return stack.enter_context(jupyter_server(home, root=home, **options))

        yield start
