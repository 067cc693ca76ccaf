"""``audit``: who did what."""

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
    from primehub_deploy_ext.domain.audit import AuditEntry


class AuditHandler(StreamHandler):
    """The audit log, for screens or for spreadsheets."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """Answer one page; as CSV all that match."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.audit_query import AuditQuery

        query = AuditQuery.parse(self.parameters)
        if "text/csv" not in self.request.headers.get("Accept", ""):
            self.answer(await services.audit.page(caller, query))
            return
        entries = services.audit.every(caller, query)
        self.set_header("Content-Disposition", 'attachment; filename="audit.csv"')
        await self.stream(_as_csv(entries), "text/csv; charset=utf-8", _error_line)


async def _as_csv(pieces: AsyncIterator[list[AuditEntry]]) -> AsyncIterator[str]:
    from primehub_deploy_ext.service.audit_csv import csv_header, csv_rows

    yield csv_header()
    async with closing(pieces):
        async for entries in pieces:
            yield csv_rows(entries)


def _error_line(error: DeployError) -> str:
    return f"{json.dumps(f'The log breaks off here: {error.message}')}\r\n"
