"""What kubectl, Git or PrimeHub made in a group's namespace: shown for what it is, and never written by us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import Conflict
from primehub_deploy_ext.domain.models import Deployment, UpdateDeployment
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase
from primehub_deploy_ext.engines.base import NewDeployment
from primehub_deploy_ext.engines.kubernetes.api.kinds import INFERENCE_SERVICE, PH_DEPLOYMENT, PH_INSTANCE_TYPE
from primehub_deploy_ext.engines.kubernetes.engine import KubernetesEngine
from primehub_deploy_ext.engines.kubernetes.known import world
from tests.cluster.cluster import WEB_IMAGE, Cluster
from tests.cluster.engines import WEB, engine_of, run, settled, until
from tests.cluster.failing import Failing
from tests.cluster.standins.running import standin

Json = dict[str, Any]


def deployment(namespace: str, **metadata: Any) -> Json:
    """Return what somebody would apply, with their own labels."""
    made = Failing("shop", None, "", "").deployment(namespace)  # type: ignore[arg-type]
    made["metadata"] |= metadata
    return made


def inference_service(namespace: str) -> Json:
    body = INFERENCE_SERVICE.stub("shop", namespace)
    body["metadata"]["annotations"] = {"serving.kserve.io/autoscalerClass": "none"}
    container = {"name": "kserve-container", "image": WEB_IMAGE, "ports": [{"containerPort": 9000}]}
    return {**body, "spec": {"predictor": {"minReplicas": 1, "containers": [container]}}}


def changes(engine: KubernetesEngine, id: str, replica: str) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return all that people can ask of a deployment."""
    return {
        "scale": lambda: engine.scale(id, 3, user="ada"),
        "stop": lambda: engine.stop(id, user="ada"),
        "start": lambda: engine.start(id, user="ada"),
        "restart": lambda: engine.restart(id, user="ada"),
        "update": lambda: engine.update(id, UpdateDeployment(description="mine now"), user="ada"),
        "rollback": lambda: engine.rollback(id, 1, user="ada"),
        "restart a replica": lambda: engine.restart_replica(id, replica, user="ada"),
        "delete": lambda: engine.delete(id),
    }


async def serves(engine: KubernetesEngine, id: str) -> Deployment:
    async def ready() -> Deployment | None:
        shown = next((one for one in (await engine.deployments())[0] if one.id == id), None)
        return shown if shown is not None and shown.status.phase is Phase.DEPLOYED else None

    found: Deployment = await until(ready, f"{id} to serve")
    return found


async def refused(engine: KubernetesEngine, id: str, words: str) -> dict[str, str]:
    """Ask for everything; return the commands that the refusals name."""
    (replica, *_) = await engine.replicas(id)
    commands = {}
    for name, ask in changes(engine, id, replica.name).items():
        with pytest.raises(Conflict, match=words) as error:
            await ask()
        commands[name] = error.value.details.get("command", "")
    return commands


@pytest.mark.timeout(300)
@pytest.mark.parametrize("flavor", ["plain", "kserve"])
def test_what_kubectl_made_is_shown_and_refused_with_the_command_that_does_it(
    cluster: Cluster, namespace: Callable[..., str], flavor: str
) -> None:
    place = namespace("elsewhere")
    kind = "deployment" if flavor == "plain" else "inferenceservice"
    cluster.apply(deployment(place) if flavor == "plain" else inference_service(place))

    async def scenario() -> None:
        async with engine_of(cluster, place, flavor=flavor) as engine:
            shown = await serves(engine, "shop")
            assert (shown.managed_by, shown.spec.model.image, shown.status.replicas.ready) == ("kubectl", WEB_IMAGE, 1)
            before = await asyncio.to_thread(cluster.get, kind, "shop", "-n", place)
            commands = await refused(engine, "shop", "made by kubectl")
            after = await asyncio.to_thread(cluster.get, kind, "shop", "-n", place)
            assert after["metadata"]["generation"] == before["metadata"]["generation"]
            assert "primehub-deploy" not in str(after)
            # The way out is one: what the refusal names does what was asked for, and shows.
            command = commands["scale"] if flavor == "plain" else commands["delete"]
            await asyncio.to_thread(cluster.kubectl, *command.split()[1:])

            async def done() -> bool:
                left = {one.id: one for one in (await engine.deployments())[0]}
                return left["shop"].status.replicas.desired == 3 if flavor == "plain" else "shop" not in left

            await until(done, "what kubectl did to show")

    run(scenario())


def test_what_is_kept_in_git_is_never_written(cluster: Cluster, namespace: Callable[..., str]) -> None:
    place = namespace("elsewhere")
    tracked = {"argocd.argoproj.io/tracking-id": f"shop:apps/Deployment:{place}/shop"}

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            await asyncio.to_thread(cluster.apply, deployment(place, annotations=tracked))
            shown = await serves(engine, "shop")
            assert shown.managed_by == "Argo CD"
            commands = await refused(engine, "shop", "Git repository of its application shop")
            assert set(commands.values()) == {""}
            after = await asyncio.to_thread(cluster.get, "deployment", "shop", "-n", place)
            assert "primehub-deploy" not in str(after)

    run(scenario())


@pytest.fixture
def primehub(cluster: Cluster) -> Iterator[None]:
    with standin(cluster, "primehub"):
        yield


def test_the_history_of_primehubs_own_is_what_its_controller_kept(
    cluster: Cluster, namespace: Callable[..., str], primehub: None
) -> None:
    place = namespace("elsewhere")
    kind = {**PH_INSTANCE_TYPE.stub("small", place), "spec": {"limits": {"cpu": 0.1, "memory": "64Mi"}}}

    def portal(user: str, message: str, **more: Any) -> Json:
        predictor = {"name": "predictor1", "replicas": 1, "modelImage": WEB_IMAGE, "instanceType": "small"}
        spec = {"displayName": "Shop", "userName": user, "groupName": "hub", "predictors": [predictor], **more}
        return {**PH_DEPLOYMENT.stub("shop-x1", place), "spec": {**spec, "updateMessage": message}}

    async def scenario() -> None:
        async with engine_of(cluster, place, flavor="primehub") as engine:
            await asyncio.to_thread(cluster.apply, kind, portal("ada", ""))
            await serves(engine, "shop-x1")
            await asyncio.to_thread(cluster.apply, portal("grace", "Deployment Stopped", stop=True))

            async def stopped() -> bool:
                return (await engine.get("shop-x1")).status.phase is Phase.STOPPED

            await until(stopped, "it to be stopped")

            async def ended() -> bool:
                return (await engine.revisions("shop-x1"))[0].outcome is Outcome.SUCCEEDED

            await until(ended, "the controller to say so")
            told = [(one.number, one.action, one.user, one.outcome) for one in await engine.revisions("shop-x1")]
            assert told == [
                (2, Action.STOP, "grace", Outcome.SUCCEEDED),
                (1, Action.CREATE, "ada", Outcome.SUPERSEDED),
            ]
            shown = await engine.get("shop-x1")
            assert (shown.name, shown.revision, shown.managed_by) == ("Shop", 2, "kubectl")
            assert (shown.created_by, shown.updated_by) == ("ada", "grace")
            assert "grace: stopped" in [event.message for event in await engine.events("shop-x1")]
            with pytest.raises(Conflict, match=r"change it with kubectl -n .* edit phdeployment/shop-x1"):
                await engine.start("shop-x1", user="ada")

    run(scenario())


def test_what_kubectl_scales_of_ours_is_told_left_alone_and_scaled_back_here(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = namespace("elsewhere")

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            await engine.create(NewDeployment("web", "Web", place, WEB, user="ada"))
            await settled(engine, "web")
            scale = ("scale", "deployment/web", "--replicas=2")
            await asyncio.to_thread(cluster.kubectl, "-n", place, *scale)

            async def told() -> bool:
                return "Its object asks for 2 replicas, by something other" in (await engine.get("web")).status.message

            await until(told, "it to be told")
            assert (await engine.get("web")).revision == 1
            await engine.scale("web", 1, user="ada")
            await settled(engine, "web")
            found = await asyncio.to_thread(cluster.get, "deployment", "web", "-n", place)
            assert found["spec"]["replicas"] == 1
            assert (await engine.get("web")).status.message == "1 of 1 replica ready."
            # The same wish again changes nothing, as ever.
            assert (await engine.scale("web", 1, user="ada")).revision == 2

    run(scenario())


def test_what_a_flavor_left_that_was_taken_out_of_the_configuration_is_shown_and_changed_as_what_it_is(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = namespace("elsewhere")

    async def scenario() -> None:
        async with engine_of(cluster, place) as engine:
            await engine.create(NewDeployment("web", "Web", place, WEB, user="ada"))
            await settled(engine, "web")
        await asyncio.to_thread(cluster.apply, deployment(place))
        async with engine_of(cluster, place, flavor="kserve") as engine:
            (shown,) = (await engine.deployments())[0]
            assert (shown.id, shown.managed_by, shown.usage.deployments) == ("web", "", 1)
            assert "not configured for what it is (plain)" in shown.status.message
            await engine.scale("web", 2, user="grace")
            await settled(engine, "web")
            assert [one.user for one in await engine.revisions("web")] == ["grace", "ada"]
            assert len(await engine.replicas("web")) == 2
            await engine.delete("web")
            assert (await engine.deployments())[0] == []
        left = await asyncio.to_thread(cluster.get, "deployments", "-n", place)
        assert [one["metadata"]["name"] for one in left["items"]] == ["shop"]

    run(scenario())


def test_what_a_server_with_another_flavor_makes_is_shown_by_one_that_listens_already(
    cluster: Cluster, namespace: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "_LOOK_FOR_NAMESPACES", 0.5)
    place = namespace("elsewhere")

    async def scenario() -> None:
        async with engine_of(cluster, place, flavor="kserve") as listens, engine_of(cluster, place) as makes:
            assert (await listens.deployments())[0] == []
            await makes.create(NewDeployment("web", "Web", place, WEB, user="ada"))

            async def is_ready() -> bool:
                shown = (await listens.deployments())[0]
                return [(one.id, one.status.replicas.ready) for one in shown] == [("web", 1)]

            await until(is_ready, "the other server to show it, and its replica")
            await settled(makes, "web")
            await listens.scale("web", 2, user="grace")
            await settled(listens, "web")

            async def is_told() -> bool:
                return [one.user for one in await makes.revisions("web")] == ["grace", "ada"]

            await until(is_told, "the one that made it to know who scaled it")

    run(scenario())
