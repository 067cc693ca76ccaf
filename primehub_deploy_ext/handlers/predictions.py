"""``deployments/{id}:predict``: try the endpoint through the server, where a browser can't reach it."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class PredictHandler(ApiHandler):
    """One request to the endpoint."""

    @web.authenticated
    @authorized("write")
    async def post(self, id: str) -> None:
        """Pass the body on and answer what came back, whatever its status."""
        services, caller = await self.acting()
        from primehub_deploy_ext.engines.base import PredictRequest

        request = PredictRequest(
            body=self.request.body,
            path=self.parameters.get("path", ""),
            content_type=self.request.headers.get("Content-Type", "application/json"),
        )
        self.answer(await services.deployments.predict(caller, id, request))
