"""The embedded engine's memory: SQLite, every change one transaction.

WAL with ``synchronous=FULL``: what was acknowledged survives ``kill -9`` and a power cut. One process (the
daemon) writes; its lock file keeps others out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.errors import AlreadyExists, EngineUnavailable
from primehub_deploy_ext.domain.models import DeploymentSpec, Event, Revision
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.domain.stored import SavedModel

# Each entry is one step of the schema, applied once and in order; never edit one that was released.
_MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE deployments (
        uid INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        owner_group TEXT NOT NULL,
        created_at TEXT NOT NULL, created_by TEXT NOT NULL,
        updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
        latest INTEGER NOT NULL,
        target INTEGER NOT NULL,
        serving INTEGER,
        status TEXT,
        deleting INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE revisions (
        uid INTEGER NOT NULL REFERENCES deployments(uid) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        template INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (uid, number)
    );
    CREATE TABLE slots (
        uid INTEGER NOT NULL REFERENCES deployments(uid) ON DELETE CASCADE,
        template INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (uid, template, slot)
    );
    CREATE TABLE events (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        uid INTEGER NOT NULL REFERENCES deployments(uid) ON DELETE CASCADE,
        body TEXT NOT NULL
    );
    CREATE INDEX events_of_deployment ON events(uid, number);
    """,
    # Clients of private endpoints. Revisions keep what their instance type stood for: until now these four were fixed.
    """
    CREATE TABLE clients (
        uid INTEGER NOT NULL REFERENCES deployments(uid) ON DELETE CASCADE,
        name TEXT NOT NULL,
        secret TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (uid, name)
    );
    CREATE TABLE quotas (owner_group TEXT PRIMARY KEY, body TEXT NOT NULL);
    UPDATE revisions SET body = json_set(body, '$.spec.resources', json('{"cpu":1,"memory":1073741824,"gpu":0}'))
        WHERE json_extract(body, '$.spec.instance_type') = 'cpu-1';
    UPDATE revisions SET body = json_set(body, '$.spec.resources', json('{"cpu":2,"memory":4294967296,"gpu":0}'))
        WHERE json_extract(body, '$.spec.instance_type') = 'cpu-2';
    UPDATE revisions SET body = json_set(body, '$.spec.resources', json('{"cpu":4,"memory":17179869184,"gpu":0}'))
        WHERE json_extract(body, '$.spec.instance_type') = 'cpu-4';
    """,
    # Models that were saved by name. AUTOINCREMENT: a number that people hold stands for one model for ever.
    """
    CREATE TABLE saved_models (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        owner_group TEXT NOT NULL,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        artifact TEXT NOT NULL,
        body TEXT NOT NULL
    );
    CREATE TABLE saved_versions (
        owner_group TEXT NOT NULL, name TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (owner_group, name)
    );
    """,
    """
    CREATE TABLE alerts (uid INTEGER PRIMARY KEY REFERENCES deployments(uid) ON DELETE CASCADE, body TEXT NOT NULL);
    """,
)

EVENTS_KEPT = 500


@dataclass(frozen=True)
class DeploymentRow:
    """A deployment as stored: identity, and which revisions are newest, wanted and serving."""

    uid: int
    id: str
    name: str
    group: str
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    latest: int
    target: int
    serving: int | None
    status: dict[str, Any] | None
    deleting: bool


@dataclass(frozen=True)
class RevisionRow:
    """A revision, and the number of the revision whose replicas it is served by."""

    revision: Revision
    template: int


class Store:
    """All reads and writes of the state file.

    Parameters
    ----------
    path
        The SQLite file, made when it isn't there.

    Raises
    ------
    EngineUnavailable
        If the file can't be opened, is damaged, or comes from a newer version.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.row_factory = sqlite3.Row
            self._migrate(path)
        except sqlite3.DatabaseError as error:
            raise EngineUnavailable(
                f"the state file {path} can't be used: {error}. Restore it, or move it away to begin anew"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _migrate(self, path: Path) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise EngineUnavailable(
                f"the state file {path} was written by a newer version of primehub-deploy-ext: upgrade this one"
            )
        for number, script in enumerate(_MIGRATIONS[version:], version + 1):
            self._db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside one change: all of them, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # ------------------------------------------------------------------ meta

    def meta(self, key: str) -> str | None:
        """Return a remembered value."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row["value"] if row else None

    def remember(self, key: str, value: str) -> None:
        """Remember a value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # ------------------------------------------------------------------ deployments

    def deployments(self) -> list[DeploymentRow]:
        """All deployments, oldest first."""
        return [_deployment(row) for row in self._db.execute("SELECT * FROM deployments ORDER BY uid")]

    def insert(self, *, id: str, name: str, group: str, revision: Revision) -> DeploymentRow:
        """Add a deployment with its first revision; ``AlreadyExists`` if the id is taken."""
        now = _iso(revision.created_at)
        try:
            with self.transaction():
                cursor = self._db.execute(
                    "INSERT INTO deployments (id, name, owner_group, created_at, created_by, updated_at, updated_by,"
                    " latest, target) VALUES (?, ?, ?, ?, ?, ?, ?, 1, 1)",
                    (id, name, group, now, revision.user, now, revision.user),
                )
                uid = int(cursor.lastrowid or 0)
                self._write_revision(uid, RevisionRow(revision, template=1))
        except sqlite3.IntegrityError as error:
            raise AlreadyExists(
                f"a deployment with the id {id!r} exists already: choose another id, or update that one",
                fields=[{"field": "id", "message": "taken"}],
            ) from error
        return self._get(uid)

    def add_revision(self, row: DeploymentRow, added: RevisionRow) -> DeploymentRow:
        """Append a revision and make it the wanted one; the one in progress before is superseded."""
        revision = added.revision
        with self.transaction():
            self._write_revision(row.uid, added)
            self._db.execute(
                "UPDATE deployments SET latest = ?, target = ?, updated_at = ?, updated_by = ? WHERE uid = ?",
                (revision.number, revision.number, _iso(revision.created_at), revision.user, row.uid),
            )
        return self._get(row.uid)

    def set_target(self, row: DeploymentRow, target: int) -> DeploymentRow:
        """Make another revision the wanted one."""
        self._db.execute("UPDATE deployments SET target = ? WHERE uid = ?", (target, row.uid))
        return replace(row, target=target)

    def set_serving(self, row: DeploymentRow, serving: int | None) -> DeploymentRow:
        """Record which revision takes the traffic."""
        self._db.execute("UPDATE deployments SET serving = ? WHERE uid = ?", (serving, row.uid))
        return replace(row, serving=serving)

    def set_status(self, row: DeploymentRow, status: dict[str, Any]) -> DeploymentRow:
        """Keep the last published status, so that ``since`` survives a restart of the daemon."""
        self._db.execute("UPDATE deployments SET status = ? WHERE uid = ?", (json.dumps(status), row.uid))
        return replace(row, status=status)

    def set_deleting(self, row: DeploymentRow) -> DeploymentRow:
        """Mark as being removed: a restarted daemon goes on with it."""
        self._db.execute("UPDATE deployments SET deleting = 1 WHERE uid = ?", (row.uid,))
        return replace(row, deleting=True)

    def remove(self, row: DeploymentRow) -> None:
        """Forget a deployment and all it owns."""
        self._db.execute("DELETE FROM deployments WHERE uid = ?", (row.uid,))

    def _get(self, uid: int) -> DeploymentRow:
        return _deployment(self._db.execute("SELECT * FROM deployments WHERE uid = ?", (uid,)).fetchone())

    # ------------------------------------------------------------------ revisions

    def revisions(self, uid: int) -> list[RevisionRow]:
        """History, oldest first."""
        rows = self._db.execute("SELECT * FROM revisions WHERE uid = ? ORDER BY number", (uid,))
        return [RevisionRow(Revision.model_validate_json(row["body"]), row["template"]) for row in rows]

    def save_revision(self, uid: int, row: RevisionRow) -> None:
        """Write a revision's outcome; its specification never changes."""
        self._write_revision(uid, row)

    def _write_revision(self, uid: int, row: RevisionRow) -> None:
        self._db.execute(
            "INSERT INTO revisions (uid, number, template, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (uid, number) DO UPDATE SET body = excluded.body",
            (uid, row.revision.number, row.template, row.revision.model_dump_json()),
        )

    def artifacts_in_use(self) -> set[str]:
        """Digests that any kept revision, or a saved model, refers to."""
        found = {row["artifact"] for row in self._db.execute("SELECT artifact FROM saved_models")}
        for row in self._db.execute("SELECT body FROM revisions"):
            spec = DeploymentSpec.model_validate(json.loads(row["body"])["spec"])
            found.add(spec.model.artifact)
        return found

    # ------------------------------------------------------------------ models that were saved by name

    def saved_models(self) -> list[SavedModel]:
        """Oldest first."""
        rows = self._db.execute("SELECT body, number FROM saved_models ORDER BY number")
        return [SavedModel.model_validate(json.loads(row["body"]) | {"number": row["number"]}) for row in rows]

    def add_saved_model(self, saved: SavedModel) -> SavedModel:
        """Write a model under the next number, and the next version of its name."""
        key = (saved.group, saved.name)
        with self.transaction():
            (version,) = self._db.execute(
                "INSERT INTO saved_versions VALUES (?, ?, 1)"
                " ON CONFLICT (owner_group, name) DO UPDATE SET last = last + 1 RETURNING last",
                key,
            ).fetchone()
            saved = saved.model_copy(update={"version": version})
            cursor = self._db.execute(
                "INSERT INTO saved_models (owner_group, name, version, artifact, body) VALUES (?, ?, ?, ?, ?)",
                (*key, version, saved.model.artifact, saved.model_dump_json(exclude={"number"})),
            )
        return saved.model_copy(update={"number": cursor.lastrowid})

    def remove_saved_model(self, number: int) -> bool:
        """Forget a model; tells whether there was one."""
        return self._db.execute("DELETE FROM saved_models WHERE number = ?", (number,)).rowcount > 0

    # ------------------------------------------------------------------ clients of private endpoints

    def clients(self, uid: int) -> list[tuple[Client, str]]:
        """Each client with the hash of its token, by name."""
        rows = self._db.execute("SELECT secret, body FROM clients WHERE uid = ? ORDER BY name", (uid,))
        return [(Client.model_validate_json(row["body"]), row["secret"]) for row in rows]

    def save_clients(self, uid: int, clients: Iterable[tuple[Client, str]]) -> None:
        """Write clients, each with the hash of its token."""
        rows = [(uid, client.name, secret, client.model_dump_json()) for client, secret in clients]
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO clients VALUES (?, ?, ?, ?)", rows)

    def remove_client(self, uid: int, name: str) -> None:
        """Forget a client."""
        self._db.execute("DELETE FROM clients WHERE uid = ? AND name = ?", (uid, name))

    # ------------------------------------------------------------------ alerts

    def alerts(self) -> dict[int, dict[str, Any]]:
        """Alert rules of deployments and how they stand, by uid."""
        return {row["uid"]: json.loads(row["body"]) for row in self._db.execute("SELECT * FROM alerts")}

    def save_alerts(self, uid: int, body: dict[str, Any]) -> None:
        """Write the alert rules of a deployment and how they stand."""
        self._db.execute("INSERT OR REPLACE INTO alerts VALUES (?, ?)", (uid, json.dumps(body)))

    # ------------------------------------------------------------------ quotas

    def quotas(self) -> dict[str, Quota]:
        """The quota that each group was last known to have."""
        rows = self._db.execute("SELECT owner_group, body FROM quotas")
        return {row["owner_group"]: Quota.model_validate_json(row["body"]) for row in rows}

    def save_quota(self, group: str, quota: Quota) -> None:
        """Write the quota of a group."""
        self._db.execute("INSERT OR REPLACE INTO quotas VALUES (?, ?)", (group, quota.model_dump_json()))

    # ------------------------------------------------------------------ slots

    def slots(self, uid: int) -> list[dict[str, Any]]:
        """What is known of each replica's current attempt."""
        rows = self._db.execute("SELECT body FROM slots WHERE uid = ? ORDER BY template, slot", (uid,))
        return [json.loads(row["body"]) for row in rows]

    def save_slot(self, uid: int, template: int, slot: int, body: dict[str, Any]) -> None:
        """Record a replica, before anything depends on it: it can be adopted after a crash."""
        self._db.execute("INSERT OR REPLACE INTO slots VALUES (?, ?, ?, ?)", (uid, template, slot, json.dumps(body)))

    def remove_slot(self, uid: int, template: int, slot: int) -> None:
        """Forget a replica that ended."""
        self._db.execute("DELETE FROM slots WHERE uid = ? AND template = ? AND slot = ?", (uid, template, slot))

    # ------------------------------------------------------------------ events

    def add_event(self, uid: int, event: Event) -> None:
        """Append an event; the oldest beyond :data:`EVENTS_KEPT` go."""
        cursor = self._db.execute("INSERT INTO events (uid, body) VALUES (?, ?)", (uid, event.model_dump_json()))
        if (cursor.lastrowid or 0) % 50 == 0:
            self._db.execute(
                "DELETE FROM events WHERE uid = ? AND number <="
                " (SELECT number FROM events WHERE uid = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
                (uid, uid, EVENTS_KEPT),
            )

    def events(self, uid: int) -> list[Event]:
        """Newest first."""
        rows = self._db.execute(
            "SELECT body FROM events WHERE uid = ? ORDER BY number DESC LIMIT ?", (uid, EVENTS_KEPT)
        )
        return [Event.model_validate_json(row["body"]) for row in rows]


def now() -> datetime:
    """Return the time in UTC, in the precision that is stored."""
    return datetime.now(timezone.utc)


def _iso(time: datetime) -> str:
    return time.isoformat()


def _deployment(row: sqlite3.Row) -> DeploymentRow:
    return DeploymentRow(
        uid=row["uid"],
        id=row["id"],
        name=row["name"],
        group=row["owner_group"],
        created_at=datetime.fromisoformat(row["created_at"]),
        created_by=row["created_by"],
        updated_at=datetime.fromisoformat(row["updated_at"]),
        updated_by=row["updated_by"],
        latest=row["latest"],
        target=row["target"],
        serving=row["serving"],
        status=json.loads(row["status"]) if row["status"] else None,
        deleting=bool(row["deleting"]),
    )
