"""``deployments/{id}/revisions``: history."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class RevisionsHandler(ApiHandler):
    """All revisions, newest first."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """List them."""
        revisions = await (await self.services()).deployments.revisions(self.caller, id)
        from primehub_deploy_ext.domain.models import RevisionList

        self.answer(RevisionList(items=revisions))


class RevisionHandler(ApiHandler):
    """One revision."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str, number: str) -> None:
        """Answer it."""
        self.answer(await (await self.services()).deployments.revision(self.caller, id, int(number)))
