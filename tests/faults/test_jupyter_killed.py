"""The endpoint doesn't depend on any Jupyter server, and every server tells the same truth."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from primehub_deploy_ext import connect
from scripts.demo_server import Server
from tests.engines.bench import wait_for


def test_killing_jupyter_fails_no_request_and_others_see_the_same(start_server: Callable[[], Server]) -> None:
    x, y = load_iris(return_X_y=True)
    first = start_server()
    handle = connect(first.url, first.token).deploy(
        LogisticRegression(max_iter=500).fit(x, y), "Iris", id="iris", example=x[:2], replicas=2
    )
    seen: Counter[str] = Counter()
    ending = threading.Event()
    body = json.dumps(
        {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 4], "data": x[100].tolist()}]}
    ).encode()

    def call() -> None:
        while not ending.is_set():
            try:
                request = urllib.request.Request(
                    handle.endpoint + "v2/models/iris/infer", body, {"Content-Type": "application/json"}
                )
                with urllib.request.urlopen(request, timeout=60) as answer:
                    seen[str(json.load(answer)["outputs"][0]["data"])] += 1
            except OSError as error:
                seen[repr(error)] += 1

    caller = threading.Thread(target=call)
    caller.start()
    try:
        wait_for(lambda: seen["[2]"] > 20)
        first.process.kill()
        first.process.wait()
        count = seen["[2]"]
        wait_for(lambda: seen["[2]"] > count + 20)
        second, third = start_server(), start_server()
        views = [connect(server.url, server.token).get("iris") for server in (second, third)]
        count = seen["[2]"]
        wait_for(lambda: seen["[2]"] > count + 20)
    finally:
        ending.set()
        caller.join()
    assert set(seen) == {"[2]"}, seen
    for view in views:
        assert view.phase == "Deployed"
        assert view.endpoint == handle.endpoint
        assert len(view.revisions()) == 1
