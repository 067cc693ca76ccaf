"""Has the engine import the libraries of a model while the model is still being trained.

After each cell that brought in a new model library the server is told, so that a launcher is warm when
``deploy`` comes. ``PRIMEHUB_DEPLOY_AUTOWARM=0`` turns it off.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from primehub_deploy_ext.client.shell import running_shell

if TYPE_CHECKING:
    from primehub_deploy_ext.client.rest import RestClient

LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost", "torch", "statsmodels", "pandas", "numpy")
_TIMEOUT = 2.0
_MAX_REQUESTS = 4


class AutoWarm:
    """Watches which libraries a notebook imports, and passes that on, a few times at most."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._requests = 0

    def after_cell(self, *_: Any) -> None:
        """Look for new libraries; what follows happens in a thread and is never heard of."""
        found = frozenset(name for name in LIBRARIES if name in sys.modules)
        if found <= self._known or self._requests >= _MAX_REQUESTS:
            return
        self._known = found
        self._requests += 1
        threading.Thread(target=_warm, args=(sorted(found),), name="primehub-autowarm", daemon=True).start()


def install() -> None:
    """Begin, once per notebook; does nothing elsewhere or when turned off."""
    global _installed  # noqa: PLW0603 (once per process is the point)
    shell = running_shell()
    if _installed is not None or shell is None or os.environ.get("PRIMEHUB_DEPLOY_AUTOWARM") == "0":
        return
    _installed = AutoWarm()
    shell.events.register("post_run_cell", _installed.after_cell)


def hint(rest: RestClient) -> None:
    """Have the engine begin while a model is still tried and packed; once per process, nothing where a notebook did."""
    global _hinted  # noqa: PLW0603 (once per process is the point)
    if _hinted or _installed is not None or os.environ.get("PRIMEHUB_DEPLOY_AUTOWARM") == "0":
        return
    _hinted = True
    libraries = [name for name in LIBRARIES if name in sys.modules]
    threading.Thread(target=_warm, args=(libraries, rest), name="primehub-autowarm", daemon=True).start()


_installed: AutoWarm | None = None
_hinted = False


def _warm(libraries: list[str], rest: RestClient | None = None) -> None:
    try:
        from primehub_deploy_ext.client.discovery import find_server
        from primehub_deploy_ext.client.rest import RestClient

        packages = {name: str(getattr(sys.modules[name], "__version__", "")) for name in libraries}
        body = {"interpreter": sys.executable, "packages": packages}
        (rest or RestClient(find_server())).warm(body, timeout=_TIMEOUT)
    except Exception:  # noqa: BLE001, S110 (a help that isn't there is no concern of the notebook's)
        pass
