"""What the daemon, and with it every replica, learns of the Jupyter server that happened to start it: little."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from primehub_deploy_ext.home import HOME_VARIABLE

# Addresses, names and tokens that JupyterHub and Jupyter hand to one server or kernel.
_OF_ONE_SERVER = ("JUPYTERHUB_", "JPY_")
_TOKENS = {"JUPYTER_TOKEN", "PRIMEHUB_DEPLOY_TOKEN", "PRIMEHUB_DEPLOY_URL"}


def daemon_environment(environ: Mapping[str, str], home: Path | None) -> dict[str, str]:
    """Return the environment of the daemon: the server's, without what says whose server it is.

    The engine outlives that server and runs models of other people too: with the token in it, each model could
    act as whoever came first.

    Parameters
    ----------
    environ
        The server's.
    home
        The engine's folder where the environment doesn't lead to it.
    """
    kept = {
        name: value for name, value in environ.items() if not name.startswith(_OF_ONE_SERVER) and name not in _TOKENS
    }
    return kept if home is None else {**kept, HOME_VARIABLE: str(home)}
