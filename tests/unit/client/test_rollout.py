"""Waiting: what is shown on the way, when it ends, and what is said when it goes wrong."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

import pytest

from primehub_deploy_ext.client import follow, progress, rollout
from primehub_deploy_ext.client.errors import DeploymentFailed, DeploymentTimeout
from primehub_deploy_ext.client.progress import CellProgress, LineProgress, what_it_waits_for
from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.domain.phases import Phase

BODY = {
    "name": "Iris",
    "id": "iris",
    "group": None,
    "model": {"artifact": "0", "adapter": "sklearn", "signature": None},
    "replicas": 1,
    "env": {},
    "metadata": {},
    "description": "",
}


@pytest.fixture
def deployment(server: Any) -> dict[str, Any]:
    """A deployment that stays where it is until a test moves it."""
    server.script = []
    return server.new_deployment(BODY)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_SILENCE", 0.3)
    monkeypatch.setattr(follow, "_RECONNECT_MIN", 0.05)
    monkeypatch.setattr(follow, "TICK", 0.02)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Moves(LineProgress):
    """Moves the deployment on each time that a new state is shown: the client has seen the one before."""

    def __init__(self, *moves: Any) -> None:
        super().__init__("Iris", io.StringIO())
        self.shown: list[str] = []
        self._moves = list(moves)

    def _show(self, deployment: Any, elapsed: float) -> None:
        state = deployment["status"]
        if not self.shown or self.shown[-1] != state["reason"]:
            self.shown.append(state["reason"])
            if self._moves:
                self._moves.pop(0)()
        super()._show(deployment, elapsed)

    @property
    def text(self) -> str:
        return self._stream.getvalue()


def deployed(server: Any, **more: Any) -> None:
    count = {"ready": 1, "desired": 1}
    with server.lock:
        server.put("iris", serving_revision=server.deployments["iris"]["revision"], **more)
        server.state("iris", phase="Deployed", reason="Ready", step=None, replicas=count, message="1 ready")


def test_each_step_is_shown_and_the_end_has_endpoint_and_seconds(rest: Any, server: Any, deployment: Any) -> None:
    moves = Moves(
        lambda: server.state("iris", reason="Starting", step="starting"),
        lambda: server.state("iris", reason="Loading", step="loading"),
        lambda: deployed(server),
    )
    found = rollout.wait_for(rest, deployment, timeout=60, progress=moves)
    assert found["status"]["phase"] == "Deployed"
    lines = moves.text.splitlines()
    assert lines[0] == "Iris: Deploying, waiting for a place to run"
    assert lines[2] == "Iris: Deploying, loading the model and trying its example"
    assert deployment["endpoint"] in lines[-1]
    assert lines[-1].endswith(" s)")


def test_an_image_that_serves_by_itself_loads_nothing_that_it_tells_of() -> None:
    status = {"phase": "Deploying", "step": "loading", "replicas": {"ready": 1, "desired": 2}}
    words = [
        what_it_waits_for({"status": status, "spec": {"model": model}})
        for model in ({"image": "echo:1", "artifact": ""}, {"image": "runner:2", "artifact": "0" * 64})
    ]
    assert words == [
        "waiting until the image listens · 1 of 2 ready",
        "loading the model and trying its example · 1 of 2 ready",
    ]


def test_a_failure_has_reason_message_and_log(rest: Any, server: Any, deployment: Any) -> None:
    server.revisions["iris"][0]["log_tail"] = [f"line {n}" for n in range(30)] + [""]
    server.state("iris", phase="Failed", reason="ModelLoadFailed", message="ModuleNotFoundError: no 'foo'")
    with pytest.raises(DeploymentFailed) as caught:
        rollout.wait_for(rest, deployment, timeout=60)
    text = str(caught.value)
    assert text.startswith("ModelLoadFailed: ModuleNotFoundError: no 'foo'")
    assert caught.value.log_tail == [f"line {n}" for n in range(10, 30)]
    assert text.endswith("  line 29")
    assert "still serves" not in text
    assert "connect().get('iris').update(model=…)" in text


def test_a_failure_without_recorded_log_asks_for_the_revisions_lines(rest: Any, server: Any, deployment: Any) -> None:
    line = {"time": "2026-11-23T09:40:24Z", "attempt": 1, "stream": "stderr"}
    server.logs = [{**line, "replica": "1-0", "text": "mine"}, {**line, "replica": "9-0", "text": "other"}]
    server.state("iris", phase="Failed", reason="CrashLoop", message="exit code 1")
    with pytest.raises(DeploymentFailed) as caught:
        rollout.wait_for(rest, deployment, timeout=60)
    assert caught.value.log_tail == ["mine"]


def test_an_update_that_fails_says_what_still_serves(rest: Any, server: Any, deployment: Any) -> None:
    deployed(server)
    changed = server.new_revision("iris", "update")
    update = {"revision": 2, "outcome": "failed", "reason": "ExampleFailed", "message": "ValueError: boom"}
    server.put("iris", serving_revision=1)
    server.state("iris", phase="Deployed", reason="UpdateFailed", message="1 serves", step=None, update=update)
    seen: list[Any] = []
    with pytest.raises(DeploymentFailed, match="Revision 1 still serves") as caught:
        rollout.wait_for(rest, changed, timeout=60, seen=seen.append)
    assert (caught.value.reason, caught.value.message) == ("ExampleFailed", "ValueError: boom")
    assert caught.value.serving_revision == 1
    assert seen[-1]["serving_revision"] == 1


def test_a_failure_of_an_earlier_update_is_not_ours(rest: Any, server: Any, deployment: Any) -> None:
    deployed(server)
    server.new_revision("iris", "update")
    changed = server.new_revision("iris", "update")
    update = {"revision": 2, "outcome": "failed", "reason": "ExampleFailed", "message": "old"}
    server.state("iris", update=update)
    deployed(server)
    found = rollout.wait_for(rest, changed, timeout=60)
    assert found["serving_revision"] == 3


def test_deployed_while_an_update_is_in_progress_is_not_done(rest: Any, server: Any, deployment: Any) -> None:
    rolling = {"revision": 2, "outcome": "in progress", "message": ""}
    deployed(server)
    server.state("iris", phase="Deployed", reason="RollingUpdate", update=rolling)
    moves = Moves(lambda: None, lambda: server.state("iris", reason="Ready", update=None))
    rollout.wait_for(rest, deployment, timeout=60, progress=moves)
    assert moves.shown[-1] == "Ready"


def test_a_change_in_place_is_done_when_its_revision_serves(rest: Any, server: Any, deployment: Any) -> None:
    deployed(server)
    changed = server.new_revision("iris", "update")
    server.state("iris", phase="Deployed", reason="Ready", step=None)
    moves = Moves(lambda: deployed(server))
    found = rollout.wait_for(rest, changed, timeout=60, progress=moves)
    assert found["serving_revision"] == 2
    assert "serves revision 2 at" in moves.text


def test_a_timeout_says_how_to_go_on(rest: Any, deployment: Any) -> None:
    started = time.monotonic()
    with pytest.raises(DeploymentTimeout, match=r"connect\(\)\.get\('iris'\)\.wait\(timeout=…\)") as caught:
        rollout.wait_for(rest, deployment, timeout=0.2)
    assert isinstance(caught.value, TimeoutError)
    assert time.monotonic() - started < 20


def test_a_stream_that_ends_is_opened_again(rest: Any, server: Any, deployment: Any) -> None:
    def cut_then_move() -> None:
        server.end_streams()
        server.state("iris", reason="Loading", step="loading")

    moves = Moves(cut_then_move, lambda: deployed(server))
    assert rollout.wait_for(rest, deployment, timeout=60, progress=moves)["status"]["phase"] == "Deployed"


def test_without_a_stream_the_server_is_asked(rest: Any, server: Any, deployment: Any) -> None:
    server.watch_breaks = True
    moves = Moves(lambda: server.state("iris", reason="Loading"), lambda: deployed(server))
    assert rollout.wait_for(rest, deployment, timeout=60, progress=moves)["status"]["phase"] == "Deployed"


def test_a_stream_that_a_proxy_holds_back_is_noticed(
    rest: Any, server: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_tell", lambda _: None)
    moves = Moves(lambda: deployed(server))
    assert rollout.wait_for(rest, deployment, timeout=60, progress=moves)["status"]["phase"] == "Deployed"


def test_a_server_that_is_gone_for_a_while_is_waited_for(rest: Any, server: Any, deployment: Any) -> None:
    def go_away() -> None:
        server.answer_instead = (503, "text/html", b"<html>restarting")
        server.end_streams()
        threading.Timer(0.3, come_back).start()

    def come_back() -> None:
        server.answer_instead = None
        deployed(server)

    found = rollout.wait_for(rest, deployment, timeout=60, progress=Moves(go_away))
    assert found["status"]["phase"] == "Deployed"


def test_a_deployment_that_is_deleted_meanwhile(rest: Any, server: Any, deployment: Any) -> None:
    moves = Moves(lambda: server.state("iris", reason="Loading"), lambda: rest.delete("iris"))
    with pytest.raises(NotFound, match="iris was deleted"):
        rollout.wait_for(rest, deployment, timeout=60, progress=moves)


def test_a_deployment_that_was_deleted_while_the_stream_was_away(rest: Any, server: Any, deployment: Any) -> None:
    with pytest.raises(NotFound, match="no deployment 'iris'"):
        rollout.wait_for(rest, deployment, timeout=60, progress=Moves(lambda: rest.delete("iris")))


def test_stopping_ends_with_stopped(rest: Any, server: Any, deployment: Any) -> None:
    deployed(server)
    changed = server.new_revision("iris", "stop", stopped=True)
    server.state("iris", phase="Deployed", reason="Ready")
    moves = Moves(lambda: None, lambda: server.state("iris", phase="Stopped", reason="Stopped", step=None))
    found = rollout.wait_for(rest, changed, timeout=60, goal=Phase.STOPPED, progress=moves)
    assert found["status"]["phase"] == "Stopped"
    assert "Iris: serves nothing until start() (" in moves.text
    assert "Stopped" not in moves.text


def test_an_interrupt_passes_and_says_how_to_come_back(rest: Any, deployment: Any) -> None:
    class Interrupted(Moves):
        def show(self, *_: Any) -> None:
            raise KeyboardInterrupt

    shown = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        rollout.wait_for(rest, deployment, timeout=60, progress=shown)
    assert "connect().get('iris')" in shown.text
    assert ".delete()" in shown.text


def test_a_terminal_gets_one_line_that_is_rewritten(rest: Any, server: Any, deployment: Any) -> None:
    deployed(server)
    terminal = Terminal()
    rollout.wait_for(rest, rest.deployment("iris"), timeout=60, progress=LineProgress("Iris", terminal))
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().startswith("\r\x1b[2K")


def test_a_broken_display_is_nobodys_problem(rest: Any, server: Any, deployment: Any) -> None:
    deployed(server)
    closed = io.StringIO()
    shown = LineProgress("Iris", closed)
    closed.close()
    rollout.wait_for(rest, rest.deployment("iris"), timeout=60, progress=shown)


def test_a_cell_has_one_output_that_is_updated(
    rest: Any, server: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, str]] = []

    class Handle:
        def update(self, bundle: dict[str, str], raw: bool) -> None:
            shown.append(bundle)

    def display(bundle: dict[str, str], **options: Any) -> Handle:
        assert options == {"raw": True, "display_id": True}
        shown.append(bundle)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    cell = CellProgress("<Iris>")
    cell.show(deployment, 0.4)
    cell.show(deployment, 0.45)
    deployed(server)
    cell.end(rest.deployment("iris"), 1.0, failed=False)
    assert len(shown) == 2
    assert "waiting for a place to run · 0 s" in shown[0]["text/plain"]
    assert "&lt;Iris&gt;" in shown[0]["text/html"]
    assert f'<a href="{deployment["endpoint"]}"' in shown[1]["text/html"]


def test_the_display_fits_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    assert isinstance(progress.new_progress("x"), LineProgress)
    monkeypatch.setattr(IPython, "get_ipython", type("Shell", (), {"kernel": object()}))
    assert isinstance(progress.new_progress("x"), CellProgress)
