"""A real Jupyter server with the extension in it, over an engine in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

# Not as a plugin: its automatic fixtures would run a Jupyter server's clean-up after every test of the project.
from pytest_jupyter.jupyter_server import *  # noqa: F403

from primehub_deploy_ext.app import PrimehubDeploy
from tests.server.api import DIGEST, PREFIX, Api, HeaderLogin, RecordingAuthorizer, Stream
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {
        "ServerApp": {"jpserver_extensions": {"primehub_deploy_ext": True}, "allow_unauthenticated_access": False},
        "PrimehubDeploy": {"engine_class": FakeEngine, "group_provider_class": MemoryGroups},
    }


@pytest.fixture
def authorizer(jp_server_config: dict[str, Any]) -> type[RecordingAuthorizer]:
    RecordingAuthorizer.allowed, RecordingAuthorizer.asked = set(), []
    jp_server_config["ServerApp"]["authorizer_class"] = RecordingAuthorizer
    return RecordingAuthorizer


@pytest.fixture
def logins(jp_server_config: dict[str, Any]) -> None:
    """Let callers be whoever they say they are; ``boss`` is the administrator."""
    jp_server_config["ServerApp"]["identity_provider_class"] = HeaderLogin
    jp_server_config["PrimehubDeploy"]["admins"] = {"boss"}


@pytest.fixture
def lab(provider: MemoryGroups) -> MemoryGroups:
    """Two groups: ``lab`` with the admin ada and the member grace, ``other`` with the member mallory."""
    provider.clear()
    provider.put("lab", members=("grace",), admins=("ada",))
    provider.put("other", members=("mallory",))
    return provider


@pytest.fixture
def grace(api: Api) -> Api:
    """A member of ``lab``."""
    return api.as_user("grace")


@pytest.fixture
def ada(api: Api) -> Api:
    """The admin of ``lab``."""
    return api.as_user("ada")


@pytest.fixture
def boss(api: Api) -> Api:
    """The administrator."""
    return api.as_user("boss")


@pytest.fixture(autouse=True)
def _plain_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.setenv("LOGNAME", "ada")  # what getpass asks first


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_HOME", str(tmp_path / "deploy"))
    return tmp_path / "deploy"


@pytest.fixture
def extension(jp_serverapp: Any) -> PrimehubDeploy:
    return jp_serverapp.extension_manager.extension_apps["primehub_deploy_ext"].copy().pop()


@pytest.fixture
def engine(extension: PrimehubDeploy, jp_asyncio_loop: asyncio.AbstractEventLoop) -> FakeEngine:
    services = jp_asyncio_loop.run_until_complete(extension.services())
    assert isinstance(services.engine, FakeEngine)
    services.engine.artifacts[DIGEST] = b"abc"
    return services.engine


@pytest.fixture
def provider(extension: PrimehubDeploy, jp_asyncio_loop: asyncio.AbstractEventLoop) -> MemoryGroups:
    services = jp_asyncio_loop.run_until_complete(extension.services())
    assert isinstance(services.provider, MemoryGroups)
    return services.provider


@pytest.fixture
def api(jp_fetch: Any, engine: FakeEngine) -> Api:
    return Api(jp_fetch)


@pytest.fixture
def open_stream(http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str], engine: FakeEngine) -> Any:
    """Open a streamed route with ``async with``; leaving it hangs up."""

    @asynccontextmanager
    async def open_it(path: str, headers: dict[str, str] | None = None, **parameters: Any) -> AsyncIterator[Stream]:
        port = http_server_client.get_http_port()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            sent = {"Host": f"127.0.0.1:{port}", **jp_auth_header, **(headers or {})}
            lines = [f"GET {jp_base_url}{PREFIX}/{path}?{urlencode(parameters)} HTTP/1.1"]
            lines += [f"{name}: {value}" for name, value in sent.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode())
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode().splitlines()
            received = dict(line.split(": ", 1) for line in head[1:] if line)
            yield Stream(int(head[0].split()[1]), received, reader)
        finally:
            writer.close()

    return open_it
