"""Command lines that start our code in an interpreter which does not have this package.

Our folder is handed over as an argument and stands for the package as a bare module object: neither the
package's own ``__init__`` runs nor does anything else of the server's environment get on the path. Of the public names
it has the one that is for models.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE_FOLDER = Path(__file__).resolve().parent.parent

PROGRAM = """\
import sys
if sys.version_info < (3, 10):
    sys.exit("Python %s.%s is too old to serve models: 3.10 or newer is needed" % sys.version_info[:2])
if sys.path and sys.path[0] == "":
    del sys.path[0]
import importlib, importlib.util, types
if importlib.util.find_spec("tornado") is None:
    sys.exit("%s has no tornado, which serving a model needs: install ipykernel or tornado there" % sys.executable)
package = types.ModuleType("primehub_deploy_ext")
package.__path__ = [sys.argv[1]]
sys.modules["primehub_deploy_ext"] = package
package.request_headers = importlib.import_module("primehub_deploy_ext.runner.headers").request_headers
sys.exit(importlib.import_module("primehub_deploy_ext.runner." + sys.argv[2]).main(sys.argv[3:]))
"""


@cache
def code_digest() -> str:
    """Return what tells our code from that of another version, whose launchers may still run."""
    files = sorted(path for folder in ("runner", "domain") for path in (PACKAGE_FOLDER / folder).rglob("*.py"))
    facts = [(str(path), (found := path.stat()).st_size, found.st_mtime_ns) for path in files]
    return hashlib.sha256(repr((PROGRAM, facts)).encode()).hexdigest()


def launcher_command(
    interpreter: str, socket: Path, modules: Iterable[str] = (), idle_timeout: float | None = None
) -> list[str]:
    """Return the command that starts a launcher.

    Parameters
    ----------
    interpreter
        Absolute path of the Python that runs the models.
    socket
        Where the launcher listens.
    modules
        Import names that it imports before it forks.
    idle_timeout
        Seconds without children and connections after which it ends; its own default when left out.
    """
    command = [*_command(interpreter, "launcher"), "--socket", str(socket), "--modules", ",".join(modules)]
    if idle_timeout is not None:
        command += ["--idle-timeout", str(idle_timeout)]
    return command


def replica_command(interpreter: str, order: Path) -> list[str]:
    """Return the command that runs one replica as a fresh process, by the order in a JSON file."""
    return [*_command(interpreter, "replica"), "--order", str(order)]


def packing_command(interpreter: str, file: Path, into: Path) -> list[str]:
    """Return the command that turns a model file into an artifact and its description, in a folder."""
    return [*_command(interpreter, "pack"), "--file", str(file), "--into", str(into)]


def _command(interpreter: str, role: str) -> list[str]:
    return [interpreter, "-c", PROGRAM, str(PACKAGE_FOLDER), role]
