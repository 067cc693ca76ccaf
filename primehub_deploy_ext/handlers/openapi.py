"""``openapi.json``: the description of this API."""

from __future__ import annotations

import asyncio

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class OpenApiHandler(ApiHandler):
    """OpenAPI 3.1."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Answer the document."""
        self.finish(await asyncio.to_thread(_text))


def _text() -> str:
    from primehub_deploy_ext.openapi import document_text

    return document_text()
