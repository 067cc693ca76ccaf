"""How the API server is reached, and as whom: kubeconfig or the pod's service account, read again as they change.

Bound service-account tokens live for an hour and the kubelet rewrites their file long before; plugins and token files
of a kubeconfig hand out short-lived ones as well. So credentials are read again every minute, and at once when the
API server says 401.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

SERVICE_ACCOUNT_DIR = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_READ_AGAIN_SECONDS = 60.0
# Many calls may be told 401 at once: the first reads the credentials for all.
_READ_ONCE_SECONDS = 1.0

log = logging.getLogger(__name__)


class AccessUnknown(Exception):
    """Nothing says how to reach a cluster; the message says what to set."""


@dataclass(frozen=True)
class Source:
    """Where access to the cluster is described.

    Parameters
    ----------
    kubeconfig
        A file; else ``$KUBECONFIG``, the service account of this pod or ``~/.kube/config``, whichever is there first.
    context
        A context of the kubeconfig, instead of its current one.
    service_account
        The folder of a pod's service account.
    """

    kubeconfig: str = ""
    context: str = ""
    service_account: Path = SERVICE_ACCOUNT_DIR

    def file(self) -> Path | None:
        """Return the kubeconfig to read; None for the service account of this pod."""
        named = self.kubeconfig or os.environ.get("KUBECONFIG", "")
        if named:
            return Path(named).expanduser()
        if self.service_account.joinpath("token").exists() and os.environ.get("KUBERNETES_SERVICE_HOST"):
            return None
        return Path("~/.kube/config").expanduser()


class Access:
    """Server address, TLS and headers for the next request.

    ``tls`` is the same object for as long as the access lives: a client certificate that changes is loaded into it.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._read_at = 0.0
        self._reading = asyncio.Lock()
        self._bearer = ""
        self._kubeconfig: _Kubeconfig | None = None
        self.server = ""
        self.server_name: str | None = None
        self.proxy: str | None = None
        self.namespace = "default"
        self.tls: ssl.SSLContext | None = None

    async def open(self) -> None:
        """Read for the first time; ``AccessUnknown`` if there is nothing to read."""
        await self._read()

    async def headers(self) -> dict[str, str]:
        """Return the headers that say who asks."""
        if time.monotonic() - self._read_at > _READ_AGAIN_SECONDS:
            await self._read_again()
        return {"Authorization": self._bearer} if self._bearer else {}

    async def refused(self) -> bool:
        """Read again because the API server said 401; tell whether it is worth to ask once more."""
        before = self._bearer
        if self._kubeconfig is not None:
            self._kubeconfig.forget()
        await self._read_again()
        return self._bearer != before

    async def _read_again(self) -> None:
        async with self._reading:
            if time.monotonic() - self._read_at < _READ_ONCE_SECONDS:
                return
            try:
                await self._read()
            except Exception as error:  # noqa: BLE001 - a plugin may fail in any way; the old credentials may still do
                self._read_at = time.monotonic()
                log.warning("the credentials for the cluster can't be read again: %s", error)

    async def _read(self) -> None:
        if self._kubeconfig is None and (file := self._source.file()):
            self._kubeconfig = _Kubeconfig(file, self._source.context)
        configuration = await self._kubeconfig.read() if self._kubeconfig else _of_pod(self._source)
        self.server = configuration["server"].rstrip("/")
        self.server_name = configuration.get("server_name")
        self.proxy = configuration.get("proxy") or _proxy_to(self.server)
        self.namespace = configuration.get("namespace") or "default"
        self._bearer = configuration.get("bearer", "")
        if self.server.startswith("https"):
            if self.tls is None:
                self.tls = ssl.create_default_context(cafile=configuration.get("ca"))
                if not configuration.get("verify", True):
                    self.tls.check_hostname = False
                    self.tls.verify_mode = ssl.CERT_NONE
            if configuration.get("certificate"):
                self.tls.load_cert_chain(configuration["certificate"], keyfile=configuration.get("key"))
        self._read_at = time.monotonic()


def _proxy_to(server: str) -> str | None:
    """Return the proxy that the environment (``HTTPS_PROXY``, ``NO_PROXY``) or this machine's settings name."""
    parts = urlsplit(server)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


def _of_pod(source: Source) -> dict[str, Any]:
    folder = source.service_account
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    namespace = folder / "namespace"
    return {
        "server": f"https://{f'[{host}]' if ':' in host else host}:{port}",
        "ca": str(folder / "ca.crt"),
        "bearer": f"Bearer {(folder / 'token').read_text().strip()}",
        "namespace": namespace.read_text().strip() if namespace.exists() else None,
    }


class _Kubeconfig:
    """A kubeconfig, and the loader that knows when what its plugin handed out expires."""

    def __init__(self, file: Path, context: str) -> None:
        self._file = file
        self._context = context
        self._loader: Any = None
        self._seen: list[float] = []

    def forget(self) -> None:
        """Ask the plugin again, whatever it said of the expiry."""
        self._loader = None

    async def read(self) -> dict[str, Any]:
        from kubernetes.aio.client import Configuration
        from kubernetes.aio.config import ConfigException, load_kube_config

        seen = self._times()
        if not seen:
            raise AccessUnknown(
                f"there is no kubeconfig {str(self._file)!r}: name one in the configuration or in $KUBECONFIG, "
                "or run in a pod with a service account"
            )
        configuration = Configuration()
        try:
            if self._loader is None or seen != self._seen:
                self._loader = await load_kube_config(  # type: ignore[no-untyped-call]
                    config_file=str(self._file),
                    context=self._context or None,
                    client_configuration=configuration,
                    persist_config=False,
                )
            else:
                await self._loader.load_and_set(configuration)
        except ConfigException as error:
            raise AccessUnknown(f"the kubeconfig {str(self._file)!r} can't be used: {error}") from error
        self._seen = seen
        return {
            "server": configuration.host,
            "server_name": configuration.tls_server_name,
            "ca": configuration.ssl_ca_cert,
            "verify": configuration.verify_ssl,
            "certificate": configuration.cert_file,
            "key": configuration.key_file,
            "bearer": configuration.api_key.get("BearerToken", ""),
            "proxy": configuration.proxy,
            "namespace": self._loader.current_context["context"].get("namespace"),
        }

    def _times(self) -> list[float]:
        """When each file was written last; $KUBECONFIG may name several."""
        paths = [Path(part).expanduser() for part in str(self._file).split(os.pathsep) if part]
        return [path.stat().st_mtime for path in paths if path.exists()]
