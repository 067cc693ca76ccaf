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
        services, caller = await self.acting()
        revisions = await services.inspection.revisions(caller, id)
        from primehub_deploy_ext.domain.models import RevisionList

        self.answer(RevisionList(items=revisions))


class RevisionHandler(ApiHandler):
    """One revision."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str, number: str) -> None:
        """Answer it."""
        services, caller = await self.acting()
        self.answer(await services.inspection.revision(caller, id, int(number)))


class TryRevisionHandler(ApiHandler):
    """The model of any revision, loaded for a moment."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str, number: str) -> None:
        """Ask it."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.validation import parse_object

        request = parse_object(self.request.body)
        self.answer(await services.deployments.try_revision(caller, id, int(number), request))
