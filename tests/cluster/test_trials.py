"""Trying models out on the real cluster: what it says when it refuses, and that nothing stays whoever dies."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import QuotaExceeded
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.domain.resources import Resources, Scheduling
from primehub_deploy_ext.engines.kubernetes import trials
from tests.cluster.cluster import WEB_IMAGE
from tests.cluster.stories import Story
from tests.engines.bench import infer
from tests.engines.kubernetes_bench import KubernetesBench

pytestmark = pytest.mark.timeout(300)


def echo(x: Any) -> Any:
    return x


def sleeps(x: Any) -> Any:
    time.sleep(60)
    return x


def test_an_image_is_tried_as_far_as_it_listens(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        trial = await bench.try_out(DeploymentSpec(model=Model(image=WEB_IMAGE)))
        assert (trial.ok, trial.message) == (True, "")
        trial = await bench.try_out(DeploymentSpec(model=Model(image="127.0.0.1:21500/nothing:1")))
        assert (trial.ok, trial.reason) == (False, Reason.IMAGE_PULL_FAILED)
        assert await bench.left_by_trials() == set()

    story(told)


def test_a_namespace_without_room_says_whose_quota_it_was(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        quota = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"limits.memory": "200Mi"}}}
        metadata = {"name": "wall", "namespace": bench.namespaces["team"]}
        await asyncio.to_thread(bench.cluster.apply, {**quota, "metadata": metadata})
        spec = DeploymentSpec(model=await bench.model(echo), resources=Resources(memory="256Mi"))
        with pytest.raises(QuotaExceeded, match="'wall'"):
            for _ in range(50):  # the quota's controller needs a moment to begin
                assert (await bench.try_out(spec)).ok
        assert await bench.left_by_trials() == set()

    story(told)


def test_what_no_node_can_take_is_told_with_the_schedulers_words(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        nowhere = Resources(memory="256Mi", scheduling=Scheduling(node_selector={"disk": "of-gold"}))
        trial = await bench.try_out(DeploymentSpec(model=await bench.model(echo), resources=nowhere))
        assert (trial.ok, trial.reason) == (False, Reason.UNSCHEDULABLE)
        assert trial.message.startswith("not ready within 10 s: no node can take it")
        assert await bench.left_by_trials() == set()

    story(told, trial_limit=10.0)


def test_a_model_that_never_answers_is_given_up(story: Story) -> None:
    async def told(bench: KubernetesBench) -> None:
        began = time.monotonic()
        trial = await bench.try_out(DeploymentSpec(model=await bench.model(sleeps, example=None)), infer(1))
        assert (trial.ok, trial.reason) == (False, Reason.START_TIMEOUT)
        # So long it takes a busy machine to start one at most: it is given up because of its answer.
        assert trial.message == "no answer within 25 s"
        assert time.monotonic() - began < 55
        assert await bench.left_by_trials() == set()

    story(told, trial_limit=25.0)


def test_what_a_server_left_that_died_is_ended_by_the_cluster_and_swept_by_the_next(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told(bench: KubernetesBench) -> None:
        async def dies(self: Any) -> None:
            """What a server does that is killed."""

        with monkeypatch.context() as patched:
            patched.setattr("primehub_deploy_ext.engines.kubernetes.trials._Attempt.end", dies)
            spec = DeploymentSpec(model=await bench.model(echo), env={"PASSWORD": "hunter2"})
            assert (await bench.try_out(spec)).ok
        (left,) = await bench.left_by_trials()
        pod = await asyncio.to_thread(bench.cluster.get, "pod", left, "-n", bench.namespaces["team"])
        assert pod["spec"]["activeDeadlineSeconds"] == 35
        assert "hunter2" not in json.dumps(pod)
        # Too young to be nobody's.
        assert (await bench.try_out(DeploymentSpec(model=await bench.model(echo)))).ok
        assert await bench.left_by_trials() == {left}
        while (await _phase(bench, left)) != "Failed":
            await asyncio.sleep(0.2)
        monkeypatch.setattr(trials, "_FORGOTTEN", timedelta(0))
        assert (await bench.try_out(DeploymentSpec(model=await bench.model(echo)))).ok
        assert await bench.left_by_trials() == set()

    story(told, trial_limit=25.0)


async def _phase(bench: KubernetesBench, name: str) -> str:
    pod = await asyncio.to_thread(bench.cluster.get, "pod", name, "-n", bench.namespaces["team"])
    return str(pod["status"]["phase"])
