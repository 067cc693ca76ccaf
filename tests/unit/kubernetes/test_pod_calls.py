"""Requests to single pods: what is the API server's own word is no answer of the pod."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.pod_calls import PodCalls
from tests.unit.kubernetes.api_server import pod, status_object


class Proxy:
    """The API server's proxy, which answers everything with the same."""

    def __init__(self, status: int, body: bytes) -> None:
        self.answer = SimpleNamespace(status=status, body=body)

    async def raw(self, *_: Any, **__: Any) -> Any:
        return self.answer


def compact(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


async def asked(status: int, body: bytes) -> tuple[int, bytes]:
    api: Any = Proxy(status, body)
    return await PodCalls(api, "proxy").post(pod("iris-1"), "/v2/access", b"{}", {}, 1.0)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, compact(status_object(403, "Forbidden", "no right to proxy")), "no right to proxy"),
        (503, compact(status_object(503, "ServiceUnavailable", "nobody listens")), "nobody listens"),
        # It ended between being listed and being called.
        (404, compact(status_object(404, "NotFound", 'pods "iris-1" not found')), "not found"),
        (500, compact(status_object(500, "InternalError", "the kubelet is away")), "the kubelet is away"),
        (429, b"Too many requests, please try again later.\n", "Too many requests"),
    ],
)
async def test_what_the_api_server_says_itself_is_no_answer_of_the_pod(status: int, body: bytes, why: str) -> None:
    with pytest.raises(UpstreamFailed, match=why):
        await asked(status, body)


@pytest.mark.parametrize("answer", [(404, b'{"error":"there is nothing"}'), (503, b"loading"), (200, b"{}")])
async def test_what_the_pod_says_is_handed_on(answer: tuple[int, bytes]) -> None:
    assert await asked(*answer) == answer


def at(address: str) -> dict[str, Any]:
    return {**pod("iris-1"), "status": {"podIP": address}}


async def test_a_pod_that_does_not_listen_yet_is_not_asked_by_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(words, "PORT", free.getsockname()[1])
        for reach in ("service", "auto"):
            calls = PodCalls(Proxy(200, b"by the API server"), reach)  # type: ignore[arg-type]
            with pytest.raises(UpstreamFailed, match=r"nobody listens at 127\.0\.0\.1 yet"):
                await calls.get(at("127.0.0.1"), "/metrics", 1.0)
            await calls.close()


async def test_where_no_packet_gets_there_the_api_server_is_asked_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    async def lost(_: Any, *asked: Any, **__: Any) -> Any:
        tried.append(asked)
        raise aiohttp.ConnectionTimeoutError

    monkeypatch.setattr(aiohttp.ClientSession, "_request", lost)
    calls = PodCalls(Proxy(200, b"by the API server"), "auto")  # type: ignore[arg-type]
    for _ in range(3):
        assert await calls.get(at("10.0.0.1"), "/metrics", 1.0) == (200, b"by the API server")
    assert len(tried) == 1
    only = PodCalls(Proxy(200, b"by the API server"), "service")  # type: ignore[arg-type]
    with pytest.raises(UpstreamFailed, match=r"iris-1 can't be reached at 10\.0\.0\.1"):
        await only.get(at("10.0.0.1"), "/metrics", 1.0)
    for one in (calls, only):
        await one.close()
