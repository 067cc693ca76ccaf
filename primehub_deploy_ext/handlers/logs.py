"""``deployments/{id}/logs``: what replicas printed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tornado import web

from primehub_deploy_ext.domain.errors import DeployError
from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.stream import StreamHandler
from primehub_deploy_ext.service.streams import closing

if TYPE_CHECKING:
    from primehub_deploy_ext.domain.models import LogLine


class LogsHandler(StreamHandler):
    """Log lines, for programs or for people."""

    @web.authenticated
    @authorized("read")
    async def get(self, id: str) -> None:
        """Stream them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.service.logs import parse_log_query

        query = parse_log_query(self.parameters)
        beats, stamped = self.flag("beats"), self.flag("timestamps")
        lines = await services.inspection.logs(caller, id, query)
        if self._wants_text():
            text = _as_text(lines, named=query.replica is None, stamped=stamped)
            await self.stream(text, "text/plain; charset=utf-8", _error_as_text)
        else:
            await self.stream(_as_json(lines, beats=beats), "application/x-ndjson", _error_as_json)

    def _wants_text(self) -> bool:
        accept = self.request.headers.get("Accept", "")
        return "text/plain" in accept and "application/x-ndjson" not in accept


async def _as_json(stream: AsyncIterator[list[LogLine]], *, beats: bool) -> AsyncIterator[str]:
    from primehub_deploy_ext.domain.models import LogBeat

    async with closing(stream):
        async for lines in stream:
            if lines:
                yield "".join(line.model_dump_json() + "\n" for line in lines)
            elif beats:
                yield LogBeat(beat=datetime.now(timezone.utc)).model_dump_json() + "\n"


async def _as_text(stream: AsyncIterator[list[LogLine]], *, named: bool, stamped: bool) -> AsyncIterator[str]:
    def written(line: LogLine) -> str:
        # Of one replica: exactly what it printed.
        text = f"[{line.replica}] {line.text}\n" if named else f"{line.text}\n"
        return f"{line.time:%Y-%m-%dT%H:%M:%S.%fZ} {text}" if stamped else text

    async with closing(stream):
        async for lines in stream:
            if lines:
                yield "".join(map(written, lines))


def _error_as_json(error: DeployError) -> str:
    return json.dumps(error.to_dict()) + "\n"


def _error_as_text(error: DeployError) -> str:
    return f"[the log ends here: {error.message}]\n"
