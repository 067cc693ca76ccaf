"""Log lines as text that reads well in a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from primehub_deploy_ext.domain.errors import InvalidInput


class Log(str):
    """Log text; in a notebook it shows as it is, not as a quoted string.

    A loop over it goes from line to line, as one over ``logs(follow=True)`` does; all else is that of a text:
    ``print(log)``, ``"error" in log``, ``log.splitlines()``.

    Attributes
    ----------
    lines
        The lines as the server gave them: ``time``, ``replica``, ``attempt``, ``stream``, ``text``.
    """

    __slots__ = ("lines",)

    lines: list[dict[str, Any]]

    @classmethod
    def of(cls, lines: Iterable[dict[str, Any]]) -> Log:
        """Make the text of lines."""
        kept = list(lines)
        log = cls("\n".join(format_line(line) for line in kept))
        log.lines = kept
        return log

    def __iter__(self) -> Iterator[str]:
        return format_lines(self.lines)

    def __repr__(self) -> str:
        return str(self) or "(no log lines)"


def format_line(line: Mapping[str, Any]) -> str:
    """Return ``2026-11-23 09:40:24.123 3-0 text``; ``!`` marks what went to stderr."""
    time = str(line["time"]).replace("T", " ")[:23].rstrip("Z")
    mark = "!" if line["stream"] == "stderr" else " "
    return f"{time} {line['replica']}{mark} {line['text']}"


def format_lines(lines: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Format lines as they come."""
    for line in lines:
        yield format_line(line)


def since_time(since: Any) -> str | None:
    """Return the start of a log query as ISO 8601, from a time, a text, seconds ago or a time span."""
    if since is None:
        return None
    if isinstance(since, (int, float)) and not isinstance(since, bool):
        since = timedelta(seconds=since)
    if isinstance(since, timedelta):
        since = datetime.now(timezone.utc) - since
    if isinstance(since, str):
        try:
            since = datetime.fromisoformat(since.replace("Z", "+00:00"))
        except ValueError as error:
            raise InvalidInput(f"since: {since!r} is not a time like 2026-11-23T09:40:00Z") from error
    if not isinstance(since, datetime):
        raise InvalidInput("since: takes a datetime, an ISO 8601 text, a timedelta or seconds ago")
    return since.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
