"""What replicas say, read while somebody looks: increments, restarts, gaps, and what is not known."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

import pytest

from primehub_deploy_ext.domain.metrics import Chart, Metrics, MetricsRange
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.kubernetes.flavors.base import Standing
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.metering import metering as module
from primehub_deploy_ext.engines.kubernetes.metering.harvest import Reading, Tally
from primehub_deploy_ext.engines.kubernetes.metering.metering import Metering
from primehub_deploy_ext.engines.kubernetes.metering.pages import Page, read_page
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.runner.container.counting import Counting
from primehub_deploy_ext.runner.container.order import ContainerOrder
from primehub_deploy_ext.runner.exchange import Response
from primehub_deploy_ext.runner.protocols import Route

# 12:00:00, so that intervals begin with it.
NOON = datetime(2026, 11, 26, 12, tzinfo=timezone.utc).timestamp()
FEEDBACK = Route("POST", lambda _: Response(200, b""), runs_model=True, service="/send-feedback")
PREDICT = Route("POST", lambda _: Response(200, b""), runs_model=True, service="/predict")


class Replica:
    """A replica that counts as the runner's container does."""

    def __init__(self, name: str = "iris-5f7c9d8b6f-abcde", *, revision: int = 1, began: float = NOON) -> None:
        self.name, self.revision, self.began, self.attempt = name, revision, began, 0
        self.ready, self.silent = True, ""
        self.beside: list[dict[str, Any]] = []
        self.restart(attempt=0)

    def restart(self, attempt: int = 1) -> None:
        order = ContainerOrder("iris", "a", "0" * 64, revision=self.revision, class_name="Iris")
        self.counting, self.attempt = Counting(order), attempt

    def answer(self, code: int = 200, count: int = 1, seconds: float = 0.02) -> None:
        for _ in range(count):
            self.counting.answered("/api/v1.0/predictions", PREDICT, "POST", code, seconds)
            self.counting.meter.called("/predict", code, seconds / 2, 3 if code == 200 else None)

    def reward(self, *rewards: float) -> None:
        for reward in rewards:
            self.counting.answered("/api/v1.0/feedback", FEEDBACK, "POST", 200, 0.001)
            self.counting.meter.called("/send-feedback", 200, 0.001, None)
            self.counting.meter.rewarded(reward)

    @property
    def page(self) -> Page:
        return read_page(self.counting.text(2, ready=True))

    def reading(self) -> Reading:
        return Reading(self.name, self.name, str(self.revision), self.attempt, self.began, self.page)

    @property
    def pod(self) -> dict[str, Any]:
        began = datetime.fromtimestamp(self.began, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "metadata": {
                "name": self.name,
                "namespace": "team",
                "uid": self.name,
                "labels": {"primehub-deploy.io/revision": str(self.revision)},
            },
            "spec": {"containers": [{"name": "model"}]},
            "status": {
                "phase": "Running",
                "podIP": "10.0.0.7",
                "conditions": [
                    {"type": "PodScheduled", "status": "True"},
                    {"type": "Ready", "status": str(self.ready)},
                ],
                "containerStatuses": [
                    {
                        "name": "model",
                        "ready": self.ready,
                        "started": True,
                        "restartCount": self.attempt,
                        "state": {"running": {"startedAt": began}},
                    },
                    *self.beside,
                ],
            },
        }


class World:
    """A cluster with deployments of replicas, which are read as fast as the clock stands still."""

    def __init__(self, **deployments: list[Replica]) -> None:
        self.deployments = deployments
        self.image = False
        self.now = NOON
        self.read_pods: list[str] = []
        self.metering = Metering(self, self, lambda: self.now)

    def ids(self) -> Iterable[str]:
        return list(self.deployments)

    def seen(self, id: str) -> Seen | None:
        model = Model(image="registry.test/web:1") if self.image else Model(artifact="0" * 64, interpreter="/python")
        owner = {"metadata": {"name": id, "namespace": "team", "uid": f"uid-{id}", "generation": 1}, "spec": {}}
        pods = [replica.pod for replica in self.deployments[id]]
        return Seen(id, "team", Plain(), owner, None, DeploymentSpec(model=model), Standing(True, True), pods)

    async def read(self, pod: dict[str, Any]) -> Page | str:
        self.read_pods.append(pod["metadata"]["name"])
        await asyncio.sleep(0)
        replicas = [one for group in self.deployments.values() for one in group]
        replica = next(one for one in replicas if one.name == pod["metadata"]["name"])
        return replica.silent or copy.deepcopy(replica.page)

    async def close(self) -> None:
        pass

    async def after(self, seconds: float, id: str = "iris", wanted: MetricsRange = MetricsRange.QUARTER) -> Metrics:
        """Return what somebody sees who looks so much later."""
        self.now += seconds
        seen = self.seen(id)
        assert seen is not None
        return await self.metering.metrics(seen, wanted, [])


@pytest.fixture(autouse=True)
def nobody_looks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests turn the clock; the loop that looks on is a test of its own."""
    monkeypatch.setattr(Metering, "_run", lambda _: None)


def known(values: list[float | None]) -> list[float]:
    return [value for value in values if value is not None]


# --------------------------------------------------------------------------- pages


def test_a_page_of_the_runner_is_read_as_it_was_counted() -> None:
    replica = Replica()
    replica.answer(200, 5, 0.02)
    replica.answer(500, 2, 0.3)
    replica.reward(1, 0, 0)
    page = replica.page
    assert page.predictions == 7
    assert page.counters["server|predictions|200"][:2] == (5, pytest.approx(0.1))
    assert sum(page.counters["server|predictions|500"][2:]) == 2
    assert page.counters["client|/predict|200"][0] == 5
    assert page.counters["feedback"] == (3, 1)
    assert page.counters["batches"] == (5, 15)
    assert page.gauges["in_flight"] == 2
    assert page.gauges["memory"] > 1_000_000


def test_no_stranger_makes_the_page_grow() -> None:
    counting = Replica().counting
    for method in ("GET", "brew"):
        counting.answered("/", None, method, 401, 0.001)
    size = len(counting.text(0, ready=True))
    # A method is any word that a caller likes.
    for number in range(50):
        counting.answered("/", None, f"BREW{number}", 401, 0.001)
    page = counting.text(0, ready=True)
    assert len(page) < size + 1000
    assert 'method="other"' in page


@pytest.mark.parametrize(
    "text",
    ["", "<html>hello</html>", 'requests_total{a="b"} 3\n', "seldon_x{ 3\nseldon_y NaN\n", "\x00\xff{}", "# HELP\n#"],
)
def test_pages_of_others_say_nothing(text: str) -> None:
    page = read_page(text)
    assert (page.counters, page.gauges, page.counts_requests) == ({}, {}, False)


def test_label_values_may_have_quotes_and_braces() -> None:
    line = 'seldon_api_executor_server_requests_seconds_count{model="a \\"}{, b",service="predictions",code="200"} 4\n'
    assert read_page(line).counters == {"server|predictions|200": (4.0, 0.0)}


# --------------------------------------------------------------------------- increments


def test_what_a_young_replica_counted_before_the_first_look_counts_too() -> None:
    replica, tally = Replica(began=NOON - 60), Tally(900)
    replica.answer(200, 30)
    seconds, sample = tally.harvest([replica.reading()], NOON)
    assert (seconds, sample.codes) == (60, {200: 30})


def test_an_old_replica_begins_to_be_measured_with_the_first_look() -> None:
    replica, tally = Replica(began=NOON - 86400), Tally(900)
    replica.answer(200, 1_000_000 // 1000)
    seconds, sample = tally.harvest([replica.reading()], NOON)
    assert (seconds, sample.codes) == (0, {})
    assert sample.replicas[replica.name].memory.mean is not None
    replica.answer(404, 3)
    seconds, sample = tally.harvest([replica.reading()], NOON + 5)
    assert (seconds, sample.codes) == (5, {404: 3})


def test_a_restart_of_the_container_loses_nothing_that_came_after_it() -> None:
    replica, tally = Replica(), Tally(900)
    replica.answer(200, 10)
    tally.harvest([replica.reading()], NOON + 5)
    replica.restart()
    replica.answer(200, 12)
    assert tally.harvest([replica.reading()], NOON + 10)[1].codes == {200: 12}


def test_who_gave_no_answer_tells_it_with_the_next() -> None:
    one, other, tally = Replica("a"), Replica("b"), Tally(900)
    tally.harvest([one.reading(), other.reading()], NOON + 5)
    one.answer(200, 1)
    other.answer(200, 2)
    assert tally.harvest([one.reading()], NOON + 10)[1].codes == {200: 1}
    seconds, sample = tally.harvest([one.reading(), other.reading()], NOON + 15)
    assert (seconds, sample.codes) == (5, {200: 2})


# --------------------------------------------------------------------------- what is answered


async def test_a_known_load_gives_its_numbers() -> None:
    replica = Replica()
    world = World(iris=[replica])
    await world.after(5)
    replica.answer(200, 40)
    replica.answer(500, 6)
    replica.answer(400, 4)
    replica.reward(1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
    seen = await world.after(5)
    assert seen.totals.codes == {"200": 40, "400": 4, "500": 6}
    assert (seen.totals.success, seen.totals.reward, seen.totals.feedback) == (0.88, 0.3, 10)
    assert seen.requests_ever == 50
    assert [line.label for line in seen.predict_qps] == ["1"]
    assert seen.qps[-1] == 10
    assert seen.predict_qps[0].values[-1] == 10
    assert seen.batch_size[0].values[-1] == 3
    assert [line.label for line in seen.memory] == [replica.name]
    assert seen.ready[-1] == 1
    assert seen.not_measured == [Chart.BYTES]


async def test_what_restarts_beside_the_model_counts_nothing_twice() -> None:
    replica = Replica()
    world = World(iris=[replica])
    replica.answer(200, 10)
    assert (await world.after(5)).totals.requests == 10
    # A proxy of a service mesh ends and starts again, as often as it likes.
    state = {"running": {"startedAt": "2026-11-26T12:00:07Z"}}
    replica.beside = [{"name": "proxy", "ready": True, "restartCount": 7, "state": state}]
    assert (await world.after(5)).totals.requests == 10


async def test_before_anybody_looked_nothing_is_made_up() -> None:
    replica = Replica(began=NOON - 3600)
    world = World(iris=[replica])
    first = await world.after(0)
    assert known(first.qps) == []
    assert first.measured_since is None
    assert first.totals.requests is None
    second = await world.after(5)
    assert known(second.qps) == [0]
    assert second.measured_since == datetime.fromtimestamp(NOON, timezone.utc)
    assert second.totals.requests == 0


async def test_a_longer_range_says_what_it_takes() -> None:
    world = World(iris=[Replica(began=NOON - 10)])
    seen = await world.after(0, wanted=MetricsRange.DAY)
    assert "Prometheus" in seen.note
    assert (seen.step, len(seen.times)) == (600, 144)
    assert (await world.after(5)).note == ""


async def test_an_image_that_serves_by_itself_is_not_measured_but_for_its_replicas() -> None:
    world = World(iris=[Replica()])
    world.image = True
    seen = await world.after(5)
    assert world.read_pods == []
    assert set(seen.not_measured) == set(Chart) - {Chart.READY}
    assert seen.ready[-1] == 1
    assert known(seen.qps) == []
    assert seen.requests_ever is None
    assert "serves by itself" in seen.note


async def test_replicas_that_can_not_be_read_are_named_with_the_reason() -> None:
    replica = Replica()
    replica.silent = "iris-5f7c9d8b6f-abcde: takes the right get on pods/proxy"
    seen = await World(iris=[replica]).after(5)
    assert "takes the right get on pods/proxy" in seen.note
    assert Chart.QPS in seen.not_measured


async def test_a_grid_is_measured_every_half_minute_and_only_while_somebody_looks() -> None:
    busy, quiet = Replica("busy"), Replica("quiet")
    world = World(iris=[busy], wine=[quiet])
    await world.metering.summary()
    busy.answer(200, 30)
    busy.answer(503, 30)
    for _ in range(6):
        world.now += 5
        await world.metering._look()
    assert len(world.read_pods) == 4
    summary = await world.metering.summary()
    iris, wine = summary.items
    assert (iris.requests, iris.server_errors, iris.success, iris.qps) == (60, 30, 0.5, 2)
    assert iris.sparkline[-1] == 2
    assert (wine.requests, wine.success, wine.sparkline[-1]) == (0, None, 0)
    assert len(iris.sparkline) == len(summary.times) == 30
    world.now += 200
    await world.metering._look()
    assert len(world.read_pods) == 4


async def test_of_very_many_replicas_not_all_are_read_for_a_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REPLICAS", 2)
    world = World(a=[Replica("a")], b=[Replica("b"), Replica("c")], d=[Replica("d")])
    summary = await world.metering.summary()
    assert world.read_pods == ["a"]
    assert [item.id for item in summary.items] == ["a", "b", "d"]
    assert summary.items[1].requests is None
    # Whose charts are open is measured whatever there is besides.
    await world.after(1, "b")
    assert {"b", "c"} <= set(world.read_pods)


async def test_what_was_seen_each_half_minute_is_a_line_and_not_dots() -> None:
    replica = Replica()
    world = World(iris=[replica])
    await world.metering.summary()
    replica.answer(200, 60)
    world.now += 30
    await world.metering._look()
    seen = await world.after(0)
    assert known(seen.qps) == [2] * 6
    assert seen.totals.requests == 60


async def test_what_replicas_take_is_measured() -> None:
    # They began long before: what this process used until now is not of these seconds.
    world = World(iris=[Replica("a", began=NOON - 3600), Replica("b", began=NOON - 3600)], wine=[])
    await world.metering.measurements()
    world.now += 30
    await world.metering._look()
    (found,) = await world.metering.measurements()
    assert found.id == "iris"
    assert found.memory > 2_000_000
    assert 0 <= found.cpu < 0.1


async def test_looking_ends_when_nobody_looks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(module, "_AFTER_THE_EDGE", -4.9)
    world = World(iris=[Replica()])
    await world.after(0)
    task = world.metering._looking
    assert task is not None
    assert not task.done()
    world.now += 100
    await asyncio.wait_for(asyncio.shield(task), 30)
    await world.metering.close()
