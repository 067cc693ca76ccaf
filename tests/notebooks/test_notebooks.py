"""Every notebook runs from top to bottom, against a real server and the real engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_the_notebook_runs(notebook: Path) -> None:
    done = subprocess.run(
        [sys.executable, "scripts/demo_server.py", sys.executable, "scripts/run_notebook.py", str(notebook)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Deployed" in done.stdout


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS] != []
