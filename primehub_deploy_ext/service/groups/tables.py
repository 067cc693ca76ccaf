"""What is in the tables of stored groups, inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, EngineUnavailable, NotFound
from primehub_deploy_ext.domain.groups import GroupSettings, InstanceType, PullSecret
from primehub_deploy_ext.service.validation import field_path

ValueT = TypeVar("ValueT", GroupSettings, InstanceType, PullSecret)

# In these fields null says "no limit" or "all groups"; in others, that the field was not sent.
_NULLABLE = frozenset({"cpu", "memory", "groups"})


@dataclass(frozen=True)
class Table(Generic[ValueT]):
    """One kind of row: the table's name, the word for people, and what a row becomes."""

    name: str
    title: str
    kind: type[ValueT]


GROUPS = Table("groups", "group", GroupSettings)
INSTANCE_TYPES = Table("instance_types", "instance type", InstanceType)
PULL_SECRETS = Table("pull_secrets", "pull secret", PullSecret)


@dataclass(frozen=True)
class Contents:
    """All that is stored, as of one moment; groups by name, instance types in the order in which they were made."""

    groups: tuple[GroupSettings, ...]
    instance_types: tuple[InstanceType, ...]
    pull_secrets: tuple[PullSecret, ...]
    personal: Mapping[str, str]


class Rows:
    """The rows, as one transaction sees them.

    Parameters
    ----------
    db
        A connection with a transaction begun.
    path
        The file, for messages.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path

    def contents(self) -> Contents:
        """Return everything."""
        return Contents(
            groups=tuple(sorted(self.all(GROUPS), key=lambda group: (group.name.casefold(), group.name))),
            instance_types=tuple(self.all(INSTANCE_TYPES)),
            pull_secrets=tuple(self.all(PULL_SECRETS)),
            personal=dict(self._db.execute("SELECT owner, name FROM personal_groups").fetchall()),
        )

    def all(self, table: Table[ValueT]) -> list[ValueT]:
        """Return what a table holds, oldest first."""
        query = f"SELECT name, version, body FROM {table.name} WHERE body IS NOT NULL ORDER BY number"  # noqa: S608
        return [self._value(table, *row) for row in self._db.execute(query)]

    def names(self, table: Table[Any]) -> set[str]:
        """Return the names that are taken."""
        query = f"SELECT name FROM {table.name} WHERE body IS NOT NULL"  # noqa: S608
        return {name for (name,) in self._db.execute(query)}

    def insert(self, table: Table[ValueT], new: BaseModel) -> ValueT:
        """Add a row; ``AlreadyExists`` if the name is taken."""
        name = str(new.name)  # type: ignore[attr-defined]
        found = self._find(table, name)
        if found is not None and found[1] is not None:
            raise AlreadyExists(
                f"there is already a {table.title} {name!r}: choose another name, or change that one",
                fields=[{"field": "name", "message": "taken"}],
            )
        # The versions of a name that is used again go on: nobody takes the new row for the one that they saw.
        version = found[0] + 1 if found is not None else 1
        value = table.kind.model_validate({**_plain(new), "version": version})
        self._db.execute(f"DELETE FROM {table.name} WHERE name = ?", (name,))  # noqa: S608
        self._db.execute(
            f"INSERT INTO {table.name} (name, version, body) VALUES (?, ?, ?)",  # noqa: S608
            (name, version, _body(value)),
        )
        return value

    def update(self, table: Table[ValueT], name: str, change: BaseModel, *, version: int | None) -> ValueT:
        """Change the fields that were sent; ``NotFound``, or ``Conflict`` when the row is not at ``version``."""
        seen = self._get(table, name, version)
        value = seen.model_copy(update=sent_fields(change, table.kind))
        if value == seen:
            return seen
        return self.replace(table, value)

    def replace(self, table: Table[ValueT], value: ValueT) -> ValueT:
        """Write a row that is there, as its next version."""
        value = value.model_copy(update={"version": value.version + 1})
        self._db.execute(
            f"UPDATE {table.name} SET version = ?, body = ? WHERE name = ?",  # noqa: S608
            (value.version, _body(value), value.name),
        )
        return value

    def delete(self, table: Table[Any], name: str, *, version: int | None) -> None:
        """Remove a row; ``NotFound``, or ``Conflict`` when it is not at ``version``."""
        self._get(table, name, version)
        self._db.execute(f"UPDATE {table.name} SET body = NULL WHERE name = ?", (name,))  # noqa: S608

    def remember_personal(self, owner: str, name: str) -> bool:
        """Record which group is the owner's personal one; False when that was done before."""
        cursor = self._db.execute("INSERT OR IGNORE INTO personal_groups VALUES (?, ?)", (owner, name))
        return cursor.rowcount == 1

    def remember(self, key: str) -> bool:
        """Record that something was done; False when that was done before."""
        return self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, '')", (key,)).rowcount == 1

    def _find(self, table: Table[Any], name: str) -> tuple[int, str | None] | None:
        query = f"SELECT version, body FROM {table.name} WHERE name = ?"  # noqa: S608
        row: tuple[int, str | None] | None = self._db.execute(query, (name,)).fetchone()
        return row

    def _get(self, table: Table[ValueT], name: str, version: int | None) -> ValueT:
        found = self._find(table, name)
        if found is None or found[1] is None:
            raise NotFound(f"there is no {table.title} {name!r}")
        if version is not None and version != found[0]:
            raise stale(table.title, name, now=found[0], seen=version)
        return self._value(table, name, found[0], found[1])

    def _value(self, table: Table[ValueT], name: str, version: int, body: str) -> ValueT:
        try:
            return table.kind.model_validate({**json.loads(body), "name": name, "version": version})
        except ValidationError as error:
            problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
            why = f"{field_path(problem['loc'])}: {problem['msg']}"
        except (ValueError, TypeError) as error:
            why = str(error)
        # Without the cause: it repeats the row, which may hold a password.
        raise EngineUnavailable(
            f"the groups file {self._path} is damaged: the {table.title} {name!r} can't be read ({why}). Restore the"
            " file, or move it away together with its neighbours (-wal, -shm) to begin anew"
        )


def sent_fields(change: BaseModel, kind: type[BaseModel]) -> dict[str, Any]:
    """Return the fields of ``kind`` that a change really sets."""
    sent = {name: getattr(change, name) for name in change.model_fields_set if name in kind.model_fields}
    return {name: value for name, value in sent.items() if value is not None or name in _NULLABLE}


def stale(title: str, name: str, *, now: int, seen: int) -> Conflict:
    """Say that somebody else was faster."""
    return Conflict(
        f"the {title} {name!r} was changed by somebody else meanwhile: read it again, then make your change"
        " (nothing was changed)",
        details={"version": now, "seen": seen},
    )


def _plain(value: BaseModel) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).model_fields}


def _body(value: BaseModel) -> str:
    fields = value.model_dump(mode="json", exclude={"name", "version"})
    if isinstance(value, PullSecret) and value.password is not None:
        fields["password"] = value.password.get_secret_value()
    return json.dumps(fields, ensure_ascii=False)
