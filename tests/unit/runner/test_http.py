"""HTTP around the protocols: routes, verbs, sizes, connections."""

from __future__ import annotations

import contextlib

from primehub_deploy_ext.runner.server import MAX_BODY
from tests.unit.runner.models import ROW
from tests.unit.runner.processes import send


def test_nothing_there_and_the_wrong_verb(replicas):
    iris = replicas["iris"]
    missing = iris.ask("GET", "/v3")
    assert (missing.status, "/v2/health/live" in missing.body["error"]) == (404, True)
    other = iris.ask("POST", "/v2/models/lily/infer", {})
    assert (other.status, other.body["error"]) == (404, "there is no model 'lily' here; this is 'iris'")
    assert iris.ask("GET", "/v2/models/iris/versions/9").status == 404
    wrong = iris.ask("GET", "/v2/models/iris/infer")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "POST")


def test_the_address_itself_says_what_is_there(replicas):
    index = replicas["iris"].ask("GET", "/")
    assert (index.status, index.body["name"]) == (200, "iris")
    assert index.body["routes"]["/v2/models/iris/infer"] == "POST"


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(replicas):
    with contextlib.closing(replicas["iris"].connect()) as connection:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Length", str(MAX_BODY + 1))
        connection.endheaders()
        response = connection.getresponse()
        assert (response.status, response.read()) == (413, b'{"error":"the body is larger than 64 MiB"}')


def test_a_connection_is_kept_for_the_next_request_even_after_an_error(replicas):
    with contextlib.closing(replicas["iris"].connect()) as connection:
        statuses = [
            send(connection, "POST", "/predict", body).status for body in ({}, {"data": {"ndarray": [ROW]}}, b"")
        ]
        assert statuses == [400, 200, 400]
        assert connection.sock is not None
