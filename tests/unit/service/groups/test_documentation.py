"""What ``docs/groups.md`` shows is what works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from primehub_deploy_ext.service.groups.file import FileGroups
from primehub_deploy_ext.service.groups.jupyterhub import _SETTING
from primehub_deploy_ext.service.groups.settings_file import _ENTRIES, _File
from tests.unit.service.groups.conftest import Around

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "groups.md").read_text()
BLOCK = re.compile(r"^```(?:python|yaml)\n# (?P<file>\S+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(file: str) -> list[str]:
    return [match["text"] for match in BLOCK.finditer(PAGE) if match["file"] == file]


def configured(text: str) -> Config:
    config = Config()
    exec(text, {"c": config})
    return config


async def test_the_groups_file_is_understood(tmp_path: Path, around: Around) -> None:
    (text,) = blocks("groups.yaml")
    path = tmp_path / "groups.yaml"
    path.write_text(text)
    (tmp_path / "registry.password").write_text("s3cret")
    provider = FileGroups(path=str(path))

    await provider.open(around())
    directory = await provider.directory("ada")

    assert directory.warning == ""
    assert [group.name for group in directory.groups] == ["data-science", "Vision @ Lab 3"]
    assert [group.name for group in directory.groups_of("1234")] == ["Vision @ Lab 3"]
    assert [kind.name for kind in directory.instance_types_of("Vision @ Lab 3")] == ["small"]


def test_the_groups_file_shows_every_key() -> None:
    (text,) = blocks("groups.yaml")

    for model in (_File, *_ENTRIES.values()):
        assert {name for name in model.model_fields if not re.search(rf"^\s*{name}:", text, re.MULTILINE)} == set()


def test_the_configuration_names_what_there_is() -> None:
    admins, file = map(configured, blocks("jupyter_server_config.py"))

    provider = import_item(file.PrimehubDeploy.group_provider_class)
    assert provider is FileGroups
    assert provider(config=file).path == "/etc/primehub-deploy/groups.yaml"
    assert admins.PrimehubDeploy.admins == {"ada", "grace"}


@pytest.mark.parametrize("scope", ["users:activity!user", "access:servers!server", "list:groups", "read:groups"])
def test_the_page_and_the_warning_name_the_same_scopes(scope: str) -> None:
    setting, role, _ = map(configured, blocks("jupyterhub_config.py"))

    assert scope in setting.Spawner.server_token_scopes
    assert scope in role.JupyterHub.load_roles[0]["scopes"]
    assert f"'{scope}'" in _SETTING
