"""Watch and logs: answers that go on."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from tests.server.api import Api, until
from tests.server.fake_engine import FakeEngine


async def test_watch_lists_and_then_tells_changes(api: Api, open_stream: Any) -> None:
    await api.create(id="iris")

    async with open_stream("watch") as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"] == "application/x-ndjson"
        assert stream.headers["Transfer-Encoding"] == "chunked"
        first = [await stream.change() for _ in range(3)]
        await api("PATCH", "deployments/iris", {"description": "new"})
        await api("DELETE", "deployments/iris")
        changes = [await stream.change() for _ in range(2)]

    assert [change["type"] for change in first] == ["RESET", "ADDED", "BOOKMARK"]
    assert [(change["type"], change["object"]["spec"]["description"]) for change in changes] == [
        ("MODIFIED", "new"),
        ("DELETED", "new"),
    ]


async def test_watch_resumes_where_it_ended(api: Api, open_stream: Any) -> None:
    await api.create(id="iris")
    async with open_stream("watch") as stream:
        bookmark = [await stream.change() for _ in range(3)][-1]
    await api("POST", "deployments/iris:stop")

    async with open_stream("watch", resource_version=bookmark["resource_version"]) as stream:
        missed = await stream.change()

    assert (missed["type"], missed["object"]["revision"]) == ("MODIFIED", 2)


async def test_watch_starts_anew_when_the_past_is_forgotten(api: Api, engine: FakeEngine, open_stream: Any) -> None:
    await api.create(id="iris")
    engine.forget_changes()

    async with open_stream("watch", resource_version=0) as stream:
        changes = [await stream.change() for _ in range(3)]

    assert [change["type"] for change in changes] == ["RESET", "ADDED", "BOOKMARK"]


async def read_the_list(open_stream: Any) -> None:
    """Watch an empty server once: what comes after resource version 0 is news then."""
    async with open_stream("watch") as stream:
        assert [(await stream.change())["type"] for _ in range(2)] == ["RESET", "BOOKMARK"]


async def test_watch_starts_anew_for_who_read_elsewhere(engine: FakeEngine, open_stream: Any) -> None:
    async with open_stream("watch", resource_version=0) as stream:
        assert [(await stream.change())["type"] for _ in range(2)] == ["RESET", "BOOKMARK"]


async def test_watch_sends_its_headers_before_there_is_news(engine: FakeEngine, open_stream: Any) -> None:
    await read_the_list(open_stream)

    async with open_stream("watch", resource_version=0) as stream:
        assert stream.status == 200
        assert await stream.is_open()


async def test_watch_beats_while_nothing_happens(engine: FakeEngine, open_stream: Any) -> None:
    await read_the_list(open_stream)
    engine.heartbeat = 0.02

    async with open_stream("watch", resource_version=0) as stream:
        beats = [await stream.change() for _ in range(3)]

    assert {beat["type"] for beat in beats} == {"BOOKMARK"}


@pytest.mark.parametrize("path", ["watch", "deployments/iris/logs"])
async def test_hanging_up_frees_the_engine(
    api: Api, engine: FakeEngine, extension: Any, open_stream: Any, path: str
) -> None:
    await api.create(id="iris")

    async with open_stream(path, follow=1):
        await until(lambda: engine.open_streams == 1)

    await until(lambda: engine.open_streams == 0 and not extension.streams)


async def test_a_stopping_server_ends_its_streams(engine: FakeEngine, extension: Any, open_stream: Any) -> None:
    await read_the_list(open_stream)
    await until(lambda: engine.open_streams == 0)
    async with open_stream("watch", resource_version=0) as stream:
        await until(lambda: engine.open_streams == 1)

        await extension.stop_extension()

        assert await stream.line() is None
    assert engine.open_streams == 0
    assert engine.closed


async def test_an_error_on_the_way_is_the_last_line(api: Api, engine: FakeEngine, open_stream: Any) -> None:
    await api.create(id="iris")
    engine.fails |= {"watch": EngineUnavailable("gone"), "logs": EngineUnavailable("gone")}

    async with open_stream("watch") as stream:
        lines = [await stream.change(), await stream.change()]
    assert (lines[0]["type"], lines[0]["error"]["code"]) == ("ERROR", "engine_unavailable")
    assert lines[1] is None

    async with open_stream("deployments/iris/logs") as stream:
        lines = [await stream.change(), await stream.change()]
    assert (lines[0]["code"], lines[0]["message"]) == ("engine_unavailable", "gone")
    assert lines[1] is None


async def test_an_unexpected_error_on_the_way_keeps_its_secrets(engine: FakeEngine, open_stream: Any) -> None:
    engine.fails["watch"] = ZeroDivisionError("s3cret")

    async with open_stream("watch") as stream:
        line = await stream.line()

    assert '"internal"' in line
    assert "see the server log" in line
    assert "s3cret" not in line


async def test_a_bad_resource_version_is_refused_before_the_stream_starts(api: Api) -> None:
    for value in ("-1", "x", "1.5", "9" * 30):
        answer = await api("GET", "watch", params={"resource_version": value})
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "resource_version"), value


async def test_logs_are_json_lines_for_programs(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    engine.print_line("hello")
    engine.print_line("wörld", replica="1-1")

    answer = await api("GET", "deployments/iris/logs")

    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = answer.body.decode().splitlines()
    assert len(lines) == 2
    assert '"text":"wörld"' in lines[1]


async def test_logs_are_text_for_people(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    engine.print_line("hello")
    engine.print_line("wörld", replica="1-1")
    accept = {"Accept": "text/plain"}

    everything = await api("GET", "deployments/iris/logs", headers=dict(accept))
    one = await api("GET", "deployments/iris/logs", headers=dict(accept), params={"replica": "1-1"})

    assert everything.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert everything.body.decode() == "[1-0] hello\n[1-1] wörld\n"
    assert one.body.decode() == "wörld\n"


async def test_logs_are_narrowed_and_followed(api: Api, engine: FakeEngine, open_stream: Any) -> None:
    await api.create(id="iris")
    for number in range(5):
        engine.print_line(f"line {number}")
    since = engine.log[3].time.isoformat()

    async with open_stream("deployments/iris/logs", tail=2, follow=1) as stream:
        old = [(await stream.change())["text"] for _ in range(2)]
        await until(lambda: engine.open_streams == 1)
        engine.print_line("line 5")
        new = (await stream.change())["text"]
    recent = await api("GET", "deployments/iris/logs", params={"since": since}, headers={"Accept": "text/plain"})

    assert (old, new) == (["line 3", "line 4"], "line 5")
    assert recent.body.decode().split("\n")[0] == "[1-0] line 3"


async def test_bad_log_parameters_are_named(api: Api) -> None:
    await api.create(id="iris")
    bad = [
        *[("tail", value) for value in ("-1", "all", "1.5", "9" * 30)],
        *[("attempt", value) for value in ("0", "last", "-1")],
        *[("since", value) for value in ("yesterday", "12345", "2026-13-01T00:00:00Z")],
        ("follow", "maybe"),
    ]
    for name, value in bad:
        answer = await api("GET", "deployments/iris/logs", params={name: value})
        assert answer.status == 400, (name, value)
        assert [problem["field"] for problem in answer.json["fields"]] == [name], (name, value)
