"""Which lines of the audit log are wanted, in words of the API and of SQL. Functions of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from primehub_deploy_ext.domain.audit import AuditOutcome
from primehub_deploy_ext.service.parameters import bad_parameter, parse_number, parse_time

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
_NEWEST = 2**63 - 1
_BETWEEN = " || char(10) || "
_SEARCHED = _BETWEEN.join(["user", "action", "target", "grp", "address", "message"])


@dataclass(frozen=True)
class AuditQuery:
    """Which lines are wanted.

    Parameters
    ----------
    search
        Words that must all occur in the user, action, target, group, address or message; case doesn't matter.
    user, action, group, target
        Only lines that are exactly about these; ``target`` also what belongs to it (``iris`` → ``iris/reader``).
    outcomes
        Only these; all when empty.
    since, until
        Only lines at or after, and before, these times.
    limit
        Size of a page.
    before
        Only lines with a smaller number: where the previous page ended.
    """

    search: str = ""
    user: str | None = None
    action: str | None = None
    group: str | None = None
    target: str | None = None
    outcomes: frozenset[AuditOutcome] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = DEFAULT_LIMIT
    before: int | None = None

    @staticmethod
    def parse(arguments: Mapping[str, str]) -> AuditQuery:
        """Read the query parameters of ``GET audit``.

        Raises
        ------
        InvalidInput
            Names the parameter and what it may be.
        """
        return AuditQuery(
            search=arguments.get("search", ""),
            user=arguments.get("user") or None,
            action=arguments.get("action") or None,
            group=arguments.get("group") or None,
            target=arguments.get("target") or None,
            outcomes=_parse_outcomes(arguments.get("outcome", "")),
            since=parse_time(arguments, "since"),
            until=parse_time(arguments, "until"),
            limit=parse_number(arguments, "limit", at_least=1, at_most=MAX_LIMIT) or DEFAULT_LIMIT,
            before=parse_number(arguments, "continue", at_least=1, at_most=_NEWEST),
        )

    def conditions(self, groups: frozenset[str] | None) -> tuple[str, list[object]]:
        """Return the SQL condition for all pages, and its parameters.

        Parameters
        ----------
        groups
            Only lines about these; None: all.
        """
        terms: list[tuple[str, Sequence[object]]] = []
        if groups is not None:
            terms.append((f"grp IN ({', '.join('?' * len(groups))})", [*sorted(groups)]))
        for column, value in (("user", self.user), ("action", self.action), ("grp", self.group)):
            if value is not None:
                terms.append((f"{column} = ?", [value]))
        if self.target is not None:
            within = f"{self.target}/"
            terms.append(("(target = ? OR substr(target, 1, ?) = ?)", [self.target, len(within), within]))
        if self.outcomes:
            wanted = sorted(map(str, self.outcomes))
            terms.append((f"outcome IN ({', '.join('?' * len(wanted))})", [*wanted]))
        if self.since is not None:
            terms.append(("time >= ?", [self.since.timestamp()]))
        if self.until is not None:
            terms.append(("time < ?", [self.until.timestamp()]))
        terms += [(f"instr(casefold({_SEARCHED}), ?) > 0", [word]) for word in self.search.casefold().split()]
        return (
            " AND ".join(term for term, _ in terms) or "1",
            [value for _, values in terms for value in values],
        )


def _parse_outcomes(text: str) -> frozenset[AuditOutcome]:
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    known = {str(outcome): outcome for outcome in AuditOutcome}
    if any(word not in known for word in words):
        raise bad_parameter("outcome", f"must be outcomes, separated by commas: {', '.join(known)}")
    return frozenset(known[word] for word in words)
