"""The wheel works where there is neither Node nor this working tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from primehub_deploy_ext import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from it."""
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return target


def test_versions_agree() -> None:
    assert json.loads((ROOT / "labextension" / "package.json").read_text())["version"] == __version__


def test_the_wheel_carries_the_front_end_once(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    data = f"primehub_deploy_ext-{__version__}.data/data/"
    assert f"{data}share/jupyter/labextensions/primehub-deploy-ext/package.json" in names
    assert f"{data}etc/jupyter/jupyter_server_config.d/primehub_deploy_ext.json" in names
    remotes = [name for name in names if "remoteEntry" in name and name.endswith(".js")]
    assert len(remotes) == 1, remotes
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]


@pytest.mark.timeout(600)
def test_the_wheel_installs_and_loads_without_node(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    clean = tmp_path / "clean"
    subprocess.run([sys.executable, "-m", "venv", str(clean)], check=True)
    subprocess.run([clean / "bin" / "pip", "install", "--quiet", str(wheel)], check=True)
    environment = {
        "PATH": f"{clean / 'bin'}",
        "HOME": str(tmp_path),
        "JUPYTER_PREFER_ENV_PATH": "1",
        **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))},
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [str(clean / "bin" / command[0]), *command[1:]],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout + done.stderr

    assert "node" not in {path.name for path in (clean / "bin").iterdir()}
    servers = run("jupyter", "server", "extension", "list")
    assert f"primehub_deploy_ext {__version__} " in servers
    assert "OK" in servers.split("primehub_deploy_ext")[-1]
    labs = run("jupyter", "labextension", "list")
    line = next(line for line in labs.splitlines() if "primehub-deploy-ext" in line)
    assert "enabled" in line
    assert "OK" in line
    run("python", "-c", "from primehub_deploy_ext import deploy, connect, DeploymentsPanel")
