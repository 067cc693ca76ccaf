"""``deployments/{id}/events``: what the engine did and saw."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from primehub_deploy_ext.handlers.base import RESOURCE, ApiHandler


class EventsHandler(ApiHandler):
    """Events, newest first."""

    @web.authenticated
    @authorized("read", RESOURCE)
    async def get(self, id: str) -> None:
        """List them."""
        events = await (await self.services()).deployments.events(self.caller, id)
        from primehub_deploy_ext.domain.models import EventList

        self.answer(EventList(items=events))
