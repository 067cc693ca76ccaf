"""The extension starts with the server, and costs it nothing it doesn't need yet."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import primehub_deploy_ext
from primehub_deploy_ext.domain.errors import EngineUnavailable
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups

CONFIG = Path(__file__).parents[2] / "jupyter-config" / "server-config" / "primehub_deploy_ext.json"


def loaded_after(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=240)
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_after("import primehub_deploy_ext")

    assert not loaded & {"pydantic", "jupyter_server", "tornado", "pandas", "numpy", "traitlets", "asyncio"}


def test_loading_the_extension_leaves_models_and_engines_for_later() -> None:
    loaded = loaded_after("import jupyter_server.serverapp, primehub_deploy_ext.app")

    assert "primehub_deploy_ext.handlers.watch" in loaded
    assert not loaded & {"pydantic", "primehub_deploy_ext.domain.models", "pandas", "cloudpickle"}
    assert not [name for name in loaded if name.startswith("primehub_deploy_ext.engines")]


def test_importing_in_a_notebook_prepares_to_deploy_and_nowhere_else() -> None:
    shell = "from IPython.core.interactiveshell import InteractiveShell; InteractiveShell.instance()"

    assert "primehub_deploy_ext.client.autowarm" in loaded_after(f"{shell}; import primehub_deploy_ext")
    assert "primehub_deploy_ext.client.autowarm" not in loaded_after("import IPython, primehub_deploy_ext")


def test_jupyter_finds_both_halves() -> None:
    assert json.loads(CONFIG.read_text())["ServerApp"]["jpserver_extensions"] == {"primehub_deploy_ext": True}
    assert primehub_deploy_ext._jupyter_labextension_paths() == [{"src": "labextension", "dest": "primehub-deploy-ext"}]


def test_public_names_load_on_first_use() -> None:
    assert set(primehub_deploy_ext.__all__) <= set(dir(primehub_deploy_ext))
    for name in primehub_deploy_ext.__all__:
        assert getattr(primehub_deploy_ext, name) is not None
    assert not hasattr(primehub_deploy_ext, "no_such_name")


def test_the_engine_opens_once_the_server_listens(extension: Any, jp_asyncio_loop: Any) -> None:
    async def start() -> Any:
        await extension._start_jupyter_server_extension(extension.serverapp)
        return await extension.services(), await extension.services()

    first, second = jp_asyncio_loop.run_until_complete(start())

    assert first is second
    assert isinstance(first.engine, FakeEngine)


async def test_stopping_twice_is_harmless(extension: Any) -> None:
    await extension.services()

    await extension.stop_extension()
    await extension.stop_extension()


class SlowEngine(FakeEngine):
    """An engine that never comes to be open."""

    async def open(self) -> None:
        await asyncio.Event().wait()


@pytest.fixture
def slow_engine(jp_server_config: dict[str, Any]) -> None:
    jp_server_config["PrimehubDeploy"]["engine_class"] = SlowEngine


async def test_who_waits_for_a_server_that_stops_is_told_so(slow_engine: None, extension: Any) -> None:
    waiting = asyncio.create_task(extension.services())
    await asyncio.sleep(0)

    await extension.stop_extension()

    with pytest.raises(EngineUnavailable, match="the server is stopping"):
        await waiting


class BrokenProvider(MemoryGroups):
    """A provider that finds nothing to work with."""

    async def open(self, surroundings: Any) -> None:
        raise EngineUnavailable("there is no file")


class TestProviders:
    """Which group provider a server has, and what it is told."""

    @pytest.fixture
    def provider_class(self, jp_server_config: dict[str, Any], request: pytest.FixtureRequest) -> None:
        jp_server_config["PrimehubDeploy"]["group_provider_class"] = request.param
        jp_server_config["PrimehubDeploy"]["admins"] = {"boss"}

    @pytest.mark.parametrize("provider_class", [None], indirect=True)
    async def test_without_configuration_it_is_the_stored_one(self, provider_class: None, extension: Any) -> None:
        assert (await extension.services()).provider.name == "stored"

    @pytest.mark.parametrize("provider_class", [MemoryGroups], indirect=True)
    async def test_it_is_told_what_surrounds_it(self, provider_class: None, extension: Any, home: Path) -> None:
        provider = (await extension.services()).provider

        told = provider.surroundings
        assert (told.home, told.owner, told.admins) == (home, "ada", frozenset({"boss"}))
        assert [kind.name for kind in told.instance_types] == ["small", "large"]
        assert provider.parent is extension

    @pytest.mark.parametrize("provider_class", [dict], indirect=True)
    async def test_what_is_no_provider_is_said_to_be_none(self, provider_class: None, extension: Any) -> None:
        with pytest.raises(EngineUnavailable, match="group_provider_class: dict is no subclass of"):
            await extension.services()

    @pytest.mark.parametrize("provider_class", [BrokenProvider], indirect=True)
    async def test_one_that_cannot_open_leaves_no_engine_open(
        self, provider_class: None, extension: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed: list[str] = []

        async def close(engine: FakeEngine) -> None:
            closed.append(engine.name)

        monkeypatch.setattr(FakeEngine, "close", close)

        with pytest.raises(EngineUnavailable, match="there is no file"):
            await extension.services()
        assert closed == ["fake"]
