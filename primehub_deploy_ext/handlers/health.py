"""``health``: whether the engine is there."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class HealthHandler(ApiHandler):
    """State of the server extension and its engine."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Answer always: that the engine is unavailable is an answer too."""
        try:
            health = await (await self.services()).health()
        except EngineUnavailable as error:
            from primehub_deploy_ext.domain.models import Health

            health = Health(version=__version__, engine="", status="unavailable", message=error.message)
        self.answer(health)
