"""The Jupyter Server extension: configuration, wiring, start and stop.

Nothing here imports pydantic or an engine when the server starts; both load in a thread once it listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from jupyter_server.extension.application import ExtensionApp
from traitlets import Int, Type

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable
from primehub_deploy_ext.routes import routes

if TYPE_CHECKING:
    from primehub_deploy_ext.engines.base import Engine
    from primehub_deploy_ext.service.groups import GroupProvider
    from primehub_deploy_ext.service.services import Services


class PrimehubDeploy(ExtensionApp):
    """Model Deployment: REST API and live updates under ``<base_url>primehub-deploy/v1/``."""

    name = "primehub_deploy_ext"
    version = __version__
    description = "Model Deployment inside JupyterLab"
    load_other_extensions = True

    # A default class, or its dotted name, would be imported with the server: None stands for it instead.
    engine_class = Type(
        None,
        klass=object,
        allow_none=True,
        config=True,
        help="""Where deployments run: a class, or its dotted name, that implements
        primehub_deploy_ext.engines.base.Engine; it is called without arguments.
        None: processes on this machine (primehub_deploy_ext.engines.local.engine.LocalEngine).""",
    )
    group_provider_class = Type(
        None,
        klass=object,
        allow_none=True,
        config=True,
        help="""Who belongs to which group: a class, or its dotted name, that implements
        primehub_deploy_ext.service.groups.GroupProvider; it is called without arguments.
        None: one personal group, named after the OS user.""",
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

    def initialize_handlers(self) -> None:
        """Register the URL table."""
        self.handlers.extend(routes())

    async def services(self) -> Services:
        """Return the use cases; the first call loads them and opens the engine.

        Raises
        ------
        EngineUnavailable
            If the engine can't be opened; the next call tries again.
        """
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        # A request that is cancelled must not cancel what others wait for.
        return await asyncio.shield(self._opening)

    async def _open(self) -> Services:
        try:
            engine_class, group_provider_class, wiring = await asyncio.to_thread(self._load)
            engine = engine_class()
            await engine.open()
            return wiring.over(engine, group_provider_class())
        except DeployError:
            self._opening = None
            raise
        except Exception as error:  # an engine may be anybody's code, and so may its mistakes
            self._opening = None
            self.log.exception("Model Deployment: the engine can't be opened")
            raise EngineUnavailable(f"the engine can't be opened: {type(error).__name__}: {error}") from error

    def _load(self) -> tuple[Callable[[], Engine], Callable[[], GroupProvider], type[Services]]:
        """Import what serves requests, which takes a tenth of a second."""
        from primehub_deploy_ext.service.services import Services

        engine_class = cast("Callable[[], Engine] | None", self.engine_class)
        group_provider_class = cast("Callable[[], GroupProvider] | None", self.group_provider_class)
        if engine_class is None:
            from primehub_deploy_ext.engines.local.engine import LocalEngine

            engine_class = LocalEngine
        if group_provider_class is None:
            from primehub_deploy_ext.service.groups import PersonalGroup

            group_provider_class = PersonalGroup
        return engine_class, group_provider_class, Services

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
        if opening is None:
            return
        if not opening.done():
            opening.cancel()
        opened = (await asyncio.gather(opening, return_exceptions=True))[0]
        if not isinstance(opened, BaseException):
            await opened.engine.close()
