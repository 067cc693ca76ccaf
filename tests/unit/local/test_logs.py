"""Log files are read back as they were printed."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.engines.local.housekeeping import ATTEMPTS_KEPT, LOGS_AFTER_DELETION, remove_old_logs
from primehub_deploy_ext.engines.local.logs import last_attempt, log_path, read_logs, read_tail


def stamp(second: int, text: str, stream: str = "O") -> str:
    return f"2026-11-23T09:40:{second:02}.000000Z {stream} {text}\n"


def write(folder: Path, replica: str, attempt: int, *lines: str, rotated: bool = False) -> None:
    path = log_path(folder, replica, attempt)
    (path.with_name(path.name + ".1") if rotated else path).write_text("".join(lines))


def texts(folder: Path, **query: object) -> list[str]:
    async def collect() -> list[str]:
        return [line.text async for lines in read_logs(folder, LogQuery(**query)) for line in lines]  # type: ignore[arg-type]

    return asyncio.run(collect())


def test_replicas_are_merged_by_time(tmp_path: Path) -> None:
    write(tmp_path, "1-0", 1, stamp(1, "a"), stamp(3, "c"))
    write(tmp_path, "1-1", 1, stamp(2, "b"), stamp(4, "d"))
    assert texts(tmp_path) == ["a", "b", "c", "d"]
    assert texts(tmp_path, replica="1-1") == ["b", "d"]
    assert texts(tmp_path, tail=1) == ["d"]


def test_lines_of_native_code_take_the_time_of_the_line_before(tmp_path: Path) -> None:
    write(tmp_path, "1-0", 1, stamp(1, "begin"), "Fatal Python error: Segmentation fault\n", stamp(5, "end"))
    write(tmp_path, "1-1", 1, stamp(3, "between"))
    assert texts(tmp_path) == ["begin", "Fatal Python error: Segmentation fault", "between", "end"]


def test_a_rotated_file_comes_before_the_current_one(tmp_path: Path) -> None:
    write(tmp_path, "1-0", 1, stamp(1, "old"), rotated=True)
    write(tmp_path, "1-0", 1, stamp(2, "new"))
    assert texts(tmp_path) == ["old", "new"]


@pytest.mark.parametrize(
    ("attempt", "expected"), [(None, ["first", "second", "third"]), ("previous", ["second"]), (1, ["first"]), (9, [])]
)
def test_attempts_are_chosen(tmp_path: Path, attempt: object, expected: list[str]) -> None:
    for number, text in enumerate(["first", "second", "third"], 1):
        write(tmp_path, "1-0", number, stamp(number, text))
    assert texts(tmp_path, attempt=attempt) == expected
    assert last_attempt(tmp_path, "1-0") == 3


def test_a_line_that_is_still_being_written_waits(tmp_path: Path) -> None:
    write(tmp_path, "1-0", 1, stamp(1, "whole"), "2026-11-23T09:40:02.000000Z O hal")
    assert texts(tmp_path) == ["whole"]
    assert read_tail(tmp_path, "1-0", 1, 5) == ["whole"]


def test_following_goes_on_over_a_rotation(tmp_path: Path) -> None:
    write(tmp_path, "1-0", 1, stamp(1, "one"))

    async def follow() -> list[str]:
        lines = read_logs(tmp_path, LogQuery(follow=True))
        seen = [line.text for line in await anext(lines)]
        assert await anext(lines) == []
        path = log_path(tmp_path, "1-0", 1)
        with path.open("a") as file:
            file.write(stamp(2, "two, after the last look"))
        path.rename(path.with_name(path.name + ".1"))
        path.write_text(stamp(3, "three"))
        seen += await some(lines, 2)
        with path.open("a") as file:
            file.write(stamp(4, "four"))
        return seen + await some(lines, 1)

    assert asyncio.run(follow()) == ["one", "two, after the last look", "three", "four"]


async def some(lines: AsyncIterator[list[LogLine]], count: int) -> list[str]:
    seen: list[str] = []
    while len(seen) < count:
        seen += [line.text for line in await asyncio.wait_for(anext(lines), 30)]
    return seen


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Two attempts of a replica, the second rotated twice, as the runner does it; some lines are bare."""
    write(tmp_path, "1-0", 1, *(stamp(n % 60, f"first {n}") for n in range(3)))
    kept, gone = [], "".join(stamp(0, f"gone {n}") for n in range(5))
    for n in range(3000):
        time = f"2026-11-23T{10 + n // 3600}:{n // 60 % 60:02}:{n % 60:02}.000000Z"
        kept.append(f"bare {n}\n" if n % 7 == 3 else f"{time} O line {n} {'é' * (n % 300)}\n")
    old, new = "".join(kept[:1300]), "".join(kept[1300:])
    path = log_path(tmp_path, "1-0", 2)
    begin = len(gone.encode())
    header = "# the log goes on here, after byte {}\n"
    path.with_name(path.name + ".1").write_text(header.format(begin) + old)
    path.write_text(header.format(begin + len(old.encode())) + new)
    return tmp_path


def lines_of(folder: Path, **query: object) -> list[LogLine]:
    async def collect() -> list[LogLine]:
        return [line async for lines in read_logs(folder, LogQuery(**query)) for line in lines]  # type: ignore[arg-type]

    return asyncio.run(collect())


def test_positions_go_on_over_a_rotation(long: Path) -> None:
    lines = lines_of(long, attempt=2)
    assert len(lines) == 3000
    assert [line.position for line in lines] == sorted({line.position for line in lines})
    assert lines[0].position > 100
    assert lines[1300].position > lines[1299].position
    assert all(earlier.time <= later.time for earlier, later in itertools.pairwise(lines[4:]))


@pytest.mark.parametrize("count", [0, 1, 10, 1699, 1700, 1701, 3000, 3003, 20_000])
def test_a_tail_is_the_end_of_the_whole(long: Path, count: int) -> None:
    whole = lines_of(long)
    assert lines_of(long, tail=count) == whole[max(0, len(whole) - count) :]


@pytest.mark.parametrize("index", [0, 2, 3, 10, 1302, 1303, 3002])
def test_a_cursor_cuts_the_whole_in_two(long: Path, index: int) -> None:
    whole = lines_of(long)
    seen = {f"{line.replica}.{line.attempt}": line.position for line in whole[: index + 1]}
    behind = lines_of(long, after=seen, since=whole[index].time)
    assert behind == whole[index + 1 :]
    first = {f"{line.replica}.{line.attempt}": line.position for line in reversed(whole[index:])}
    assert lines_of(long, before=first, until=whole[index].time) == whole[:index]
    assert lines_of(long, before=first, until=whole[index].time, tail=5) == whole[max(0, index - 5) : index]


@pytest.mark.parametrize("index", [0, 3, 1001, 1304, 3001])
def test_a_time_finds_its_line(long: Path, index: int) -> None:
    whole = lines_of(long)
    since = whole[index].time
    assert lines_of(long, since=since)[0].time >= since
    stamped = [line for line in whole if not line.text.startswith("bare")]
    found = [line for line in lines_of(long, since=since) if not line.text.startswith("bare")]
    assert found == [line for line in stamped if line.time >= since]


def test_following_says_that_nothing_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "1-0", 1, stamp(1, "one"))

    async def follow() -> list[int]:
        lines = read_logs(tmp_path, LogQuery(follow=True), beat=0.0)
        return [len(await asyncio.wait_for(anext(lines), 30)) for _ in range(4)]

    assert asyncio.run(follow()) == [1, 0, 0, 0]


def test_no_logs_are_no_lines(tmp_path: Path) -> None:
    assert texts(tmp_path / "nothing") == []


def test_logs_outlive_their_deployment_for_a_while(tmp_path: Path) -> None:
    for uid in (1, 2, 3):
        (tmp_path / str(uid)).mkdir()
        write(tmp_path / str(uid), "1-0", 1, stamp(1, "text"))
    old = log_path(tmp_path / "2", "1-0", 1)
    os.utime(old, (0, 0))
    clock = log_path(tmp_path / "3", "1-0", 1).stat().st_mtime + LOGS_AFTER_DELETION - 60
    remove_old_logs(tmp_path, [1], clock=clock)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "3"]


def test_only_the_last_attempts_are_kept(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    for attempt in range(1, ATTEMPTS_KEPT + 4):
        write(tmp_path / "1", "1-0", attempt, stamp(1, "text"))
    remove_old_logs(tmp_path, [1])
    kept = sorted(int(path.name.split(".")[1]) for path in (tmp_path / "1").iterdir())
    assert kept == list(range(4, ATTEMPTS_KEPT + 4))
