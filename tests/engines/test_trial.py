"""One suite, every engine: a specification can be tried out, and nothing stays."""

from __future__ import annotations

import asyncio
import os
import re
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import InvalidInput, TooManyRequests
from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.domain.resources import Resources
from tests.engines.bench import Bench, infer


def adds_the_offset(x: Any) -> Any:
    return x + int(os.environ["OFFSET"])


def refuses(x: Any) -> Any:
    print("about to refuse")
    raise ValueError("this is not a wine")


def dies(x: Any) -> Any:
    os._exit(70)


def hoards(x: Any) -> Any:
    import time

    hoard = bytearray(400 * 1024 * 1024)
    hoard[::4096] = b"x" * len(hoard[::4096])
    time.sleep(30)
    return x


def naps(x: Any) -> Any:
    import time

    time.sleep(2)
    return x


async def test_a_model_is_loaded_with_its_environment_and_asked(bench: Bench) -> None:
    spec = DeploymentSpec(model=await bench.model(adds_the_offset), env={"OFFSET": "7"})
    trial = await bench.try_out(spec, infer(3))
    assert (trial.ok, trial.answer["outputs"][0]["data"]) == (True, [10])
    assert any("predicted the example" in line for line in trial.log_tail)


async def test_nothing_is_recorded_and_nothing_runs_on(bench: Bench) -> None:
    before = await bench.left_by_trials()
    await bench.try_out(DeploymentSpec(model=await bench.model(lambda x: x)))
    assert (await bench.engine.deployments())[0] == []
    assert await bench.engine.measurements() == []
    assert await bench.left_by_trials() <= before


async def test_a_model_that_refuses_its_example_says_why(bench: Bench) -> None:
    trial = await bench.try_out(DeploymentSpec(model=await bench.model(refuses)))
    assert (trial.ok, trial.reason, trial.message) == (False, Reason.EXAMPLE_FAILED, "ValueError: this is not a wine")
    assert "about to refuse" in trial.log_tail


async def test_a_request_that_the_model_refuses_says_why(bench: Bench) -> None:
    trial = await bench.try_out(DeploymentSpec(model=await bench.model(refuses, example=None)), infer(1))
    assert (trial.ok, trial.message) == (False, "ValueError: this is not a wine")


async def test_a_process_that_dies_says_how(bench: Bench) -> None:
    trial = await bench.try_out(DeploymentSpec(model=await bench.model(dies, example=None)), infer(1))
    assert (trial.ok, trial.reason) == (False, Reason.CRASH_LOOP)
    assert "70" in trial.message


async def test_a_model_above_its_memory_says_so(bench: Bench) -> None:
    spec = DeploymentSpec(model=await bench.model(hoards), resources=Resources(memory="256Mi"))
    trial = await bench.try_out(spec)
    assert (trial.ok, trial.reason) == (False, Reason.OOM_KILLED)
    assert re.search("limit (is )?256 ?Mi", trial.message)


async def test_an_interpreter_that_is_not_there_says_so(bench: Bench) -> None:
    model = (await bench.model(lambda x: x)).model_copy(update={"interpreter": "/nowhere/python"})
    trial = await bench.try_out(DeploymentSpec(model=model))
    if bench.interpreters:
        assert (trial.ok, trial.reason) == (False, Reason.INTERPRETER_UNUSABLE)
    else:
        # The image has its own.
        assert trial.ok


async def test_an_artifact_that_is_not_stored_is_refused(bench: Bench) -> None:
    model = (await bench.model(lambda x: x)).model_copy(update={"artifact": "f" * 64})
    with pytest.raises(InvalidInput):
        await bench.try_out(DeploymentSpec(model=model))


async def test_so_many_at_once_and_no_more(bench: Bench) -> None:
    spec = DeploymentSpec(model=await bench.model(naps))
    await bench.try_out(spec)  # the launcher is warm
    outcomes = await asyncio.gather(*(bench.try_out(spec) for _ in range(8)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, TooManyRequests)]
    assert len(refused) == 4
    assert all(outcome.ok for outcome in outcomes if not isinstance(outcome, BaseException))
