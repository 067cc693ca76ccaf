"""What importing costs: modules that must not be pulled in. (Times are measured in ``benchmarks/``.)"""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import primehub_deploy_ext", "jupyter_server pydantic pandas numpy tornado sklearn"),
        ("from primehub_deploy_ext import deploy, connect", "jupyter_server pydantic pandas numpy sklearn"),
        ("import primehub_deploy_ext.app", "kubernetes pandas numpy pydantic psutil"),
    ],
)
def test_an_import_pulls_in_nothing_heavy(statement: str, forbidden: str) -> None:
    program = f"{statement}\nimport sys\nprint(*[m for m in {forbidden.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
