"""Which log lines are wanted: the query parameters of ``GET deployments/{id}/logs``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.service.parameters import bad_parameter, parse_flag, parse_number, parse_time

MAX_TAIL = 1_000_000
_MAX_ATTEMPTS = 1000
# ``1-0.1:5120``; where replicas are pods ``iris-6f7-x2k.1:2178403253123456``, of several containers ``pod/name.1:…``.
_CURSOR = re.compile(r"(?P<attempt>[a-z0-9][a-z0-9./-]{0,400}\.\d{1,9}):(?P<position>\d{1,16})", re.ASCII)


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
        since=parse_time(arguments, "since"),
        until=parse_time(arguments, "until"),
        after=_parse_positions(arguments, "after"),
        before=_parse_positions(arguments, "before"),
        follow=parse_flag(arguments, "follow") or False,
    )


def _parse_positions(arguments: Mapping[str, str], name: str) -> dict[str, int]:
    parts = [part for part in arguments.get(name, "").split(",") if part]
    matches = [match for match in map(_CURSOR.fullmatch, parts) if match]
    if len(matches) < len(parts) or len(parts) > _MAX_ATTEMPTS:
        raise bad_parameter(name, "must be positions by attempt, such as 1-0.1:5120,1-1.2:0")
    return {match["attempt"]: int(match["position"]) for match in matches}
