"""``drift``: somebody is about to choose what a model runs in."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class DriftHandler(ApiHandler):
    """What an image has of other versions."""

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Compare it with what a model was made with."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.models import DriftQuestion

        self.answer(await services.drift.compare(caller, self.body(DriftQuestion)))
