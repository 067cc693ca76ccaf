"""The extension starts with the server, and costs it nothing it doesn't need yet."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import primehub_deploy_ext
from tests.server.fake_engine import FakeEngine

CONFIG = Path(__file__).parents[2] / "jupyter-config" / "server-config" / "primehub_deploy_ext.json"


def loaded_after(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
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
