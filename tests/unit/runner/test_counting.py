"""What a replica counts: read from outside, over kills and restarts; feedback with rewards of zero."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.runner import counters
from primehub_deploy_ext.runner.counters import Counters
from primehub_deploy_ext.runner.meter import BATCHES, CALLS_HEAD, FEEDBACK, Meter, calls
from tests.unit.runner.processes import wait_for

INFER = "/v2/models/iris/infer"


def tensor(*values: float) -> dict[str, Any]:
    return {"inputs": [{"name": "x", "datatype": "FP64", "shape": [len(values)], "data": list(values)}]}


def moody() -> Any:
    def predict(values: Any) -> Any:
        if values[0] < 0:
            raise ValueError("negative")
        return values

    return predict


def learner(*names: str) -> Any:
    """Return a model that remembers its feedback, and answers with it."""

    class Learner:
        heard: list[Any]

        def __init__(self) -> None:
            self.heard = []

        def predict(self, _: Any) -> Any:
            return [repr(self.heard)]

    if "routing" in names:

        def send_feedback(self: Any, features: Any, feature_names: Any, reward: Any, truth: Any, routing: Any) -> None:
            self.heard.append((features, feature_names, reward, truth, routing))
    else:

        def send_feedback(self: Any, features: Any, feature_names: Any, reward: Any, truth: Any) -> None:  # type: ignore[misc]
            if reward == -1:
                raise ValueError("nobody is worth that")
            self.heard.append((features, feature_names, reward, truth))

    Learner.send_feedback = send_feedback  # type: ignore[attr-defined]
    return Learner()


def rows(path: Path) -> dict[str, tuple[float, ...]]:
    return counters.read(path)[1]


def test_calls_are_counted_by_service_and_status_with_their_time_and_size(workshop) -> None:
    path = workshop.folder / "c.cnt"
    replica = workshop.start(workshop.order(moody(), counters=str(path), example=tensor(1)))
    replica.wait_for_step("ready")
    for values in ((1, 2, 3), (4,), (-1,)):
        replica.ask("POST", INFER, tensor(*values))
    replica.ask("POST", "/predict", {"data": {"ndarray": [[1], [2]]}})
    replica.ask("POST", INFER, {"inputs": "wrong"})
    replica.ask("GET", "/v2/health/live")

    got = rows(path)

    assert {name: row[0] for name, row in got.items() if name.startswith("calls")} == {
        calls(INFER, 200): 2,
        calls(INFER, 500): 1,
        calls(INFER, 400): 1,
        calls("/predict", 200): 1,
    }
    assert sum(got[calls(INFER, 200)][CALLS_HEAD:]) == 2
    assert 0 < got[calls(INFER, 200)][1] < 10
    assert got[BATCHES] == (4, 3 + 1 + 1 + 2)  # neither the example nor what never reached the model


def test_counts_survive_the_kill_of_the_process_that_made_them(workshop) -> None:
    path = workshop.folder / "c.cnt"
    order = workshop.order(moody(), counters=str(path))
    for attempt in (1, 2, 3):
        replica = workshop.start({**order, "attempt": attempt})
        replica.wait_for_step("ready")
        replica.ask("POST", INFER, tensor(1))
        os.kill(replica.pid, signal.SIGKILL)
        replica.process.wait()
    assert rows(path)[calls(INFER, 200)][0] == 3


def test_thirty_ones_and_seventy_zeros_are_a_reward_of_a_third(workshop) -> None:
    path = workshop.folder / "c.cnt"
    replica = workshop.start(workshop.order(moody(), counters=str(path)))
    replica.wait_for_step("ready")
    for reward in [1] * 30 + [0] * 70:
        assert replica.ask("POST", "/api/v1.0/feedback", {"reward": reward}).status == 200
    assert rows(path)[FEEDBACK] == (100, 30)


def test_feedback_that_names_no_reward_is_no_reward_of_zero(workshop) -> None:
    path = workshop.folder / "c.cnt"
    replica = workshop.start(workshop.order(moody(), counters=str(path)))
    replica.wait_for_step("ready")
    assert replica.ask("POST", "/api/v1.0/feedback", {"truth": {"data": {"ndarray": [1]}}}).status == 200
    assert rows(path)[FEEDBACK] == (0, 0)


@pytest.mark.parametrize("reward", ["1", True, [1], {}])
def test_a_reward_that_is_no_number_is_refused(workshop, reward: Any) -> None:
    path = workshop.folder / "c.cnt"
    replica = workshop.start(workshop.order(moody(), counters=str(path)))
    replica.wait_for_step("ready")
    answer = replica.ask("POST", "/api/v1.0/feedback", {"reward": reward})
    assert (answer.status, answer.body) == (400, {"error": "reward: must be a number"})
    assert rows(path)[FEEDBACK] == (0, 0)


@pytest.mark.parametrize("names", [(), ("routing",)])
def test_a_model_that_takes_feedback_is_told(workshop, names: tuple[str, ...]) -> None:
    replica = workshop.start(workshop.order(learner(*names)))
    replica.wait_for_step("ready")
    feedback = {
        "request": {"data": {"names": ["a", "b"], "ndarray": [[1.0, 2.0]]}},
        "response": {"meta": {"routing": {"router": 1}}, "data": {"ndarray": [0]}},
        "reward": 0.5,
        "truth": {"data": {"ndarray": [1.0]}},
    }
    assert replica.ask("POST", "/api/v0.1/feedback", feedback).status == 200
    (heard,) = replica.ask("POST", "/predict", {"jsonData": None}).body["jsonData"]
    expected = "(array([[1., 2.]]), ['a', 'b'], 0.5, array([1.])"
    assert heard == f"[{expected}{', ' + repr({'router': 1}) if names else ''})]"


def test_feedback_that_the_model_refuses_is_not_counted(workshop) -> None:
    path = workshop.folder / "c.cnt"
    replica = workshop.start(workshop.order(learner(), counters=str(path)))
    replica.wait_for_step("ready")
    answer = replica.ask("POST", "/api/v1.0/feedback", {"reward": -1})
    assert (answer.status, answer.body) == (500, {"error": "ValueError: nobody is worth that"})
    assert rows(path)[FEEDBACK] == (0, 0)


def test_where_nothing_can_be_counted_it_serves_all_the_same(workshop) -> None:
    replica = workshop.start(workshop.order(moody(), counters=str(workshop.folder / "no" / "folder")))
    replica.wait_for_step("ready")
    assert replica.infer(**tensor(1)).status == 200
    wait_for(lambda: "requests are not counted" in replica.log(), "the reason in the log")


def test_a_file_goes_on_where_it_stopped_and_another_one_has_another_name(tmp_path: Path) -> None:
    path = tmp_path / "c.cnt"
    for _ in range(2):
        counting = Counters(path)
        Meter(counting).rewarded(1)
        counting.close()
    source, found = counters.read(path)
    assert found[FEEDBACK] == (2, 2)
    path.unlink()
    Counters(path).close()
    other, empty = counters.read(path)
    assert other != source
    assert empty == {}


def test_a_full_file_drops_new_rows_and_keeps_the_old(tmp_path: Path) -> None:
    counting = Counters(tmp_path / "c.cnt")
    first = counting.row("first", 1)
    for number in range(2000):
        counting.add(counting.row(f"row {number}", 20), 0, 1)
    counting.add(first, 0, 5)
    found = counters.read(tmp_path / "c.cnt")[1]
    assert found["first"] == (5,)
    assert len(found) == 1 + (1024 - 1) // 20


@pytest.mark.parametrize("content", [b"", b"something else", bytes(100)])
def test_what_is_no_file_of_counters_is_not_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.cnt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="has no counters"):
        counters.read(path)
