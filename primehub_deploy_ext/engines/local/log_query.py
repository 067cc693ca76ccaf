"""Log queries and lines as JSON, for the rpc line."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery


def parse_log_query(arguments: dict[str, Any]) -> LogQuery:
    """Rebuild a query that :func:`dump_log_query` wrote."""
    times = {name: datetime.fromisoformat(arguments[name]) for name in ("since", "until") if arguments.get(name)}
    return LogQuery(**{**arguments, **times})


def dump_log_query(query: LogQuery) -> dict[str, Any]:
    """Write a query as JSON values."""
    times = {"since": query.since, "until": query.until}
    written = {name: time.isoformat() if time else None for name, time in times.items()}
    return {**asdict(query), "after": dict(query.after), "before": dict(query.before), **written}


def dump_lines(lines: list[LogLine]) -> list[list[Any]]:
    """Write lines as short as they get: there may be millions, all of a kind."""
    return [
        [line.time.isoformat(), line.replica, line.attempt, line.stream, line.text, line.position] for line in lines
    ]


def parse_lines(items: list[list[Any]]) -> list[LogLine]:
    """Rebuild lines that :func:`dump_lines` wrote."""
    return [
        LogLine.model_construct(
            time=datetime.fromisoformat(time),
            replica=replica,
            attempt=attempt,
            stream=stream,
            text=text,
            position=position,
        )
        for time, replica, attempt, stream, text, position in items
    ]
