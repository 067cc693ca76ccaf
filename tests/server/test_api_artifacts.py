"""Artifacts: streamed in, checked, never kept in memory, never kept in part."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from tests.server.api import PREFIX, Api, RecordingAuthorizer, until
from tests.server.fake_engine import FakeEngine

CONTENT = bytes(range(256)) * 1024
DIGEST = hashlib.sha256(CONTENT).hexdigest()
LIMIT = 300_000


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    jp_server_config["PrimehubDeploy"]["max_artifact_size"] = LIMIT
    return jp_server_config


async def test_an_artifact_is_stored_under_its_digest(api: Api, engine: FakeEngine) -> None:
    assert (await api("HEAD", f"artifacts/{DIGEST}")).status == 404

    answer = await api("PUT", f"artifacts/{DIGEST}", CONTENT)

    assert (answer.status, answer.json) == (201, {"digest": DIGEST, "size": len(CONTENT)})
    assert engine.artifacts[DIGEST] == CONTENT
    assert (await api("HEAD", f"artifacts/{DIGEST}")).status == 200
    assert (await api("PUT", f"artifacts/{DIGEST}", CONTENT)).status == 201


async def test_bytes_with_another_digest_are_refused(api: Api, engine: FakeEngine) -> None:
    for content in (CONTENT[:-1], b""):
        answer = await api("PUT", f"artifacts/{DIGEST}", content)
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "artifact")
    assert DIGEST not in engine.artifacts


async def test_what_is_no_digest_is_refused(api: Api) -> None:
    for digest in ("abc", "G" * 64, DIGEST.upper(), DIGEST + "0", "..%2F" + "0" * 60):
        answer = await api("PUT", f"artifacts/{digest}", CONTENT)
        assert (answer.status, answer.json["fields"][0]["field"]) == (400, "sha256"), digest
        assert (await api("HEAD", f"artifacts/{digest}")).status == 400


async def test_what_is_too_large_is_told_the_limit(api: Api, engine: FakeEngine) -> None:
    answer = await api("PUT", f"artifacts/{DIGEST}", bytes(LIMIT + 1))

    assert (answer.status, answer.json["code"]) == (413, "too_large")
    assert answer.json["details"] == {"max_artifact_size": LIMIT}
    assert engine.open_streams == 0


async def test_what_turns_out_too_large_is_told_the_limit(api: Api, engine: FakeEngine) -> None:
    async def produce(write: Any) -> None:
        for _ in range(6):
            await write(bytes(60_000))

    answer = await api("PUT", f"artifacts/{DIGEST}", None, body_producer=produce)

    assert (answer.status, answer.json["code"]) == (413, "too_large")
    await until(lambda: engine.open_streams == 0)


async def test_a_chunked_body_is_stored(api: Api, engine: FakeEngine) -> None:
    async def produce(write: Any) -> None:
        for start in range(0, len(CONTENT), 50_000):
            await write(CONTENT[start : start + 50_000])

    answer = await api("PUT", f"artifacts/{DIGEST}", None, body_producer=produce)

    assert answer.status == 201, answer.body
    assert engine.artifacts[DIGEST] == CONTENT


async def _send_head(port: int, path: str, authorization: str, size: int) -> tuple[Any, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {authorization}\r\n"
        f"Content-Length: {size}\r\n\r\n".encode()
    )
    return reader, writer


@pytest.mark.parametrize(("authorization", "size", "status"), [("token wrong", 100, b"401"), (None, LIMIT + 1, b"413")])
async def test_a_refusal_comes_before_the_body_is_sent(
    http_server_client: Any,
    jp_base_url: str,
    jp_auth_header: dict[str, str],
    engine: FakeEngine,
    authorization: str | None,
    size: int,
    status: bytes,
) -> None:
    port = http_server_client.get_http_port()
    sent = authorization or jp_auth_header["Authorization"]
    reader, writer = await _send_head(port, f"{jp_base_url}{PREFIX}/artifacts/{DIGEST}", sent, size)
    try:
        assert status in await asyncio.wait_for(reader.readline(), 30)
        assert engine.open_streams == 0
    finally:
        writer.close()


async def test_who_may_not_write_is_refused_before_the_body_is_sent(
    authorizer: type[RecordingAuthorizer],
    http_server_client: Any,
    jp_base_url: str,
    jp_auth_header: dict[str, str],
    engine: FakeEngine,
) -> None:
    authorizer.allowed.add("read")
    path = f"{jp_base_url}{PREFIX}/artifacts/{DIGEST}"
    port = http_server_client.get_http_port()
    reader, writer = await _send_head(port, path, jp_auth_header["Authorization"], 100)
    try:
        assert b"403" in await asyncio.wait_for(reader.readline(), 30)
        assert engine.open_streams == 0
    finally:
        writer.close()


async def test_an_upload_that_breaks_off_leaves_nothing(
    http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str], engine: FakeEngine
) -> None:
    port = http_server_client.get_http_port()
    path = f"{jp_base_url}{PREFIX}/artifacts/{DIGEST}"
    _, writer = await _send_head(port, path, jp_auth_header["Authorization"], len(CONTENT))
    writer.write(CONTENT[:1000])
    await until(lambda: engine.open_streams == 1)

    writer.close()

    await until(lambda: engine.open_streams == 0)
    assert DIGEST not in engine.artifacts


async def test_a_store_that_gives_up_says_why(api: Api, engine: FakeEngine) -> None:
    engine.fails["put_artifact"] = EngineUnavailable("the disk is full")

    answer = await api("PUT", f"artifacts/{DIGEST}", CONTENT)

    assert (answer.status, answer.json["message"]) == (503, "the disk is full")


async def test_the_sender_waits_for_a_slow_store(
    api: Api, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, extension: Any
) -> None:
    extension.max_artifact_size = 64 * 1024 * 1024
    content = bytes(32 * 1024 * 1024)
    digest = hashlib.sha256(content).hexdigest()
    sent, go_on = 0, asyncio.Event()

    async def slow(digest: str, chunks: Any) -> int:
        await go_on.wait()
        return sum([len(chunk) async for chunk in chunks])

    async def produce(write: Any) -> None:
        nonlocal sent
        for start in range(0, len(content), 65536):
            await write(content[start : start + 65536])
            sent += 65536

    monkeypatch.setattr(engine, "put_artifact", slow)
    upload = asyncio.ensure_future(api("PUT", f"artifacts/{digest}", None, body_producer=produce))
    await _at_rest(lambda: sent)

    assert 0 < sent < len(content) / 2
    go_on.set()
    assert (await upload).json["size"] == len(content)


async def _at_rest(value: Any) -> None:
    """Wait until a number has begun to grow, and stopped."""
    last, same = value(), 0
    while same < 20 or not last:
        await asyncio.sleep(0.01)
        last, same = value(), same + 1 if value() == last else 0
