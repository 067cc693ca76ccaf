"""Requests to single pods: what is the API server's own word is no answer of the pod."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import UpstreamFailed
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
