"""``deployments/{id}/events``: what the engine did and saw."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class EventsHandler(ApiHandler):
    """Events, newest first."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """List them."""
        services, caller = await self.acting()
        events = await services.inspection.events(caller, id)
        from primehub_deploy_ext.domain.models import EventList

        self.answer(EventList(items=events))
