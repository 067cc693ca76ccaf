"""How a deployment is called from here."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import DeployError, EngineUnavailable, Forbidden, UpstreamFailed
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.base import PredictRequest
from primehub_deploy_ext.engines.kubernetes import reach
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from tests.unit.kubernetes.test_projection import began, seen


async def test_nobody_is_sent_elsewhere_by_what_an_image_answers() -> None:
    asked: list[bytes] = []

    async def redirects(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(redirects, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/predict"
    status, _, _ = await reach._call(url, PredictRequest(b"{}", timeout=5), "POST")
    server.close()
    # As through the API server: an image leads this server, and what it sends along, nowhere.
    assert status == 307
    assert asked == [b"POST /predict HTTP/1.1\r\n"]


class Doors:
    """Gives out the key that it read, and reads it again when asked to."""

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)

    async def server_headers(self, _: Any, *, anew: bool = False) -> dict[str, str]:
        if anew and len(self.keys) > 1:
            self.keys.pop(0)
        return {"Pass": self.keys[0]}


@pytest.mark.parametrize(
    ("doors", "wanted", "sent", "status"),
    [
        (Doors("old"), "old", ["old"], 200),
        (Doors("old", "new"), "new", ["old", "new"], 200),
        # The model's own refusal, or a replica whose kubelet has not brought the key yet.
        (Doors("new"), "other", ["new"], 401),
        (Doors("old", "new"), "other", ["old", "new"], 401),
    ],
    ids=["known", "replaced", "refused", "not-brought-yet"],
)
async def test_a_server_that_is_refused_reads_the_key_once_more(
    monkeypatch: pytest.MonkeyPatch, doors: Doors, wanted: str, sent: list[str], status: int
) -> None:
    means: Any = SimpleNamespace(settings=SimpleNamespace(reach="service"))
    calls = reach.Reach(means, doors)  # type: ignore[arg-type]
    given: list[str] = []

    async def answer(_: Any, __: Any, ___: str, request: PredictRequest, ____: str) -> tuple[int, str, bytes]:
        given.append(request.headers["Pass"])
        return (200 if given[-1] == wanted else 401), "", b""

    monkeypatch.setattr(calls, "_sent", answer)
    anything: Any = None
    found = await calls._send(anything, anything, "/", PredictRequest(b"{}", timeout=5))
    assert (found[0], given) == (status, sent)


class Unreachable:
    """A cluster in which nothing leads to a deployment, and doors whose key can't be had."""

    settings = SimpleNamespace(reach="service", cluster_domain="cluster.local")

    def __init__(self, error: DeployError) -> None:
        self.error = error
        self.api = self
        self.asked = 0

    async def get(self, *_: Any) -> Any:
        self.asked += 1
        raise ApiError(404, "NotFound", 'services "iris" not found')

    async def server_headers(self, *_: Any, **__: Any) -> dict[str, str]:
        raise self.error


@pytest.mark.parametrize(
    "error", [EngineUnavailable("a later version wrote it"), Forbidden("no Secrets"), UpstreamFailed("it is away")]
)
async def test_what_a_revision_does_not_need_to_succeed_holds_it_up_for_moments_at_most(error: DeployError) -> None:
    anything: Any = Unreachable(error)
    calls = reach.Reach(anything, anything)
    private = DeploymentSpec(model=Model(artifact="a" * 64, interpreter="/python"), access="private")
    assert await calls.drift(seen(began(), private)) == ""
    await calls.wait_reachable(seen(began(), private), limit=0.1)
    assert anything.asked > 1
