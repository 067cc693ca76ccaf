"""Which log lines are wanted: the query parameters of ``GET deployments/{id}/logs``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.service.parameters import bad_parameter, parse_flag, parse_number

MAX_TAIL = 1_000_000


def parse_log_query(arguments: Mapping[str, str]) -> LogQuery:
    """Read the query parameters.

    Raises
    ------
    InvalidInput
        Names the parameter and what it may be.
    """
    attempt: int | str | None = "previous"
    if arguments.get("attempt") != "previous":
        try:
            attempt = parse_number(arguments, "attempt", at_least=1, at_most=2**31)
        except InvalidInput as error:
            raise bad_parameter("attempt", "must be the number of an attempt, or 'previous'") from error
    return LogQuery(
        replica=arguments.get("replica") or None,
        attempt=attempt,
        tail=parse_number(arguments, "tail", at_least=0, at_most=MAX_TAIL),
        since=_parse_time(arguments.get("since", "")),
        follow=parse_flag(arguments, "follow") or False,
    )


def _parse_time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        # Python 3.10 knows neither "Z" nor a "+" that a URL turned into a space.
        time = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.replace(" ", "+")))
    except ValueError as error:
        raise bad_parameter("since", "must be a time in ISO 8601, such as 2026-11-23T09:40:24Z") from error
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
