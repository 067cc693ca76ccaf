"""Two users of two groups on a real cluster: each deploys in their own namespace, and the other's isn't there."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from primehub_deploy_ext.domain.clients import new_token
from primehub_deploy_ext.domain.errors import Forbidden
from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.engines.base import NewClient, NewDeployment
from primehub_deploy_ext.engines.kubernetes.api import reflector
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, POD, SECRET
from primehub_deploy_ext.engines.kubernetes.known import world
from primehub_deploy_ext.engines.kubernetes.rights.needs import Need, needs_of
from primehub_deploy_ext.engines.kubernetes.rights.preflight import Preflight
from scripts.demo_server import jupyter_server
from tests.cluster.cluster import WEB_IMAGE, Cluster
from tests.cluster.engines import WEB, engine_of, settled, until
from tests.engines.bench import double, infer
from tests.engines.kubernetes_bench import KubernetesBench

DOCS = Path(__file__).parents[2] / "docs" / "kubernetes"
ENGINE = "primehub_deploy_ext.engines.kubernetes.engine.KubernetesEngine"
GROUPS = "primehub_deploy_ext.service.groups.kubernetes.KubernetesGroups"
ROLE = "primehub-deploy-user"
LIMIT = 120.0


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, LIMIT))


@asynccontextmanager
async def api_of(kubeconfig: Path) -> AsyncIterator[Api]:
    api = Api(Source(str(kubeconfig)))
    await api.open()
    try:
        yield api
    finally:
        await api.close()


@pytest.fixture
def realms(cluster: Cluster, namespace: Callable[..., str]) -> dict[str, str]:
    """Two groups as the docs make them: alice is in research, bob in sales; the namespace of each by user."""
    users = [one for one in yaml.safe_load_all((DOCS / "rbac-users.yaml").read_text()) if one["kind"] == "ClusterRole"]
    cluster.apply(users[0])
    made = {}
    for user, group in (("alice", "research"), ("bob", "sales")):
        place = made[user] = namespace(group)
        cluster.kubectl("label", "namespace", place, "primehub-deploy.io/group=")
        cluster.kubectl("annotate", "namespace", place, "primehub-deploy.io/enabled=true")
        cluster.kubectl("create", "rolebinding", ROLE, "-n", place, f"--clusterrole={ROLE}", f"--group={group}")
        until_granted(cluster, place, user)
    return made


def until_granted(cluster: Cluster, place: str, user: str) -> None:
    """Wait until the API server's authorizer knows of a new binding: on a busy machine that takes seconds."""

    def granted() -> bool:
        with contextlib.suppress(AssertionError):
            return "yes" in cluster.kubectl("auth", "can-i", "create", "deployments.apps", "-n", place, user=user)
        return False

    cluster.until(granted, f"{user}'s rights in {place}")


async def until_nothing_is_missing(preflight: Preflight, place: str, needs: tuple[Need, ...]) -> None:
    while (await preflight.report(place, needs)).missing:  # for LIMIT at most
        await asyncio.sleep(0.2)


# --------------------------------------------------------------------------- what the cluster gives and refuses


@pytest.mark.parametrize("flavor", ["plain", "kserve", "seldon", "primehub"])
def test_the_documented_role_gives_all_that_a_flavor_needs_in_ones_own_namespace_and_nothing_in_the_other(
    cluster: Cluster, realms: dict[str, str], flavor: str
) -> None:
    needs = needs_of(flavor, ["ingress", "gateway"])

    async def scenario() -> None:
        async with api_of(cluster.kubeconfig("alice")) as api:
            preflight = Preflight(api)
            assert (await preflight.report(realms["alice"], needs)).missing == ()
            other = await preflight.report(realms["bob"], needs)
            # Reading the namespace itself is what rbac-users.yaml may give to everybody.
            lacking = {(one.verb, str(one.need)) for one in other.missing} | {("get", "namespaces")}
            assert lacking == {(verb, str(need)) for need in needs for verb in need.verbs}
            assert "does not let 'alice'" in other.message

    run(scenario())


def test_the_other_groups_objects_can_be_neither_seen_nor_touched(cluster: Cluster, realms: dict[str, str]) -> None:
    async def scenario() -> None:
        async with api_of(cluster.kubeconfig("alice")) as api:
            for refused in (
                api.list(POD, realms["bob"]),
                api.list(SECRET, realms["bob"]),
                api.list(DEPLOYMENT),
                api.delete(DEPLOYMENT, "iris", realms["bob"]),
                api.create(DEPLOYMENT, {"metadata": {"name": "iris"}}, realms["bob"]),
            ):
                with pytest.raises(ApiError) as error:
                    await refused
                assert error.value.reason == "Forbidden"

    run(scenario())


def test_a_namespace_whose_rights_are_taken_away_is_managed_no_more_until_they_are_back(
    cluster: Cluster, realms: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stream that is open goes on without the right: it is refused when it has to begin anew.
    monkeypatch.setattr(reflector.Pace, "of", lambda _: reflector.Pace(lifetime=1.0))
    monkeypatch.setattr(world, "_LOOK_FOR_NAMESPACES", 0.3)
    place = realms["alice"]

    async def scenario() -> None:
        async with engine_of(cluster, place, kubeconfig=str(cluster.kubeconfig("alice"))) as engine:

            async def shown() -> set[str]:
                return {one.id for one in (await engine.deployments())[0]}

            async def is_closed() -> bool:
                return place not in (await engine.health()).details["namespaces"]

            async def is_back() -> bool:
                return await shown() == {"ours"}

            await engine.create(NewDeployment("ours", "Ours", place, WEB, user="alice"))
            await settled(engine, "ours")
            assert (await engine.health()).details["lacking"] == []
            await asyncio.to_thread(cluster.kubectl, "delete", "rolebinding", ROLE, "-n", place)
            await until(is_closed, "the namespace to be closed")
            assert await shown() == set()
            health = await engine.health()
            assert (health.status, f"does not let this server look into {place!r} any more" in health.message) == (
                "degraded",
                True,
            )
            (lacking,) = health.details["lacking"]
            assert lacking["namespace"] == place
            with pytest.raises(Forbidden, match="does not let 'alice'"):
                await engine.create(NewDeployment("more", "More", place, WEB, user="alice"))
            await asyncio.to_thread(cluster.kubectl, "apply", "-f", "-", given=lacking["yaml"])
            await until(is_back, "the namespace to be open again")

    run(scenario())


def test_what_is_missing_is_named_and_the_manifest_that_comes_with_it_gives_it(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place, needs = namespace("missing"), needs_of("plain")
    cluster.kubectl("create", "rolebinding", "viewers", "-n", place, "--clusterrole=view", "--user=alice")

    async def scenario() -> None:
        async with api_of(cluster.kubeconfig("alice")) as api:
            preflight = Preflight(api)
            report = await preflight.report(place, needs)
            lacking = {(one.verb, one.need.resource) for one in report.missing}
            assert ("create", "deployments") in lacking
            assert ("list", "pods") not in lacking, "who may look need not be given that"
            error = report.error()
            assert error.details["missing"][0].keys() == {"verb", "group", "resource", "why"}
            cluster.kubectl("apply", "-f", "-", given=error.details["yaml"])
            await until_nothing_is_missing(preflight, place, needs)

    run(scenario())


def test_a_refusal_of_rbac_is_explained_and_that_of_a_quota_is_not_taken_for_one(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place, needs = namespace("refused"), needs_of("plain")

    async def scenario() -> None:
        async with api_of(cluster.kubeconfig("alice")) as api:
            preflight = Preflight(api)
            pod = {"metadata": {"name": "one"}, "spec": {"containers": [{"name": "one", "image": WEB_IMAGE}]}}
            with pytest.raises(ApiError) as refused:
                await api.create(POD, pod, place)
            error = await preflight.explained(refused.value, "start a pod", place, needs)
            assert "kind: RoleBinding" in error.details["yaml"]
            cluster.kubectl("apply", "-f", "-", given=error.details["yaml"])
            await until_nothing_is_missing(preflight, place, needs)
            cluster.kubectl("create", "quota", "none", "-n", place, "--hard=pods=0")
            # The API server hears of a new quota in its own time.
            for number in range(300):
                try:
                    await api.create(POD, {**pod, "metadata": {"name": f"one-{number}"}}, place)
                except ApiError as error_of_quota:
                    error = await preflight.explained(error_of_quota, "start a pod", place, needs)
                    break
                await asyncio.sleep(0.1)
            assert error.code == "quota_exceeded"
            assert "yaml" not in error.details

    run(scenario())


def test_a_service_account_with_a_bound_token_is_told_and_given_the_same(
    cluster: Cluster, namespace: Callable[..., str], tmp_path: Path
) -> None:
    place, needs = namespace("account"), needs_of("plain")
    cluster.kubectl("create", "serviceaccount", "deploy-ada", "-n", place)
    kubeconfig = with_token(cluster, cluster.kubectl("create", "token", "deploy-ada", "-n", place).strip(), tmp_path)

    async def scenario() -> None:
        async with api_of(kubeconfig) as api:
            preflight = Preflight(api)
            report = await preflight.report(place, needs)
            assert report.user == f"system:serviceaccount:{place}:deploy-ada"
            cluster.kubectl("apply", "-f", "-", given=report.yaml)
            await until_nothing_is_missing(preflight, place, needs)

    run(scenario())


def with_token(cluster: Cluster, token: str, folder: Path) -> Path:
    config = yaml.safe_load(cluster.kubeconfig("alice").read_text())
    config["users"][0]["user"] = {"token": token}
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


# --------------------------------------------------------------------------- through the API, from their own servers


class Rest:
    """The REST API of somebody's own server."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{url}primehub-deploy/v1/",
            headers={"Authorization": f"token {token}"},
            timeout=60,
            trust_env=False,
        )

    def __call__(self, verb: str, path: str, expected: int = 200, **more: Any) -> Any:
        answer = self._client.request(verb, path, **more)
        assert answer.status_code == expected, f"{verb} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def deploy(self, id: str, group: str, expected: int = 201, **more: Any) -> Any:
        body = {"id": id, "name": id.title(), "group": group, "model": {"image": WEB_IMAGE}, **more}
        return self("POST", "deployments", expected, json=body)

    def phase(self, id: str) -> str:
        return str(self("GET", f"deployments/{id}")["status"]["phase"])

    def ids(self) -> set[str]:
        return {item["id"] for item in self("GET", "deployments")["items"]}


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Callable[..., Rest]]:
    """Start Jupyter servers that act on the cluster as their owner."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phk-", ignore_cleanup_errors=True)))

        def start(owner: str, *namespaces: str, **settings: str) -> Rest:
            environment = {
                "JUPYTERHUB_USER": owner,
                "PRIMEHUB_DEPLOY_KUBE_KUBECONFIG": str(cluster.kubeconfig(owner)),
                "PRIMEHUB_DEPLOY_KUBE_NAMESPACES": ",".join(namespaces),
                **{f"PRIMEHUB_DEPLOY_KUBE_{name.upper()}": value for name, value in settings.items()},
            }
            options = [f"--PrimehubDeploy.engine_class={ENGINE}", f"--PrimehubDeploy.group_provider_class={GROUPS}"]
            options.append("--KubernetesGroups.refresh_interval=0")
            home = folder / owner
            (home / "run").mkdir(parents=True)
            started = stack.enter_context(jupyter_server(home, root=home, options=options, environment=environment))
            return Rest(started.url, started.token)

        yield start


def test_each_deploys_in_their_own_group_and_the_others_is_not_there(
    cluster: Cluster, realms: dict[str, str], server: Callable[..., Rest]
) -> None:
    ours, theirs = realms["alice"], realms["bob"]
    # Both servers are told of both namespaces: it is the cluster that keeps them apart.
    alice, bob = (server(user, ours, theirs) for user in ("alice", "bob"))
    assert [group["name"] for group in alice("GET", "me")["groups"]] == [ours]
    assert [group["name"] for group in bob("GET", "me")["groups"]] == [theirs]

    alice.deploy("ours", ours)
    bob.deploy("theirs", theirs)
    cluster.until(lambda: alice.phase("ours") == bob.phase("theirs") == "Deployed", "both to run")
    assert (alice.ids(), bob.ids()) == ({"ours"}, {"theirs"})
    assert len(cluster.get("deployments", "-n", ours)["items"]) == 1

    alice("GET", "deployments/theirs", 404)
    alice("POST", "deployments/theirs:stop", 404, json={})
    alice("DELETE", "deployments/theirs", 404)
    refused = alice.deploy("intruder", theirs, 403)
    assert "not a member" in refused["message"]
    assert bob.ids() == {"theirs"}

    alice("DELETE", "deployments/ours", 204)
    bob("DELETE", "deployments/theirs", 204)
    assert alice.ids() == bob.ids() == set()


def test_a_missing_right_comes_with_the_manifest_and_after_applying_it_the_same_request_works(
    cluster: Cluster, namespace: Callable[..., str], server: Callable[..., Rest]
) -> None:
    place = namespace("lacks")
    cluster.kubectl("label", "namespace", place, "primehub-deploy.io/group=")
    notes = ["primehub-deploy.io/enabled=true", "primehub-deploy.io/members=alice"]
    cluster.kubectl("annotate", "namespace", place, *notes)
    cluster.kubectl("create", "rolebinding", "viewers", "-n", place, "--clusterrole=view", "--user=alice")
    alice = server("alice", place)
    alice("GET", "deployments")
    (lacking,) = alice("GET", "health")["details"]["lacking"]
    assert (lacking["namespace"], "kind: RoleBinding" in lacking["yaml"]) == (place, True)
    refused = alice.deploy("wanted", place, 403)
    assert "does not let 'alice'" in refused["message"]
    missing = {(one["verb"], one["group"], one["resource"]) for one in refused["details"]["missing"]}
    assert ("create", "apps", "deployments") in missing
    cluster.kubectl("apply", "-f", "-", given=refused["details"]["yaml"])
    until_granted(cluster, place, "alice")
    alice.deploy("wanted", place)
    cluster.until(lambda: alice.phase("wanted") == "Deployed", "it to run")


def test_the_documented_role_is_enough_for_all_that_is_done_with_a_deployment(
    cluster: Cluster, realms: dict[str, str], server: Callable[..., Rest]
) -> None:
    place = realms["alice"]
    alice = server("alice", place, reach="proxy")
    login = ("--docker-server=r.example.com", "--docker-username=x", "--docker-password=y")
    cluster.kubectl("create", "secret", "docker-registry", "hub", "-n", place, *login, user="alice")
    assert alice("GET", "pull-secrets")["items"][0]["name"] == "hub"
    alice.deploy("worked", place, env={"BODY": "hello"}, pull_secret="hub", instance_type="small")

    def settled(replicas: int) -> Any:
        def there() -> bool:
            status = alice("GET", "deployments/worked")["status"]
            return status["phase"] == "Deployed" and status["replicas"]["ready"] == replicas

        return cluster.until(there, f"{replicas} replicas")

    settled(1)
    alice("POST", "deployments/worked:scale", json={"replicas": 2})
    settled(2)
    alice("PATCH", "deployments/worked", json={"env": {"BODY": "again"}, "replicas": 1})
    settled(1)
    answer = alice("POST", "deployments/worked:predict", params={"path": "index.html"}, json={})
    assert answer["status"] == 501, "it was reached, by the proxy of the API server; this image answers GET alone"
    assert [revision["number"] for revision in alice("GET", "deployments/worked/revisions")["items"]] == [3, 2, 1]
    assert alice("GET", "deployments/worked/events")["items"]
    (replica,) = cluster.until(
        lambda: len(now := alice("GET", "deployments/worked/replicas")["items"]) == 1 and now, "the end of the old one"
    )
    alice("POST", f"deployments/worked/replicas/{replica['name']}:restart", 204, json={})
    settled(1)
    alice("POST", "deployments/worked:rollback", json={"revision": 1})
    settled(1)
    alice("POST", "deployments/worked:stop", json={})
    cluster.until(lambda: alice.phase("worked") == "Stopped", "its end")
    alice("POST", "deployments/worked:start", json={})
    settled(1)
    alice("DELETE", "deployments/worked", 204)


def test_the_quota_of_the_group_is_that_of_the_namespace(
    cluster: Cluster, realms: dict[str, str], server: Callable[..., Rest]
) -> None:
    place = realms["alice"]
    cluster.kubectl("create", "quota", "team", "-n", place, "--hard=limits.cpu=1500m,limits.memory=8Gi")
    alice = server("alice", place)
    (group,) = alice("GET", "me")["groups"]
    assert (group["quota"]["cpu"], group["quota"]["memory"]) == (1.5, 8 * 2**30)
    refused = alice.deploy("wide", place, 403, instance_type="small", replicas=2)
    assert refused["code"] == "quota_exceeded"
    alice.deploy("fits", place, instance_type="small")
    cluster.until(lambda: alice.phase("fits") == "Deployed", "it to run")
    (group,) = alice("GET", "me")["groups"]
    assert group["usage"]["cpu"] == 1


def test_what_the_wall_refuses_is_told_as_the_reason(
    cluster: Cluster, realms: dict[str, str], server: Callable[..., Rest]
) -> None:
    """The quota is lowered behind the back of the wish: the cluster makes no pod, and everybody reads why."""
    place = realms["alice"]
    alice = server("alice", place)
    alice("GET", "me")
    cluster.kubectl("create", "quota", "no-pods", "-n", place, "--hard=pods=0")
    alice.deploy("walled", place)
    status = cluster.until(
        lambda: (now := alice("GET", "deployments/walled")["status"])["reason"] == "QuotaDenied" and now, "the reason"
    )
    assert "no-pods" in status["message"]


def test_a_member_keeps_an_endpoint_private_and_tries_a_model_with_the_documented_role_alone(
    cluster: Cluster, realms: dict[str, str]
) -> None:
    cluster.kubectl("label", "--overwrite", "namespace", realms["alice"], "primehub-deploy.io/group=team")

    async def scenario() -> None:
        # Pods are out of reach of a laptop: all goes through the API server.
        laptop = {"kubeconfig": str(cluster.kubeconfig("alice")), "reach": "proxy"}
        bench = KubernetesBench(cluster, {"team": realms["alice"]}, "plain", **laptop)
        await bench.open()
        try:
            assert (await bench.try_out(DeploymentSpec(model=await bench.model(double)), infer(3))).ok
            deployment = await bench.deployed("hers", access="private")
            token = new_token("curl")
            await bench.engine.add_client("hers", NewClient(name="curl", token=token, user="alice"))
            headers = {"Authorization": f"Bearer {token}"}
            assert (await bench.call(deployment, headers=headers))[0] == 200
            await bench.engine.remove_client("hers", "curl", user="alice")
            assert (await bench.call(deployment, headers=headers))[0] == 401
        finally:
            await bench.close()

    run(scenario())
