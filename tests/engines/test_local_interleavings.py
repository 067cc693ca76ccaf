"""What the embedded engine promises when two things happen at once."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import signal
import socket
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable
from primehub_deploy_ext.domain.models import DeploymentSpec, Model, Revision, UpdateDeployment
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason, Step
from primehub_deploy_ext.engines.base import NewClient
from primehub_deploy_ext.engines.local import workload as workloads
from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.callers import ServerPass
from primehub_deploy_ext.engines.local.deployment import DeploymentActor
from primehub_deploy_ext.engines.local.engine import LocalEngine
from primehub_deploy_ext.engines.local.launchers import InterpreterUnusable, Launchers
from primehub_deploy_ext.engines.local.ledger import Ledger
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.paths import Paths
from primehub_deploy_ext.engines.local.processes import Processes
from primehub_deploy_ext.engines.local.slot import Slot
from primehub_deploy_ext.engines.local.store import RevisionRow, Store, now
from tests.engines.bench import Bench, running, wait_for


class SlowToLoad:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __reduce__(self) -> Any:
        return (_load_slowly, (self.seconds,))

    def __call__(self, x: Any) -> Any:
        return x


def _load_slowly(seconds: float) -> Any:
    time.sleep(seconds)
    return abs


class QuickTwice:
    """Loads at once in the first two replicas, and never in others."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return (_load_quickly_twice, (self.folder,))

    def __call__(self, x: Any) -> Any:
        return x


def _load_quickly_twice(folder: str) -> Any:
    for name in ("one", "two"):
        try:
            (Path(folder) / name).touch(exist_ok=False)
        except FileExistsError:
            continue
        return abs
    time.sleep(60)
    return abs


async def test_scaled_down_before_all_were_ready_it_serves_with_what_is_wanted(bench: Bench, tmp_path: Path) -> None:
    await bench.create("fewer", await bench.model(QuickTwice(str(tmp_path))), replicas=3)
    await bench.until("fewer", lambda d: d.status.replicas.ready == 2)
    await bench.engine.scale("fewer", 1, user="ada")
    deployment = await bench.settled("fewer")
    assert (deployment.status.phase, deployment.status.replicas.desired) == (Phase.DEPLOYED, 1)
    while len(await bench.engine.replicas("fewer")) > 1:
        await asyncio.sleep(0.02)


async def test_what_serves_is_kept_going_while_another_revision_is_rolled_out(bench: Bench) -> None:
    deployment = await bench.deployed("kept")
    await bench.engine.update("kept", UpdateDeployment(model=await bench.model(SlowToLoad(60))), user="ada")
    await bench.until("kept", lambda d: d.status.phase is Phase.DEPLOYING)
    serving = next(r for r in await bench.engine.replicas("kept") if r.serving)
    os.kill(serving.pid or 0, signal.SIGKILL)
    deployment = await bench.replaced("kept", serving)
    assert (deployment.status.phase, deployment.serving_revision) == (Phase.DEPLOYING, 1)
    assert await bench.answer(deployment) == 6


async def test_a_replica_forked_for_a_daemon_that_died_meanwhile_is_ended(bench: Bench) -> None:
    await bench.deployed("stray")
    (first,) = await bench.engine.replicas("stray")
    launcher = psutil.Process(psutil.Process(first.pid).ppid())
    launcher.suspend()
    try:
        await bench.engine.scale("stray", 2, user="ada")
        while Step.STARTING not in {replica.step for replica in await bench.engine.replicas("stray")}:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)  # the wish to fork is on its way, and nothing tells
        pid = int(bench.environment["paths"].lock.read_text())
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(wait_for, lambda: not running(pid))
    finally:
        launcher.resume()
    (stray,) = await asyncio.to_thread(wait_for, lambda: [c.pid for c in launcher.children() if c.pid != first.pid])
    deployment = await bench.settled("stray")
    assert deployment.status.replicas.ready == 2
    await asyncio.to_thread(wait_for, lambda: not running(stray))
    replicas = [psutil.Process(r.pid) for r in await bench.engine.replicas("stray")]
    # The new daemon may have forked from another launcher that it found; of this one's children none is unknown.
    known = {replica.pid for replica in replicas if replica.ppid() == launcher.pid}
    assert {c.pid for c in launcher.children() if c.status() != "zombie"} == known


def test_a_call_while_the_last_daemon_still_ends_gets_the_next_one(bench: Bench) -> None:
    asyncio.run(bench.engine.deployments())
    paths: Paths = bench.environment["paths"]
    pid = int(paths.lock.read_text())
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not running(pid))

    async def call() -> None:
        with paths.lock.open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            calling = asyncio.create_task(LocalEngine().deployments())
            await asyncio.sleep(2.0)  # as long as an ending daemon may hold it
            fcntl.flock(lock, fcntl.LOCK_UN)
        await calling

    asyncio.run(call())


async def test_a_call_that_an_ending_daemon_never_took_is_made_to_the_next_one(bench: Bench) -> None:
    await bench.engine.deployments()
    paths: Paths = bench.environment["paths"]
    pid = int(paths.lock.read_text())
    os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(wait_for, lambda: not running(pid))
    paths.socket.unlink()
    # The system goes on taking connections in the name of a killed process until its last thread is gone.
    with socket.socket(socket.AF_UNIX) as ending:
        ending.bind(str(paths.socket))
        ending.listen()
        calling = asyncio.create_task(bench.engine.deployments())
        await asyncio.to_thread(select.select, [ending], [], [], 15)
    await asyncio.wait_for(calling, 30)


class Front:
    """A gateway that takes everything; ``meanwhile`` runs while it does."""

    def __init__(self) -> None:
        self.meanwhile: Any = None

    async def update(self) -> None:
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            act()

    async def healthy(self, cluster: str, replicas: int) -> None:
        await self.update()

    async def drained(self, cluster: str, limit: float) -> None:
        pass

    def endpoint(self, id: str) -> str:
        return f"http://127.0.0.1/{id}/"


def revision(number: int, action: Action, **spec: Any) -> Revision:
    model = Model(artifact="0" * 64, size=1, adapter="callable", interpreter=sys.executable)
    return Revision(
        number=number, action=action, spec=DeploymentSpec(model=model, **spec), user="ada", created_at=now()
    )


def an_actor(folder: Path) -> tuple[DeploymentActor, Front]:
    """Make a deployment that serves revision 1 with one replica, without a process."""
    paths, front, processes = Paths(folder / "home", folder / "run").prepare(), Front(), Processes()
    store, first = Store(paths.database), revision(1, Action.CREATE)
    row = store.insert(id="one", name="One", group="team", revision=first)
    row = store.set_serving(row, 1)
    launchers = Launchers(paths.launchers, processes.on_exit)
    means = Means(
        paths=paths,
        store=store,
        artifacts=ArtifactStore(paths.artifacts),
        processes=processes,
        launchers=launchers,
        front=front,  # type: ignore[arg-type]
        ledger=Ledger(store, lambda _: {}),
        server_pass=ServerPass(store),
    )

    async def forget(actor: DeploymentActor) -> None:
        raise AssertionError(actor)

    done = first.model_copy(update={"outcome": Outcome.SUCCEEDED})
    return DeploymentActor(means, row, [RevisionRow(done, 1)], lambda _: None, forget), front


async def test_a_wish_that_comes_while_a_scaling_fails_is_not_lost(tmp_path: Path) -> None:
    actor, front = an_actor(tmp_path)
    actor.add_revision(RevisionRow(revision(2, Action.SCALE, replicas=2), 1))
    workload = actor._workload(1)
    workload.slots = {
        0: Slot(1, 0, was_ready=True, not_before=time.time() + 60),
        1: Slot(1, 1, reason=Reason.MODEL_LOAD_FAILED, message="broken", not_before=time.time() + 60),
    }
    front.meanwhile = lambda: actor.add_revision(RevisionRow(revision(3, Action.STOP, stopped=True), 1))
    await actor._reconcile()
    assert actor.record.target.revision.number == 3
    assert actor.record.revisions[2].revision.outcome is Outcome.SUPERSEDED


async def test_a_wish_that_comes_while_a_roll_out_fails_is_not_lost(tmp_path: Path) -> None:
    actor, front = an_actor(tmp_path)
    actor.add_revision(RevisionRow(revision(2, Action.UPDATE), 2))
    later = time.time() + 60
    actor._workload(1).slots = {0: Slot(1, 0, was_ready=True, not_before=later)}
    broken = Slot(2, 0, reason=Reason.MODEL_LOAD_FAILED, message="broken", not_before=later)
    actor._workload(2).slots = {0: broken}
    front.meanwhile = lambda: actor.add_revision(RevisionRow(revision(3, Action.UPDATE), 3))
    await actor._reconcile()
    assert actor.record.target.revision.number == 3
    assert actor.record.revisions[2].revision.outcome is Outcome.SUPERSEDED
    actor.close()


async def test_a_revision_that_is_ready_only_between_its_crashes_fails(tmp_path: Path) -> None:
    actor, _ = an_actor(tmp_path)
    actor.add_revision(RevisionRow(revision(2, Action.UPDATE, replicas=2), 2))
    later = time.time() + 60
    actor._workload(1).slots = {0: Slot(1, 0, was_ready=True, not_before=later)}
    crashed = Slot(2, 0, was_ready=True, reason=Reason.CRASH_LOOP, message="its process ended", not_before=later)
    actor._workload(2).slots = {0: crashed, 1: Slot(2, 1, not_before=later)}
    for crashed.failures in (1, 2):
        await actor._reconcile()
        assert actor.record.target.revision.outcome is Outcome.IN_PROGRESS
    crashed.failures = 3
    await actor._reconcile()
    assert actor.record.revisions[2].revision.outcome is Outcome.FAILED
    assert actor.record.target.revision.number == 1
    actor.close()


async def test_a_gateway_that_could_not_be_told_who_may_call_is_told_again(tmp_path: Path) -> None:
    actor, front = an_actor(tmp_path)
    actor._workload(1).slots = {0: Slot(1, 0, was_ready=True, not_before=time.time() + 60)}
    await actor.callers.add(NewClient(name="alice", token="alice.secret", user="ada"))

    def away() -> None:
        raise EngineUnavailable("the gateway took no change within 10 s")

    settled, told = asyncio.Event(), asyncio.Event()
    front.meanwhile = settled.set
    caring = asyncio.create_task(actor.run())
    await settled.wait()
    front.meanwhile = away
    with pytest.raises(EngineUnavailable):
        await actor.callers.remove("alice")
    front.meanwhile = told.set
    await told.wait()
    caring.cancel()
    actor.close()


async def test_a_full_disk_does_not_end_the_care_for_a_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, _ = an_actor(tmp_path)
    monkeypatch.setattr("primehub_deploy_ext.engines.local.deployment._RETRY_AFTER_ERROR", 0.01)
    tried = asyncio.Event()

    def refuse(*_: Any) -> Any:
        tried.set()
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as full:
        full.setattr(Store, "add_event", refuse)
        full.setattr(Store, "set_status", refuse)
        caring = asyncio.create_task(actor.run())
        await tried.wait()
    while actor.record.row.status is None:
        assert not caring.done(), caring.exception()
        await asyncio.sleep(0.01)
    caring.cancel()
    actor.close()


async def test_a_replica_that_is_not_ready_in_time_says_so(tmp_path: Path) -> None:
    actor, _ = an_actor(tmp_path)
    workload = actor._workload(1)
    slot = workload.slots[0] = Slot(1, 0, pid=2**30, step=Step.LOADING, started_at=now())
    workload._check_deadlines(time.time() + workloads.START_TIMEOUT + 1)
    assert workload.failure() == (Reason.START_TIMEOUT, "not ready within 300 s"), slot


async def test_a_replica_given_up_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, _ = an_actor(tmp_path)
    workload = actor._workload(1)
    # It ignores the wish to end, as one does whose model holds the interpreter's lock.
    script = "trap '' TERM; echo; while :; do sleep 1; done"
    frozen = await asyncio.create_subprocess_exec("/bin/sh", "-c", script, stdout=asyncio.subprocess.PIPE)
    assert frozen.stdout is not None
    await frozen.stdout.readline()
    slot = workload.slots[0] = Slot(1, 0)
    slot.begin(frozen.pid)
    workload.dismiss(0)
    workload.end_dismissed()
    assert workload.patience() == workloads.END_TIMEOUT
    assert slot.is_alive()
    monkeypatch.setattr(workloads, "time", lambda: time.time() + workloads.END_TIMEOUT + 1)
    workload.end_dismissed()
    assert await frozen.wait() == -signal.SIGKILL


async def test_a_launcher_that_dies_while_it_imports_is_quoted(tmp_path: Path) -> None:
    package = tmp_path / "fatal_import"
    package.mkdir()
    (package / "__init__.py").write_text("import os; os.write(2, b'no such instruction\\n'); os._exit(1)")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o700)
    with pytest.raises(InterpreterUnusable, match="no such instruction"):
        await Launchers(tmp_path, lambda _: None).warm(str(python), {"fatal_import": "1"})


async def test_a_launcher_of_another_version_starts_no_more_replicas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = Launchers(tmp_path, lambda _: None), Launchers(tmp_path, lambda _: None)
    old = await before.warm(sys.executable, {})
    await before.close(end=False)
    monkeypatch.setattr("primehub_deploy_ext.engines.local.launchers.code_digest", lambda: "of the new version")
    await after.adopt()
    new = await after.warm(sys.executable, {})
    assert new.socket != old.socket
    assert new is await after.warm(sys.executable, {})
    await after.close(end=True)


async def test_a_run_directory_of_somebody_else_is_not_talked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(tmp_path / "home", tmp_path / "run").prepare()
    heard: list[bytes] = []

    async def squat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    server = await asyncio.start_unix_server(squat, paths.socket)
    monkeypatch.setattr(os, "getuid", lambda: paths.run.stat().st_uid + 1)
    with pytest.raises(EngineUnavailable, match="belongs to another user"):
        await LocalEngine(paths).deployments()
    assert (await LocalEngine(paths).health()).status == "degraded"
    assert not heard
    server.close()
