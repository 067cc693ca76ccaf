"""What only the embedded engine promises: its daemon may die, replicas and callers don't notice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psutil
import pytest
import yaml
from tornado.httpclient import AsyncHTTPClient

from primehub_deploy_ext.domain.clients import new_token
from primehub_deploy_ext.domain.models import Deployment, DeploymentSpec, UpdateDeployment, WarmRequest
from primehub_deploy_ext.domain.phases import Phase, Reason
from primehub_deploy_ext.domain.resources import Quota, Resources
from primehub_deploy_ext.engines.base import NewClient, NewDeployment, PredictRequest
from primehub_deploy_ext.engines.local.engine import LocalEngine
from scripts.demo_server import processes_of
from tests.engines.bench import Bench, infer, running, wait_for


def daemon_pid(bench: Bench) -> int:
    return int(bench.environment["paths"].lock.read_text())


def refuses(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) != 0


def command_lines(bench: Bench) -> list[str]:
    """Return those of the engine's processes that did not end meanwhile."""
    found = []
    for process in processes_of(bench.environment["home"]):
        with contextlib.suppress(psutil.Error):
            found.append(" ".join(process.cmdline()))
    return found


async def kill_daemon(bench: Bench) -> int:
    pid = daemon_pid(bench)
    os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(wait_for, lambda: not running(pid))
    # Its threads may outlive its first one by a moment, and hold the socket.
    await asyncio.to_thread(wait_for, lambda: refuses(bench.environment["paths"].socket))
    return pid


async def test_the_daemon_killed_comes_back_and_adopts_what_runs(bench: Bench) -> None:
    deployment = await bench.deployed("orphan", replicas=2)
    before = await bench.engine.replicas("orphan")
    async with bench.callers(deployment) as seen:
        old = await kill_daemon(bench)
        assert await bench.answer(deployment) == 6
        after = await LocalEngine().replicas("orphan")
    assert daemon_pid(bench) != old
    assert [(r.name, r.pid, r.step) for r in after] == [(r.name, r.pid, r.step) for r in before]
    assert set(seen) == {6}, seen
    again = await bench.engine.get("orphan")
    assert (again.status.phase, again.status.since) == (Phase.DEPLOYED, deployment.status.since)


async def test_a_replica_that_died_while_no_daemon_ran_is_replaced(bench: Bench) -> None:
    deployment = await bench.deployed("unseen", replicas=2)
    victim = (await bench.engine.replicas("unseen"))[0]
    await kill_daemon(bench)
    os.kill(victim.pid or 0, signal.SIGKILL)
    deployment = await bench.until("unseen", lambda d: d.status.replicas.ready == 2)
    assert await bench.answer(deployment) == 6
    replica = next(r for r in await bench.engine.replicas("unseen") if r.name == victim.name)
    assert replica.pid != victim.pid
    assert "SIGKILL" in replica.last_exit, "the launcher kept how it ended"


async def test_clients_and_the_server_are_let_in_as_before_once_the_daemon_is_back(bench: Bench) -> None:
    deployment = await bench.deployed("guarded", access="private")
    tokens = {name: new_token(name) for name in ("alice", "bob")}
    soon = datetime.now(timezone.utc) + timedelta(seconds=3)
    for name, expires_at in (("alice", None), ("bob", soon)):
        new = NewClient(name=name, token=tokens[name], user="ada", expires_at=expires_at)
        await bench.engine.add_client("guarded", new)
    await kill_daemon(bench)
    request = PredictRequest(body=json.dumps(infer(4)).encode())
    assert (await bench.engine.predict("guarded", request)).status == 200

    async def ask(name: str) -> int:
        headers = {"Authorization": f"Bearer {tokens[name]}"}
        url = deployment.endpoint + "v2/models/guarded"
        return (await AsyncHTTPClient().fetch(url, headers=headers, raise_error=False)).code

    assert await ask("alice") == 200
    while (status := await ask("bob")) == 200:
        await asyncio.sleep(0.02)
    # A client expires when it said so, not sooner, whenever the daemon was back.
    assert (status, datetime.now(timezone.utc) >= soon) == (401, True)
    assert await ask("alice") == 200


async def test_an_update_in_steps_goes_on_within_the_quota_after_the_daemon_was_killed(bench: Bench) -> None:
    quota, small = Quota(cpu=3), Resources(cpu=1, memory="256Mi")
    spec = DeploymentSpec(model=await bench.model(lambda x: x * 2), replicas=3, resources=small)
    await bench.engine.create(NewDeployment(id="tight", name="Tight", group="team", user="ada", spec=spec, quota=quota))
    deployment = await bench.settled("tight")
    async with bench.callers(deployment) as seen:
        change = UpdateDeployment(model=await bench.model(lambda x: x * 3))
        await bench.engine.update("tight", change, user="ada", quota=quota)
        while not any(r.revision == 2 for r in await bench.engine.replicas("tight")):
            await asyncio.sleep(0.005)
        await kill_daemon(bench)
        most = 0.0

        def note(d: Deployment) -> bool:
            nonlocal most
            most = max(most, d.usage.cpu)
            return d.serving_revision == 2

        await bench.until("tight", note)
    assert most == 3
    assert set(seen) <= {6, 9}, seen
    assert (await bench.settled("tight")).status.replicas.ready == 3


async def test_an_update_goes_on_after_the_daemon_was_killed_in_the_middle(bench: Bench, tmp_path: Path) -> None:
    go = str(tmp_path / "go")

    def waits_for_a_file(x: object) -> object:
        import time
        from pathlib import Path

        while not Path(go).exists():
            time.sleep(0.01)
        return x

    deployment = await bench.deployed("middle")
    await bench.update_model("middle", waits_for_a_file)
    await bench.until("middle", lambda d: d.status.reason is Reason.ROLLING_UPDATE)
    await kill_daemon(bench)
    Path(go).touch()
    deployment = await bench.settled("middle")
    assert (deployment.status.phase, deployment.serving_revision) == (Phase.DEPLOYED, 2)
    assert await bench.answer(deployment) == 3


async def test_replicas_outlive_their_launcher(bench: Bench) -> None:
    deployment = await bench.deployed("child", replicas=2)
    replicas = await bench.engine.replicas("child")
    launcher = psutil.Process(replicas[0].pid).ppid()
    async with bench.callers(deployment) as seen:
        os.kill(launcher, signal.SIGKILL)
        await asyncio.to_thread(wait_for, lambda: psutil.Process(replicas[0].pid).ppid() != launcher)
        os.kill(replicas[1].pid or 0, signal.SIGKILL)
        await bench.replaced("child", replicas[1])
    assert set(seen) == {6}, seen


async def test_two_engines_share_one_daemon(bench: Bench) -> None:
    first, second = LocalEngine(), LocalEngine()
    await asyncio.gather(first.deployments(), second.deployments())
    await bench.deployed("shared")
    assert [d.id for d in (await second.deployments())[0]] == ["shared"]
    assert len([line for line in command_lines(bench) if "engines.local.daemon" in line]) == 1


def test_an_idle_daemon_ends_with_everything_it_started(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("idle")
    environment = {"PRIMEHUB_DEPLOY_HOME": str(home), "PRIMEHUB_DEPLOY_IDLE_SECONDS": "1"}

    async def life() -> None:
        bench = Bench(LocalEngine())
        await bench.deployed("brief")
        assert processes_of(home)
        await bench.engine.delete("brief")

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        asyncio.run(life())
        wait_for(lambda: not processes_of(home))


async def test_a_launcher_that_is_still_importing_is_waited_for(bench: Bench) -> None:
    import json as library

    # Nothing that a launcher of another test may have imported.
    wanted = {"json": library.__version__, "yaml": yaml.__version__}
    await bench.engine.warm(WarmRequest(interpreter=sys.executable, packages=wanted))
    model = (await bench.model(abs)).model_copy(update={"packages": {"yaml": yaml.__version__}})
    await bench.deployed("eager", model)
    # A forked replica has the command line of its launcher: what tells launchers apart is their socket.
    lines = [line for line in command_lines(bench) if " launcher " in line and "yaml" in line]
    sockets = {line.partition("--socket ")[2] for line in lines}
    assert len(sockets) == 1


def test_a_second_daemon_ends_at_once(bench: Bench) -> None:
    asyncio.run(bench.engine.deployments())
    done = subprocess.run(
        [sys.executable, "-m", "primehub_deploy_ext.engines.local.daemon"], timeout=60, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr


async def test_an_interpreter_that_does_not_exist_fails_with_its_path(bench: Bench) -> None:
    model = (await bench.model(abs)).model_copy(update={"interpreter": "/nowhere/python"})
    await bench.create("nopython", model)
    deployment = await bench.settled("nopython")
    assert deployment.status.reason is Reason.INTERPRETER_UNUSABLE
    assert "/nowhere/python" in deployment.status.message


async def test_a_replica_above_its_memory_ceiling_is_called_oom_killed(bench: Bench) -> None:
    def greedy(x: object) -> object:
        if x[0] == 666:  # type: ignore[index]
            hoard = bytearray(1300 * 1024 * 1024)
            hoard[::4096] = b"x" * len(hoard[::4096])
            import time

            time.sleep(60)
        return x

    model = await bench.model(greedy)
    new = NewDeployment(
        id="greedy",
        name="Greedy",
        group="team",
        user="ada",
        spec=DeploymentSpec(model=model, instance_type="cpu-1", resources=Resources(cpu=1, memory="1Gi")),
    )
    await bench.engine.create(new)
    deployment = await bench.settled("greedy")
    (replica,) = await bench.engine.replicas("greedy")
    calling = asyncio.create_task(bench.call(deployment, 666))
    while not (told := [event for event in await bench.engine.events("greedy") if event.reason == "OOMKilled"]):
        await asyncio.sleep(0.02)
    calling.cancel()
    assert "limit 1024 MiB, peak " in told[0].message
    await bench.replaced("greedy", replica)


async def test_secrets_in_files_are_for_the_owner_alone(bench: Bench) -> None:
    await bench.deployed("private", env={"TOKEN": "s3cret"})
    home, run = Path(bench.environment["home"]), bench.environment["paths"].run
    for folder in (home, run):
        assert folder.stat().st_mode & 0o077 == 0
    for file in (home / "state.db", run / "daemon.sock"):
        assert file.stat().st_mode & 0o077 == 0
    assert json.loads((run / "gw" / "gateway.json").read_text())
