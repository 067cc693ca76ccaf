"""Every way that a server can fail to be ours becomes a sentence that says which."""

from __future__ import annotations

import http.server
import os
import socket
import socketserver
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.client.discovery import Server
from primehub_deploy_ext.client.errors import ExtensionMissing, ServerUnreachable, UnexpectedAnswer
from primehub_deploy_ext.client.rest import RestClient, upload
from primehub_deploy_ext.client.transport import Transport
from primehub_deploy_ext.domain.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
)

HTML = (200, "text/html", b"<html>log in</html>")


def test_errors_of_the_api_come_back_as_they_were_raised(rest: RestClient, server: Any) -> None:
    body = b'{"code": "already_exists", "message": "taken", "fields": [{"field": "id", "message": "m"}]}'
    server.answer_instead = (409, "application/json", body)
    with pytest.raises(AlreadyExists, match="taken") as caught:
        rest.get("health")
    assert caught.value.fields == [{"field": "id", "message": "m"}]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (HTML, UnexpectedAnswer, "a web page instead of data"),
        ((302, "text/html", b""), UnexpectedAnswer, "redirects to elsewhere: a login page"),
        ((200, "application/json", b"not json"), UnexpectedAnswer, "not as this extension does: not json"),
        ((502, "text/html", b"<h1>Bad gateway</h1>"), UnexpectedAnswer, "answered 502 with a web page"),
        ((413, "text/plain", b""), TooLarge, "refuses a body of this size"),
        ((429, "application/json", b"{}"), TooManyRequests, "try again later"),
        ((401, "application/json", b"{}"), Unauthenticated, "doesn't accept this token"),
        ((401, "application/json", b'{"code": "unauthenticated"}'), Unauthenticated, "doesn't accept this token"),
        ((403, "application/json", b'{"message": "Forbidden"}'), Forbidden, "doesn't accept this token"),
        ((404, "text/html", b"<html>"), UnexpectedAnswer, "web page"),
    ],
)
def test_answers_that_are_not_ours(rest: RestClient, server: Any, answer: Any, error: type, words: str) -> None:
    server.answer_instead = answer
    with pytest.raises(error, match=words) as caught:
        rest.get("health")
    assert server.url in str(caught.value)


def test_a_wrong_token(server: Any) -> None:
    with pytest.raises(Forbidden, match="doesn't accept this token"):
        RestClient(Server(server.url, "wrong")).get("health")
    with pytest.raises(Unauthenticated, match="wants a token"):
        RestClient(Server(server.url, "")).get("health")


def test_a_jupyter_server_without_the_extension(rest: RestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("primehub_deploy_ext.client.rest.PREFIX", "elsewhere/v1/")
    for call in (lambda: rest.get("health"), rest.watch):
        with pytest.raises(ExtensionMissing, match="jupyter server extension enable primehub_deploy_ext"):
            call()


def test_a_stream_that_is_a_web_page(rest: RestClient, server: Any) -> None:
    server.answer_instead = HTML
    with pytest.raises(UnexpectedAnswer, match="web page"):
        rest.watch()


def test_nothing_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(ServerUnreachable, match="nothing listens at http"):
            RestClient(Server(url)).get("health")


def test_a_server_that_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        rest = RestClient(Server(f"http://127.0.0.1:{silent.getsockname()[1]}/"))
        with pytest.raises(ServerUnreachable, match=r"didn't answer for 0\.1 s"):
            rest.get("health", timeout=0.1)


def test_reads_are_repeated_when_the_connection_drops_and_writes_are_not(rest: RestClient, server: Any) -> None:
    server.drop_connections = 1
    assert rest.get("health")["status"] == "ok"
    server.drop_connections = 1
    with pytest.raises(ServerUnreachable, match="broke"):
        rest.create({"name": "x", "id": "abc"})
    assert server.deployments == {}


def test_a_kept_connection_is_used_again(server: Any) -> None:
    rest = RestClient(Server(server.url, "secret"))
    accepted = []
    get_request = server.get_request
    server.get_request = lambda: accepted.append(1) or get_request()
    for _ in range(3):
        rest.get("health")
    assert len(accepted) == 1


def test_a_fork_opens_a_connection_of_its_own(rest: RestClient) -> None:
    rest.get("health")
    child = os.fork()
    if child == 0:
        ok = rest.get("health")["status"] == "ok"
        os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert rest.get("health")["status"] == "ok"


def test_an_artifact_that_is_stored_is_not_sent_again(rest: RestClient, server: Any, tmp_path: Path) -> None:
    import hashlib

    content = os.urandom(3 << 20)
    digest = hashlib.sha256(content).hexdigest()
    path = tmp_path / "model"
    path.write_bytes(content)
    assert upload(rest, digest, path, len(content))
    assert server.artifacts[digest] == content
    assert not upload(rest, digest, path, len(content))
    assert [method for method, _ in server.requests].count("PUT") == 1


def test_a_server_that_has_no_place_for_models_says_so(rest: RestClient, server: Any, tmp_path: Path) -> None:
    """It is asked by HEAD first, and an answer to that has no words."""
    path = tmp_path / "model"
    path.write_bytes(b"model")
    server.no_store = "this server has no store for models: an administrator sets artifact_root"
    with pytest.raises(InvalidInput, match="an administrator sets artifact_root"):
        upload(rest, "0" * 64, path, 5)


def test_a_server_that_refuses_a_large_body_before_it_is_sent() -> None:
    """It answers before it has read the body; the reason must come through."""

    class Refuses(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            body = b'{"code": "too_large", "message": "at most 1 MiB"}'
            self.wfile.write(b"HTTP/1.1 413 No\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + body)
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(1 << 16):
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuses) as refusing, tempfile.TemporaryFile() as file:
        threading.Thread(target=refusing.serve_forever, args=(0.02,), daemon=True).start()
        file.truncate(8 << 20)
        rest = RestClient(Server(f"http://127.0.0.1:{refusing.server_address[1]}/"))
        with pytest.raises(TooLarge, match="at most 1 MiB"):
            rest.put_artifact("0" * 64, file, 8 << 20)
        refusing.shutdown()


def test_a_server_that_hangs_up_on_a_large_request_says_why() -> None:
    """As the gateway does with predictions of too many rows: it answers and closes, with most of them unread."""

    class HangsUp(socketserver.StreamRequestHandler):
        rbufsize = 0

        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 413 No\r\nContent-Length: 13\r\nConnection: close\r\n\r\nat most 1 MiB")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as hanging_up:
        threading.Thread(target=hanging_up.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{hanging_up.server_address[1]}/"
        for retry in (True, False):
            reply = Transport(url).request("POST", "infer", body=bytes(32 << 20), retry=retry)
            assert (reply.status, reply.body) == (413, b"at most 1 MiB")
        hanging_up.shutdown()


@pytest.fixture
def socket_path() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="pd", dir="/tmp") as folder:
        yield f"{folder}/s"


def test_a_server_on_a_unix_socket(socket_path: str) -> None:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"42")

        def log_message(self, *_: Any) -> None:
            pass

        def address_string(self) -> str:
            return "unix"

    with socketserver.UnixStreamServer(socket_path, Answers) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        assert RestClient(Server("http://localhost/", sock=socket_path)).get("health") == 42
        listening.shutdown()


def test_closing_a_stream_wakes_its_reader(rest: RestClient) -> None:
    stream = rest.watch()
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    deadline = time.monotonic() + 30
    while not seen and time.monotonic() < deadline:
        time.sleep(0.005)
    stream.close()
    reader.join(30)
    assert not reader.is_alive()


def test_a_deployment_that_is_not_there(rest: RestClient) -> None:
    with pytest.raises(NotFound, match="no deployment"):
        rest.deployment("nobody")


def test_a_path_prefix_is_kept() -> None:
    assert Transport("http://h/a%40b/")._target("x", {"q": None, "r": 1}) == "/a%40b/x?r=1"
