"""Importing the client is cheap: it happens in every notebook, often before anything else.

How long it takes is measured in ``benchmarks/deploy.py``; what makes it long is what comes with it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import sys
before = set(sys.modules)
import primehub_deploy_ext.client
print(*(set(sys.modules) - before))
"""


@pytest.fixture(scope="module")
def brought() -> set[str]:
    """Names of the modules that importing the client brings."""
    return set(subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout.split())


def test_nothing_heavy_comes_with_the_client(brought: set[str]) -> None:
    heavy = {"jupyter_server", "pydantic", "pandas", "numpy", "IPython", "tornado", "cloudpickle"}
    assert not heavy & {name.partition(".")[0] for name in brought}


def test_nothing_but_ours_comes_from_outside_the_standard_library(brought: set[str]) -> None:
    others = {name.partition(".")[0] for name in brought} - set(sys.stdlib_module_names)
    assert others == {"primehub_deploy_ext"}
    assert len(brought) < 220
