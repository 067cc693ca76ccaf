"""The audit log: one SQLite file that all servers of a user append to. Only a thread of its own touches it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeVar

from primehub_deploy_ext.domain.audit import AuditEntry, AuditList, AuditOutcome
from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.service.audit_query import MAX_LIMIT, AuditQuery

KEPT = 100_000
# Whoever isn't logged in must neither push out what others did nor fill the disk.
KEPT_ANONYMOUS = 10_000
ANONYMOUS_PER_MINUTE = 60

_TRIM_EVERY = 256
MOST_WAITING = 10_000
_BUSY_SECONDS = 5.0
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time REAL NOT NULL,
    user TEXT NOT NULL,
    address TEXT NOT NULL,
    via TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    grp TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER NOT NULL,
    message TEXT NOT NULL
)
"""
_COLUMNS = "time, user, address, via, action, target, grp, outcome, status, message"

log = logging.getLogger(__name__)
Found = TypeVar("Found")


@dataclass(frozen=True)
class NewEntry:
    """A line that is to be written; the fields are those of ``AuditEntry``."""

    time: float
    user: str
    address: str
    via: str
    action: str
    target: str
    group: str
    outcome: str
    status: int
    message: str


class AuditLog:
    """Who did what.

    Parameters
    ----------
    path
        The file; it and its folder are made with the first line, for this OS user alone.
    kept, kept_anonymous
        How many of the newest lines stay: of people with a name, and of whoever was not logged in.
    clock
        Seconds since 1970.
    """

    def __init__(
        self,
        path: Path,
        *,
        kept: int = KEPT,
        kept_anonymous: int = KEPT_ANONYMOUS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.problem = ""
        self._path = path
        self._kept = kept
        self._kept_anonymous = kept_anonymous
        self._clock = clock
        self._waiting: list[NewEntry] = []
        self._lock = threading.Lock()
        self._lost = 0
        self._scheduled = False
        self._crowd = _Crowd()
        self._since_trim = _TRIM_EVERY
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._connection: sqlite3.Connection | None = None

    # ------------------------------------------------------------------ writing

    def append(self, entry: NewEntry) -> None:
        """Write a line soon; never raises, never waits. What can't be written is told by :attr:`problem`."""
        self._queue(self._crowd.admit(entry))
        if not self._scheduled:
            self._scheduled = True
            with suppress(RuntimeError):  # it was closed: the server stops
                self._thread.submit(self._write)

    async def close(self) -> None:
        """Write what waits, and let go of the file."""
        self._queue(self._crowd.rest())
        await asyncio.wrap_future(self._thread.submit(self._close))
        self._thread.shutdown(wait=False)

    def _queue(self, entries: list[NewEntry], before: Sequence[NewEntry] = ()) -> None:
        """Let lines wait, ``before`` in front of those that wait already; the oldest go when there are too many."""
        with self._lock:
            waiting = [*before, *self._waiting, *entries]
            self._lost += max(0, len(waiting) - MOST_WAITING)
            self._waiting = waiting[-MOST_WAITING:]

    def _write(self) -> None:
        # First: what is added from now on needs another turn.
        self._scheduled = False
        with self._lock:
            batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            connection = self._open()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                    [astuple(entry) for entry in batch],
                )
                self._since_trim += len(batch)
                if self._since_trim >= _TRIM_EVERY:
                    self._trim(connection)
                    self._since_trim = 0
        except (OSError, sqlite3.Error) as error:
            self._queue([], before=batch)
            self._forget_connection()
            if not self.problem:
                log.exception("the audit log can't be written; lines wait until it can")
            self.problem = f"the audit log {self._path} can't be written: {error}"
        else:
            self.problem = ""
            if self._lost:
                log.error("the audit log lost %d lines, the oldest of those that waited", self._lost)
                self._lost = 0

    def _trim(self, connection: sqlite3.Connection) -> None:
        for whose, kept in (("user != ''", self._kept), ("user = ''", self._kept_anonymous)):
            connection.execute(
                f"DELETE FROM entries WHERE {whose} AND number <= "  # noqa: S608 -- no input in it
                f"(SELECT number FROM entries WHERE {whose} ORDER BY number DESC LIMIT 1 OFFSET ?)",
                (kept,),
            )

    # ------------------------------------------------------------------ reading

    async def page(self, query: AuditQuery, groups: frozenset[str] | None) -> AuditList:
        """Return one page, newest first.

        Parameters
        ----------
        groups
            Only lines about these; None: all.

        Raises
        ------
        EngineUnavailable
            If the file can't be read.
        """
        condition, values = query.conditions(groups)

        def read() -> AuditList:
            connection = self._open()
            total = connection.execute(f"SELECT count(*) FROM entries WHERE {condition}", values).fetchone()[0]  # noqa: S608
            items = self._read(connection, query, groups, query.limit + 1)
            more = len(items) > query.limit
            items = items[: query.limit]
            return AuditList(items=items, total=total, continue_token=str(items[-1].number) if more else None)

        return await self._ask(read)

    async def every(self, query: AuditQuery, groups: frozenset[str] | None) -> AsyncIterator[list[AuditEntry]]:
        """Yield all that match, newest first, a few at a time; lines that are added meanwhile are left out."""
        while True:
            entries = await self._ask(lambda: self._read(self._open(), query, groups, MAX_LIMIT))  # noqa: B023
            if entries:
                yield entries
            if len(entries) < MAX_LIMIT:
                return
            query = replace(query, before=entries[-1].number)

    def _read(
        self, connection: sqlite3.Connection, query: AuditQuery, groups: frozenset[str] | None, limit: int
    ) -> list[AuditEntry]:
        condition, values = query.conditions(groups)
        if query.before is not None:
            condition, values = f"({condition}) AND number < ?", [*values, query.before]
        rows = connection.execute(
            f"SELECT number, {_COLUMNS} FROM entries WHERE {condition} ORDER BY number DESC LIMIT ?",  # noqa: S608
            [*values, limit],
        )
        return [_entry(row) for row in rows]

    async def _ask(self, question: Callable[[], Found]) -> Found:
        self._queue(self._crowd.rest_before(self._clock()))

        def answer() -> Found:
            self._write()
            return question()

        try:
            return await asyncio.wrap_future(self._thread.submit(answer))
        except (OSError, sqlite3.Error) as error:
            raise EngineUnavailable(f"the audit log {self._path} can't be read: {error}") from error

    # ------------------------------------------------------------------ the file

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives its side files the mode of this one.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600))
            connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.create_function("casefold", 1, str.casefold, deterministic=True)
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version > _SCHEMA_VERSION:
                    raise sqlite3.DatabaseError("it was written by a newer version of primehub-deploy-ext")
                connection.execute(_SCHEMA)
                connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _close(self) -> None:
        self._write()
        self._forget_connection()

    def _forget_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class _Crowd:
    """Lets some of those through who are not logged in, and counts the others of the same minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._let_through = 0
        self._last: NewEntry | None = None
        self._more = 0

    def admit(self, entry: NewEntry) -> list[NewEntry]:
        """Return what is to be written now."""
        rest = self.rest_before(entry.time)
        if entry.user:
            return [*rest, entry]
        minute = int(entry.time // 60)
        if minute != self._minute:
            self._minute, self._let_through = minute, 0
        if self._let_through < ANONYMOUS_PER_MINUTE:
            self._let_through += 1
            return [*rest, entry]
        self._last = entry
        self._more += 1
        return rest

    def rest_before(self, now: float) -> list[NewEntry]:
        """Return the one line that stands for those of a minute that is over."""
        return self.rest() if int(now // 60) != self._minute else []

    def rest(self) -> list[NewEntry]:
        """Return the one line that stands for those that were counted."""
        last, more = self._last, self._more
        self._last, self._more = None, 0
        if last is None:
            return []
        told = f"{more} more requests without a login in the same minute; the last one: {last.message}"
        return [replace(last, message=told)]


def _entry(row: tuple[object, ...]) -> AuditEntry:
    number, at, user, address, via, action, target, group, outcome, status, message = row
    return AuditEntry.model_validate(
        {
            "number": number,
            "time": datetime.fromtimestamp(float(str(at)), timezone.utc),
            "user": user,
            "address": address,
            "via": via,
            "action": action,
            "target": target,
            "group": group,
            "outcome": AuditOutcome(str(outcome)),
            "status": status,
            "message": message,
        }
    )
