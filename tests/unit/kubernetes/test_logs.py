"""Logs over a real HTTP server: merged, paged, followed over cut connections, new attempts and new pods."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import LogLine
from primehub_deploy_ext.engines.base import LogQuery
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Source
from primehub_deploy_ext.engines.kubernetes.logs.lines import attempts_of, position_of, second_of
from primehub_deploy_ext.engines.kubernetes.logs.stream import read_logs
from tests.unit.kubernetes.api_server import ApiServer, serving

NOON = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
RUNNING: dict[str, Any] = {"running": {"startedAt": "2026-11-26T12:00:00Z"}}
ENDED: dict[str, Any] = {"terminated": {"exitCode": 1}}
WAITING: dict[str, Any] = {"waiting": {"reason": "CrashLoopBackOff"}}


def container(name: str = "model", restarts: int = 0, state: Any = RUNNING, before: Any = None) -> dict[str, Any]:
    return {"name": name, "restartCount": restarts, "state": state, "lastState": before or {}}


def pod(name: str, *containers: dict[str, Any], first: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "lab", "uid": f"uid-{name}"},
        "status": {"containerStatuses": list(containers or (container(),)), "initContainerStatuses": list(first)},
    }


@contextlib.asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[tuple[ApiServer, Api]]:
    async with serving() as server:
        api = Api(Source(kubeconfig=server.kubeconfig(folder)))
        await api.open()
        try:
            yield server, api
        finally:
            await api.close()


async def told(api: Api, pods: list[dict[str, Any]], **query: Any) -> list[LogLine]:
    return [line async for lines in read_logs(api, lambda: pods, LogQuery(**query)) for line in lines]


async def texts(api: Api, pods: list[dict[str, Any]], **query: Any) -> list[str]:
    return [line.text for line in await told(api, pods, **query)]


class Reader:
    """Follows, and remembers."""

    def __init__(self, api: Api, pods: list[dict[str, Any]], **query: Any) -> None:
        self.stream = read_logs(api, lambda: pods, LogQuery(**query, follow=True), beat=0.3)
        self.lines: list[LogLine] = []
        self.beats = 0

    async def until(self, *texts: str) -> None:
        while [line.text for line in self.lines][-len(texts) :] != list(texts):
            self.take(await anext(self.stream))

    async def until_beat(self) -> None:
        beats = self.beats
        while self.beats == beats:
            self.take(await anext(self.stream))

    def take(self, lines: list[LogLine]) -> None:
        self.lines += lines
        self.beats += not lines


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (container(), [(1, False, True)]),
        (container(restarts=2, before=ENDED), [(2, True, False), (3, False, True)]),
        (container(restarts=1, state=ENDED, before=ENDED), [(1, True, False), (2, False, False)]),
        (container(restarts=2, state=WAITING, before=ENDED), [(3, False, False)]),
        (container(state={"waiting": {"reason": "ContainerCreating"}}), []),
    ],
)
def test_which_attempts_the_cluster_still_has_logs_of(state: Any, found: list[tuple[int, bool, bool]]) -> None:
    assert [(one.number, one.previous, one.running) for one in attempts_of(pod("a", state))] == found


def test_a_position_is_the_time_and_exact_in_javascript() -> None:
    [attempt] = attempts_of(pod("a"))
    line = attempt.line(b"2026-11-26T12:00:01.123456789Z hello  world")
    assert line is not None
    assert (line.text, line.replica, line.attempt, line.container) == ("hello  world", "a", 1, "")
    assert line.time == NOON + timedelta(seconds=1, microseconds=123456)
    assert line.position == position_of(line.time) + 7
    assert second_of(line.position) == "2026-11-26T12:00:01Z"
    assert position_of(datetime(2048, 1, 1, tzinfo=timezone.utc)) < 2**53
    shifted = attempt.line(b"2026-11-26T14:00:01+02:00 ")
    assert shifted is not None
    assert (shifted.text, shifted.time) == ("", NOON + timedelta(seconds=1))
    assert attempt.line(b"failed to open the log file") is None


async def test_replicas_containers_and_attempts_are_merged_by_time(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        first = pod("a", container(restarts=1, before=ENDED))
        second = pod("b", container(), container("proxy"), first=(container("fetch", state=ENDED),))
        server.print("a", 0, "a: first attempt", previous=True)
        server.print("b", 1, "b: fetching", container="fetch")
        server.print("a", 2, "a: second attempt")
        server.print("b", 3, "b: serving")
        server.print("b", 4, "b: proxying", container="proxy")
        lines = await told(api, [first, second])
        assert [(line.text, line.attempt, line.container) for line in lines] == [
            ("a: first attempt", 1, ""),
            ("b: fetching", 1, "fetch"),
            ("a: second attempt", 2, ""),
            ("b: serving", 1, "model"),
            ("b: proxying", 1, "proxy"),
        ]
        assert await texts(api, [first, second], replica="a", attempt="previous") == ["a: first attempt"]
        assert await texts(api, [first, second], replica="a", attempt=2) == ["a: second attempt"]
        assert await texts(api, [first, second], tail=2) == ["b: serving", "b: proxying"]


async def test_ranges_by_time_and_by_position(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        for number in range(10):
            server.print("a", number / 4, str(number))
        pods = [pod("a")]
        lines = await told(api, pods)
        at = {line.text: line for line in lines}
        assert await texts(api, pods, since=at["7"].time) == ["7", "8", "9"]
        assert await texts(api, pods, until=at["1"].time) == ["0", "1"]
        assert await texts(api, pods, after={"a.1": at["6"].position}, since=NOON) == ["7", "8", "9"]
        assert await texts(api, pods, before={"a.1": at["6"].position}, tail=2) == ["4", "5"]
        assert await texts(api, pods, tail=0) == []


async def test_going_back_asks_for_a_little_before_it_asks_for_all(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "old")
        for number in range(5):
            server.print("a", 7200 + number, str(number))
        lines = await told(api, [pod("a")])
        cursor = {"a.1": lines[-1].position}
        server.requests.clear()
        assert await texts(api, [pod("a")], before=cursor, tail=2) == ["2", "3"]
        assert len(server.requests) == 1
        assert server.requests[0][2]["sinceTime"] == "2026-11-26T13:59:04Z"
        assert await texts(api, [pod("a")], before=cursor, tail=5) == ["old", "0", "1", "2", "3"]


async def test_a_pod_that_has_no_log_yet_hides_nobody_elses(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "here")
        assert await texts(api, [pod("a"), pod("b")]) == ["here"]


async def test_a_replica_whose_node_is_lost_hides_nobody_elses_log_and_is_named(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "here")
        server.print("b", 1, "out of reach")
        server.lost.add("b")
        for tail in (None, 5):
            here, word = await told(api, [pod("a"), pod("b")], tail=tail)
            assert (here.text, word.replica) == ("here", "b")
            assert "its node does not answer" in word.text
            assert "10.0.0.9:10250" in word.text
        # Who goes on behind what was told is not told again, and misses nothing once the node is back.
        cursor = {"a.1": here.position, "b.0": word.position}
        assert await texts(api, [pod("a"), pod("b")], after=cursor) == []
        server.lost.clear()
        assert await texts(api, [pod("a"), pod("b")], after=cursor) == ["out of reach"]


async def test_where_no_node_answers_the_log_is_refused(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.lost |= {"a", "b"}
        with pytest.raises(ApiError, match="containerLogs"):
            await told(api, [pod("a"), pod("b")])


async def test_following_goes_on_beside_a_lost_node_and_reads_its_log_when_it_is_back(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "here")
        server.print("b", 1, "from the other")
        server.lost.add("b")
        reader = Reader(api, [pod("a"), pod("b")])
        await reader.until_beat()
        await reader.until_beat()
        server.print("a", 2, "more")
        await reader.until("more")
        server.lost.clear()
        await reader.until("more", "from the other")
        await reader.stream.aclose()


async def test_following_tells_what_exists_then_a_beat_then_what_is_printed(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "old")
        server.print("a", 1, "newer")
        reader = Reader(api, [pod("a")], tail=1)
        await reader.until_beat()
        assert [line.text for line in reader.lines] == ["newer"]
        server.print("a", 1.5, "newest")
        await reader.until("newer", "newest")
        await reader.until_beat()
        await reader.stream.aclose()


async def test_a_cut_connection_loses_no_line_and_repeats_none(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0.1, "0")
        reader = Reader(api, [pod("a")])
        await reader.until("0")
        for number in range(1, 30):
            server.print("a", 0.1 + number / 10, str(number))
            if number % 7 == 0:
                server.break_logs()
                server.fail = [500]
            await reader.until(str(number))
        assert [line.text for line in reader.lines] == [str(number) for number in range(30)]
        await reader.stream.aclose()


async def test_no_beat_while_a_stream_is_broken(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "0")
        reader = Reader(api, [pod("a")])
        await reader.until_beat()
        await reader.until_beat()
        port = server.port
        await server.stop()
        beats = reader.beats
        server.print("a", 1, "meanwhile")
        await server.start(port)
        await reader.until("0", "meanwhile")
        assert reader.beats <= beats + 1
        await reader.until_beat()
        await reader.stream.aclose()


async def test_new_pods_and_attempts_join_and_ended_ones_are_read_to_their_end(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        pods = [pod("a")]
        server.print("a", 0, "first attempt")
        reader = Reader(api, pods)
        await reader.until("first attempt")
        server.print("a", 1, "its last words")
        server.logs["a", "model", True] = server.logs.pop(("a", "model", False))
        server.ended.add(("a", "model", True))
        server.ended.add(("a", "model", False))
        server.break_logs()
        server.ended.discard(("a", "model", False))
        server.print("a", 2, "second attempt")
        pods[:] = [pod("a", container(restarts=1, before=ENDED))]
        await reader.until("its last words", "second attempt")
        server.print("b", 3, "another pod")
        pods[:] = [pod("b")]
        await reader.until("second attempt", "another pod")
        assert [(line.replica, line.attempt) for line in reader.lines] == [("a", 1), ("a", 1), ("a", 2), ("b", 1)]
        await reader.until_beat()
        await reader.stream.aclose()


async def test_following_ends_when_there_is_nothing_to_come(tmp_path: Path) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "only")
        stream = read_logs(api, lambda: [pod("a")], LogQuery(follow=True), goes_on=lambda: False)
        assert [[line.text for line in lines] async for lines in stream] == [["only"], []]
