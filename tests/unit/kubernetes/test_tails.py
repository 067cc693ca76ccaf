"""The last words of a pod that failed: whose they are, and how many are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes.logs.tails import bounded, last_words
from tests.unit.kubernetes.test_logs import RUNNING, cluster, container, pod

FAILED: dict[str, Any] = {"terminated": {"exitCode": 1}}
WELL: dict[str, Any] = {"terminated": {"exitCode": 0}}
WAITING: dict[str, Any] = {"waiting": {"reason": "CrashLoopBackOff"}}


@pytest.mark.parametrize(
    ("pods", "words"),
    [
        # What runs again may have said nothing yet.
        (pod("a", container(restarts=1, before=FAILED)), ["the first attempt"]),
        (pod("a", container(restarts=1, state=WAITING, before=FAILED)), ["now"]),
        (pod("a", container(state=FAILED)), ["now"]),
        # It never got ready: what it says now is all there is.
        (pod("a", container(state=RUNNING)), ["now"]),
        (
            pod("a", container(state={"waiting": {}}), first=(container("fetch", 1, WAITING, FAILED),)),
            ["no such bucket"],
        ),
        (pod("a", container(state=RUNNING), first=(container("fetch", 1, WELL, FAILED),)), ["now"]),
        (pod("a", container("proxy"), container(state=FAILED)), ["now"]),
    ],
    ids=["runs again", "backs off", "ended", "runs", "cannot prepare", "prepared at last", "beside another"],
)
async def test_the_attempt_that_failed_has_the_last_word(tmp_path: Path, pods: Any, words: list[str]) -> None:
    async with cluster(tmp_path) as (server, api):
        server.print("a", 0, "the first attempt", previous=True)
        server.print("a", 1, "now")
        server.print("a", 2, "no such bucket", container="fetch")
        server.print("a", 3, "listening", container="proxy")
        assert await last_words(api, pods, 5) == words


async def test_where_there_is_no_log_what_it_left_for_the_cluster_counts(tmp_path: Path) -> None:
    ended = {"terminated": {"exitCode": 3, "message": "first\nthe model refuses"}}
    async with cluster(tmp_path) as (_, api):
        assert await last_words(api, pod("a", container(state=ended)), 1) == ["the model refuses"]
        assert await last_words(api, pod("a", container(state={"waiting": {}})), 5) == []


def test_words_that_would_burst_an_annotation_are_cut() -> None:
    assert bounded(["a", "é" * 10_000])[1].endswith("…")
    kept = bounded([f"{number} " + "x" * 4000 for number in range(50)])
    assert sum(map(len, kept)) < 64 * 1024
    assert kept[-1].startswith("49 ")
