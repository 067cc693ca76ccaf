"""Importing the client is cheap: it happens in every notebook, often before anything else."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import sys, json, time
start = time.process_time()
import primehub_deploy_ext.client
took = time.process_time() - start
print(json.dumps([took, [name.partition(".")[0] for name in sys.modules]]))
"""


def imported() -> tuple[float, set[str]]:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    took, modules = json.loads(ran.stdout)
    return took, set(modules)


def test_nothing_heavy_comes_with_the_client() -> None:
    _, modules = imported()
    assert not {"jupyter_server", "pydantic", "pandas", "numpy", "IPython", "tornado", "cloudpickle"} & modules


def test_importing_the_client_takes_less_than_150_ms() -> None:
    # The best of three: a busy machine adds to any one of them.
    assert min(imported()[0] for _ in range(3)) < 0.15
