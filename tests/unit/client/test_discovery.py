"""Which Jupyter server a kernel takes for its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.client.discovery import find_server
from primehub_deploy_ext.client.errors import ServerNotFound


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir()
    return folder


def write(runtime: Path, pid: int, port: int = 8888, **fields: Any) -> None:
    info = {
        "pid": pid,
        "port": port,
        "hostname": "localhost",
        "base_url": "/",
        "token": f"token-{port}",
        "sock": "",
        "secure": False,
        "password": False,
        "root_dir": "/nowhere",
        "url": f"http://localhost:{port}/",
        **fields,
    }
    (runtime / f"jpserver-{pid}-{port}.json").write_text(json.dumps(info))


@pytest.fixture
def stranger() -> int:
    """The pid of a live process that is no ancestor of ours."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate(timeout=60)


def test_arguments_come_first(runtime: Path) -> None:
    write(runtime, os.getppid())
    environ = {"PRIMEHUB_DEPLOY_URL": "http://other:1/", "PRIMEHUB_DEPLOY_TOKEN": "b"}
    found = find_server("http://named:7/x", "a", environ=environ, runtime_dir=runtime)
    assert (found.url, found.token) == ("http://named:7/x/", "a")


@pytest.mark.parametrize(
    ("given", "url", "token"),
    [
        ("http://h:1/user/x", "http://h:1/user/x/", ""),
        ("http://h:1/lab?token=abc", "http://h:1/", "abc"),
        ("h:1", "http://h:1/", ""),
    ],
)
def test_addresses_as_people_copy_them(runtime: Path, given: str, url: str, token: str) -> None:
    found = find_server(given, environ={}, runtime_dir=runtime)
    assert (found.url, found.token) == (url, token)


def test_the_token_of_a_named_local_server_is_known(runtime: Path) -> None:
    write(runtime, os.getppid(), 8123)
    assert find_server("http://localhost:8123", environ={}, runtime_dir=runtime).token == "token-8123"


def test_an_address_that_is_none_is_refused(runtime: Path) -> None:
    with pytest.raises(ServerNotFound, match="is not an address"):
        find_server("ftp://x", environ={}, runtime_dir=runtime)


def test_environment_variables(runtime: Path) -> None:
    environ = {"PRIMEHUB_DEPLOY_URL": "http://h:1", "PRIMEHUB_DEPLOY_TOKEN": "t"}
    found = find_server(environ=environ, runtime_dir=runtime)
    assert (found.url, found.token) == ("http://h:1/", "t")


@pytest.mark.parametrize("service_url", ["http://127.0.0.1:9/user/ann/", "http://0.0.0.0:9"])
def test_jupyterhub(runtime: Path, service_url: str) -> None:
    write(runtime, os.getppid())
    environ = {
        "JUPYTERHUB_SERVICE_URL": service_url,
        "JUPYTERHUB_SERVICE_PREFIX": "/user/ann/",
        "JUPYTERHUB_API_TOKEN": "hub",
    }
    found = find_server(environ=environ, runtime_dir=runtime)
    assert (found.url, found.token) == ("http://127.0.0.1:9/user/ann/", "hub")


def test_the_parent_pid_decides_between_servers(runtime: Path, stranger: int) -> None:
    write(runtime, os.getpid(), 1)
    write(runtime, stranger, 2)
    found = find_server(environ={"JPY_PARENT_PID": str(stranger)}, runtime_dir=runtime)
    assert found.url == "http://127.0.0.1:2/"


def test_an_ancestor_is_found_behind_wrappers(runtime: Path, stranger: int) -> None:
    write(runtime, stranger, 1)
    write(runtime, os.getppid(), 2)
    assert find_server(environ={"JPY_PARENT_PID": "1"}, runtime_dir=runtime).token == "token-2"


def test_the_deepest_folder_that_holds_the_notebook(runtime: Path, stranger: int) -> None:
    write(runtime, stranger, 1, root_dir="/home/ann")
    write(runtime, stranger, 2, root_dir="/home/ann/project")
    write(runtime, stranger, 3, root_dir="/home/bob")
    found = find_server(environ={"JPY_SESSION_NAME": "/home/ann/project/a.ipynb"}, runtime_dir=runtime)
    assert found.token == "token-2"


def test_the_only_one_running_and_the_dead_are_no_servers(runtime: Path, stranger: int) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    write(runtime, dead.pid, 1)
    (runtime / "jpserver-2.json").write_text("{half")
    write(runtime, stranger, 3, base_url="/a b/", secure=True)
    found = find_server(environ={}, runtime_dir=runtime)
    assert found.url == "https://127.0.0.1:3/a b/"
    assert found.own


def test_a_server_on_a_unix_socket(runtime: Path, stranger: int) -> None:
    write(runtime, stranger, 0, sock="/tmp/j.sock", base_url="/x/")
    found = find_server(environ={}, runtime_dir=runtime)
    assert (found.sock, found.url) == ("/tmp/j.sock", "http://localhost/x/")


def test_a_server_that_listens_on_one_address_only(runtime: Path, stranger: int) -> None:
    write(runtime, stranger, 5, hostname="::1")
    assert find_server(environ={}, runtime_dir=runtime).url == "http://[::1]:5/"


def test_password_only_servers_are_said_to_be_so(runtime: Path, stranger: int) -> None:
    write(runtime, stranger, token="", password=True)
    with pytest.raises(ServerNotFound, match="by password only"):
        find_server(environ={}, runtime_dir=runtime)


def test_without_a_server_all_that_was_tried_is_listed(runtime: Path) -> None:
    with pytest.raises(ServerNotFound) as caught:
        find_server(environ={}, runtime_dir=runtime)
    for word in ("PRIMEHUB_DEPLOY_URL", "JupyterHub", "no Jupyter server of this user is running", "connect("):
        assert word in str(caught.value)


def test_several_servers_are_listed_when_none_is_ours(runtime: Path, stranger: int) -> None:
    write(runtime, stranger, 1)
    write(runtime, stranger, 2)
    environ = {"JPY_SESSION_NAME": "/home/ann/a.ipynb"}
    with pytest.raises(ServerNotFound, match=r"127\.0\.0\.1:1/, http://127\.0\.0\.1:2/") as caught:
        find_server(environ=environ, runtime_dir=runtime)
    assert "JPY_SESSION_NAME" in str(caught.value)


def test_tokens_are_not_shown(runtime: Path) -> None:
    assert "sesame" not in repr(find_server("http://h:1", "sesame", environ={}, runtime_dir=runtime))
