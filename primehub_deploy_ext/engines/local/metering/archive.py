"""What was measured, in SQLite: totals for ever, the past in three grains, each bounded.

A file of its own: to lose it costs charts, not deployments, so it needs no ``fsync`` for every interval; and its
writes hold up no wish. A kill loses nothing that was recorded (WAL), a power cut the last moments. It is used from
one thread.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from primehub_deploy_ext.domain.metrics import UsageLine
from primehub_deploy_ext.monitoring.ledger import Baselines, Numbers, Reading
from primehub_deploy_ext.monitoring.sample import Sample
from primehub_deploy_ext.monitoring.series import Point, coarser
from primehub_deploy_ext.monitoring.tiers import FINEST, HOUR, TIERS, Tier

# Another number means another layout: the file is begun anew, and the old one put aside.
_LAYOUT = 1
_SCHEMA = """
CREATE TABLE ticks (step INTEGER, time INTEGER, seconds REAL NOT NULL, PRIMARY KEY (step, time)) WITHOUT ROWID;
CREATE TABLE samples (
    uid INTEGER, step INTEGER, time INTEGER, body TEXT NOT NULL, PRIMARY KEY (uid, step, time)
) WITHOUT ROWID;
CREATE TABLE readings (key TEXT PRIMARY KEY, source TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE totals (uid INTEGER, key TEXT, body TEXT NOT NULL, PRIMARY KEY (uid, key)) WITHOUT ROWID;
CREATE TABLE usage (
    month TEXT, owner_group TEXT, id TEXT,
    cpu_seconds REAL NOT NULL, memory_byte_seconds REAL NOT NULL, replica_seconds REAL NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (month, owner_group, id)
) WITHOUT ROWID;
"""

_NEVER = 2**62

log = logging.getLogger(__name__)


class Archive:
    """All reads and writes of the file.

    Parameters
    ----------
    path
        Made when it isn't there. One that can't be read, or has another layout, is renamed: measuring must not be what
        keeps deployments from running.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError as error:
            aside = path.with_name(f"{path.name}.unusable")
            log.warning("%s can't be used (%s): it is put aside as %s, metrics begin anew", path, error, aside)
            path.replace(aside)
            for rest in (f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(rest).unlink(missing_ok=True)
            self._db = _opened(path)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

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

    # ------------------------------------------------------------------ counters

    def baselines(self) -> Baselines:
        """Return what every counter said last."""
        rows = self._db.execute("SELECT key, source, body FROM readings")
        return Baselines({key: Reading(source, tuple(json.loads(body))) for key, source, body in rows})

    def keep_baselines(self, baselines: Baselines) -> None:
        """Write what changed of them."""
        self._db.executemany(
            "INSERT OR REPLACE INTO readings VALUES (?, ?, ?)",
            [(key, reading.source, _dump(reading.values)) for key, reading in baselines.changed.items()],
        )
        self._db.executemany("DELETE FROM readings WHERE key = ?", [(key,) for key in baselines.gone])

    def totals(self) -> dict[tuple[int, str], Numbers]:
        """Return all totals by the deployment's uid and their key."""
        return {(uid, key): tuple(json.loads(body)) for uid, key, body in self._db.execute("SELECT * FROM totals")}

    def keep_totals(self, totals: Iterable[tuple[tuple[int, str], Numbers]]) -> None:
        """Write totals."""
        rows = [(uid, key, _dump(values)) for (uid, key), values in totals]
        self._db.executemany("INSERT OR REPLACE INTO totals VALUES (?, ?, ?)", rows)

    # ------------------------------------------------------------------ the past

    def record(self, time: int, seconds: float, samples: dict[int, Sample]) -> None:
        """Write what was counted in the finest interval that begins at ``time``; twice adds up."""
        before = self._tick(FINEST, time)
        if before:
            for uid, sample in samples.items():
                sample.add(self._sample(uid, FINEST, time))
        self.write(FINEST, time, before + seconds, samples)

    def add_usage(self, month: str, group: str, name: str, sample: Sample) -> None:
        """Add what a deployment took in a minute to what its group used in a month."""
        held = sum(taken.memory.sum for taken in sample.replicas.values()) * FINEST.step
        lived = sum(taken.memory.count for taken in sample.replicas.values()) * FINEST.step
        busy = sum(taken.cpu_seconds for taken in sample.replicas.values())
        self._db.execute(
            "INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (month, owner_group, id) DO UPDATE SET"
            " cpu_seconds = cpu_seconds + excluded.cpu_seconds,"
            " memory_byte_seconds = memory_byte_seconds + excluded.memory_byte_seconds,"
            " replica_seconds = replica_seconds + excluded.replica_seconds, requests = requests + excluded.requests",
            (month, group, name, busy, held, lived, sample.requests),
        )

    def usage(self) -> list[UsageLine]:
        """Return what each group used in each month, newest month first."""
        rows = self._db.execute(
            "SELECT month, owner_group, sum(cpu_seconds), sum(memory_byte_seconds), sum(replica_seconds),"
            " sum(requests), count(*) FROM usage GROUP BY month, owner_group ORDER BY month DESC, owner_group"
        )
        return [
            UsageLine(
                month=month,
                group=group,
                cpu_hours=busy / HOUR,
                memory_gb_hours=held / HOUR / 1e9,
                replica_hours=lived / HOUR,
                requests=requests,
                deployments=deployments,
            )
            for month, group, busy, held, lived, requests, deployments in rows
        ]

    def roll_up(self, now: float, uids: Iterable[int]) -> Iterator[tuple[int, dict[int, Sample]]]:
        """Make the coarser intervals that are complete from the finer ones; forget what is older than it is kept.

        Gives each minute that was completed, for those who add up something else of it.
        """
        uids = list(uids)
        for finer, tier in pairwise(TIERS):
            end = tier.start_of(now)
            for time in self._pending(finer, tier, end):
                samples = {
                    uid: Sample.sum_of(sample for _, sample in rows)
                    for uid in uids
                    if (rows := list(self._rows(uid, finer, time, time + tier.step)))
                }
                self.write(tier, time, sum(self._ticks(finer, time, time + tier.step).values()), samples)
                if tier is TIERS[1]:
                    yield time, samples
        for tier in TIERS:
            oldest = now - tier.kept
            self._db.execute("DELETE FROM ticks WHERE step = ? AND time < ?", (tier.step, oldest))
            self._db.executemany(
                "DELETE FROM samples WHERE uid = ? AND step = ? AND time < ?",
                [(uid, tier.step, oldest) for uid in uids],
            )

    def points(self, uid: int, tier: Tier, since: int, until: int) -> list[Point]:
        """Return the intervals of a tier that begin in ``[since, until)``, without gaps; oldest first.

        The newest ones are made from finer ones where they are not complete yet.
        """
        found = {point.time: point for point in self._measured(uid, tier, since, until)}
        ends = range(since + tier.step, until + tier.step, tier.step)
        return [found.get(time, Point(time)) for time in ends]

    def everything(self, since: int, uids: Iterable[int]) -> Iterator[tuple[int, float, dict[int, Sample]]]:
        """Give the finest intervals since a time with the samples of all deployments, oldest first."""
        found: dict[int, dict[int, Sample]] = {}
        for uid in uids:
            for time, sample in self._rows(uid, FINEST, since, _NEVER):
                found.setdefault(time, {})[uid] = sample
        for time, seconds in self._ticks(FINEST, since, _NEVER).items():
            yield time, seconds, found.get(time, {})

    def last_tick(self) -> int | None:
        """Return when the newest finest interval began."""
        (time,) = self._db.execute("SELECT max(time) FROM ticks WHERE step = ?", (FINEST.step,)).fetchone()
        return None if time is None else int(time)

    def _measured(self, uid: int, tier: Tier, since: int, until: int) -> list[Point]:
        samples = dict(self._rows(uid, tier, since, until))
        points = [
            Point(time + tier.step, seconds, samples.get(time))
            for time, seconds in self._ticks(tier, since, until).items()
        ]
        if tier is not FINEST:
            finer = TIERS[TIERS.index(tier) - 1]
            edge = points[-1].time if points else since
            points += coarser(self._measured(uid, finer, edge, until), tier.step)
        return points

    def _pending(self, finer: Tier, tier: Tier, end: int) -> list[int]:
        (last,) = self._db.execute("SELECT max(time) FROM ticks WHERE step = ?", (tier.step,)).fetchone()
        rows = self._db.execute(
            "SELECT DISTINCT time / ? * ? FROM ticks WHERE step = ? AND time < ? AND time >= ? ORDER BY 1",
            (tier.step, tier.step, finer.step, end, 0 if last is None else last + tier.step),
        )
        return [time for (time,) in rows]

    def _ticks(self, tier: Tier, since: int, until: int) -> dict[int, float]:
        rows = self._db.execute(
            "SELECT time, seconds FROM ticks WHERE step = ? AND time >= ? AND time < ? ORDER BY time",
            (tier.step, since, until),
        )
        return dict(rows.fetchall())

    def _tick(self, tier: Tier, time: int) -> float:
        return self._ticks(tier, time, time + 1).get(time, 0.0)

    def _rows(self, uid: int, tier: Tier, since: int, until: int) -> Iterator[tuple[int, Sample]]:
        rows = self._db.execute(
            "SELECT time, body FROM samples WHERE uid = ? AND step = ? AND time >= ? AND time < ? ORDER BY time",
            (uid, tier.step, since, until),
        )
        for time, body in rows:
            yield time, Sample.from_text(body)

    def _sample(self, uid: int, tier: Tier, time: int) -> Sample:
        return Sample.sum_of(sample for _, sample in self._rows(uid, tier, time, time + 1))

    def write(self, tier: Tier, time: int, seconds: float, samples: dict[int, Sample]) -> None:
        """Write one interval of a tier, in place of what was there."""
        self._db.execute("INSERT OR REPLACE INTO ticks VALUES (?, ?, ?)", (tier.step, time, seconds))
        rows = [(uid, tier.step, time, sample.to_text()) for uid, sample in samples.items()]
        self._db.executemany("INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?)", rows)

    # ------------------------------------------------------------------ deployments that are gone

    def keep_only(self, uids: Iterable[int]) -> None:
        """Forget the deployments that are not there any more; what their groups used stays."""
        kept = set(uids)
        rows = self._db.execute("SELECT DISTINCT uid FROM totals UNION SELECT DISTINCT uid FROM samples")
        for uid in [uid for (uid,) in rows if uid not in kept]:
            self._db.execute("DELETE FROM totals WHERE uid = ?", (uid,))
            self._db.execute("DELETE FROM samples WHERE uid = ?", (uid,))


def _opened(path: Path) -> sqlite3.Connection:
    # Opened in one thread and used in another, never in two at once.
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        path.chmod(0o600)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        (layout,) = database.execute("PRAGMA user_version").fetchone()
        if layout == 0:
            database.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_LAYOUT}; COMMIT;")
        elif layout != _LAYOUT:
            raise sqlite3.DatabaseError(f"layout {layout}")
    except BaseException:
        database.close()
        raise
    return database


def _dump(values: Numbers) -> str:
    return json.dumps([int(value) if value == int(value) else value for value in values], separators=(",", ":"))
