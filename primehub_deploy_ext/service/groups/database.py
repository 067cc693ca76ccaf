"""The SQLite file of stored groups: several servers have it open at once, every change is one transaction.

Changes open a connection of their own, so that the one connection that reads learns of all of them in the same way,
by ``PRAGMA data_version``: those of this server, of other servers, and of people with the ``sqlite3`` program.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.service.groups.tables import Contents, Rows

# Each entry is one step of the schema, applied once and in order; never edit one that was released.
# A row without a body was deleted: its version lives on, so that a name used again can't be taken for what it was.
_ROWS = "(number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, body TEXT)"
_MIGRATIONS = (
    (
        f"CREATE TABLE groups {_ROWS}",
        f"CREATE TABLE instance_types {_ROWS}",
        f"CREATE TABLE pull_secrets {_ROWS}",
        "CREATE TABLE personal_groups (owner TEXT PRIMARY KEY, name TEXT NOT NULL)",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
)

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


class GroupDatabase:
    """The file, however many servers use it.

    Parameters
    ----------
    path
        The SQLite file.
    patience
        Seconds to wait for other servers that write.
    """

    def __init__(self, path: Path, patience: float = 10.0) -> None:
        self._path = path
        self._patience = patience
        self._reader: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def open(self) -> None:
        """Make the file when it isn't there, bring its schema up to date, and begin to read.

        Raises
        ------
        EngineUnavailable
            If it can't be opened, is damaged, belongs to somebody else, or comes from a newer version.
        """
        self.close()
        with self._explained():
            self._make_private()
            with closing(self._connect()) as db:
                db.execute("PRAGMA journal_mode = WAL")
            with self.transaction(migrate=True):
                pass
            self._reader = self._connect()
            self._file = self._identity()

    def close(self) -> None:
        """Stop reading."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def moved(self) -> bool:
        """Tell whether another file, or none, is in the place of the one that was opened: a backup put back."""
        try:
            return self._identity() != self._file
        except OSError:
            return True

    def stamp(self) -> int:
        """Return a number that changes when somebody changed something; takes microseconds."""
        with self._explained():
            (number,) = self._reading().execute("PRAGMA data_version").fetchone()
        return int(number)

    def contents(self) -> Contents:
        """Return all that is stored, as of one moment."""
        with self._explained():
            db = self._reading()
            db.execute("BEGIN")
            try:
                self._check_schema(db)
                return Rows(db, self._path).contents()
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def transaction(self, *, migrate: bool = False) -> Iterator[Rows]:
        """Make all changes inside one change: all of them, or none.

        Raises
        ------
        EngineUnavailable
            If other servers keep the file busy, the disk is full, or the file can't be used any more.
        """
        with self._explained(), closing(self._connect()) as db:
            # Immediate: what is read inside can't be changed by others before it is written.
            db.execute("BEGIN IMMEDIATE")
            try:
                if migrate:
                    self._migrate(db)
                self._check_schema(db)
                yield Rows(db, self._path)
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        # `rw`: a file that was moved away is not begun anew half-way.
        uri = f"file:{quote(str(self._path))}?mode=rw"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=self._patience, check_same_thread=False)
        db.execute("PRAGMA synchronous = FULL")
        # Passwords of deleted pull secrets are overwritten, not left in free pages.
        db.execute("PRAGMA secure_delete = ON")
        return db

    def _reading(self) -> sqlite3.Connection:
        if self._reader is None:
            raise EngineUnavailable(f"the groups file {self._path} is closed: this server is stopping")
        return self._reader

    def _identity(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_dev, found.st_ino

    def _make_private(self) -> None:
        folder = self._path.parent
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_uid != os.getuid():
            raise EngineUnavailable(
                f"{folder} belongs to another user: set PRIMEHUB_DEPLOY_HOME to a folder of your own"
            )
        if found.st_mode & 0o077:
            folder.chmod(_PRIVATE_FOLDER)
        try:
            # SQLite would make it as the umask says, and its neighbours (-wal, -shm) like it.
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE_FILE))
        except FileExistsError:
            # Not opened here even now: closing a file drops the locks that SQLite holds on it in this process.
            if stat.S_IMODE(self._path.stat().st_mode) != _PRIVATE_FILE:
                self._path.chmod(_PRIVATE_FILE)

    def _migrate(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        for step in _MIGRATIONS[version:]:
            for statement in step:
                db.execute(statement)
        if version < len(_MIGRATIONS):
            db.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")

    def _check_schema(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise EngineUnavailable(
                f"the groups file {self._path} was written by a newer version of primehub-deploy-ext: upgrade this one"
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):  # by word: error codes are there since Python 3.11
                raise EngineUnavailable(
                    f"the groups file {self._path} is busy: another server has been writing it for"
                    f" {self._patience:g} seconds. Nothing was changed; try again"
                ) from error
            raise self._unusable(error) from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> EngineUnavailable:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return EngineUnavailable(
            f"the groups file {self._path} can't be used: {why}. Make room or restore it, or move it away together"
            " with its neighbours (-wal, -shm) to begin anew"
        )
