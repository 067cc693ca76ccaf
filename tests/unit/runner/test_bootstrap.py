"""Our code in an interpreter that doesn't have it."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv

import pytest

from primehub_deploy_ext.runner import bootstrap


@pytest.fixture(scope="module")
def other_python(tmp_path_factory):
    """Return an interpreter with nothing installed."""
    folder = tmp_path_factory.mktemp("other")
    venv.create(folder, symlinks=True)
    return str(folder / "bin" / "python")


def test_an_interpreter_without_tornado_is_told_what_to_install(other_python, tmp_path):
    ended = run(bootstrap.launcher_command(other_python, tmp_path / "l.sock"), tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("install ipykernel or tornado there")


def test_an_interpreter_with_tornado_alone_runs_us_and_nothing_else_of_ours(other_python, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "tornado").symlink_to(sysconfig.get_path("purelib") + "/tornado")
    # The folder that it is started in must not hide a library either.
    (tmp_path / "json.py").write_text("raise ImportError('not me')")
    command = bootstrap.launcher_command(other_python, tmp_path / "l.sock", ["numpy", "pydantic"], 0.1)
    ended = run(command, tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert (ended.returncode, ended.stderr) == (0, "")
    order = tmp_path / "order.json"
    order.write_text("{}")
    ended = run(bootstrap.replica_command(other_python, order), tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert "the replica order lacks" in ended.stderr


def run(command, folder, **environment):
    assert command[0] != sys.executable
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
