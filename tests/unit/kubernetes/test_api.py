"""The thin client: what it sends, what it makes of answers, and how it behaves when there are none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.engines.kubernetes.api.access import AccessUnknown, Source
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, service_proxy_path
from primehub_deploy_ext.engines.kubernetes.api.kinds import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    INFERENCE_SERVICE,
    NODE,
    POD,
    SECRET,
)
from tests.unit.kubernetes.api_server import ApiServer, pod, serving, status_object, until

PODS = "/api/v1/namespaces/lab/pods"


@contextlib.asynccontextmanager
async def opened(server: ApiServer, folder: Path, **user: Any) -> AsyncIterator[Api]:
    api = Api(Source(kubeconfig=server.kubeconfig(folder, **user)))
    await api.open()
    try:
        yield api
    finally:
        await api.close()


@pytest.mark.parametrize(
    ("kind", "args", "path"),
    [
        (POD, ("lab", "iris-1"), "/api/v1/namespaces/lab/pods/iris-1"),
        (POD, (), "/api/v1/pods"),
        (POD, ("lab", "iris-1", "log"), "/api/v1/namespaces/lab/pods/iris-1/log"),
        (DEPLOYMENT, ("lab",), "/apis/apps/v1/namespaces/lab/deployments"),
        (NODE, ("ignored", "node-1"), "/api/v1/nodes/node-1"),
        (INFERENCE_SERVICE, ("lab", "a/b"), "/apis/serving.kserve.io/v1beta1/namespaces/lab/inferenceservices/a%2Fb"),
    ],
)
def test_each_kind_knows_its_path(kind: Any, args: tuple[str, ...], path: str) -> None:
    assert kind.path(*args) == path


def test_a_service_is_reached_through_the_api_server() -> None:
    assert service_proxy_path("lab", "iris", "http", "/v2/models").endswith("/lab/services/iris:http/proxy/v2/models")


async def test_a_list_is_read_in_pages_that_are_one_version(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        for number in range(5):
            server.put(pod(f"p{number}"))
        pages = [page async for page in api.pages(POD, "lab", page=2)]
        assert [len(page["items"]) for page in pages] == [2, 2, 1]
        assert len(await api.list(POD, "lab")) == 5
        assert api.namespace == "lab"


async def test_the_next_page_is_on_its_way_while_one_is_worked_on(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        for number in range(5):
            server.put(pod(f"p{number}"))
        pages = api.pages(POD, "lab", page=2)
        await anext(pages)
        await until(lambda: server.count("GET") == 2)
        await pages.aclose()
        server.fail = [410]
        pages = api.pages(POD, "lab", page=2)
        with pytest.raises(ApiError):
            await anext(pages)
        assert [len(page["items"]) async for page in api.pages(POD, "lab", page=2)] == [2, 2, 1]


async def test_an_error_is_told_in_the_servers_words(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.objects[PODS] = {}
        with pytest.raises(ApiError) as told:
            await api.get(POD, "gone", "lab")
        assert (told.value.status, told.value.reason, told.value.details["name"]) == (404, "NotFound", "gone")
        assert "not found" in told.value.message
        assert not told.value.unreachable
        server.fail = [500]
        with pytest.raises(ApiError) as told:
            await api.get(POD, "gone", "lab")
        assert told.value.unreachable


def test_an_answer_that_is_no_status_object_is_the_message() -> None:
    assert ApiError.of(502, b"<html>bad gateway</html>").message == "<html>bad gateway</html>"
    assert ApiError.of(403, status_object(403, "Forbidden", "may not")).reason == "Forbidden"


async def test_writes_name_their_manager_and_say_which_kind_of_patch_they_are(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.put(pod("p"))
        body = POD.stub("p", "lab")
        await api.apply(POD, body, dry_run=True)
        await api.patch(POD, "p", {"metadata": {"labels": {"a": "b"}}}, "lab")
        await api.replace(POD, body, subresource="")
        await api.delete(POD, "p", "lab", uid="u1", grace_seconds=0)
        assert [content for content, _ in server.bodies] == [
            "application/apply-patch+yaml",
            "application/merge-patch+json",
            "application/json",
            "application/json",
        ]
        assert server.requests[0][2] == {"fieldManager": "primehub-deploy", "force": "true", "dryRun": "All"}
        assert server.bodies[-1][1] == {
            "propagationPolicy": "Background",
            "gracePeriodSeconds": 0,
            "preconditions": {"uid": "u1"},
        }


async def test_discovery_asks_once_for_each_group(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.objects["/apis/apps"] = {
            "v1": {"resources": [{"name": "deployments"}, {"name": "controllerrevisions"}], "metadata": {}}
        }
        found = await api.discover({DEPLOYMENT, CONTROLLER_REVISION, INFERENCE_SERVICE})
        assert found == {DEPLOYMENT, CONTROLLER_REVISION}
        assert len(server.requests) == 2


async def test_a_server_that_is_away_is_unreachable_and_one_that_hangs_times_out(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.hang = True
        with pytest.raises(ApiError) as told:
            await api.alive(timeout=0.2)
        assert told.value.reason == "Timeout"
        await server.stop()
        with pytest.raises(ApiError) as told:
            await api.version()
        assert (told.value.reason, told.value.unreachable) == ("Unreachable", True)
        assert server.url in told.value.message


async def test_a_rotated_token_is_read_again_when_the_old_one_is_refused(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    async with serving() as server, opened(server, tmp_path, token_file=token) as api:
        server.tokens = {"first"}
        await api.version()
        server.tokens = {"second"}
        token.write_text("second")
        await asyncio.sleep(1.05)  # credentials are read once a second at most
        await api.version()
        assert server.count("GET") == 3
        server.tokens = {"third"}
        with pytest.raises(ApiError) as told:
            await api.version()
        assert told.value.status == 401


async def test_logins_that_somebody_keeps_for_others_are_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login joe password of-another-place\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with serving() as server:
        server.objects.setdefault(PODS, {})
        server.tokens = {"ours"}
        async with opened(server, tmp_path, token="ours") as api:
            assert await api.list(POD, "lab") == []


async def test_a_proxy_of_the_environment_is_gone_through_unless_it_says_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0])
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"gitVersion": "v0"}')
        writer.close()

    between = await asyncio.start_server(proxy, "127.0.0.1", 0)
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{between.sockets[0].getsockname()[1]}")
    async with serving() as server:
        server.put({"metadata": {"name": "a", "namespace": "lab"}}, POD.path("lab"))
        async with opened(server, tmp_path) as api:
            assert (await api.version())["gitVersion"] == "v0"
        assert asked == [f"GET {server.url}/version HTTP/1.1".encode()]
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        async with opened(server, tmp_path) as api:
            assert len(await api.list(POD, "lab")) == 1
        assert len(asked) == 1
    between.close()


async def test_the_service_account_of_a_pod_is_used_where_no_kubeconfig_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("token", "of-the-pod\n"), ("namespace", "team\n")):
        (tmp_path / name).write_text(text)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert Source(service_account=tmp_path).file() is None
    assert Source(service_account=tmp_path, kubeconfig="/some/where").file() == Path("/some/where")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    assert Source(service_account=tmp_path).file() == Path("~/.kube/config").expanduser()


async def test_nothing_that_says_where_the_cluster_is_is_said_so(tmp_path: Path) -> None:
    api = Api(Source(kubeconfig=str(tmp_path / "none")))
    with pytest.raises(AccessUnknown, match="there is no kubeconfig"):
        await api.open()


async def test_secrets_are_listed_without_what_they_hold(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.put({"metadata": {"name": "s"}}, "/api/v1/namespaces/lab/secrets")
        await api.list(SECRET, "lab", metadata_only=True)
        assert [(verb, path) for verb, path, _ in server.requests] == [("GET", "/api/v1/namespaces/lab/secrets")]


async def test_a_watch_gives_what_changed_and_ends_by_itself_or_is_taken_for_dead(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.put(pod("p", annotations={"long": "x" * 300_000}))
        first = server.watches
        seen = [event async for event in api.watch(POD, "lab", resource_version="1000", lifetime=1)]
        assert [(kind, item["metadata"]["name"]) for kind, item in seen] == [("ADDED", "p")]
        assert not first
        server.silent = True
        with pytest.raises(ApiError) as told:
            async for _ in api.watch(POD, "lab", resource_version="1000", silence=0.3):
                pass
        assert told.value.reason == "Timeout"
        server.silent = False
        server.forget()
        with pytest.raises(ApiError) as told:
            async for _ in api.watch(POD, "lab", resource_version="1000"):
                pass
        assert told.value.gone


async def test_lines_of_a_stream_come_as_they_are_printed(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.put(pod("p"))
        async with api.lines(PODS, {"limit": 1}) as lines:
            text = [line async for line in lines]
        assert text[0].startswith(b'{"kind": "List"')


async def test_the_clusters_clock_is_that_of_its_answers(tmp_path: Path) -> None:
    async with serving() as server, opened(server, tmp_path) as api:
        server.date = "Thu, 01 Jan 2026 12:00:00 GMT"
        assert await api.clock() == datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
        server.date = "noon"
        assert abs((datetime.now(timezone.utc) - await api.clock()).total_seconds()) < 60
