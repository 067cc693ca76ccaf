"""How a kernel finds the Jupyter server that it belongs to.

A plain kernel is told neither the address nor the token of its server. Both are in the run-time files that
each server writes for its own user, so the question is only which file is ours.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from primehub_deploy_ext.client.errors import ServerNotFound

_ANY_ADDRESS = {"", "*", "0.0.0.0", "::", "localhost", "127.0.0.1"}  # noqa: S104 (compared, not bound)
_MAX_ANCESTORS = 32


@dataclass(frozen=True)
class Server:
    """Where a Jupyter server is, and the right to talk to it.

    Parameters
    ----------
    url
        Base URL, ends with ``/``.
    token
        Jupyter's token; empty where the server asks for none.
    sock
        Path of the unix socket, for a server that listens on one instead of a port.
    found_by
        How it was found, for messages.
    own
        It runs on this machine for this user: its certificate, if any, can't and needn't be verified.
    """

    url: str
    token: str = field(default="", repr=False)
    sock: str = ""
    found_by: str = ""
    own: bool = False


def find_server(
    url: str | None = None,
    token: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    runtime_dir: Path | None = None,
) -> Server:
    """Return the Jupyter server to talk to.

    The first of these that gives one: the arguments; ``PRIMEHUB_DEPLOY_URL`` and ``PRIMEHUB_DEPLOY_TOKEN``;
    JupyterHub's variables; the running server that started this kernel (its pid is ``JPY_PARENT_PID`` or one
    of our ancestors); the one whose folder holds this notebook (``JPY_SESSION_NAME``); the only one running.

    Raises
    ------
    ServerNotFound
        With all that was tried, or why the server found can't be used.
    """
    environ = os.environ if environ is None else environ
    running = list(running_servers(runtime_dir))
    if url:
        return _by_address(url, token or environ.get("PRIMEHUB_DEPLOY_TOKEN"), "url argument", running)
    if environ.get("PRIMEHUB_DEPLOY_URL"):
        token = token or environ.get("PRIMEHUB_DEPLOY_TOKEN")
        return _by_address(environ["PRIMEHUB_DEPLOY_URL"], token, "PRIMEHUB_DEPLOY_URL", running)
    if environ.get("JUPYTERHUB_SERVICE_URL") and environ.get("JUPYTERHUB_API_TOKEN"):
        return _hub_server(environ, token)

    tried = ["PRIMEHUB_DEPLOY_URL is not set", "this is no JupyterHub server (JUPYTERHUB_SERVICE_URL)"]
    for info, found_by in (
        _by_parent(running, environ, tried),
        _by_folder(running, environ, tried),
        _the_only_one(running, tried),
    ):
        if info is not None:
            return _usable(info, token, found_by)
    raise ServerNotFound(
        "no Jupyter server was found for this kernel. Tried: "
        + "; ".join(tried)
        + '. Name it: connect("http://127.0.0.1:8888/", token="…"), or set PRIMEHUB_DEPLOY_URL and '
        "PRIMEHUB_DEPLOY_TOKEN (`jupyter server list` shows both)."
    )


def running_servers(runtime_dir: Path | None = None) -> Iterator[dict[str, Any]]:
    """Yield what Jupyter servers of this user wrote about themselves, leaving out those that ended."""
    if runtime_dir is None:
        from jupyter_core.paths import jupyter_runtime_dir

        runtime_dir = Path(jupyter_runtime_dir())
    for path in sorted(runtime_dir.glob("jpserver-*.json")):
        # A file that goes away or is half written belongs to a server that ends or starts right now.
        with contextlib.suppress(OSError, ValueError):
            info = json.loads(path.read_text())
            if isinstance(info, dict) and isinstance(info.get("pid"), int) and _is_alive(info["pid"]):
                yield info


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _by_address(url: str, token: str | None, found_by: str, running: list[dict[str, Any]]) -> Server:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServerNotFound(f"{found_by}: {url!r} is not an address like http://127.0.0.1:8888/")
    if token is None:
        # `jupyter server list` and the server's start message show addresses with the token in them.
        token = parse_qs(parts.query).get("token", [None])[0]
    path = parts.path.removesuffix("/")
    for page in ("/lab", "/tree"):
        path = path.removesuffix(page)
    base = urlunsplit((parts.scheme, parts.netloc, f"{path}/", "", ""))
    for info in running:
        if urlsplit(_local_url(info)).port == parts.port and parts.hostname in _ANY_ADDRESS and not info.get("sock"):
            return Server(base, info.get("token", "") if token is None else token, found_by=found_by, own=True)
    return Server(base, token or "", found_by=found_by)


def _hub_server(environ: Mapping[str, str], token: str | None) -> Server:
    parts = urlsplit(environ["JUPYTERHUB_SERVICE_URL"])
    path = parts.path if len(parts.path) > 1 else environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
    host = "127.0.0.1" if (parts.hostname or "") in _ANY_ADDRESS else parts.netloc.rpartition(":")[0]
    netloc = f"{host}:{parts.port}" if parts.port else host
    base = urlunsplit((parts.scheme, netloc, f"{path.rstrip('/')}/", "", ""))
    return Server(base, token or environ["JUPYTERHUB_API_TOKEN"], found_by="JupyterHub", own=True)


_Found = tuple[dict[str, Any] | None, str]


def _by_parent(running: list[dict[str, Any]], environ: Mapping[str, str], tried: list[str]) -> _Found:
    if not running:
        return None, ""
    by_pid = {info["pid"]: info for info in running}
    stated = environ.get("JPY_PARENT_PID", "")
    pids = [int(stated)] if stated.isdigit() else []
    for pid in [*pids, *_ancestors()]:
        if pid in by_pid:
            return by_pid[pid], "it started this kernel"
    tried.append("no running server started this kernel (JPY_PARENT_PID, parent processes)")
    return None, ""


def _ancestors() -> list[int]:
    try:
        import psutil
    except ImportError:  # not one of this package's own environments
        return [os.getppid()]
    try:
        return [process.pid for process in psutil.Process().parents()][:_MAX_ANCESTORS]
    except psutil.Error:
        return [os.getppid()]


def _by_folder(running: list[dict[str, Any]], environ: Mapping[str, str], tried: list[str]) -> _Found:
    notebook = environ.get("JPY_SESSION_NAME", "")
    if not running or not Path(notebook).is_absolute():
        return None, ""
    holders = [info for info in running if Path(info.get("root_dir") or "/nowhere") in Path(notebook).parents]
    if holders:
        return max(holders, key=lambda info: len(info["root_dir"])), "its folder holds this notebook"
    tried.append(f"no running server's folder holds {notebook} (JPY_SESSION_NAME)")
    return None, ""


def _the_only_one(running: list[dict[str, Any]], tried: list[str]) -> _Found:
    if len(running) == 1:
        return running[0], "the only one running"
    if running:
        addresses = ", ".join(_local_url(info) for info in running)
        tried.append(f"{len(running)} servers are running, and which one is meant is not clear: {addresses}")
    else:
        tried.append("no Jupyter server of this user is running on this machine")
    return None, ""


def _usable(info: dict[str, Any], token: str | None, found_by: str) -> Server:
    token = token if token is not None else str(info.get("token") or "")
    url = _local_url(info)
    if not token and info.get("password"):
        raise ServerNotFound(
            f"the Jupyter server at {url} ({found_by}) lets people in by password only, so a kernel can't log in. "
            "Start it with a token as well: `jupyter lab --IdentityProvider.token=…`, "
            'or name another one: connect(url, token="…").'
        )
    return Server(url, token, str(info.get("sock") or ""), found_by, own=True)


def _local_url(info: dict[str, Any]) -> str:
    """Return a server's address on this machine: the public one may go through a proxy that knows no token."""
    base = f"/{str(info.get('base_url') or '/').strip('/')}/".replace("//", "/")
    if info.get("sock"):
        return f"http://localhost{base}"
    hostname = str(info.get("hostname") or "")
    host = "127.0.0.1" if hostname in _ANY_ADDRESS else hostname
    if ":" in host:
        host = f"[{host}]"
    return f"{'https' if info.get('secure') else 'http'}://{host}:{info.get('port')}{base}"
