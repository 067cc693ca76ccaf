"""Many people at once against one quota."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from scripts.demo_server import Server
from tests.acceptance.rest import Answer, ask, stored_model


def test_of_fifty_at_once_over_two_servers_ten_fit_and_forty_are_told_why(
    start_server: Callable[..., Server],
) -> None:
    servers = [start_server(), start_server()]
    group = ask(servers[0], "GET", "me").json["groups"][0]["name"]
    model = stored_model(servers[0])
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


def test_of_fifty_creates_and_updates_at_once_ten_fit_and_never_is_the_quota_exceeded(
    start_server: Callable[..., Server],
) -> None:
    servers = [start_server(), start_server()]
    group = ask(servers[0], "GET", "me").json["groups"][0]["name"]
    small = {"model": stored_model(servers[0]), "instance_type": "cpu-1"}
    for number in range(15):
        wish = small | {"name": "There", "id": f"there-{number}"}
        assert ask(servers[0], "POST", "deployments", wish).status == 201
    assert ask(servers[0], "PATCH", f"groups/{group}", {"quota": {"cpu": 25}}).status == 200

    def grow(number: int) -> Answer:
        # Each asks for one CPU more: 10 updates, 5 scalings of others, and 35 creates.
        server = servers[number % 2]
        if number < 10:
            return ask(server, "PATCH", f"deployments/there-{number}", {"replicas": 2})
        if number < 15:
            return ask(server, "POST", f"deployments/there-{number}:scale", {"replicas": 2})
        return ask(server, "POST", "deployments", small | {"name": "New", "id": f"new-{number}"})

    order = random.sample(range(50), 50)
    with watched_usage(servers[0], group) as seen, ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(grow, order))

    refused = [answer.json for answer in answers if answer.status == 403]
    assert len(refused) == 40, Counter(answer.status for answer in answers)
    assert {answer.status for answer in answers} <= {200, 201, 403}
    assert {body["code"] for body in refused} == {"quota_exceeded"}
    assert all("The CPU quota" in body["message"] and "quota 25" in body["message"] for body in refused)
    running = ask(servers[1], "GET", "deployments?limit=100").json["items"]
    assert sum(deployment["spec"]["replicas"] for deployment in running) == 25
    assert max(seen) == ask(servers[1], "GET", f"groups/{group}").json["usage"]["cpu"] == 25


@contextmanager
def watched_usage(server: Server, group: str) -> Iterator[list[float]]:
    """Collect what the group uses, again and again."""
    seen: list[float] = []
    over = Event()

    def watch() -> None:
        while not over.is_set():
            seen.append(ask(server, "GET", f"groups/{group}").json["usage"]["cpu"])
        seen.append(ask(server, "GET", f"groups/{group}").json["usage"]["cpu"])

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        try:
            yield seen
        finally:
            over.set()
    watching.result()
