"""``model-files`` and ``interpreters``: models that are files, and the Pythons that can run them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_server.utils import ensure_async
from tornado import web

from primehub_deploy_ext.domain.errors import Forbidden
from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler

if TYPE_CHECKING:
    from primehub_deploy_ext.domain.stored import Interpreter


class _Interpreters(ApiHandler):
    async def interpreters(self) -> list[Interpreter]:
        """Return those of the server's kernels."""
        from primehub_deploy_ext.service.model_files import interpreters_of

        specs = await ensure_async(self.kernel_spec_manager.get_all_specs())
        return interpreters_of(specs, sys.executable)


class InterpretersHandler(_Interpreters):
    """Pythons that can run models."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        await self.services()
        from primehub_deploy_ext.domain.stored import InterpreterList

        self.answer(InterpreterList(items=await self.interpreters()))


class ModelFilesHandler(_Interpreters):
    """Files that become stored models."""

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Pack one."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.stored import ModelFile
        from primehub_deploy_ext.service.model_files import FilesOfServer

        request = self.body(ModelFile)
        self.concerns(request.path)
        # Whoever may not open a file with the file browser may not have it unpickled either.
        if not await ensure_async(self.authorizer.is_authorized(self, self.current_user, "read", "contents")):
            raise Forbidden("you are not allowed to read on contents")
        root = getattr(self.contents_manager, "root_dir", None)
        server = FilesOfServer(
            root=Path(root) if root else None,
            interpreters=await self.interpreters(),
            largest=self.extension.max_artifact_size,
        )
        self.answer(await services.model_files.pack(caller, request, server))
