"""The list of deployments: what matches, in which order, and one page of it. Functions of values."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from primehub_deploy_ext.domain.models import Deployment, DeploymentList
from primehub_deploy_ext.domain.phases import Outcome, Phase, Reason
from primehub_deploy_ext.service.parameters import bad_parameter, parse_flag, parse_number

MAX_LIMIT = 1000

_SORT_KEYS: dict[str, Callable[[Deployment], str | float]] = {
    "name": lambda d: d.name.casefold(),
    "id": lambda d: d.id,
    "group": lambda d: d.group.casefold(),
    "phase": lambda d: str(d.status.phase),
    "created_at": lambda d: d.created_at.timestamp(),
    "created_by": lambda d: d.created_by.casefold(),
    "updated_at": lambda d: d.updated_at.timestamp(),
    "updated_by": lambda d: d.updated_by.casefold(),
}
SORTS = tuple(_SORT_KEYS)


@dataclass(frozen=True)
class Position:
    """The last deployment of a page: the next page starts after it, whatever was added or removed meanwhile."""

    key: str | float
    id: str


@dataclass(frozen=True)
class ListQuery:
    """Which deployments are wanted.

    Parameters
    ----------
    search
        Words that must all occur in the name, the id or the metadata; case doesn't matter.
    phases
        Only these; all when empty.
    group, user
        Only those of this group, only those created by this user.
    broken
        Only what needs attention (True), or only what doesn't (False).
    everything
        Those of all groups, for administrators.
    sort, descending
        One of :data:`SORTS`; the id breaks ties.
    limit
        Size of a page; everything when None.
    after
        Where the previous page ended.
    """

    search: str = ""
    phases: frozenset[Phase] = frozenset()
    group: str | None = None
    user: str | None = None
    broken: bool | None = None
    everything: bool = False
    sort: str = "name"
    descending: bool = False
    limit: int | None = None
    after: Position | None = None

    @staticmethod
    def parse(arguments: Mapping[str, str]) -> ListQuery:
        """Read the query parameters of ``GET deployments``; unknown ones are left alone.

        Raises
        ------
        InvalidInput
            Names the parameter and what it may be.
        """
        sort = arguments.get("sort") or "name"
        if sort.removeprefix("-") not in SORTS:
            raise bad_parameter("sort", f"must be one of {', '.join(SORTS)}, with '-' in front for descending")
        token = arguments.get("continue")
        return ListQuery(
            search=arguments.get("search", ""),
            phases=_parse_phases(arguments.get("status", "")),
            group=arguments.get("group") or None,
            user=arguments.get("user") or None,
            broken=parse_flag(arguments, "broken"),
            everything=parse_flag(arguments, "all") or False,
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            limit=parse_number(arguments, "limit", at_least=1, at_most=MAX_LIMIT),
            after=_decode(token, sort) if token else None,
        )


def page_of(deployments: Iterable[Deployment], query: ListQuery, resource_version: int) -> DeploymentList:
    """Return one page of what matches.

    ``counts`` has every phase and leaves the ``status`` filter out, so that a row of filter buttons can show
    how many each would give.
    """
    matching = [d for d in deployments if _matches(d, query)]
    counts = {str(phase): sum(d.status.phase is phase for d in matching) for phase in Phase}
    if query.phases:
        matching = [d for d in matching if d.status.phase in query.phases]
    key = _SORT_KEYS[query.sort]
    ordered = sorted(((key(d), d.id, d) for d in matching), key=lambda row: row[:2], reverse=query.descending)
    if query.after is not None:
        last = (query.after.key, query.after.id)
        # Keys of one sort are all texts or all numbers, and so is the token's: _decode checked it.
        ordered = [row for row in ordered if (row[:2] < last if query.descending else row[:2] > last)]
    page = ordered if query.limit is None else ordered[: query.limit]
    token = None
    if len(page) < len(ordered):
        token = _encode(Position(page[-1][0], page[-1][1]), ("-" if query.descending else "") + query.sort)
    return DeploymentList(
        items=[d for _, _, d in page],
        total=len(matching),
        counts=counts,
        resource_version=resource_version,
        continue_token=token,
    )


def is_broken(deployment: Deployment) -> bool:
    """Tell whether it needs attention: it failed, its update failed, or fewer replicas answer than wanted."""
    status = deployment.status
    if status.phase is Phase.FAILED:
        return True
    update_failed = status.update is not None and status.update.outcome is Outcome.FAILED
    return status.phase is Phase.DEPLOYED and (
        update_failed or status.reason in {Reason.UPDATE_FAILED, Reason.DEGRADED}
    )


def _parse_phases(text: str) -> frozenset[Phase]:
    known = {str(phase).lower(): phase for phase in Phase}
    wanted = [word.strip().lower() for word in text.split(",") if word.strip()]
    if any(word not in known for word in wanted):
        raise bad_parameter("status", f"must be phases, separated by commas: {', '.join(map(str, Phase))}")
    return frozenset(known[word] for word in wanted)


def _matches(deployment: Deployment, query: ListQuery) -> bool:
    if query.group is not None and deployment.group != query.group:
        return False
    if query.user is not None and deployment.created_by != query.user:
        return False
    if query.broken is not None and is_broken(deployment) is not query.broken:
        return False
    metadata = deployment.spec.metadata
    text = "\n".join([deployment.name, deployment.id, *metadata, *metadata.values()]).casefold()
    return all(word in text for word in query.search.casefold().split())


def _encode(position: Position, sort: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, position.key, position.id]).encode()).decode().rstrip("=")


def _decode(token: str, sort: str) -> Position:
    try:
        token_sort, key, last_id = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError, RecursionError):
        token_sort, key, last_id = None, None, None
    textual = not sort.endswith("_at")
    if token_sort != sort or not isinstance(last_id, str) or not isinstance(key, str if textual else float):
        raise bad_parameter(
            "continue", "must be the continue_token of an answer to the same query; start again without it"
        )
    return Position(key, last_id)
