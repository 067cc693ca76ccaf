"""The recipe of the runner's image: what it copies is all that the runner imports."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "images" / "runner" / "Containerfile").read_text(encoding="utf-8")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Do what the recipe's COPY lines say; return the folder that stands for the image's root."""
    for line in re.findall(r"^COPY (.+)$", RECIPE.replace("\\\n", " "), re.MULTILINE):
        *sources, target = line.split()
        place = tmp_path / target.lstrip("/")
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, place)
    return tmp_path / "opt" / "primehub-deploy"


def test_the_image_has_all_that_the_runner_imports_and_its_entry_point_starts_it(copied: Path) -> None:
    entry = re.findall(r'"([^"]+)"', RECIPE.split("ENTRYPOINT", 1)[1])
    assert entry == ["python", "-m", "primehub_deploy_ext.runner.container"]
    imports = (
        "import importlib, pkgutil, primehub_deploy_ext.runner as r\n"
        "for m in pkgutil.walk_packages(r.__path__, r.__name__ + '.'):\n"
        "    m.name.endswith('__main__') or importlib.import_module(m.name)\n"
        "import sys; assert not {'pydantic', 'jupyter_server', 'psutil'} & set(sys.modules)\n"
        "from primehub_deploy_ext import request_headers; print(r.__file__)"
    )
    environment = {"PYTHONPATH": str(copied), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", imports], check=False, capture_output=True, text=True, env=environment, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(copied))
    command = [sys.executable, *entry[1:]]
    started = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd="/")
    assert started.returncode == 3
    assert "this image serves what it is told to" in started.stderr


def test_the_image_on_the_test_cluster_has_the_same_files() -> None:
    kit = (ROOT / "tests" / "cluster" / "kit" / "runner_image.py").read_text(encoding="utf-8")
    code = kit.split("CODE = (", 1)[1].split("\n)\n", 1)[0]
    listed = set(re.findall(r'"([^"]+)"', code))
    copies = re.findall(r"^COPY (.+)$", RECIPE.replace("\\\n", " "), re.MULTILINE)
    named = {source.removeprefix("primehub_deploy_ext/") for line in copies for source in line.split()[:-1]}
    assert named == listed


def test_it_runs_as_nobody_in_particular() -> None:
    assert re.search(r"^USER 1000:1000$", RECIPE, re.MULTILINE)
