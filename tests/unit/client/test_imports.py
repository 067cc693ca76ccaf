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


def test_nothing_heavy_comes_with_the_client() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    took, modules = json.loads(ran.stdout)
    assert not {"jupyter_server", "pydantic", "pandas", "numpy", "IPython", "tornado", "cloudpickle"} & set(modules)
    assert took < 0.15
