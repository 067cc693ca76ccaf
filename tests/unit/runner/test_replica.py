"""One replica's life: reports, failures, the log, and an end without a lost request."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import threading
from pathlib import Path

import pytest

from primehub_deploy_ext.runner.logstream import parse_continuation
from tests.unit.runner import models
from tests.unit.runner.processes import DEADLINE, is_ours, send, wait_for


def test_a_fresh_process_serves_as_a_fork_does(workshop):
    order = workshop.order(
        models.iris(), adapter="sklearn", signature=models.IRIS_SIGNATURE, example=models.IRIS_EXAMPLE
    )
    replica = workshop.start(order)
    replica.wait_for_step("ready")
    assert replica.infer(**models.IRIS_EXAMPLE).body["outputs"][0]["data"] == [0]
    assert stat.S_IMODE(Path(order["socket"]).stat().st_mode) == 0o600
    os.kill(replica.pid, signal.SIGTERM)
    assert replica.process.wait(DEADLINE) == 0
    assert replica.status()["step"] == "stopping"


def test_every_step_is_sent_as_it_is_written(warm, workshop):
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as report:
        path = workshop.folder / "report.sock"
        report.bind(str(path))
        report.settimeout(10)
        replica = warm.fork(workshop.order(lambda values: values, report=str(path)))
        told = [json.loads(report.recv(1 << 16)) for _ in range(3)]
    assert [status["step"] for status in told] == ["starting", "loading", "ready"]
    assert told[-1] == replica.status()
    assert {"replica": "1/1-1", "pid": replica.pid, "attempt": 1, "error": None}.items() <= told[-1].items()


@pytest.mark.parametrize(
    ("fields", "reason", "message"),
    [
        ({"model": models.importing("foo")}, "ModelLoadFailed", "ModuleNotFoundError: No module named 'foo'"),
        ({"model": None}, "ArtifactMissing", "can't be read: No such file or directory"),
        ({"model": 1, "adapter": "prolog"}, "ModelLoadFailed", "there is no adapter 'prolog'; there are: callable, sk"),
        ({"model": 1, "serializer": "onnx"}, "ModelLoadFailed", "serializer 'onnx' is not known"),
        ({"model": 1}, "ModelLoadFailed", "adapter 'callable' finds no method to call on a int"),
        (
            {"model": lambda values: values / 0, "example": {"inputs": []}},
            "ExampleFailed",
            "RequestError: inputs: must be a list with at least one tensor",
        ),
        (
            {"model": lambda values: {}["missing"], "example": models.IRIS_EXAMPLE},
            "ExampleFailed",
            "KeyError: 'missing'",
        ),
    ],
    ids=["import", "artifact", "adapter", "serializer", "no method", "bad example", "example raises"],
)
def test_a_replica_that_can_not_serve_says_why_and_exits_3(warm, workshop, fields, reason, message):
    replica = warm.fork(workshop.order(**fields))
    error = replica.wait_for_step("failed")["error"]
    assert error["reason"] == reason
    assert message in error["message"]
    assert "\n" not in error["message"]
    with contextlib.closing(warm.open_line()) as watcher:
        watcher.say(b'{"do": "watch"}')
        while (told := watcher.hear()["exit"])["pid"] != replica.pid:
            pass
    assert os.waitstatus_to_exitcode(told["status"]) == 3
    last = error["traceback"].strip().splitlines()[-1] if error["traceback"] else error["message"]
    assert last in replica.log()
    assert not Path(replica.order["socket"]).exists()


def test_a_traceback_begins_in_the_users_code(warm, workshop):
    def predict(values):
        raise ValueError("two\nlines")

    replica = warm.fork(workshop.order(predict))
    replica.wait_for_step("ready")
    answer = replica.ask("POST", "/predict", {"jsonData": 1})
    assert (answer.status, answer.body) == (500, {"error": "ValueError: two lines"})
    assert "in predict" in replica.log()
    assert "primehub_deploy_ext" not in replica.log()
    assert replica.ask("POST", "/predict", {"jsonData": 1}).status == 500


def test_a_model_that_calls_exit_ends_one_request_only(warm, workshop):
    def leave(_):
        raise SystemExit(1)

    replica = warm.fork(workshop.order(leave))
    replica.wait_for_step("ready")
    assert replica.ask("POST", "/predict", {"jsonData": 1}).body == {"error": "SystemExit: 1"}
    assert replica.ask("GET", "/v2/health/live").status == 200


def test_sigterm_answers_what_is_in_flight_and_lets_nobody_in(warm, workshop):
    replica = warm.fork(workshop.order(models.held()))
    replica.wait_for_step("ready")
    idle = replica.connect()
    assert send(idle, "GET", "/v2/health/ready").status == 200
    answers = []
    client = threading.Thread(target=lambda: answers.append(replica.ask("POST", "/predict", {"jsonData": "late"})))
    client.start()
    wait_for((workshop.folder / "called").exists, "the call")
    os.kill(replica.pid, signal.SIGTERM)
    replica.wait_for_step("stopping")
    wait_for(lambda: not Path(replica.order["socket"]).exists(), "the socket to go")
    with contextlib.closing(idle):
        refused = send(idle, "GET", "/v2/health/ready")
    (workshop.folder / "go").touch()
    client.join()
    assert answers[0].status == 200
    assert answers[0].body["jsonData"] == "late"
    assert answers[0].headers["Connection"] == "close"
    assert refused.status == 503
    with pytest.raises(OSError):
        replica.ask("GET", "/v2/health/live")
    wait_for(lambda: not is_ours(replica.pid), "the end")


def test_sigterm_while_loading_ends_with_0(workshop):
    class Slow:
        def __reduce__(self):
            return __import__("time").sleep, (60,)

    replica = workshop.start(workshop.order(Slow()))
    replica.wait_for_step("loading")
    os.kill(replica.pid, signal.SIGTERM)
    assert replica.process.wait(DEADLINE) == 0


def test_health_answers_while_the_model_works(warm, workshop):
    replica = warm.fork(workshop.order(models.held()))
    replica.wait_for_step("ready")
    answers = []
    client = threading.Thread(target=lambda: answers.append(replica.ask("POST", "/predict", {"jsonData": 1})))
    client.start()
    wait_for((workshop.folder / "called").exists, "the call")
    assert replica.ask("GET", "/v2/health/live").body == {"live": True}
    assert not answers
    (workshop.folder / "go").touch()
    client.join()
    assert answers[0].status == 200


def test_a_caller_who_left_is_not_computed_for(warm, workshop):
    def count(values):
        import time
        from pathlib import Path

        with Path("calls").open("a") as calls:
            calls.write(f"{values}\n")
        while values == "busy" and not Path("go").exists():
            time.sleep(0.005)
        return values

    replica = warm.fork(workshop.order(count))
    replica.wait_for_step("ready")
    busy = replica.connect()
    busy.request("POST", "/predict", json.dumps({"jsonData": "busy"}))
    wait_for((workshop.folder / "calls").exists, "the call")
    gone = replica.connect()
    gone.request("POST", "/predict", json.dumps({"jsonData": "gone"}))
    # An answer on the same loop: the request before it was taken in.
    assert replica.ask("GET", "/v2/health/live").status == 200
    gone.close()
    # And after it: that it left was noticed.
    assert replica.ask("GET", "/v2/health/live").status == 200
    (workshop.folder / "go").touch()
    assert busy.getresponse().read()
    busy.close()
    assert replica.ask("POST", "/predict", {"jsonData": "last"}).status == 200
    assert (workshop.folder / "calls").read_text().split() == ["busy", "last"]


def test_a_stale_socket_file_is_replaced(warm, workshop):
    order = workshop.order(lambda values: values)
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as stale:
        stale.bind(order["socket"])
    replica = warm.fork(order)
    replica.wait_for_step("ready")
    assert replica.ask("GET", "/v2/health/live").status == 200


def test_printed_lines_are_stamped_and_native_ones_stay_bare(warm, workshop):
    def talk(_):
        import os
        import sys
        import threading

        print("one\ntwo")
        print("rest", end="")
        print(" of it")
        print("10%\r20%\r100%")
        print("wrong", file=sys.stderr)
        sys.stdout.buffer.write(b"bytes\n")
        os.write(1, b"native\n")
        threads = [threading.Thread(target=lambda n=n: [print(n, "x" * 20) for _ in range(50)]) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("no line end", end="")

    replica = warm.fork(workshop.order(talk))
    replica.wait_for_step("ready")
    assert replica.ask("POST", "/predict", {"jsonData": 1}).status == 200
    os.kill(replica.pid, signal.SIGTERM)
    wait_for(lambda: "no line end\n" in replica.log(), "the last line")
    lines = replica.log().splitlines()
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z "
    texts = [re.sub(f"^{stamp}", "", line) for line in lines]
    own = next(number for number, text in enumerate(texts) if text.startswith("O ready: "))
    assert texts[0].startswith("O loaded the model in ")
    texts = [text for text in texts[own + 1 :] if not text.startswith("O stopping: ")]
    assert texts[:7] == ["O one", "O two", "O rest of it", "O 100%", "E wrong", "O bytes", "native"]
    assert texts[-1] == "O no line end"
    assert sorted(texts[7:-1]) == sorted(f"O {n} {'x' * 20}" for n in range(4) for _ in range(50))
    assert [bool(re.match(stamp, line)) for line in lines[own + 1 : own + 9]] == [True] * 6 + [False, True]


def test_the_log_is_rotated_at_its_limit_and_native_writes_follow(warm, workshop):
    def talk(text):
        import os

        print(text)
        os.write(2, b"native\n")

    replica = warm.fork(workshop.order(talk, log_limit=1000))
    replica.wait_for_step("ready")
    replica.ask("POST", "/predict", {"jsonData": "a" * 1500})
    replica.ask("POST", "/predict", {"jsonData": "b" * 100})
    old, new = Path(replica.order["log"] + ".1").read_text(), replica.log()
    assert "a" * 1500 in old
    assert "native" not in old
    told, _, printed = new.partition("\n")
    assert parse_continuation(told.encode()) == len(old.encode())
    assert printed.startswith("native\n")
    assert "b" * 100 in new


def test_a_crash_in_native_code_leaves_its_stack_in_the_log(warm, workshop):
    def crash(_):
        import ctypes

        ctypes.string_at(0)

    replica = warm.fork(workshop.order(crash))
    replica.wait_for_step("ready")
    with pytest.raises((http.client.HTTPException, OSError)):
        replica.ask("POST", "/predict", {"jsonData": 1})
    wait_for(lambda: "Fatal Python error: Segmentation fault" in replica.log(), "the stack")
    assert "in crash" in replica.log()


def test_an_unusable_folder_or_cpu_is_said_and_not_fatal(warm, workshop):
    replica = warm.fork(workshop.order(lambda values: values, workdir="/nonexistent", cpus=[9999]))
    replica.wait_for_step("ready")
    assert "can't work in /nonexistent" in replica.log()
    assert "can't stay on CPUs [9999]" in replica.log()


def test_an_order_that_can_not_be_read_ends_with_a_sentence(workshop, capfd):
    replica = workshop.start({"replica": "1"})
    assert replica.process.wait(DEADLINE) == 1
    assert "can't be used: the replica order lacks deployment" in capfd.readouterr().err
