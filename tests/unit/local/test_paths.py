"""Folders of the engine: short, private, one per home."""

from __future__ import annotations

from pathlib import Path

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.engines.local.paths import Paths

LONGEST_SOCKET = 104


def test_each_home_has_its_own_short_run_time_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = set()
    for name in ("one", "two", "x" * 200):
        monkeypatch.setenv("PRIMEHUB_DEPLOY_HOME", str(tmp_path / name))
        paths = Paths.of_user()
        assert len(str(paths.replicas / "123456-1234-99.sock")) < LONGEST_SOCKET
        found.add(paths.run)
    assert len(found) == 3


def test_two_homes_of_one_account_are_two_engines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PRIMEHUB_DEPLOY_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    found = []
    for user in ("ada", "grace"):
        monkeypatch.setenv("HOME", str(tmp_path / user))
        found.append(Paths.of_user())
    assert found[0].home != found[1].home
    assert found[0].run != found[1].run


def test_folders_are_made_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    loose = tmp_path / "home"
    loose.mkdir(mode=0o755)
    Paths(loose, tmp_path / "run").prepare()
    assert loose.stat().st_mode & 0o077 == 0
    assert (tmp_path / "run").stat().st_mode & 0o077 == 0


def test_a_squatter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineUnavailable, match="belongs to another user"):
        Paths(tmp_path / "home", tmp_path / "run").prepare()
