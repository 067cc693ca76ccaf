"""What the page about JupyterHub tells people to configure can be configured."""

from __future__ import annotations

import pytest
from jupyterhub.app import JupyterHub
from jupyterhub.spawner import Spawner
from traitlets.config import Config

from primehub_deploy_ext.service.groups.file import FileGroups
from tests.hub.snippets import PAGE, snippets

HUB, FROM_A_FILE = "jupyterhub_config.py", "jupyterhub_config.py:"
CLASSES = {known.__name__: known for known in (JupyterHub, Spawner, FileGroups)}


@pytest.mark.parametrize("name", [HUB, FROM_A_FILE])
def test_every_setting_exists(name: str) -> None:
    (code,) = snippets(name)
    config = Config()
    exec(code, {"c": config})
    for class_name, settings in config.items():
        assert set(settings) <= set(CLASSES[class_name].class_trait_names(config=True))
    for argument in config.Spawner.get("args", []):
        class_name, _, setting = argument.partition("=")[0].removeprefix("--").partition(".")
        assert setting in CLASSES[class_name].class_trait_names(config=True)


def test_every_python_block_is_one_of_these() -> None:
    assert PAGE.read_text().count("```python") == len(snippets(HUB) + snippets(FROM_A_FILE))
