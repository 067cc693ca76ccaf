"""The audit log keeps what was done, whatever else happens."""

from __future__ import annotations

import asyncio
import csv
import io
import sqlite3
import stat
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.audit import AuditEntry
from primehub_deploy_ext.domain.errors import EngineUnavailable, InvalidInput
from primehub_deploy_ext.service.audit import ANONYMOUS_PER_MINUTE, MOST_WAITING, AuditLog, NewEntry
from primehub_deploy_ext.service.audit_csv import csv_header, csv_rows
from primehub_deploy_ext.service.audit_query import AuditQuery

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc).timestamp()


def entry(**fields: Any) -> NewEntry:
    usual = {
        "time": NOON,
        "user": "grace",
        "address": "10.0.0.7",
        "via": "browser",
        "action": "stopDeployment",
        "target": "iris",
        "group": "lab",
        "outcome": "allowed",
        "status": 200,
        "message": "",
    }
    return NewEntry(**{**usual, **fields})


async def lines(log: AuditLog, groups: frozenset[str] | None = None, **query: str) -> list[AuditEntry]:
    return (await log.page(AuditQuery.parse(query), groups)).items


def test_what_is_written_is_read_newest_first(tmp_path: Path) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "home" / "audit.db")
        log.append(entry())
        log.append(entry(user="ada", outcome="refused", status=403, message="no", time=NOON + 1))

        newest, oldest = await lines(log)

        assert (newest.user, newest.status, newest.message) == ("ada", 403, "no")
        assert oldest.model_dump(mode="json") == {
            "number": 1,
            "time": "2026-11-23T12:00:00Z",
            "user": "grace",
            "address": "10.0.0.7",
            "via": "browser",
            "action": "stopDeployment",
            "target": "iris",
            "group": "lab",
            "outcome": "allowed",
            "status": 200,
            "message": "",
        }
        await log.close()

    asyncio.run(story())


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "home" / "audit.db")
        log.append(entry())
        await lines(log)

        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "home").iterdir()}
        assert modes == {"audit.db": 0o600, "audit.db-wal": 0o600, "audit.db-shm": 0o600}
        assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
        await log.close()

    asyncio.run(story())


def test_several_servers_write_to_the_same_log(tmp_path: Path) -> None:
    async def story() -> None:
        logs = [AuditLog(tmp_path / "audit.db") for _ in range(3)]
        for number in range(100):
            for log in logs:
                log.append(entry(target=f"d{number}"))
        await asyncio.gather(*(log.close() for log in logs))

        reader = AuditLog(tmp_path / "audit.db")
        assert (await reader.page(AuditQuery(), None)).total == 300
        await reader.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("query", "targets"),
    [
        ({"user": "ada"}, ["c"]),
        ({"action": "createGroup"}, ["c"]),
        ({"group": "ops"}, ["b"]),
        ({"target": "a"}, ["a/reader", "a"]),
        ({"outcome": "refused,failed"}, ["b", "a/reader"]),
        ({"search": "LAB stop"}, ["a/reader", "a"]),
        ({"search": "grÜße"}, ["b"]),
        ({"search": "100%"}, []),
        ({"since": "2026-11-23T12:00:02Z"}, ["c", "b"]),
        ({"until": "2026-11-23T12:00:02Z"}, ["a/reader", "a"]),
        ({"since": "2026-11-23T13:00:01+01:00", "until": "2026-11-23T12:00:02Z"}, ["a/reader"]),
    ],
)
def test_filters_narrow_the_log(tmp_path: Path, query: dict[str, str], targets: list[str]) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "audit.db")
        log.append(entry(target="a"))
        log.append(entry(target="a/reader", outcome="failed", time=NOON + 1))
        log.append(entry(target="b", group="ops", outcome="refused", message="Grüße", time=NOON + 2))
        log.append(entry(target="c", user="ada", action="createGroup", group="", time=NOON + 3))

        assert [line.target for line in await lines(log, **query)] == targets
        await log.close()

    asyncio.run(story())


def test_group_admins_read_of_their_groups_alone(tmp_path: Path) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "audit.db")
        for group in ("lab", "ops", ""):
            log.append(entry(group=group))

        assert [line.group for line in await lines(log, frozenset({"lab"}))] == ["lab"]
        assert await lines(log, frozenset({"lab"}), group="ops") == []
        assert [line.group for line in await lines(log, None)] == ["", "ops", "lab"]
        await log.close()

    asyncio.run(story())


def test_pages_follow_each_other_although_lines_are_added(tmp_path: Path) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "audit.db")
        for number in range(5):
            log.append(entry(target=str(number)))
        first = await log.page(AuditQuery.parse({"limit": "3"}), None)
        log.append(entry(target="new"))
        second = await log.page(AuditQuery.parse({"limit": "3", "continue": first.continue_token or ""}), None)

        assert [line.target for line in first.items] == ["4", "3", "2"]
        assert first.total == 5
        assert [line.target for line in second.items] == ["1", "0"]
        assert second.continue_token is None
        await log.close()

    asyncio.run(story())


def test_the_newest_lines_stay(tmp_path: Path) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "audit.db", kept=300)
        for number in range(1000):
            log.append(entry(target=str(number)))
        await log.close()

        # Old lines are removed now and then, not with every line.
        log = AuditLog(tmp_path / "audit.db", kept=300)
        log.append(entry(target="1000"))
        page = await log.page(AuditQuery.parse({"limit": "1000"}), None)
        assert [line.target for line in page.items] == [str(number) for number in range(1000, 700, -1)]
        await log.close()

    asyncio.run(story())


def test_knocking_at_the_door_pushes_nobodys_deeds_out(tmp_path: Path) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "audit.db", kept=10, kept_anonymous=5, clock=lambda: NOON + 6000)
        log.append(entry(target="deed"))
        for number in range(5000):
            log.append(entry(user="", outcome="refused", status=401, target=str(number), time=NOON + number))
        await log.close()

        log = AuditLog(tmp_path / "audit.db", kept=10, kept_anonymous=5, clock=lambda: NOON + 6000)
        log.append(entry(target="another"))
        kept = await lines(log, limit="1000")
        assert [line.target for line in kept if line.user] == ["another", "deed"]
        assert len([line for line in kept if not line.user]) == 5
        await log.close()

    asyncio.run(story())


def test_a_minute_of_knocking_is_a_few_lines_and_a_number(tmp_path: Path) -> None:
    async def story() -> None:
        log = AuditLog(tmp_path / "audit.db", clock=lambda: NOON + 60)
        for _ in range(1000):
            log.append(entry(user="", outcome="refused", status=401, message="log in"))

        page = await log.page(AuditQuery(), None)

        assert page.total == ANONYMOUS_PER_MINUTE + 1
        assert page.items[0].message == "940 more requests without a login in the same minute; the last one: log in"
        await log.close()

    asyncio.run(story())


def test_a_log_that_cannot_be_written_says_so_and_catches_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        (tmp_path / "home").write_text("in the way")
        log = AuditLog(tmp_path / "home" / "audit.db")
        log.append(entry(target="first"))
        with pytest.raises(EngineUnavailable, match="can't be read"):
            await lines(log)
        assert "can't be written" in log.problem
        assert "can't be written" in caplog.text

        (tmp_path / "home").unlink()
        log.append(entry(target="second"))
        assert [line.target for line in await lines(log)] == ["second", "first"]
        assert log.problem == ""
        await log.close()

    asyncio.run(story())


def test_lines_that_are_lost_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        (tmp_path / "home").write_text("in the way")
        log = AuditLog(tmp_path / "home" / "audit.db")
        for number in range(MOST_WAITING + 3):
            log.append(entry(target=str(number)))
        with pytest.raises(EngineUnavailable):
            await lines(log)
        for number in range(5):
            log.append(entry(target=f"late {number}"))
        (tmp_path / "home").unlink()

        newest, *_ = await lines(log)

        assert newest.target == "late 4"
        assert "the audit log lost 8 lines" in caplog.text
        await log.close()

    asyncio.run(story())


def test_a_broken_file_disturbs_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "audit.db").write_bytes(b"this is no database" * 100)
        log = AuditLog(tmp_path / "audit.db")

        log.append(entry())
        with pytest.raises(EngineUnavailable, match=r"audit\.db"):
            await lines(log)

        assert "can't be written" in log.problem
        await log.close()
        log.append(entry())

    asyncio.run(story())


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    async def story() -> None:
        with sqlite3.connect(tmp_path / "audit.db") as connection:
            connection.execute("PRAGMA user_version = 99")
        log = AuditLog(tmp_path / "audit.db")
        with pytest.raises(EngineUnavailable, match="newer version"):
            await lines(log)
        await log.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "1001"),
        ("continue", "x"),
        ("outcome", "maybe"),
        ("since", "yesterday"),
        ("until", "1"),
    ],
)
def test_bad_parameters_are_named(name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        AuditQuery.parse({name: value})
    assert raised.value.fields[0]["field"] == name


def test_a_table_for_spreadsheets_holds_no_formula() -> None:
    texts = ["=1+1", "+1", "-1", "@sum", "\tx", "\uff1d1", 'say "hi", bob', "two\nlines", "plain"]
    entries = [
        AuditEntry(
            number=number,
            time=datetime.fromtimestamp(NOON, timezone.utc),
            user="ada",
            address="::1",
            action="updateGroup",
            outcome="failed",
            status=409,
            message=text,
        )
        for number, text in enumerate(texts)
    ]

    rows = list(csv.DictReader(io.StringIO(csv_header() + csv_rows(entries))))

    assert [row["message"] for row in rows] == [
        "'=1+1", "'+1", "'-1", "'@sum", "'\tx", "'\uff1d1", 'say "hi", bob', "two\nlines", "plain",
    ]  # fmt: skip
    assert rows[0]["outcome"] == "failed"
    assert rows[0]["time"] == "2026-11-23T12:00:00Z"
