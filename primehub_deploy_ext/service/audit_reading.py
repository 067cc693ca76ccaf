"""Who may read which lines of the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator

from primehub_deploy_ext.domain.audit import AuditEntry, AuditList
from primehub_deploy_ext.domain.errors import Forbidden
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.audit import AuditLog
from primehub_deploy_ext.service.audit_query import AuditQuery


class AuditService:
    """What callers can read of the audit log: administrators all, group admins what is about their groups.

    Parameters
    ----------
    log
        Where the lines are.
    """

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def page(self, caller: Caller, query: AuditQuery) -> AuditList:
        """Return one page, newest first.

        Raises
        ------
        Forbidden
            If the caller may read no line, or none of the group they ask for.
        NotFound
            If there is no such group for them.
        """
        return await self._log.page(query, _readable(caller, query))

    def every(self, caller: Caller, query: AuditQuery) -> AsyncIterator[list[AuditEntry]]:
        """Yield all that match, newest first, a few at a time; raises at once what :meth:`page` raises."""
        return self._log.every(query, _readable(caller, query))


def _readable(caller: Caller, query: AuditQuery) -> frozenset[str] | None:
    scope = caller.audited()
    if query.group is not None and query.group not in scope:
        caller.group(query.group)
        raise Forbidden(f"only its admins and administrators may read the audit log of the group {query.group!r}")
    return scope.groups
