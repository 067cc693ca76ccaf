"""Which log lines are wanted: the query parameters of ``GET deployments/{id}/logs``."""

from __future__ import annotations

from collections.abc import Mapping

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.service.parameters import bad_parameter, parse_flag, parse_number, parse_time

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
        since=parse_time(arguments, "since"),
        follow=parse_flag(arguments, "follow") or False,
    )
