"""A mirror of a collection against a real HTTP server: what it promises while the server misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes.api import reflector as module
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import EVENT, POD
from primehub_deploy_ext.engines.kubernetes.api.pulse import Pulse
from primehub_deploy_ext.engines.kubernetes.api.reflector import Pace, Reflector
from primehub_deploy_ext.engines.kubernetes.api.shapes import Shape
from tests.unit.kubernetes.api_server import ApiServer, pod, serving, until

PODS = "/api/v1/namespaces/lab/pods"
SHORT = Pace(lifetime=30, silence=0.4)


@contextlib.asynccontextmanager
async def mirrored(
    server: ApiServer, folder: Path, *, pulse: dict[str, float] | None = None, **options: Any
) -> AsyncIterator[Reflector]:
    server.objects.setdefault(PODS, {})
    api = Api(Source(kubeconfig=server.kubeconfig(folder, token_file=options.pop("token_file", None))))
    await api.open()
    beat = Pulse(api, **pulse) if pulse is not None else None
    if beat is not None:
        beat.start()
    reflector = Reflector(api, POD, "lab", pulse=beat, **options)
    reflector.start()
    try:
        yield reflector
    finally:
        await reflector.close()
        if beat is not None:
            await beat.close()
        await api.close()


async def test_it_holds_what_is_there_and_hears_of_each_change(tmp_path: Path) -> None:
    async with serving() as server:
        server.put(pod("a"))
        heard: list[tuple[str, bool, bool]] = []
        async with mirrored(
            server, tmp_path, shape=Shape(keep=lambda item: {"phase": item["status"]["phase"]})
        ) as mirror:
            mirror.on_change(lambda key, before, now: heard.append((key, before is not None, now is not None)))
            await mirror.ready()
            assert mirror.items == {"a": {"phase": "Running"}}
            server.put(pod("b"))
            server.put(pod("a", labels={"x": "y"}))
            server.drop("b")
            await until(lambda: len(heard) == 4)
            assert heard == [("a", False, True), ("b", False, True), ("a", True, True), ("b", True, False)]
            assert mirror.healthy
            assert mirror.last_sync is not None
            assert (server.count("GET"), server.count("WATCH")) == (1, 1)


async def test_all_namespaces_are_told_apart(tmp_path: Path) -> None:
    async with serving() as server:
        server.put(pod("a"), "/api/v1/pods")
        api = Api(Source(kubeconfig=server.kubeconfig(tmp_path)))
        await api.open()
        mirror = Reflector(api, POD)
        mirror.start()
        await mirror.ready()
        assert list(mirror.items) == ["lab/a"]
        await mirror.close()
        await api.close()


async def test_a_stream_that_ends_goes_on_where_it_was(tmp_path: Path) -> None:
    async with serving() as server, mirrored(server, tmp_path, pace=Pace(lifetime=1, silence=10)) as mirror:
        await mirror.ready()
        server.put(pod("a"))
        await until(lambda: mirror.watches >= 3)
        server.put(pod("b"))
        await until(lambda: "b" in mirror.items)
        assert mirror.lists == 1
        assert mirror.healthy


async def test_a_connection_cut_in_the_middle_of_a_line_loses_nothing(tmp_path: Path) -> None:
    async with serving() as server:
        states: list[bool] = []
        async with mirrored(server, tmp_path) as mirror:
            mirror.on_state(lambda: states.append(mirror.healthy))
            await mirror.ready()
            await until(lambda: server.watches)
            server.cut()
            server.put(pod("a"))
            await until(lambda: "a" in mirror.items)
            assert mirror.lists == 1
            assert not states, "a break that is mended at once is nobody's business"


@pytest.mark.parametrize("how", ["at the door", "in the middle"])
async def test_a_forgotten_version_is_listed_anew_and_what_vanished_meanwhile_is_told(tmp_path: Path, how: str) -> None:
    async with serving() as server:
        for name in ("stays", "changes", "goes"):
            server.put(pod(name))
        heard: list[tuple[str, bool]] = []
        async with mirrored(server, tmp_path) as mirror:
            await mirror.ready()
            await until(lambda: server.watches)
            mirror.on_change(lambda key, before, now: heard.append((key, now is not None)))
            server.silent = True
            server.drop("goes")
            server.put(pod("changes", labels={"new": "one"}))
            server.silent = False
            server.forget()
            if how == "at the door":
                server.cut()
            else:
                server.expire()
            await until(lambda: mirror.lists == 2)
            assert sorted(heard) == [("changes", True), ("goes", False)]
            assert sorted(mirror.items) == ["changes", "stays"]
            server.put(pod("later"))
            await until(lambda: "later" in mirror.items)


async def test_bookmarks_move_the_place_to_go_on_from(tmp_path: Path) -> None:
    async with serving() as server, mirrored(server, tmp_path) as mirror:
        await mirror.ready()
        await until(lambda: server.watches)
        server.version += 500
        server.bookmark()
        heard = mirror.last_sync
        await until(lambda: mirror.last_sync != heard)
        server.forget()
        server.cut()
        await until(lambda: mirror.watches == 2)
        await until(lambda: server.watches)
        assert mirror.lists == 1


async def test_a_stream_that_is_silently_dead_is_replaced(tmp_path: Path) -> None:
    async with serving() as server, mirrored(server, tmp_path, pace=SHORT) as mirror:
        await mirror.ready()
        await until(lambda: server.watches)
        server.silent = True
        server.put(pod("a"))
        await until(lambda: mirror.watches > 1)
        server.silent = False
        await until(lambda: "a" in mirror.items)
        assert mirror.lists == 1


async def test_errors_of_the_server_are_shown_until_it_recovers(tmp_path: Path) -> None:
    async with serving() as server, mirrored(server, tmp_path) as mirror:
        await mirror.ready()
        await until(lambda: server.watches)
        before = mirror.last_sync
        server.fail = [500] * 4
        server.cut()
        await until(lambda: not mirror.healthy)
        assert "etcdserver: request timed out" in mirror.error
        assert mirror.last_sync == before
        server.put(pod("a"))
        await until(lambda: mirror.healthy)
        await until(lambda: "a" in mirror.items)
        assert mirror.error == ""


async def test_a_server_that_never_gets_over_its_errors_is_asked_for_a_list(tmp_path: Path) -> None:
    async with serving() as server, mirrored(server, tmp_path) as mirror:
        await mirror.ready()
        await until(lambda: server.watches)
        server.fail = [504] * 5
        server.cut()
        await until(lambda: mirror.lists == 2, 60)


async def test_a_server_that_was_away_is_noticed_the_moment_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By itself it would try again in half a minute at the soonest.
    monkeypatch.setattr(module, "_FIRST_PAUSE", 60.0)
    monkeypatch.setattr(module, "_LONGEST_PAUSE", 60.0)
    async with serving() as server, mirrored(server, tmp_path, pulse={"interval": 5, "answer": 1}) as mirror:
        await mirror.ready()
        port = server.port
        await server.stop()
        await until(lambda: not mirror.healthy)
        assert "no connection to" in mirror.error
        server.put(pod("a"))
        await server.start(port)
        await until(lambda: mirror.healthy, 20)
        await until(lambda: "a" in mirror.items)
        assert mirror.lists == 1


async def test_a_way_that_is_cut_without_a_word_is_noticed_by_the_pulse(tmp_path: Path) -> None:
    async with serving() as server, mirrored(server, tmp_path, pulse={"interval": 0.5, "answer": 2}) as mirror:
        await mirror.ready()
        await until(lambda: server.watches)
        server.silent = server.hang = True
        await until(lambda: not mirror.healthy)
        server.put(pod("a"))
        server.silent = server.hang = False
        await until(lambda: "a" in mirror.items)
        assert mirror.healthy
        assert (mirror.lists, mirror.watches) == (1, 2)


async def test_an_idle_cluster_is_asked_for_a_sign_of_life_and_nothing_else(tmp_path: Path) -> None:
    async with serving() as server, mirrored(server, tmp_path, pulse={"interval": 0.1, "answer": 20}) as mirror:
        await mirror.ready()
        await until(lambda: server.count("GET") > 5)
        assert (mirror.lists, mirror.watches) == (1, 1)
        assert {path for verb, path, _ in server.requests if verb == "GET"} == {PODS, "/readyz"}


async def test_a_rotated_token_goes_unnoticed(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    async with serving() as server:
        server.tokens = {"first"}
        async with mirrored(server, tmp_path, token_file=token) as mirror:
            await mirror.ready()
            server.tokens = {"second"}
            token.write_text("second")
            server.put(pod("a"))
            server.cut()
            await until(lambda: "a" in mirror.items)
            assert mirror.lists == 1


async def test_what_is_refused_for_good_is_told_to_who_waits_and_tried_again(tmp_path: Path) -> None:
    async with serving() as server:
        server.tokens = {"nobody's"}
        async with mirrored(server, tmp_path) as mirror:
            with pytest.raises(ApiError) as told:
                await mirror.ready()
            assert told.value.status == 401
            assert (mirror.healthy, mirror.refused) == (False, True)
            server.tokens = None
            await until(lambda: mirror.healthy)
            assert not mirror.refused
            # Nobody is told any more of what was refused before.
            await mirror.ready()


async def test_a_listener_or_a_projection_that_fails_stops_nothing(tmp_path: Path) -> None:
    async with serving() as server:
        server.put(pod("a"))

        def fail(*_: Any) -> None:
            raise ValueError("a mistake of the reader")

        async with mirrored(server, tmp_path) as mirror:
            mirror.on_change(fail)
            await mirror.ready()
            server.put(pod("b"))
            await until(lambda: "b" in mirror.items)
            assert mirror.healthy


def test_streams_of_events_live_short_because_they_have_no_bookmarks() -> None:
    assert Pace.of(EVENT).lifetime < Pace.of(POD).lifetime


@pytest.mark.parametrize("rest", range(4))
async def test_it_closes_at_once_at_every_stage_of_opening(tmp_path: Path, rest: int) -> None:
    """Connecting, listing, asking for the watch, and the very moment in which each of them is answered."""
    async with serving() as server:
        server.put(pod("a"))
        api = Api(Source(kubeconfig=server.kubeconfig(tmp_path)))
        await api.open()
        steps, lists = rest, set()
        # How many turns of the loop the whole opening takes differs from run to run.
        while steps < 160 or 1 not in lists:
            assert steps < 20_000, "it never came to its list"
            beat = Pulse(api)
            beat.start()
            mirror = Reflector(api, POD, "lab", pulse=beat)
            mirror.start()
            for _ in range(steps):
                await asyncio.sleep(0)
            lists.add(mirror.lists)
            closing = asyncio.ensure_future(asyncio.gather(mirror.close(), beat.close()))
            done, _ = await asyncio.wait({closing}, timeout=30)
            assert done, f"it hangs when it is closed {steps} steps after it began"
            steps += 4 if steps < 160 else 40
        await api.close()
        assert 0 in lists, "not all stages were tried"
        assert server.watches


async def test_it_closes_at_once_as_the_server_comes_back(tmp_path: Path) -> None:
    async with serving() as server:
        for steps in range(8):
            async with mirrored(server, tmp_path, pulse={"interval": 30, "answer": 1}) as mirror:
                await mirror.ready()
                server.fail = [500, 500, 500]
                server.cut()
                await until(lambda mirror=mirror: not mirror.healthy)
                # What it waits for, and the end, in the same moment.
                mirror._wake.set()
                for _ in range(steps):
                    await asyncio.sleep(0)
                closing = asyncio.ensure_future(mirror.close())
                done, _ = await asyncio.wait({closing}, timeout=30)
                assert done, f"it hangs when it is closed {steps} steps after it was woken"
                server.fail = []


@pytest.mark.parametrize(("status", "most"), [(410, 0.1), (403, 0.5), (503, 0.5)])
def test_how_long_it_waits_depends_on_what_happens_now_and_not_on_what_kept_it_before(
    tmp_path: Path, status: int, most: float
) -> None:
    """After an overload the first answer is often that the place was forgotten: the list must not wait then."""
    mirror = Reflector(Api(Source(kubeconfig=str(tmp_path))), POD, "lab")
    for _ in range(12):
        waits = mirror._failed(ApiError(429 if status != 503 else 403, "", "storage is (re)initializing"))
    assert waits >= 2.5
    assert mirror.error
    assert mirror._failed(ApiError(status, "", "")) <= most
    assert max(mirror._failed(ApiError(status, "", "")) for _ in range(12)) >= 2.5, "it must not spin"
