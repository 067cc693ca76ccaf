"""The Jupyter Server extension: configuration, wiring, start and stop.

Nothing here imports pydantic or an engine when the server starts; both load in a thread once it listens.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

from jupyter_server.extension.application import ExtensionApp
from traitlets import Int, Set, Type, Unicode

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable
from primehub_deploy_ext.handlers.recording import Note, entry_of
from primehub_deploy_ext.routes import routes

if TYPE_CHECKING:
    from primehub_deploy_ext.engines.base import Engine
    from primehub_deploy_ext.service.audit import AuditLog
    from primehub_deploy_ext.service.groups.provider import GroupProvider
    from primehub_deploy_ext.service.services import Services


class PrimehubDeploy(ExtensionApp):
    """Model Deployment: REST API and live updates under ``<base_url>primehub-deploy/v1/``."""

    name = "primehub_deploy_ext"
    version = __version__
    description = "Model Deployment inside JupyterLab"
    load_other_extensions = True

    engine = Unicode(
        "",
        config=True,
        help="""Where deployments run: `local` (processes on this machine) or `kubernetes` (a cluster, see
        c.KubernetesSettings). Empty: what the variable PRIMEHUB_DEPLOY_ENGINE says, else `local`.""",
    )
    # A default class, or its dotted name, would be imported with the server: None stands for it instead.
    engine_class = Type(
        None,
        klass=object,
        allow_none=True,
        config=True,
        help="""An engine of somebody's own: a class, or its dotted name, that implements
        primehub_deploy_ext.engines.base.Engine; it is called without arguments, or, where it has a class method
        `configured`, that is called with this application, for its configuration. None: what `engine` says.""",
    )
    group_provider_class = Type(
        None,
        klass=object,
        allow_none=True,
        config=True,
        help="""Where groups, instance types and pull secrets come from: a subclass of
        primehub_deploy_ext.service.groups.provider.GroupProvider, or its dotted name, such as
        primehub_deploy_ext.service.groups.file.FileGroups. None: the namespaces of the cluster
        where deployments run on one, the JupyterHub where one started this server, else those that administrators
        edit in the UI (primehub_deploy_ext.service.groups.stored.StoredGroups).""",
    )
    admins = Set(
        Unicode(),
        config=True,
        help="""Names of the users who manage all groups, instance types and pull secrets, and see all deployments
        and the whole audit log; besides those that the group provider names.""",
    )
    metrics_token = Unicode(
        "",
        config=True,
        help="""What Prometheus sends as `Authorization: Bearer …` to <base_url>primehub-deploy/v1/metrics: the token,
        or `sha256:<hex>` of it. Besides: the variable PRIMEHUB_DEPLOY_METRICS_TOKEN, and the token that
        `python -m primehub_deploy_ext.scrape_token` makes. It opens that page and nothing else.""",
    )
    prometheus_url = Unicode(
        "",
        config=True,
        help="""Where a Prometheus is that scrapes this page, such as http://prometheus:9090: the charts come from it.
        Empty: from what the engine itself keeps.""",
    )
    max_artifact_size = Int(
        8 * 1024**3,
        min=1,
        config=True,
        help="""Largest model that may be stored, in bytes (default: 8 GiB). Uploads are streamed to disk,
        so that this costs no memory.""",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.streams: set[asyncio.Task[None]] = set()
        self._opening: asyncio.Task[Services] | None = None
        self._audit: asyncio.Task[AuditLog] | None = None
        self._recording: set[asyncio.Task[None]] = set()

    def initialize_handlers(self) -> None:
        """Register the URL table."""
        self.handlers.extend(routes())

    async def services(self) -> Services:
        """Return the use cases; the first call loads them and opens the engine.

        Raises
        ------
        EngineUnavailable
            If the engine can't be opened (the next call tries again), or the server stops.
        """
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        opening = self._opening
        # A request that is cancelled must not cancel what others wait for.
        await asyncio.wait({opening})
        if opening.cancelled():
            raise EngineUnavailable("the server is stopping")
        return opening.result()

    async def admits_scraper(self, authorization: str) -> bool:
        """Tell whether an ``Authorization`` header carries the token for scraping."""
        return bool(authorization) and await asyncio.to_thread(_admits, authorization, self.metrics_token)

    def record(self, note: Note) -> None:
        """Tell the audit log of a request; what goes wrong in it is logged and never the request's trouble."""
        recording = asyncio.create_task(self._record(note))
        self._recording.add(recording)
        recording.add_done_callback(self._recording.discard)

    async def _record(self, note: Note) -> None:
        try:
            audit_log = await self._audit_log()
            entry = entry_of(note)
            if entry is not None:
                audit_log.append(entry)
        except Exception:
            self.log.exception("Model Deployment: %s %s is missing in the audit log", note.verb, note.route)

    async def _audit_log(self) -> AuditLog:
        # It stands by itself: that the engine can't be opened is no reason to record nothing.
        if self._audit is None:
            self._audit = asyncio.create_task(asyncio.to_thread(_load_audit_log))
        return await asyncio.shield(self._audit)

    async def _open(self) -> Services:
        try:
            audit_log = await self._audit_log()
            engine_class, provider_class, open_services = await asyncio.to_thread(self._load)
            return await open_services(
                engine_class(), provider_class(parent=self), audit_log, self.admins, self.prometheus_url
            )
        except DeployError:
            self._opening = None
            raise
        except Exception as error:  # engines and providers may be anybody's code, and so may their mistakes
            self._opening = None
            self.log.exception("Model Deployment can't be opened")
            raise EngineUnavailable(f"Model Deployment can't be opened: {type(error).__name__}: {error}") from error

    def _load(self) -> tuple[Callable[[], Engine], type[GroupProvider], Callable[..., Awaitable[Services]]]:
        """Import what serves requests, which takes a tenth of a second."""
        from primehub_deploy_ext.service.groups import default_provider
        from primehub_deploy_ext.service.groups.provider import GroupProvider
        from primehub_deploy_ext.service.services import open_services

        named = self.engine or os.environ.get("PRIMEHUB_DEPLOY_ENGINE", "") or "local"
        engine_class = cast("type[Any] | None", self.engine_class) or _engine_class(named)
        provider_class = cast("type[Any] | None", self.group_provider_class)
        if provider_class is None:
            provider_class = default_provider(os.environ, getattr(engine_class, "name", ""))
        if not issubclass(provider_class, GroupProvider):
            raise EngineUnavailable(
                f"PrimehubDeploy.group_provider_class: {provider_class.__name__} is no subclass of "
                f"{GroupProvider.__module__}.{GroupProvider.__name__}"
            )
        return self._maker(engine_class), provider_class, open_services

    def _maker(self, engine_class: type[Any]) -> Callable[[], Engine]:
        configured = getattr(engine_class, "configured", None)
        return engine_class if configured is None else lambda: cast("Engine", configured(self))

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:  # noqa: ARG002 -- the hook's signature
        # The server waits for this hook: the opening goes on by itself, a failure is told to the first caller.
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        self._opening.add_done_callback(lambda opening: opening.cancelled() or opening.exception())

    async def stop_extension(self) -> None:
        """End open streams and release the engine; deployments go on running."""
        for stream in tuple(self.streams):
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)
        opening, self._opening = self._opening, None
        if opening is not None:
            if not opening.done():
                opening.cancel()
            opened = (await asyncio.gather(opening, return_exceptions=True))[0]
            if not isinstance(opened, BaseException):
                await opened.close()
        await asyncio.gather(*self._recording)
        audit, self._audit = self._audit, None
        if audit is not None:
            await (await audit).close()


def _engine_class(name: str) -> type[Any]:
    """Return the engine of a name; nothing of the others is imported."""
    if name == "local":
        from primehub_deploy_ext.engines.local.engine import LocalEngine

        return LocalEngine
    if name == "kubernetes":
        from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine

        return KubernetesEngine
    raise EngineUnavailable(f"PrimehubDeploy.engine: there is no engine {name!r}; there are 'local' and 'kubernetes'")


def _admits(authorization: str, configured: str) -> bool:
    from primehub_deploy_ext.home import home_of_user
    from primehub_deploy_ext.monitoring.token import admits
    from primehub_deploy_ext.service.scraping import token_hashes

    # Read anew each time: a token that was revoked is worth nothing at once.
    return admits(authorization, token_hashes(configured, os.environ, home_of_user()))


def _load_audit_log() -> AuditLog:
    from primehub_deploy_ext.home import home_of_user
    from primehub_deploy_ext.openapi import operations  # noqa: F401 -- names the actions
    from primehub_deploy_ext.service.audit import AuditLog

    return AuditLog(home_of_user() / "audit.db")
