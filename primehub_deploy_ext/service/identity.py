"""Who a caller is, in one rule."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping


def caller_name(provided: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """Return the name that is recorded as the author of a change.

    Parameters
    ----------
    provided
        The user name of a *configured* identity provider, JupyterHub's included: whoever visits a shared server acts
        in their own name. None for Jupyter's own token and password login: those invent a random name for every
        request, which says nothing.
    environ
        Where JupyterHub leaves the name of the server's owner.
    """
    return provided or environ.get("JUPYTERHUB_USER") or os_user()


def os_user() -> str:
    """Return the login name, or ``uid-<number>`` where the system knows none (containers)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # OSError since Python 3.13
        return f"uid-{os.getuid()}"
