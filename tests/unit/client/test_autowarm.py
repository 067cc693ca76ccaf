"""Libraries that a notebook imports are passed on, once, and nobody notices when that fails."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from primehub_deploy_ext.client import autowarm


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would be asked for; the thread is left out."""
    seen: list[list[str]] = []

    class Now:
        def __init__(self, target: Callable[..., None], args: Any, **_: Any) -> None:
            assert target is autowarm._warm
            seen.append(args[0])

        def start(self) -> None:
            pass

    monkeypatch.setattr(autowarm.threading, "Thread", Now)
    return seen


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    for name in autowarm.LIBRARIES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return lambda name: monkeypatch.setitem(sys.modules, name, types.ModuleType(name))


def test_only_new_libraries_are_passed_on(requests: list[list[str]], libraries: Callable[[str], None]) -> None:
    warm = autowarm.AutoWarm()
    warm.after_cell()
    libraries("sklearn")
    warm.after_cell()
    warm.after_cell()
    libraries("pandas")
    warm.after_cell()
    assert requests == [["sklearn"], ["pandas", "sklearn"]]


def test_a_few_times_at_most(requests: list[list[str]], libraries: Callable[[str], None]) -> None:
    warm = autowarm.AutoWarm()
    for name in autowarm.LIBRARIES:
        libraries(name)
        warm.after_cell()
    assert len(requests) == autowarm._MAX_REQUESTS


class Shell:
    def __init__(self) -> None:
        self.registered: list[tuple[str, Any]] = []
        self.events = self

    def register(self, event: str, callback: Any) -> None:
        self.registered.append((event, callback))


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    import IPython

    found = Shell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: found)
    monkeypatch.setattr(autowarm, "_installed", None)
    return found


def test_it_is_installed_once(shell: Shell) -> None:
    autowarm.install()
    autowarm.install()
    assert [event for event, _ in shell.registered] == ["post_run_cell"]


def test_it_can_be_turned_off(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_AUTOWARM", "0")
    autowarm.install()
    assert shell.registered == []


def test_the_server_is_told_interpreter_and_versions(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    monkeypatch.setenv("PRIMEHUB_DEPLOY_URL", server.url)
    monkeypatch.setenv("PRIMEHUB_DEPLOY_TOKEN", "secret")
    autowarm._warm(["numpy"])
    assert server.bodies == [{"interpreter": sys.executable, "packages": {"numpy": np.__version__}}]


def test_without_a_server_nothing_is_heard_of_it(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setenv("PRIMEHUB_DEPLOY_URL", "http://127.0.0.1:9/")
    thread = threading.Thread(target=autowarm._warm, args=(["numpy"],))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("in_notebook", "setting", "expected"), [(False, "1", 1), (True, "1", 0), (False, "0", 0)])
def test_a_script_hints_once_and_a_notebook_did_already(
    requests: list[list[str]],
    libraries: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    in_notebook: bool,
    setting: str,
    expected: int,
) -> None:
    monkeypatch.setattr(autowarm, "_hinted", False)
    monkeypatch.setattr(autowarm, "_installed", autowarm.AutoWarm() if in_notebook else None)
    monkeypatch.setenv("PRIMEHUB_DEPLOY_AUTOWARM", setting)
    libraries("sklearn")
    rest: Any = object()
    autowarm.hint(rest)
    autowarm.hint(rest)
    assert requests == [["sklearn"]] * expected
