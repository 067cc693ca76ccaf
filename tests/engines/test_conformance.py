"""One suite, every engine: the promises of ``engines/base.py``."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import time
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from primehub_deploy_ext.domain.models import LogLine, StepTime, UpdateDeployment
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason, Step
from primehub_deploy_ext.engines.base import LogQuery, PredictRequest
from tests.engines.bench import Bench


def triple(x: Any) -> Any:
    return x * 3


def says_hello(x: Any) -> Any:
    print("hello from the model")
    return x


def raises_when_negative(x: Any) -> Any:
    if x[0] < 0:
        raise ValueError("negative numbers are not served")
    return x


def takes_long(x: Any) -> Any:
    """Take longer than two wishes take, on whatever machine."""
    time.sleep(5)
    return x


def says_that_it_began(x: Any) -> Any:
    if x[0] == 2:
        print("began", flush=True)
        time.sleep(3)
    return x


class Unloadable:
    def __reduce__(self) -> Any:
        return (_explode, ())


def _explode() -> None:
    raise RuntimeError("the weights are corrupt")


def reads_environment(x: Any) -> Any:
    return x + int(os.environ["OFFSET"])


# --------------------------------------------------------------------------- create


async def test_a_deployed_model_answers_at_its_endpoint(bench: Bench) -> None:
    deployment = await bench.deployed("first")
    assert deployment.status.phase is Phase.DEPLOYED
    assert deployment.status.reason is Reason.READY
    assert (deployment.status.replicas.desired, deployment.status.replicas.ready) == (1, 1)
    assert deployment.endpoint.endswith("/deployment/first/")
    assert await bench.answer(deployment, 21) == 42


async def test_a_taken_id_is_refused_and_nothing_changes(bench: Bench) -> None:
    await bench.deployed("taken")
    with pytest.raises(AlreadyExists, match="taken"):
        await bench.create("taken")
    assert len(await bench.engine.revisions("taken")) == 1


async def test_of_concurrent_creates_of_one_id_one_wins(bench: Bench) -> None:
    model = await bench.model(triple)
    results = await asyncio.gather(*(bench.create("race", model) for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert sum(isinstance(result, AlreadyExists) for result in results) == 7


async def test_an_unknown_id_is_not_found(bench: Bench) -> None:
    for question in (bench.engine.get, bench.engine.revisions, bench.engine.replicas, bench.engine.events):
        with pytest.raises(NotFound, match="nobody"):
            await question("nobody")
    with pytest.raises(NotFound):
        await bench.engine.delete("nobody")
    with pytest.raises(NotFound):
        await bench.printed("nobody")


async def test_a_model_that_does_not_load_fails_with_its_own_words(bench: Bench) -> None:
    await bench.create("corrupt", await bench.model(Unloadable(), example=None))
    deployment = await bench.settled("corrupt")
    assert deployment.status.phase is Phase.FAILED
    assert deployment.status.reason is Reason.MODEL_LOAD_FAILED
    assert "RuntimeError: the weights are corrupt" in deployment.status.message
    (revision,) = await bench.engine.revisions("corrupt")
    assert revision.outcome is Outcome.FAILED
    assert any("the weights are corrupt" in line for line in revision.log_tail)
    status, body = await bench.told(deployment)
    assert (status, body["error"]["code"]) == (503, "failed")


async def test_a_model_that_fails_its_example_is_never_ready(bench: Bench) -> None:
    await bench.create("picky", await bench.model(raises_when_negative, example=-1))
    deployment = await bench.settled("picky")
    assert deployment.status.reason is Reason.EXAMPLE_FAILED
    assert "negative numbers are not served" in deployment.status.message


async def test_a_failed_create_is_repaired_by_an_update(bench: Bench) -> None:
    await bench.create("repair", await bench.model(Unloadable(), example=None))
    await bench.settled("repair")
    await bench.update_model("repair", triple)
    deployment = await bench.settled("repair")
    assert deployment.status.phase is Phase.DEPLOYED
    assert await bench.answer(deployment, 2) == 6


async def test_a_missing_artifact_is_refused_naming_the_field(bench: Bench) -> None:
    model = (await bench.model(triple)).model_copy(update={"artifact": "0" * 64})
    with pytest.raises(InvalidInput) as refused:
        await bench.create("nothing", model)
    assert refused.value.fields[0]["field"] == "model.artifact"
    assert "nothing" not in {d.id for d in (await bench.engine.deployments())[0]}


async def test_environment_variables_reach_the_model(bench: Bench) -> None:
    model = await bench.model(reads_environment)
    deployment = await bench.deployed("env", model, env={"OFFSET": "40"})
    assert await bench.answer(deployment, 2) == 42


# --------------------------------------------------------------------------- update


async def test_a_rolling_update_fails_no_request(bench: Bench) -> None:
    deployment = await bench.deployed("rolling", replicas=2)
    async with bench.callers(deployment) as seen:
        for function in (triple, says_hello, triple):
            await bench.update_model("rolling", function)
            await bench.settled("rolling")
    assert set(seen) <= {6, 9, 3}, seen
    assert sum(seen.values()) > 50
    assert await bench.answer(deployment, 3) == 9


async def test_update_keeps_serving_while_the_new_revision_fails(bench: Bench) -> None:
    deployment = await bench.deployed("steady")
    async with bench.callers(deployment) as seen:
        await bench.update_model("steady", Unloadable(), example=None)
        deployment = await bench.settled("steady")
    assert set(seen) == {6}, "the failed revision took traffic, or a request failed"
    assert deployment.status.phase is Phase.DEPLOYED
    assert deployment.status.reason is Reason.UPDATE_FAILED
    assert "the weights are corrupt" in deployment.status.message
    assert deployment.status.update is not None
    assert (deployment.status.update.revision, deployment.status.update.outcome) == (2, Outcome.FAILED)
    assert (deployment.revision, deployment.serving_revision) == (2, 1)


async def test_a_newer_update_supersedes_one_in_progress(bench: Bench) -> None:
    await bench.deployed("newest")
    late, newest = await bench.model(takes_long), await bench.model(triple)
    await bench.engine.update("newest", UpdateDeployment(model=late), user="ada")
    await bench.engine.update("newest", UpdateDeployment(model=newest), user="ada")
    deployment = await bench.settled("newest")
    assert await bench.answer(deployment, 3) == 9
    outcomes = {r.number: r.outcome for r in await bench.engine.revisions("newest")}
    assert outcomes == {1: Outcome.SUCCEEDED, 2: Outcome.SUPERSEDED, 3: Outcome.SUCCEEDED}


async def test_changing_only_words_restarts_nothing(bench: Bench) -> None:
    await bench.deployed("words")
    before = await bench.engine.replicas("words")
    await bench.engine.update("words", UpdateDeployment(description="better", metadata={"a": "b"}), user="bob")
    deployment = await bench.settled("words")
    after = await bench.engine.replicas("words")
    assert [(r.name, bench.identity(r)) for r in before] == [(r.name, bench.identity(r)) for r in after]
    assert (deployment.spec.description, deployment.updated_by) == ("better", "bob")
    newest = (await bench.engine.revisions("words"))[0]
    assert sorted(newest.changes) == ["description", "metadata"]


async def test_a_stale_update_conflicts_and_changes_nothing(bench: Bench) -> None:
    await bench.deployed("stale")
    await bench.engine.scale("stale", 2, user="ada")
    with pytest.raises(Conflict, match="revision 2"):
        await bench.engine.update("stale", UpdateDeployment(description="late"), user="bob", if_match=1)
    assert len(await bench.engine.revisions("stale")) == 2


async def test_a_stopped_deployment_takes_an_update_at_its_next_start(bench: Bench) -> None:
    await bench.deployed("later")
    await bench.engine.stop("later", user="ada")
    await bench.settled("later")
    await bench.update_model("later", triple)
    deployment = await bench.settled("later")
    assert deployment.status.phase is Phase.STOPPED
    assert await bench.engine.replicas("later") == []
    await bench.engine.start("later", user="ada")
    assert await bench.answer(await bench.settled("later"), 3) == 9


# --------------------------------------------------------------------------- scale, stop, start, restart


async def test_scaling_keeps_the_replicas_that_stay(bench: Bench) -> None:
    deployment = await bench.deployed("wide")
    (first,) = await bench.engine.replicas("wide")
    async with bench.callers(deployment) as seen:
        await bench.engine.scale("wide", 4, user="ada")
        deployment = await bench.settled("wide")
        assert (deployment.status.replicas.ready, deployment.spec.replicas) == (4, 4)
        replicas = await bench.engine.replicas("wide")
        four = {bench.identity(r) for r in replicas}
        assert len(four) == 4
        assert bench.identity(first) in four
        await bench.engine.scale("wide", 1, user="ada")
        await bench.settled("wide")
        while len(replicas := await bench.engine.replicas("wide")) > 1:
            await asyncio.sleep(0.02)
    assert bench.identity(replicas[0]) in ({bench.identity(first)} if bench.keeps_oldest else four)
    assert set(seen) == {6}, seen


@pytest.mark.parametrize("kill", [False, True])
async def test_one_replica_is_replaced_and_the_others_answer(bench: Bench, kill: bool) -> None:
    deployment = await bench.deployed("strip", replicas=2)
    first, second = await bench.engine.replicas("strip")
    async with bench.callers(deployment) as seen:
        await bench.engine.restart_replica("strip", first.name, user="bob", kill=kill)

        async def serving() -> set[Any]:
            return {bench.identity(replica) for replica in await bench.engine.replicas("strip") if replica.serving}

        while len(now := await serving()) < 2 or bench.identity(first) in now:
            await asyncio.sleep(0.02)
    assert bench.identity(second) in now
    if bench.retries or not kill:
        assert set(seen) == {6}, seen
    assert (await bench.engine.get("strip")).revision == 1
    told = [event.message for event in await bench.engine.events("strip") if event.replica == first.name]
    assert f"bob: {'killed' if kill else 'restarted'} replica {first.name}" in told
    with pytest.raises(NotFound):
        await bench.engine.restart_replica("strip", "9-9", user="bob")


async def test_history_keeps_how_long_each_step_of_a_start_took(bench: Bench) -> None:
    await bench.deployed("steps", replicas=2)
    (replica, _) = await bench.engine.replicas("steps")
    assert _own(replica.steps) == [Step.STARTING, Step.LOADING, Step.READY]
    await bench.engine.update("steps", UpdateDeployment(description="words"), user="ada")
    await bench.engine.scale("steps", 3, user="ada")
    await bench.settled("steps")
    await bench.update_model("steps", raises_when_negative, example=-1)
    await bench.settled("steps")
    failed, scaled, words, created = await bench.engine.revisions("steps")
    for revision in (created, scaled):
        assert _own(revision.steps) == [Step.STARTING, Step.LOADING, Step.READY]
        times = [revision.created_at, *(taken.since for taken in revision.steps), revision.finished_at]
        assert times == sorted(times)
    assert words.steps == []
    assert _own(failed.steps)[:2] == [Step.STARTING, Step.LOADING]


def _own(steps: list[StepTime]) -> list[Step]:
    """Leave out the steps that only a cluster has."""
    return [taken.step for taken in steps if taken.step not in {Step.SCHEDULING, Step.PULLING}]


async def test_a_stopped_endpoint_says_so_and_starts_again(bench: Bench) -> None:
    deployment = await bench.deployed("pause", replicas=2)
    await bench.engine.stop("pause", user="ada", update_message="saving money")
    deployment = await bench.settled("pause")
    assert (deployment.status.phase, deployment.status.reason) == (Phase.STOPPED, Reason.STOPPED)
    assert await bench.engine.replicas("pause") == []
    status, body = await bench.told(deployment)
    assert (status, body["error"]["code"]) == (503, "stopped")
    await bench.engine.start("pause", user="ada")
    deployment = await bench.settled("pause")
    assert deployment.status.replicas.ready == 2
    assert await bench.answer(deployment) == 6
    actions = [(r.action, r.update_message) for r in await bench.engine.revisions("pause")]
    assert actions == [(Action.START, ""), (Action.STOP, "saving money"), (Action.CREATE, "")]


async def test_stop_lets_requests_in_flight_finish(bench: Bench) -> None:
    deployment = await bench.deployed("patient", await bench.model(says_that_it_began))
    request = asyncio.create_task(bench.call(deployment, 2))
    while not any(line.text == "began" for line in await bench.printed("patient")):
        await asyncio.sleep(0.02)
    await bench.engine.stop("patient", user="ada")
    assert (await request)[0] == 200


async def test_stop_and_start_at_once_ends_up_serving(bench: Bench) -> None:
    await bench.deployed("nervous")
    await bench.engine.stop("nervous", user="ada")
    await bench.engine.start("nervous", user="ada")
    deployment = await bench.settled("nervous")
    assert deployment.status.phase is Phase.DEPLOYED
    assert await bench.answer(deployment) == 6


async def test_a_restart_replaces_every_process_and_fails_no_request(bench: Bench) -> None:
    deployment = await bench.deployed("fresh", replicas=2)
    before = {bench.identity(r) for r in await bench.engine.replicas("fresh")}
    async with bench.callers(deployment) as seen:
        await bench.engine.restart("fresh", user="ada")
        await bench.settled("fresh")
    serving = {bench.identity(r) for r in await bench.engine.replicas("fresh") if r.serving}
    assert len(serving) == 2
    assert not serving & before
    assert set(seen) == {6}, seen


# --------------------------------------------------------------------------- history


async def test_a_rollback_is_a_new_revision_of_an_old_specification(bench: Bench) -> None:
    await bench.deployed("back")
    await bench.update_model("back", triple)
    await bench.settled("back")
    await bench.engine.rollback("back", 1, user="eve", update_message="worse")
    deployment = await bench.settled("back")
    assert await bench.answer(deployment) == 6
    newest, *_, first = await bench.engine.revisions("back")
    assert (newest.number, newest.action, newest.rollback_to, newest.user) == (3, Action.ROLLBACK, 1, "eve")
    assert newest.spec.model == first.spec.model
    assert newest.duration is not None
    assert newest.duration > 0
    with pytest.raises(InvalidInput, match="no revision 99"):
        await bench.engine.rollback("back", 99, user="eve")


async def test_environments_of_all_revisions_are_told_of_several_deployments_at_once(bench: Bench) -> None:
    await bench.create("changing", env={"TOKEN": "first-value"})
    await bench.create("without")
    await bench.engine.update("changing", UpdateDeployment(env={"TOKEN": "second-value"}), user="ada")
    found = await bench.engine.environments(["changing", "without", "not-there"])
    assert set(found) == {"changing", "without"}
    assert {env["TOKEN"] for env in found["changing"]} == {"first-value", "second-value"}
    assert not [env for env in found["without"] if env]


async def test_events_tell_what_happened(bench: Bench) -> None:
    await bench.deployed("story")
    await bench.update_model("story", Unloadable(), example=None)
    await bench.settled("story")
    events = await bench.engine.events("story")
    assert events == sorted(events, key=lambda e: e.time, reverse=True)
    assert {"Create", "Deployed", "Update", "ModelLoadFailed"} <= {event.reason for event in events}


# --------------------------------------------------------------------------- crashes


async def test_a_killed_replica_comes_back_without_a_failed_request(bench: Bench) -> None:
    deployment = await bench.deployed("hardy", replicas=2)
    victim = (await bench.engine.replicas("hardy"))[0]
    async with bench.callers(deployment) as seen:
        await bench.kill(deployment, victim)
        await bench.replaced("hardy", victim)
    if bench.retries:
        assert set(seen) == {6}, seen
    replica = next(r for r in await bench.engine.replicas("hardy") if r.name == victim.name)
    assert (replica.restarts, replica.attempt) == (1, 2)
    assert "SIGKILL" in replica.last_exit


async def test_a_replica_that_keeps_crashing_is_called_a_crash_loop(bench: Bench) -> None:
    deployment = await bench.deployed("doomed")

    async def kill_again_and_again() -> None:
        while True:
            for replica in await bench.engine.replicas("doomed"):
                if replica.serving:
                    # It may have ended a moment ago.
                    with contextlib.suppress(OSError, AssertionError):
                        await bench.kill(deployment, replica)
            await asyncio.sleep(0.02)

    killing = asyncio.create_task(kill_again_and_again())
    deployment = await bench.until("doomed", lambda d: d.status.phase is Phase.FAILED)
    killing.cancel()
    assert deployment.status.reason is Reason.CRASH_LOOP
    assert "SIGKILL" in deployment.status.message
    recovered = await bench.until("doomed", lambda d: d.status.phase is Phase.DEPLOYED)
    assert recovered.status.replicas.ready == 1


# --------------------------------------------------------------------------- logs


async def test_logs_are_kept_by_replica_and_attempt(bench: Bench) -> None:
    deployment = await bench.deployed("wordy", await bench.model(says_hello), replicas=2)
    for _ in range(8):
        await bench.answer(deployment)
    lines = await bench.printed("wordy")
    hello = [line for line in lines if line.text == "hello from the model"]
    one, other = (replica.name for replica in await bench.engine.replicas("wordy"))
    assert {line.replica for line in hello} == {one, other}
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    only = await bench.printed("wordy", LogQuery(replica=other, tail=1))
    assert [(line.replica, line.attempt, line.stream) for line in only] == [(other, 1, "stdout")]
    victim = next(r for r in await bench.engine.replicas("wordy") if r.name == one)
    await bench.kill(deployment, victim)
    await bench.replaced("wordy", victim)
    previous = await bench.printed("wordy", LogQuery(replica=one, attempt="previous"))
    assert {line.attempt for line in previous} == {1}
    assert any(line.text == "hello from the model" for line in previous)


async def test_logs_are_followed_as_they_are_printed(bench: Bench) -> None:
    deployment = await bench.deployed("chatty", await bench.model(says_hello))
    following = bench.engine.logs("chatty", LogQuery(tail=0, follow=True))
    assert await anext(following) == [], "nothing is missing up to now"
    await bench.answer(deployment)
    while not (news := await anext(following)):
        pass
    assert [line.text for line in news] == ["hello from the model"]
    await following.aclose()


async def test_logs_resume_behind_a_line_and_go_back_before_it(bench: Bench) -> None:
    deployment = await bench.deployed("paged", await bench.model(says_hello), replicas=2)
    for _ in range(10):
        await bench.answer(deployment)
    everything = await bench.printed("paged")
    assert len({(line.replica, line.attempt, line.position) for line in everything}) == len(everything)
    seen = everything[:-5]
    last = {f"{line.replica}.{line.attempt}": line.position for line in seen}
    rest = await bench.printed("paged", LogQuery(after=last, since=seen[-1].time))
    assert sorted(rest, key=_identity) == sorted(everything[-5:], key=_identity)
    shown = everything[-5:]
    first = {f"{line.replica}.{line.attempt}": line.position for line in reversed(shown)}
    older = await bench.printed("paged", LogQuery(before=first, until=shown[0].time, tail=3))
    assert older == everything[-8:-5]


def _identity(line: LogLine) -> tuple[str, int, int]:
    return line.replica, line.attempt, line.position


async def test_a_model_error_is_a_500_with_its_line_and_a_traceback_in_the_log(bench: Bench) -> None:
    deployment = await bench.deployed("strict", await bench.model(raises_when_negative))
    status, body = await bench.call(deployment, -1)
    assert status == 500
    assert "ValueError: negative numbers are not served" in body["error"]
    text = "\n".join([line.text for line in await bench.printed("strict")])
    assert "Traceback" in text
    assert "raises_when_negative" in text


# --------------------------------------------------------------------------- watch


async def test_a_watch_begins_with_everything_and_goes_on_with_changes(bench: Bench) -> None:
    await bench.deployed("seen")
    watch = bench.engine.watch()
    beginning = [await anext(watch) for _ in range(3)]
    assert [change.type for change in beginning] == ["RESET", "ADDED", "BOOKMARK"]
    assert beginning[1].object is not None
    assert beginning[1].object.id == "seen"
    await bench.engine.scale("seen", 2, user="ada")
    change = await anext(watch)
    # What was under way before may be told first, and that nothing happened.
    while change.object is None or change.object.spec.replicas != 2:
        assert change.type in {"MODIFIED", "BOOKMARK"}
        change = await anext(watch)
    assert change.type == "MODIFIED"
    await watch.aclose()
    await bench.settled("seen")
    await bench.engine.delete("seen")
    resumed = bench.engine.watch(change.resource_version)
    kinds = [(await anext(resumed)).type]
    while kinds[-1] != "DELETED":
        kinds.append((await anext(resumed)).type)
    assert "RESET" not in kinds
    await resumed.aclose()


async def test_a_watch_from_an_unknown_time_starts_over(bench: Bench) -> None:
    watch = bench.engine.watch(1)
    assert (await anext(watch)).type == "RESET"
    await watch.aclose()


# --------------------------------------------------------------------------- delete, predict, artifacts


async def test_a_deleted_deployment_is_gone_with_its_endpoint(bench: Bench) -> None:
    deployment = await bench.deployed("gone", replicas=2)
    await bench.engine.delete("gone")
    with pytest.raises(NotFound):
        await bench.engine.get("gone")
    assert await bench.is_gone(deployment)
    again = await bench.deployed("gone", await bench.model(triple))
    assert again.revision == 1
    assert await bench.answer(again) == 9


async def test_predict_goes_the_way_every_caller_goes(bench: Bench) -> None:
    await bench.deployed("through")
    body = b'{"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [4]}]}'
    answer = await bench.engine.predict("through", PredictRequest(body=body))
    assert (answer.status, answer.body["outputs"][0]["data"]) == (200, [8.0])
    assert 0 < answer.latency_ms < 10_000


async def test_an_artifact_with_another_digest_is_refused_and_not_kept(bench: Bench) -> None:
    async def chunks() -> Any:
        yield b"these bytes"

    digest = hashlib.sha256(b"other bytes").hexdigest()
    with pytest.raises(InvalidInput, match="SHA-256"):
        await bench.engine.put_artifact(digest, chunks())
    assert not await bench.engine.has_artifact(digest)
