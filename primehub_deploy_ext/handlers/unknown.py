"""Everything else under the prefix: a JSON answer instead of Jupyter's HTML page."""

from __future__ import annotations

from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.handlers.base import ApiHandler


class UnknownRouteHandler(ApiHandler):
    """No such route."""

    async def prepare(self) -> None:  # type: ignore[override]  # the base has a private parameter
        """Say so, to those who are logged in."""
        await super().prepare()
        raise NotFound(f"there is no route {self.request.path!r}; see openapi.json for those that exist")
