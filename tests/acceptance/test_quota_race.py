"""Many people at once against one quota."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from scripts.demo_server import Server
from tests.acceptance.rest import Answer, ask, stored_model


def test_of_fifty_at_once_over_two_servers_ten_fit_and_forty_are_told_why(
    start_server: Callable[..., Server],
) -> None:
    servers = [start_server(), start_server()]
    group = ask(servers[0], "GET", "me").json["groups"][0]["name"]
    model = stored_model(servers[0])
    # One wide deployment that asks for 20 more by updates, beside creates: all compete for the same 10 CPUs.
    assert ask(servers[0], "PATCH", f"groups/{group}", {"quota": {"cpu": 10}}).status == 200

    def create(number: int) -> Answer:
        wish = {"name": f"Racer {number}", "id": f"racer-{number}", "model": model, "instance_type": "cpu-1"}
        return ask(servers[number % 2], "POST", "deployments", wish)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(create, range(50)))
    assert Counter(answer.status for answer in answers) == {201: 10, 403: 40}
    refused = [answer.json for answer in answers if answer.status == 403]
    assert {body["code"] for body in refused} == {"quota_exceeded"}
    assert all("quota 10, used 10, asked 1, left 0" in body["message"] for body in refused)
    assert all(len(body["details"]["deployments"]) == 10 for body in refused)
    for server in servers:
        assert ask(server, "GET", f"groups/{group}").json["usage"]["cpu"] == 10

    def grow(id: str) -> Answer:
        return ask(servers[0], "POST", f"deployments/{id}:scale", {"replicas": 2})

    created = [answer.json["id"] for answer in answers if answer.status == 201]
    with ThreadPoolExecutor(10) as pool:
        assert {answer.status for answer in pool.map(grow, created)} == {403}
    # Two places become free; ten ask for one each.
    for gone in created[:2]:
        assert ask(servers[1], "DELETE", f"deployments/{gone}").status == 204
    with ThreadPoolExecutor(10) as pool:
        statuses = Counter(answer.status for answer in pool.map(grow, created[2:]))
    assert statuses == {200: 2, 403: 6}
    assert ask(servers[0], "GET", f"groups/{group}").json["usage"]["cpu"] == 10
