"""What the launcher promises to the engine: warm forks, and the truth about how they ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from primehub_deploy_ext.runner import bootstrap
from tests.unit.runner import models
from tests.unit.runner.processes import DEADLINE, is_ours, wait_for


def iris_order(workshop, **fields):
    order = workshop.order(models.iris(), adapter="sklearn", signature=models.IRIS_SIGNATURE, **fields)
    return {**order, "example": models.IRIS_EXAMPLE}


def test_hello_tells_what_was_imported_and_what_could_not_be(bare):
    launcher = bare("json", "no_such_module")
    hello = launcher.ask(do="hello")
    assert hello["ok"]
    assert hello["pid"] == launcher.process.pid
    assert set(hello["packages"]) >= {"cloudpickle", "json"}
    assert hello["failed"] == {"no_such_module": "ModuleNotFoundError: No module named 'no_such_module'"}


def test_numpy_pandas_and_sklearn_leave_one_thread_and_can_be_forked(warm):
    hello = warm.ask(do="hello")
    assert (hello["threads"], hello["forkable"], hello["why_not"]) == (1, True, "")


def test_a_module_that_starts_a_thread_makes_forking_refused_with_its_reason(bare, workshop, monkeypatch):
    (workshop.folder / "threaded.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(workshop.folder))
    launcher = bare("threaded")
    hello = launcher.ask(do="hello")
    assert not hello["forkable"]
    assert "2 threads" in hello["why_not"]
    refused = launcher.ask(do="fork", replica=workshop.order())
    assert refused == {"ok": False, "message": hello["why_not"]}


def test_a_forked_replica_serves_once_it_is_ready(warm, workshop):
    replica = warm.fork(iris_order(workshop))
    replica.wait_for_step("ready")
    answer = replica.infer(**models.IRIS_EXAMPLE)
    assert answer.status == 200
    assert answer.body == {
        "model_name": "iris",
        "model_version": "3",
        "outputs": [{"name": "species", "datatype": "INT64", "shape": [1], "data": [0]}],
    }
    assert {"replica": replica.order["replica"], "pid": replica.pid} in warm.ask(do="hello")["children"]


def test_the_model_has_its_environment_threads_folder_and_no_path_of_ours(warm, workshop):
    def probe(_):
        import os
        import sys
        from pathlib import Path

        import threadpoolctl

        return {
            "greeting": os.environ["GREETING"],
            "openmp": os.environ["OMP_NUM_THREADS"],
            "pools": [pool["num_threads"] for pool in threadpoolctl.threadpool_info()],
            "folder": str(Path.cwd()),
            "path": sys.path,
            "package": getattr(sys.modules["primehub_deploy_ext"], "__file__", None),
            "session": os.getsid(0) == os.getpid(),
        }

    replica = warm.fork(workshop.order(probe, env={"GREETING": "hallo"}, threads=2))
    replica.wait_for_step("ready")
    seen = replica.ask("POST", "/predict", {"jsonData": None}).body["jsonData"]
    assert seen["greeting"] == "hallo"
    assert seen["openmp"] == "2"
    assert seen["pools"]
    assert set(seen["pools"]) == {2}
    assert seen["folder"] == str(workshop.folder)
    assert not any(path == "" for path in seen["path"])
    assert seen["package"] is None
    assert seen["session"]


def test_replicas_draw_different_random_numbers_and_inherit_no_sockets(warm, workshop):
    def draw(_):
        import os
        import random
        import stat

        import numpy as np

        sockets = 0
        for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208 (a folder that changes while it is read)
            try:
                sockets += stat.S_ISSOCK(os.fstat(int(descriptor)).st_mode)
            except OSError:
                continue
        return [random.random(), np.random.rand(), sockets]  # noqa: NPY002 (it is the shared generator that is asked about)

    replicas = [warm.fork(workshop.order(draw)) for _ in range(2)]
    for replica in replicas:
        replica.wait_for_step("ready")
    first, second = (replica.ask("POST", "/predict", {"jsonData": 1}).body["jsonData"] for replica in replicas)
    assert first[:2] != second[:2]
    assert first[0] != second[0]
    assert first[1] != second[1]
    # Its own: the listening one, our connection, and the two ends that wake its loop.
    assert first[2] == 4


def test_an_exit_is_told_to_every_watcher_until_it_is_acknowledged(warm, workshop):
    replica = warm.fork(iris_order(workshop))
    replica.wait_for_step("ready")
    with contextlib.closing(warm.open_line()) as watcher:
        watcher.say(b'{"do": "watch"}')
        os.kill(replica.pid, signal.SIGKILL)
        told = exit_of(watcher, replica.pid)
    assert told["replica"] == replica.order["replica"]
    assert os.WIFSIGNALED(told["status"])
    assert os.WTERMSIG(told["status"]) == signal.SIGKILL
    assert told["max_rss"] > 10_000_000
    with contextlib.closing(warm.open_line()) as late:
        late.say(b'{"do": "watch"}')
        assert exit_of(late, replica.pid) == told
    assert warm.ask(do="ack", pid=replica.pid) == {"ok": True}
    warm.fork(workshop.order())
    with contextlib.closing(warm.open_line()) as last:
        last.say(b'{"do": "watch"}')
        assert last.hear()["exit"]["pid"] != replica.pid


def exit_of(line, pid):
    while (told := line.hear()["exit"])["pid"] != pid:
        pass
    return told


def test_replicas_serve_on_when_the_launcher_and_its_group_are_killed(bare, workshop):
    launcher = bare()
    replica = launcher.fork(workshop.order(lambda values: values))
    replica.wait_for_step("ready")
    os.killpg(launcher.process.pid, signal.SIGKILL)
    launcher.process.wait(DEADLINE)
    assert replica.ask("POST", "/predict", {"jsonData": [1]}).body["jsonData"] == [1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{oops", "not a line of JSON"),
        (b'"\xff"', "not a line of JSON"),
        (b"[" * 100_000, "not a line of JSON"),
        (b"[]", "'do' must be one of hello"),
        (b'{"do": ["fork"]}', "'do' must be one of hello"),
        (b'{"do": "dance"}', "'do' must be one of hello"),
        (b'{"do": "fork"}', "a replica order is a JSON object"),
        (b'{"do": "fork", "replica": {"replica": "x"}}', "the replica order lacks deployment, socket"),
    ],
)
def test_a_bad_line_is_answered_and_the_line_goes_on(warm, line, message):
    with contextlib.closing(warm.open_line()) as connection:
        connection.say(line)
        answer = connection.hear()
        assert answer["ok"] is False
        assert message in answer["message"]
        assert connection.ask({"do": "hello"})["ok"]


@pytest.mark.parametrize("pid", [None, "x", [], {}])
def test_an_acknowledgement_of_nonsense_is_refused(warm, pid):
    assert warm.ask(do="ack", pid=pid) == {"ok": False, "message": "'pid' must be the number of a process"}


def test_a_client_that_does_not_read_holds_up_nobody(warm):
    with contextlib.closing(warm.open_line()) as deaf:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(200):
                deaf.say(b"\n".join([b'{"do": "hello"}'] * 100))
        assert warm.ask(do="hello")["ok"]


def test_quit_waits_for_the_children_and_forks_no_more(bare, workshop):
    launcher = bare()
    replica = launcher.fork(workshop.order(lambda values: values))
    replica.wait_for_step("ready")
    assert launcher.ask(do="quit") == {"ok": True}
    assert launcher.ask(do="fork", replica=workshop.order())["message"] == "the launcher is quitting"
    os.kill(replica.pid, signal.SIGTERM)
    assert launcher.process.wait(DEADLINE) == 0
    assert not launcher.socket.exists()


def test_it_ends_by_itself_when_nobody_is_connected(bare):
    launcher = bare(idle_timeout=1.0)
    assert launcher.ask(do="hello")["ok"]
    launcher.line.close()
    assert launcher.process.wait(DEADLINE) == 0
    assert not launcher.socket.exists()


def test_an_unacknowledged_exit_keeps_it(bare, workshop):
    launcher = bare(idle_timeout=1.0)
    replica = launcher.fork(workshop.order(lambda values: values))
    replica.wait_for_step("ready")
    os.kill(replica.pid, signal.SIGTERM)
    launcher.line.close()
    wait_for(lambda: not is_ours(replica.pid), "the replica's end")
    line = launcher.open_line()
    line.say(b'{"do": "watch"}')
    assert exit_of(line, replica.pid)["status"] == 0
    launcher.line = line
    line.ask({"do": "ack", "pid": replica.pid})
    line.close()
    assert launcher.process.wait(DEADLINE) == 0


def test_it_ends_when_its_socket_file_is_gone(bare):
    launcher = bare(idle_timeout=1000)
    launcher.socket.unlink()
    assert launcher.process.wait(DEADLINE) == 0


def test_a_second_launcher_on_the_same_socket_is_refused(bare, workshop):
    first = bare()
    command = bootstrap.launcher_command(sys.executable, first.socket)
    second = subprocess.run(command, cwd=workshop.folder, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert second.returncode == 1
    assert "already listens" in second.stderr
    assert first.ask(do="hello")["ok"]
