"""The IPython that this code runs in."""

from __future__ import annotations

import sys
from typing import Any


def running_shell() -> Any:
    """Return the shell; None outside of IPython, which is not imported to find out."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
