"""A :class:`LogQuery` as JSON, for the rpc line."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from primehub_deploy_ext.engines.base import LogQuery


def parse_log_query(arguments: dict[str, Any]) -> LogQuery:
    """Rebuild a query that :func:`dump_log_query` wrote."""
    since = arguments.get("since")
    return LogQuery(**{**arguments, "since": datetime.fromisoformat(since) if since else None})


def dump_log_query(query: LogQuery) -> dict[str, Any]:
    """Write a query as JSON values."""
    return {**asdict(query), "since": query.since.isoformat() if query.since else None}
