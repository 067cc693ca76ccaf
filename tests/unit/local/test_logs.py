"""Log files are read back as they were printed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

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
        return [line.text async for line in read_logs(folder, LogQuery(**query))]  # type: ignore[arg-type]

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
        seen = [(await anext(lines)).text]
        path = log_path(tmp_path, "1-0", 1)
        path.rename(path.with_name(path.name + ".1"))
        path.write_text(stamp(2, "two"))
        seen.append((await asyncio.wait_for(anext(lines), 5)).text)
        with path.open("a") as file:
            file.write(stamp(3, "three"))
        seen.append((await asyncio.wait_for(anext(lines), 5)).text)
        return seen

    assert asyncio.run(follow()) == ["one", "two", "three"]


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
