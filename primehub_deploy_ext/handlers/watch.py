"""``watch``: list and watch in one stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tornado import web

from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.stream import StreamHandler
from primehub_deploy_ext.service.streams import closing

if TYPE_CHECKING:
    from primehub_deploy_ext.domain.models import Change

_NEWEST = 2**63 - 1


class WatchHandler(StreamHandler):
    """Changes of the caller's deployments as they happen."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Stream them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.parameters import parse_number

        since = parse_number(self.parameters, "resource_version", at_least=0, at_most=_NEWEST)
        everything = self.flag("all")
        caller.scope(everything=everything)
        changes = services.watching.changes(caller.user, since, everything=everything)
        await self.stream(_as_json(changes), "application/x-ndjson", _error_line)


async def _as_json(changes: AsyncIterator[Change]) -> AsyncIterator[str]:
    async with closing(changes):
        async for change in changes:
            yield change.model_dump_json() + "\n"


def _error_line(error: DeployError) -> str:
    return json.dumps({"type": "ERROR", "resource_version": 0, "object": None, "error": error.to_dict()}) + "\n"
