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
from primehub_deploy_ext.engines.kubernetes.straight import Answer
from tests.unit.kubernetes.api_server import until
from tests.unit.kubernetes.test_projection import SPEC, began, seen


def reach_of(setting: str, doors: Any = None) -> reach.Reach:
    means: Any = SimpleNamespace(settings=SimpleNamespace(reach=setting))
    return reach.Reach(means, doors)


async def test_slow_endpoints_hold_up_no_other() -> None:
    """Also not those of other users of this server, nor what else it asks for by HTTP."""
    ended = asyncio.Event()
    waiting = 0

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal waiting
        if b"/slow" in await reader.readline():
            waiting += 1
            await ended.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    calls = reach_of("service")
    request = PredictRequest(b"{}", timeout=60)
    slow = [asyncio.create_task(calls._call(f"{url}/slow", request, "POST")) for _ in range(40)]
    await until(lambda: waiting == 40)
    assert await calls._call(f"{url}/quick", request, "POST") == Answer(200, "", b"ok")
    ended.set()
    assert {await one for one in slow} == {Answer(200, "", b"ok")}
    await calls.close()
    server.close()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "the endpoint did not answer"),
        (b"what?\r\n\r\n", "the endpoint did not answer"),
        (b"", "the endpoint did not answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlarge", "is larger than 4 bytes"),
    ],
    ids=["cut", "nonsense", "nothing", "large"],
)
async def test_what_is_no_whole_answer_is_told_as_that(monkeypatch: pytest.MonkeyPatch, told: bytes, why: str) -> None:
    monkeypatch.setattr(reach, "_LARGEST", 4)

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(told)
        writer.close()

    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    calls = reach_of("service")
    with pytest.raises(UpstreamFailed, match=why):
        await calls._call(f"http://127.0.0.1:{port}/", PredictRequest(b"{}", timeout=60), "POST")
    server.close()
    with pytest.raises(UpstreamFailed, match="the endpoint could not be reached"):
        await calls._call(f"http://127.0.0.1:{port}/", PredictRequest(b"{}", timeout=60), "POST")
    await calls.close()


async def test_an_endpoint_that_takes_too_long_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    calls = reach_of("service")
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    with pytest.raises(UpstreamFailed, match=r"did not answer within 0\.1 s"):
        await calls._call(url, PredictRequest(b"", timeout=0.1), "POST")
    await calls.close()
    server.close()


async def test_nobody_is_sent_elsewhere_by_what_an_image_answers() -> None:
    asked: list[bytes] = []

    async def redirects(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(redirects, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/predict"
    calls = reach_of("service")
    status = (await calls._call(url, PredictRequest(b"", timeout=5), "POST")).status
    await calls.close()
    server.close()
    # As through the API server: an image leads this server, and what it sends along, nowhere.
    assert status == 307
    (head,) = asked
    assert head.startswith(b"POST /predict HTTP/1.1\r\n")
    assert b"Content-Length: 0\r\n" in head
    assert b"Accept-Encoding" not in head, "answers are handed on as they are"


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
    calls = reach_of("service", doors)
    given: list[str] = []

    async def answer(_: Any, __: Any, ___: str, request: PredictRequest, ____: str) -> Answer:
        given.append(request.headers["Pass"])
        return Answer(200 if given[-1] == wanted else 401, "", b"")

    monkeypatch.setattr(calls, "_sent", answer)
    anything: Any = None
    found = await calls._send(anything, anything, "/", PredictRequest(b"{}", timeout=5))
    assert (found.status, given) == (status, sent)


@pytest.mark.parametrize(
    ("path", "below"),
    [("", "v2/models/iris/infer"), ("/", ""), ("predict", "predict"), ("invocations/", "invocations/")],
)
async def test_a_request_goes_where_it_says_and_to_the_model_where_it_says_nothing(
    monkeypatch: pytest.MonkeyPatch, path: str, below: str
) -> None:
    found = seen(began(), SPEC)
    calls = reach_of("service")
    sent: list[str] = []

    async def answer(_: Any, __: Any, path: str, ___: PredictRequest) -> Answer:
        sent.append(path)
        return Answer(200, "", b"{}")

    monkeypatch.setattr(calls, "_send", answer)
    status: Any = SimpleNamespace(replicas=SimpleNamespace(ready=1))
    await calls.predict(found, status, PredictRequest(b"{}", path=path))
    assert sent == [found.flavor.backend(found.owner, found.spec).path + below]


@pytest.mark.parametrize("out", ["metadata.internal", "", "svc.cluster.local.evil.test"])
async def test_a_service_that_leads_out_of_the_cluster_is_not_followed(out: str) -> None:
    """Members of a group may write Services: the next would be any address that this server gets to."""
    calls = calls_of({"type": "ExternalName", "externalName": out})
    found = seen(began(), SPEC)
    backend = found.flavor.backend(found.owner, found.spec)
    with pytest.raises(UpstreamFailed, match="the Service iris leads out of the cluster"):
        await calls._send(found, backend, "/", PredictRequest(b"{}", timeout=5))


@pytest.mark.parametrize(
    ("spec", "address"),
    [
        ({"clusterIP": "10.98.0.7"}, "10.98.0.7"),
        ({"clusterIP": "None"}, "iris.team.svc.cluster.local"),
        (
            {"type": "ExternalName", "externalName": "local-gateway.infra.svc.cluster.local"},
            "iris.team.svc.cluster.local",
        ),
    ],
    ids=["by-address", "headless", "knative"],
)
async def test_a_service_inside_is_reached_by_its_address_or_its_name(spec: dict[str, str], address: str) -> None:
    found = seen(began(), SPEC)
    assert await calls_of(spec)._address(found, found.flavor.backend(found.owner, found.spec)) == address


async def test_an_address_is_asked_for_once_and_goes_with_its_deployment() -> None:
    spec = {"clusterIP": "10.98.0.7"}
    calls, found = calls_of(spec), seen(began(), SPEC)
    backend = found.flavor.backend(found.owner, found.spec)
    assert await calls._address(found, backend) == "10.98.0.7"
    spec["clusterIP"] = "10.98.0.8"
    assert await calls._address(found, backend) == "10.98.0.7"
    found.owner["metadata"]["uid"] = "the next of this name"
    assert await calls._address(found, backend) == "10.98.0.8"
    calls.forget(found.id)
    assert calls._addresses == {}


def calls_of(spec: dict[str, str]) -> reach.Reach:
    async def get(*_: Any) -> Any:
        return {"metadata": {"name": "iris"}, "spec": spec}

    settings = SimpleNamespace(reach="service", cluster_domain="cluster.local")
    means: Any = SimpleNamespace(settings=settings, api=SimpleNamespace(get=get))
    return reach.Reach(means, Doors("key"))  # type: ignore[arg-type]


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
