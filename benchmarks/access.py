"""What quotas, groups and private endpoints cost.

Beside them, in the same run: the same without. Run by ``make bench``; prints a Markdown table.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import cloudpickle

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.deploy import RawClient
from primehub_deploy_ext.domain.clients import new_token
from primehub_deploy_ext.domain.groups import CreateGroup
from primehub_deploy_ext.domain.models import Deployment, DeploymentSpec, Model
from primehub_deploy_ext.domain.resources import Quota, Resources, Usage
from primehub_deploy_ext.engines.base import NewClient, NewDeployment
from primehub_deploy_ext.engines.local.engine import LocalEngine
from primehub_deploy_ext.engines.local.ledger import Ledger
from primehub_deploy_ext.engines.local.store import Store
from primehub_deploy_ext.service.groups.provider import Surroundings
from primehub_deploy_ext.service.groups.stored import StoredGroups
from scripts.demo_server import end_engine, environment_of

CALLS = 1000
ROUNDS = 5
BODY = b'{"inputs":[{"name":"x","datatype":"FP64","shape":[1],"data":[1.0]}]}'


async def main() -> None:
    """Measure everything and print the table."""
    home = Path(tempfile.mkdtemp(prefix="phd-"))
    os.environ.update(environment_of(home))
    try:
        rows = [*await private_endpoints(), *ledger(home), *await directory(home)]
    finally:
        end_engine(home / "engine")
        shutil.rmtree(home, ignore_errors=True)
    print("| what | figure | without ÷ with |\n|---|---|---|")
    for what, figure, ratio in rows:
        print(f"| {what} | {figure} | {ratio} |")


async def private_endpoints() -> list[tuple[str, str, str]]:
    """One row to one replica, in turns: public, and private in its two spellings."""
    engine = LocalEngine()
    model = await store_model(engine)
    public, private = await deploy(engine, model, "open", "public"), await deploy(engine, model, "closed", "private")
    tokens = [await let_in(engine, "closed", f"client-{number}") for number in range(1000)]
    token = tokens[500]
    basic = base64.b64encode(f"client-500:{token}".encode()).decode()
    calls = {
        "public": poster(public),
        "Bearer": poster(private, f"Bearer {token}"),
        "Basic": poster(private, f"Basic {basic}"),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            times[name] += timed(call)
    median = {name: statistics.median(values) * 1000 for name, values in times.items()}
    revoking = []
    for number in range(20):
        began = time.perf_counter()
        await engine.remove_client("closed", f"client-{number}", user="ada")
        revoking.append((time.perf_counter() - began) * 1000)
    rows = [("one row to a public endpoint (median)", f"{median['public']:.2f} ms", "1")]
    rows += [
        (
            f"to a private one with 1,000 clients, {name}",
            f"{median[name]:.2f} ms",
            f"{median['public'] / median[name]:.2f}",
        )
        for name in ("Bearer", "Basic")
    ]
    return [*rows, ("revoke a client, until the gateway refuses it", f"{statistics.median(revoking):.0f} ms", "")]


def ledger(home: Path) -> list[tuple[str, str, str]]:
    """One admission to a group with 1,000 deployments."""
    used = {f"d-{number}": Usage(cpu=1, memory=2**30, deployments=1) for number in range(1000)}
    book = Ledger(Store(home / "ledger.db"), lambda _: used)
    wanted = book.demand(Resources(cpu=1, memory=2**30), 1)
    quota = Quota(cpu=2000)
    book.admit("team", "new", wanted, quota)
    times = timed(lambda: book.admit("team", "new", wanted, quota), 200)
    return [("quota check in a group with 1,000 running deployments", f"{statistics.median(times) * 1000:.1f} ms", "")]


async def directory(home: Path) -> list[tuple[str, str, str]]:
    """What every request asks of the provider, beside reading the file each time."""
    groups = StoredGroups()
    await groups.open(Surroundings(home=home, owner="ada", admins=frozenset(), instance_types=()))
    for number in range(100):
        members = tuple(f"user-{number}-{member}" for member in range(50))
        await groups.create_group(CreateGroup(name=f"group-{number}", members=members))
    kept = await timed_async(lambda: groups.directory("ada"))

    async def anew() -> None:
        other = StoredGroups()
        await other.open(Surroundings(home=home, owner="ada", admins=frozenset(), instance_types=()))
        await other.directory("ada")
        await other.close()

    read = await timed_async(anew, 20)
    await groups.close()
    return [
        (
            "who may do what, asked by every request (100 groups, 5,000 members)",
            f"{kept * 1000:.2f} ms",
            f"{read / kept:.0f}",
        )
    ]


async def store_model(engine: LocalEngine) -> Model:
    """Store a model that gives back what it gets."""
    data = cloudpickle.dumps(lambda x: x)
    digest = hashlib.sha256(data).hexdigest()

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    await engine.put_artifact(digest, chunks())
    return Model(artifact=digest, size=len(data), interpreter=sys.executable)


async def deploy(engine: LocalEngine, model: Model, id: str, access: str) -> Deployment:
    """Deploy and wait until it serves."""
    spec = DeploymentSpec(model=model, access=access)
    await engine.create(NewDeployment(id=id, name=id, group="team", spec=spec, user="ada"))
    while True:
        deployment = await engine.get(id)
        if deployment.status.replicas.ready:
            return deployment
        await asyncio.sleep(0.02)


async def let_in(engine: LocalEngine, id: str, name: str) -> str:
    """Add a client; return its token."""
    token = new_token(name)
    await engine.add_client(id, NewClient(name=name, token=token, user="ada"))
    return token


def poster(deployment: Deployment, authorization: str = "") -> Callable[[], None]:
    """Return a call of an endpoint."""
    url = urlsplit(deployment.endpoint)
    path = f"{url.path}v2/models/{deployment.id}/infer"
    return RawClient((url.hostname or "", url.port or 80)).poster(path, BODY, authorization)


def timed(call: Callable[[], object], calls: int = CALLS) -> list[float]:
    """Return how long each of some calls took, seconds."""
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return times


async def timed_async(call: Callable[[], Awaitable[object]], calls: int = CALLS) -> float:
    """Return the median duration of some calls, seconds."""
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        await call()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    asyncio.run(main())
