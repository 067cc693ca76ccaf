"""A replica in a container: what it is told, how it fails, and an end without a lost request."""

from __future__ import annotations

import hashlib
import http.client
import http.server
import json
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

from primehub_deploy_ext.runner.container.last_words import LIMIT
from tests.unit.kubernetes.object_store import FakeS3
from tests.unit.runner import models
from tests.unit.runner.container import Container
from tests.unit.runner.processes import DEADLINE, send, wait_for

INFER = "/v2/models/iris/infer"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Container]]:
    started: list[Container] = []

    def one(model: Any = None, **more: Any) -> Container:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(Container(folder, model, **more))
        return started[-1]

    yield one
    for container in started:
        container.process.kill()
        container.process.wait()


def slow_to_load(gate: str) -> Any:
    """Return a model that is loaded once there is a file."""

    def load(gate: str) -> Any:
        import time
        from pathlib import Path

        while not Path(gate).exists():
            time.sleep(0.01)
        return lambda values: values

    class Slow:
        def __reduce__(self) -> Any:
            return load, (gate,)

    return Slow()


def tensor(*values: float) -> dict[str, Any]:
    return {"inputs": [{"name": "x", "datatype": "FP64", "shape": [len(values)], "data": list(values)}]}


def test_it_serves_what_its_order_says_with_and_without_its_prefix(start) -> None:
    container = start(
        models.iris(),
        adapter="sklearn",
        signature=models.IRIS_SIGNATURE,
        example=models.IRIS_EXAMPLE,
        prefix="/deployment/iris",
    ).ready()
    for prefix in ("", "/deployment/iris"):
        answer = container.ask("POST", prefix + INFER, models.IRIS_EXAMPLE)
        assert answer.status == 200
        assert answer.body["model_version"] == "3"
        assert answer.body["outputs"][0]["data"] == [0]
    assert container.ask("GET", "/deployment/iris").body["name"] == "iris"
    assert container.ask("GET", "/deployment/iris/").body["name"] == "iris"
    assert container.ask("GET", "/deployment/iris-2/v2").status == 404
    assert "predicted the example" in container.printed()


def test_it_is_alive_while_it_loads_and_ready_after(start, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    container = start(slow_to_load(str(gate)))
    wait_for(lambda: container.status("/v2/health/live") == 200, "the port")
    assert container.status("/v2/health/ready") == 503
    answer = container.ask("POST", INFER, tensor(1))
    assert (answer.status, answer.body) == (503, {"error": "the model is being loaded"})
    assert answer.headers["Retry-After"] == "1"
    gate.touch()
    container.ready()
    assert container.ask("POST", INFER, tensor(1)).status == 200


def test_told_to_be_quiet_it_does_not_listen_before_it_is_ready(start, tmp_path: Path) -> None:
    go = tmp_path / "go"
    container = start(slow_to_load(str(go)), environment={"PRIMEHUB_DEPLOY_QUIET": "1"})
    wait_for(lambda: "fetched the artifact" in container.printed(), "the artifact")
    with pytest.raises(ConnectionRefusedError):
        container.ask("GET", "/v2/health/live")
    go.touch()
    container.ready()
    assert container.ask("POST", INFER, tensor(1)).status == 200


def test_stopped_while_it_loads_it_ends_at_once(start, tmp_path: Path) -> None:
    container = start(slow_to_load(str(tmp_path / "never")))
    wait_for(lambda: container.status("/v2/health/live") == 200, "the port")
    container.terminate()
    assert container.ended() == 0


def test_after_the_signal_it_answers_whoever_still_comes_and_says_that_it_is_not_ready(start) -> None:
    container = start(lambda values: values, linger=6).ready()
    connection = http.client.HTTPConnection("127.0.0.1", container.port, timeout=DEADLINE)
    with closing(connection):
        assert send(connection, "POST", INFER, tensor(1)).status == 200
        container.terminate()
        wait_for(lambda: container.status("/v2/health/ready") == 503, "an end of readiness")
        # One that is connected already, and one that connects anew.
        kept = send(connection, "POST", INFER, tensor(1))
        assert (kept.status, kept.headers["Connection"]) == (200, "close")
        assert container.ask("POST", INFER, tensor(1)).status == 200
        assert container.status("/v2/health/live") == 200
    assert container.ended() == 0


def test_what_is_in_flight_is_answered_before_it_ends(start) -> None:
    container = start(models.held()).ready()
    answers = []
    asking = threading.Thread(target=lambda: answers.append(container.ask("POST", INFER, tensor(1))))
    asking.start()
    wait_for((container.folder / "called").exists, "the request at the model")
    container.terminate()
    wait_for(lambda: "stopping: " in container.printed(), "the signal's arrival")
    (container.folder / "go").touch()
    asking.join(DEADLINE)
    assert [answer.status for answer in answers] == [200]
    assert container.ended() == 0


def test_what_takes_longer_than_it_is_given_is_given_up(start) -> None:
    def endless() -> Any:
        def sleep(values: Any) -> Any:
            import time
            from pathlib import Path

            Path("called").touch()
            time.sleep(60)

        return sleep

    container = start(endless(), drain=0.2).ready()

    def asking() -> None:
        with suppress(OSError, http.client.HTTPException):
            container.ask("POST", INFER, tensor(1))

    asker = threading.Thread(target=asking)
    asker.start()
    wait_for((container.folder / "called").exists, "the request at the model")
    container.terminate()
    assert container.ended() == 0
    asker.join(DEADLINE)
    assert "stopped with 1 requests unanswered" in container.printed()


@pytest.mark.parametrize(
    ("model", "order", "reason", "message"),
    [
        (models.importing("foo"), {}, "ModelLoadFailed", "ModuleNotFoundError: No module named 'foo'"),
        (1, {"adapter": "prolog"}, "ModelLoadFailed", "there is no adapter 'prolog'"),
        (1, {"artifact": "/no/such/file"}, "ArtifactMissing", "/no/such/file can't be read: No such file or directory"),
        (1, {"artifact": "file:///no/such%20file"}, "ArtifactMissing", "/no/such file can't be read"),
        (1, {"digest": "0" * 64}, "ArtifactMissing", "is not what was deployed: its SHA-256 is "),
        (1, {"artifact": "gopher://host/model"}, "ArtifactMissing", "this image can't read gopher://"),
        (lambda values: {}["missing"], {"example": models.IRIS_EXAMPLE}, "ExampleFailed", "KeyError: 'missing'"),
    ],
    ids=["import", "adapter", "file", "file url", "other bytes", "unknown store", "example"],
)
def test_one_that_can_not_serve_leaves_its_reason_and_exits_3(start, model, order, reason, message) -> None:
    container = start(model, **order)
    assert container.ended() == 3
    words = container.last_words()
    assert words["reason"] == reason
    assert message in words["message"]
    assert "\n" not in words["message"]
    assert words["message"].split(":")[-1].strip()[:20] in container.printed()


def test_a_port_that_is_taken_is_a_reason_too(start) -> None:
    first = start(lambda values: values).ready()
    second = start(lambda values: values, port=first.port)
    assert second.ended() == 3
    assert f"can't listen on port {first.port}: Address already in use" in second.last_words()["message"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"PRIMEHUB_DEPLOY_ORDER": ""}, "neither is set"),
        ({"PRIMEHUB_DEPLOY_ORDER": "{}"}, "it lacks deployment, artifact, digest"),
        ({"PRIMEHUB_DEPLOY_ORDER": "[]"}, "it is no JSON object"),
        ({"PRIMEHUB_DEPLOY_ORDER": "{"}, "the order in PRIMEHUB_DEPLOY_ORDER can't be used"),
        ({"PRIMEHUB_DEPLOY_ORDER_FILE": "/no/file"}, "the order /no/file can't be read: No such file or directory"),
    ],
)
def test_without_an_order_it_says_what_it_needs(start, environment, message) -> None:
    container = start(environment=environment)
    assert container.ended() == 3
    assert message in container.last_words()["message"]


def test_an_order_may_be_a_mounted_file_and_the_port_a_variable(start, tmp_path: Path) -> None:
    container = start(lambda values: values)
    container.process.kill()
    order = tmp_path / "order.json"
    order.write_text(json.dumps({key: value for key, value in container.order.items() if key != "port"}))
    other = start(environment={"PRIMEHUB_DEPLOY_ORDER_FILE": str(order), "PORT": str(container.port)})
    other.port = container.port
    assert other.ready().ask("POST", INFER, tensor(1)).status == 200


def test_last_words_fit_into_what_a_cluster_keeps_and_stay_readable(start) -> None:
    def raising(values: Any) -> Any:
        raise ValueError("long " * 10_000)

    container = start(raising, example=tensor(1), packages={f"package{n}": "1.0" for n in range(200)})
    assert container.ended() == 3
    assert container.last_words_file.stat().st_size <= LIMIT
    assert container.last_words()["message"].startswith("ValueError: long long")


def test_libraries_of_other_versions_are_named_before_and_in_the_failure(start) -> None:
    import numpy as np

    packages = {"numpy": "0.1", "absent_library": "7", "tornado": __import__("tornado").version}
    container = start(lambda values: values, packages=packages, python_version="3.1.4").ready()
    told = container.ask("GET", "/v2/environment").body
    assert told["python"] == platform.python_version()
    assert told["drift"] == [
        {"package": "python", "trained": "3.1.4", "here": platform.python_version()},
        {"package": "absent_library", "trained": "7", "here": None},
        {"package": "numpy", "trained": "0.1", "here": np.__version__},
    ]
    line = (
        f"trained with python 3.1.4, here {platform.python_version()}; absent_library 7, here it is missing; numpy 0.1"
    )
    assert f"drift: {line}" in container.printed()

    failing = start(models.importing("absent_library"), packages=packages)
    assert failing.ended() == 3
    words = failing.last_words()
    assert "No module named 'absent_library' (trained with absent_library 7, here it is missing;" in words["message"]
    assert [one["package"] for one in words["drift"]] == ["absent_library", "numpy"]


def test_what_the_image_has_of_libraries_is_told_also_of_those_that_its_model_does_not_use(start) -> None:
    import numpy as np

    container = start(lambda values: values).ready()
    answer = container.ask("POST", "/v2/libraries", {"names": ["numpy", "absent_library"]})
    assert answer.body == {
        "python": platform.python_version(),
        "packages": {"absent_library": None, "numpy": np.__version__},
    }
    for question in ([], {}, {"names": "numpy"}, {"names": ["../numpy"]}, {"names": ["a"] * 257}):
        assert container.ask("POST", "/v2/libraries", question).status == 400


def test_the_same_libraries_and_a_later_patch_of_python_are_no_drift(start) -> None:
    version = ".".join([*platform.python_version_tuple()[:2], "999"])
    container = start(lambda values: values, python_version=version).ready()
    assert container.ask("GET", "/v2/environment").body["drift"] == []
    assert "drift" not in container.printed()


def test_it_counts_by_seldons_names_what_callers_asked_and_not_what_the_cluster_did(start) -> None:
    container = start(lambda values: values, class_name="builtins.function").ready()
    for values in ((1, 2), (3,)):
        container.ask("POST", INFER, tensor(*values))
    container.ask("POST", INFER, {"inputs": []})
    container.ask("POST", "/api/v1.0/feedback", {"reward": 0.5})
    container.ask("GET", "/nothing")
    container.ask("GET", "/v2/models/iris")

    page = dict(line.rsplit(" ", 1) for line in container.text("/metrics").splitlines() if not line.startswith("#"))

    who = 'deployment_name="iris",predictor_name="default",predictor_version="3"'
    server, client = "seldon_api_executor_server_requests_seconds", "seldon_api_executor_client_requests_seconds"
    image = 'model_name="iris",model_image="builtins.function",model_version="3"'

    def served(service: str, method: str, code: int) -> str:
        return page[f'{server}_count{{{who},service="{service}",method="{method}",code="{code}"}}']

    assert [served("predictions", "post", code) for code in (200, 400, 500)] == ["2", "1", "0"]
    assert served("feedback", "post", 200) == "1"
    assert served("other", "get", 404) == "1"
    assert served("metadata", "get", 200) == "1"
    assert page[f'{client}_count{{{who},service="{INFER}",{image},method="post",code="200"}}'] == "2"
    (reward,) = [page[name] for name in page if name.startswith("seldon_api_model_feedback_reward_total")]
    assert reward == "0.5"
    assert page[f"primehub_model_batch_rows_total{{{who}}}"] == "3"
    assert not [name for name in page if "health" in name]
    memory, cpu = [
        float(next(page[name] for name in page if name.startswith(wanted)))
        for wanted in ("primehub_replica_memory_bytes", "primehub_replica_cpu_seconds_total")
    ]
    assert memory > 1e7
    assert cpu > 0


def test_a_header_that_callers_can_set_is_no_name_of_a_client(start) -> None:
    def who(values: Any) -> Any:
        from primehub_deploy_ext import request_headers

        return [request_headers().get("X-Forwarded-User", "nobody")]

    def asked(container: Container) -> Any:
        return container.ask("POST", INFER, tensor(1), **{"X-Forwarded-User": "mallory"}).body["outputs"][0]["data"]

    assert asked(start(who).ready()) == ["nobody"]
    assert asked(start(who, names_client=True).ready()) == ["mallory"]


class Store(http.server.BaseHTTPRequestHandler):
    """Gives out one artifact, after it failed a number of times, to those who have the secret."""

    content = b""
    failures: list[int]
    seen: list[str | None]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization"))
        if self.failures:
            self.send_error(self.failures.pop())
            return
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/model")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def store() -> Iterator[tuple[type[Store], str]]:
    class Mine(Store):
        content = cloudpickle.dumps(None)

    Mine.failures, Mine.seen = [], []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield Mine, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    serving.join()
    server.server_close()


def test_an_artifact_is_fetched_over_http_by_a_secret_that_goes_no_further(start, store) -> None:
    served, url = store
    served.content = cloudpickle.dumps(lambda values: values)
    served.failures.append(503)
    container = start(
        artifact=f"{url}/moved",
        digest=hashlib.sha256(served.content).hexdigest(),
        environment={"PRIMEHUB_DEPLOY_ARTIFACT_AUTHORIZATION": "Bearer s3cret"},
    ).ready()
    assert container.ask("POST", INFER, tensor(1)).status == 200
    assert served.seen == ["Bearer s3cret", "Bearer s3cret", None]
    assert "HTTP Error 503: Service Unavailable; again in 0.5 s" in container.printed()
    assert "s3cret" not in container.printed()


def test_what_the_store_refuses_is_not_asked_for_again(start, store) -> None:
    served, url = store
    served.failures += [403, 403]
    container = start(artifact=f"{url}/model")
    assert container.ended() == 3
    assert container.last_words()["reason"] == "ArtifactMissing"
    assert "HTTP Error 403: Forbidden" in container.last_words()["message"]
    assert len(served.seen) == 1


def test_an_artifact_is_fetched_from_an_object_store_by_the_variables_of_its_tools(start) -> None:
    data = cloudpickle.dumps(lambda values: values)
    with FakeS3() as s3:
        s3.objects["team/model"] = (data, datetime.now(timezone.utc))
        order = {"artifact": f"{s3.url}/team/model", "digest": hashlib.sha256(data).hexdigest()}
        container = start(environment=s3.environment, **order).ready()
        assert container.ask("POST", INFER, tensor(1)).status == 200

        refused = start(environment={**s3.environment, "AWS_ACCESS_KEY_ID": "another"}, **order)
        assert refused.ended() == 3
        assert refused.last_words()["reason"] == "ArtifactMissing"
        assert "403 Forbidden" in refused.last_words()["message"]

        missing = start(environment=s3.environment, **{**order, "artifact": f"{s3.url}/team/none"})
        assert missing.ended() == 3
        assert (
            "can't be fetched: FileNotFoundError: Object at location team/none not found"
            in missing.last_words()["message"]
        )
