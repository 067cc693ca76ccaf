"""``metrics``: all counters for Prometheus, by a token of its own or for administrators."""

from __future__ import annotations

from jupyter_server.auth.decorator import allow_unauthenticated

from primehub_deploy_ext.domain.errors import Forbidden
from primehub_deploy_ext.handlers.access import RESOURCE
from primehub_deploy_ext.handlers.base import ApiHandler


class ScrapeHandler(ApiHandler):
    """Answers whoever has the token for scraping, which opens nothing else; of those logged in, administrators."""

    async def prepare(self) -> None:  # type: ignore[override]  # the base has a private parameter
        """Look at the token first: Prometheus has no login, and a Hub need not be asked about it every few seconds."""
        self._scrapes = await self.extension.admits_scraper(self.request.headers.get("Authorization", ""))
        if self._scrapes:
            self._track_activity = False
        else:
            await super().prepare()

    @allow_unauthenticated
    async def get(self) -> None:
        """Answer the page, in OpenMetrics where that is asked for."""
        services = await self.services()
        if not self._scrapes:
            _, caller = await self.acting()
            if not await self.may("read"):
                raise Forbidden(f"the server's authorizer doesn't let you read {RESOURCE}")
            caller.require_admin("read the metrics of all deployments without the token for scraping")
        from primehub_deploy_ext.monitoring.exposition import OPENMETRICS, TEXT

        openmetrics = "application/openmetrics-text" in self.request.headers.get("Accept", "")
        page = await services.metrics.exposition(openmetrics=openmetrics)
        self.finish(page, set_content_type=OPENMETRICS if openmetrics else TEXT)
