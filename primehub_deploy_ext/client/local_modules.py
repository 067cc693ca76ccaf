"""Which modules a replica can't import, because they are the user's own files and not installed."""

from __future__ import annotations

import functools
import importlib.metadata
import site
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType


def is_local(module: ModuleType) -> bool:
    """Tell whether a module is a Python file that a fresh interpreter wouldn't find.

    A helper beside the notebook is; the standard library, what is installed (also in editable mode) and
    compiled modules, which can't be pickled by value anyway, are not. Nor is this package: replicas bring it along.
    """
    file = getattr(module, "__file__", None)
    if not file or not file.endswith(".py"):
        return False
    path = Path(file)
    if any(folder in path.parents for folder in _installed_folders()):
        return False
    if any(_imports(folder, module.__name__, path) for folder in _linked_folders()):
        return False
    top = module.__name__.partition(".")[0]
    return top not in sys.stdlib_module_names and top not in distributions() and top != __name__.partition(".")[0]


def _imports(folder: Path, name: str, path: Path) -> bool:
    """Tell whether a file is what a folder on the path has under this name.

    A project that is installed in editable mode often has notebooks below: what lies beside those is not found.
    """
    found = folder.joinpath(*name.split("."))
    return path in (found.with_suffix(".py"), found / "__init__.py")


@functools.cache
def _installed_folders() -> frozenset[Path]:
    folders = {Path(path) for path in sysconfig.get_paths().values()} | _site_folders()
    # `data` and `scripts` are the environment's root and bin: projects may well be below those.
    return frozenset(folders - {Path(sysconfig.get_path("data")), Path(sysconfig.get_path("scripts"))})


@functools.cache
def _linked_folders() -> frozenset[Path]:
    """Return the folders that are on the path of every interpreter besides, such as those of editable projects."""
    folders = set()
    for folder in _site_folders():
        for pth in folder.glob("*.pth"):
            try:
                lines = pth.read_text().splitlines()
            except (OSError, UnicodeDecodeError):
                continue
            folders |= {
                folder / line.strip() for line in lines if line.strip() and not line.startswith(("#", "import"))
            }
    return frozenset(folders)


def _site_folders() -> set[Path]:
    return {Path(path) for path in (*site.getsitepackages(), site.getusersitepackages())}


@functools.cache
def distributions() -> Mapping[str, list[str]]:
    """Return which distributions each top-level import name comes from; slow the first time."""
    return importlib.metadata.packages_distributions()
