"""Groups that are namespaces, on a real cluster."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from primehub_deploy_ext.domain.errors import (
    AlreadyExists,
    Conflict,
    EngineUnavailable,
    Forbidden,
    InvalidInput,
    NotFound,
)
from primehub_deploy_ext.domain.groups import (
    CreateGroup,
    CreateInstanceType,
    CreatePullSecret,
    Role,
    UpdateGroup,
    UpdateInstanceType,
    UpdatePullSecret,
)
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.service.groups.kubernetes import KubernetesGroups
from primehub_deploy_ext.service.groups.provider import Surroundings
from tests.cluster.cluster import Cluster
from tests.cluster.forwarder import Forwarder

LIMIT = 60.0
GIB = 2**30


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, LIMIT))


@asynccontextmanager
async def provider(
    kubeconfig: Path, owner: str = "boss", clock: Callable[[], float] | None = None, **settings: Any
) -> AsyncIterator[KubernetesGroups]:
    on_cluster = {"kubeconfig": str(kubeconfig), **settings.pop("cluster", {})}
    config = Config({"KubernetesSettings": on_cluster, "KubernetesGroups": {"refresh_interval": 0, **settings}})
    opened = KubernetesGroups(config=config)
    if clock is not None:
        opened.clock = clock
    await opened.open(Surroundings(Path(), owner, frozenset(), ()))
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def name(cluster: Cluster) -> Iterator[str]:
    """Name of a group that is made by the test; its namespace goes afterwards."""
    made = f"made-{uuid.uuid4().hex[:6]}"
    yield made
    cluster.kubectl("delete", "namespace", made, "--ignore-not-found", "--wait=false")


def labelled(cluster: Cluster, place: str, group: str = "", **notes: str) -> str:
    cluster.kubectl("label", "namespace", place, f"primehub-deploy.io/group={group}")
    if notes:
        written = [f"primehub-deploy.io/{key.replace('_', '-')}={text}" for key, text in notes.items()]
        cluster.kubectl("annotate", "namespace", place, *written)
    return place


def annotations(cluster: Cluster, place: str) -> dict[str, str]:
    notes = cluster.get("namespace", place)["metadata"].get("annotations", {})
    return {key.removeprefix("primehub-deploy.io/"): text for key, text in notes.items()}


def test_a_namespace_that_is_labelled_is_a_group(cluster: Cluster, namespace: Callable[..., str]) -> None:
    place = labelled(cluster, namespace("group"), enabled="true", members="ada, grace", admins="mary")
    cluster.kubectl(
        "create", "quota", "team", "-n", place, "--hard=limits.cpu=4,limits.memory=8Gi,requests.nvidia.com/gpu=1"
    )

    async def scenario() -> None:
        async with provider(cluster.kubeconfig()) as groups:
            directory = await groups.directory("ada")
            group = directory.group(place)
            assert group is not None
            assert (group.enabled, group.quota) == (True, Quota(cpu=4, memory=8 * GIB, gpu=1))
            assert (group.role_of("ada"), group.role_of("mary")) == (Role.MEMBER, Role.GROUP_ADMIN)
            assert group.role_of("bob") is None
            cluster.kubectl("annotate", "namespace", place, "primehub-deploy.io/members=grace", "--overwrite")
            after = (await groups.directory("ada")).group(place)
            assert after is not None
            assert (after.role_of("ada"), after.version > group.version) == (None, True)

    run(scenario())


def test_a_group_is_made_changed_and_let_go_with_all_the_cluster_needs(cluster: Cluster, name: str) -> None:
    async def scenario() -> None:
        async with provider(cluster.kubeconfig(), own_credentials=False) as groups:
            quota = Quota(cpu=2.5, memory=4 * GIB, gpu=0, deployments=3)
            made = await groups.create_group(
                CreateGroup(name=name, enabled=True, display_name="Größe", quota=quota, members=("ada",))
            )
            assert (made.display_name, made.enabled, made.quota) == ("Größe", True, quota)
            hard = cluster.get("quota", "primehub-deploy", "-n", name)["spec"]["hard"]
            assert hard == {"limits.cpu": "2500m", "limits.memory": "4Gi", "requests.nvidia.com/gpu": "0"}
            assert cluster.get("limitrange", "primehub-deploy", "-n", name)["spec"]["limits"][0]["default"]
            with pytest.raises(AlreadyExists):
                await groups.create_group(CreateGroup(name=name))

            changed = await groups.update_group(name, UpdateGroup(quota=Quota(cpu=5)), version=made.version)
            assert (changed.quota, changed.version > made.version) == (Quota(cpu=5), True)
            with pytest.raises(Conflict, match="changed by somebody else"):
                await groups.update_group(name, UpdateGroup(enabled=False), version=made.version)
            free = await groups.update_group(name, UpdateGroup(quota=Quota(), members=()), version=None)
            assert (free.quota, free.members, free.enabled) == (Quota(), (), True)
            assert cluster.get("quota", "-n", name)["items"] == []

            await groups.create_pull_secret(secret("hub", groups=(name,)))
            await groups.delete_group(name, version=free.version)
            assert (await groups.directory("boss")).group(name) is None
            assert "enabled" not in annotations(cluster, name), "the namespace stays and says nothing of the group"
            assert cluster.get("secrets", "-n", name)["items"] == [], "its credentials are no next group's"
            with pytest.raises(NotFound):
                await groups.update_group(name, UpdateGroup(enabled=True), version=None)
            again = await groups.create_group(CreateGroup(name=name, members=("grace",)))
            assert (again.enabled, again.members, again.display_name) == (False, ("grace",), "")

    run(scenario())


def test_two_administrators_who_edit_at_once_lose_nothing(cluster: Cluster, namespace: Callable[..., str]) -> None:
    place = labelled(cluster, namespace("group"))

    async def scenario() -> None:
        account = {"own_credentials": False}
        async with provider(cluster.kubeconfig(), **account) as one, provider(cluster.kubeconfig(), **account) as other:
            seen = (await one.directory("boss")).group(place)
            assert seen is not None
            outcomes = await asyncio.gather(
                one.update_group(place, UpdateGroup(members=("ada",)), version=seen.version),
                other.update_group(place, UpdateGroup(members=("grace",)), version=seen.version),
                return_exceptions=True,
            )
            (won,) = (outcome for outcome in outcomes if not isinstance(outcome, BaseException))
            (lost,) = (outcome for outcome in outcomes if isinstance(outcome, BaseException))
            assert isinstance(lost, Conflict)
            assert annotations(cluster, place)["members"] == won.members[0]

    run(scenario())


def test_names_that_can_be_no_namespace_and_namespaces_that_are_somebody_elses_are_refused(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = namespace("foreign")

    async def scenario() -> None:
        async with provider(cluster.kubeconfig()) as groups:
            with pytest.raises(InvalidInput, match="becomes the name of a namespace"):
                await groups.create_group(CreateGroup(name="Vision @ Lab 3"))
            with pytest.raises(Conflict, match=f"kubectl label namespace {place}"):
                await groups.create_group(CreateGroup(name=place))

    run(scenario())


def test_a_tighter_quota_of_somebody_else_is_shown_and_not_fought_over(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = labelled(cluster, namespace("group"))
    cluster.kubectl("create", "quota", "platform", "-n", place, "--hard=limits.cpu=2")

    async def scenario() -> None:
        async with provider(cluster.kubeconfig()) as groups:
            with pytest.raises(Conflict, match="ResourceQuota 'platform'"):
                await groups.update_group(place, UpdateGroup(quota=Quota(cpu=8)), version=None)
            lower = await groups.update_group(place, UpdateGroup(quota=Quota(cpu=1)), version=None)
            assert lower.quota == Quota(cpu=1)

    run(scenario())


def test_the_wall_stands_behind_the_quota(cluster: Cluster, name: str) -> None:
    """What goes around this project is refused by the cluster itself, and pods that name no limits still start."""

    async def scenario() -> None:
        async with provider(cluster.kubeconfig()) as groups:
            await groups.create_group(CreateGroup(name=name, enabled=True, quota=Quota(cpu=1.5, memory=2 * GIB)))

    run(scenario())
    cluster.until(lambda: cluster.get("serviceaccounts", "-n", name)["items"], "the service account")
    cluster.kubectl("run", "modest", "-n", name, "--image=registry.test/web:1")
    with pytest.raises(AssertionError, match="exceeded quota: primehub-deploy"):
        cluster.kubectl("run", "greedy", "-n", name, "--image=registry.test/web:1")


# --------------------------------------------------------------------------- who is a member


def test_role_bindings_make_members_and_taking_them_away_unmakes_them(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = labelled(cluster, namespace("bound"), enabled="true")
    cluster.kubectl("create", "role", "primehub-deploy-user", "-n", place, "--verb=get", "--resource=pods")
    cluster.kubectl("create", "rolebinding", "ours", "-n", place, "--role=primehub-deploy-user", "--user=ada")
    cluster.kubectl("create", "rolebinding", "theirs", "-n", place, "--clusterrole=view", "--user=grace")

    async def scenario() -> None:
        async with provider(cluster.kubeconfig(), own_credentials=False) as groups:
            group = (await groups.directory("ada")).group(place)
            assert group is not None
            assert group.members == ("ada",)
            with pytest.raises(InvalidInput, match="RoleBinding"):
                await groups.update_group(place, UpdateGroup(members=("grace",)), version=None)
            both = await groups.update_group(place, UpdateGroup(members=("ada", "grace")), version=None)
            assert both.members == ("ada", "grace")
            assert annotations(cluster, place)["members"] == "grace"
            cluster.kubectl("annotate", "namespace", place, "primehub-deploy.io/members-")
            cluster.kubectl("delete", "rolebinding", "ours", "-n", place)
            group = (await groups.directory("ada")).group(place)
            assert group is not None
            assert group.members == ()

    run(scenario())


def test_with_their_own_credentials_owners_are_members_where_the_cluster_lets_them_deploy(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    ours, theirs = (labelled(cluster, namespace("own"), enabled="true") for _ in range(2))
    cluster.kubectl("create", "rolebinding", "editors", "-n", ours, "--clusterrole=edit", "--group=research")
    listed = {"cluster": {"namespaces": [ours, theirs]}}

    async def scenario() -> None:
        async with provider(cluster.kubeconfig("alice"), owner="alice", **listed) as groups:
            directory = await groups.directory("alice")
            assert [group.name for group in directory.groups_of("alice")] == [ours]
            assert not directory.is_admin("alice")
            assert not groups.settings_writable
            with pytest.raises((Forbidden, Conflict)):
                await groups.update_group(ours, UpdateGroup(members=("alice",)), version=None)
        async with provider(cluster.kubeconfig("bob"), owner="bob", **listed) as groups:
            assert (await groups.directory("bob")).groups_of("bob") == []
        async with provider(cluster.kubeconfig(), owner="boss", **listed) as groups:
            assert (await groups.directory("boss")).is_admin("boss"), "who may change namespaces manages groups"
            assert groups.settings_writable
            seen = (await groups.directory("boss")).group(ours)
            assert seen is not None
            assert seen.members == ("boss",)
            await groups.update_group(ours, UpdateGroup(members=("boss", "ada")), version=seen.version)
            assert annotations(cluster, ours)["members"] == "ada", "who may deploy anyway need not be written down"

    run(scenario())


# --------------------------------------------------------------------------- pull secrets


def secret(name: str, password: str = "geheim-123", groups: tuple[str, ...] | None = None) -> CreatePullSecret:
    return CreatePullSecret(
        name=name, registry="registry.example.com", username="robot", password=password, groups=groups
    )


def login(cluster: Cluster, place: str, name: str) -> dict[str, str]:
    found = cluster.get("secret", name, "-n", place)
    assert found["type"] == "kubernetes.io/dockerconfigjson"
    auths: dict[str, dict[str, str]] = json.loads(base64.b64decode(found["data"][".dockerconfigjson"]))["auths"]
    return {registry: entry["password"] for registry, entry in auths.items()}


def test_a_pull_secret_is_a_secret_in_the_namespaces_of_its_groups(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    here, there = (labelled(cluster, namespace("secret")) for _ in range(2))

    async def scenario() -> None:
        async with provider(cluster.kubeconfig(), cluster={"namespaces": [here, there]}) as groups:
            made = await groups.create_pull_secret(secret("hub", groups=(here,)))
            assert (made.registry, made.username, made.groups) == ("registry.example.com", "robot", (here,))
            assert made.password is None, "what is in the cluster is not asked for"
            assert login(cluster, here, "hub") == {"registry.example.com": "geheim-123"}
            with pytest.raises(AlreadyExists):
                await groups.create_pull_secret(secret("hub", groups=(here, there)))
            with pytest.raises(InvalidInput, match="send registry, user name and password together"):
                await groups.update_pull_secret("hub", UpdatePullSecret(groups=(here, there)), version=None)
            both = UpdatePullSecret(groups=(here, there), password="neu-456")
            moved = await groups.update_pull_secret("hub", both, version=made.version)
            assert set(moved.groups or ()) == {here, there}
            assert login(cluster, there, "hub") == login(cluster, here, "hub") == {"registry.example.com": "neu-456"}
            with pytest.raises(Conflict):
                await groups.delete_pull_secret("hub", version=made.version)
            only = await groups.update_pull_secret("hub", UpdatePullSecret(groups=(there,)), version=None)
            assert only.groups == (there,)
            await groups.delete_pull_secret("hub", version=only.version)
            assert cluster.get("secrets", "-n", there)["items"] == []

    run(scenario())


def test_secrets_made_with_kubectl_are_shown_by_name_and_never_written(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = labelled(cluster, namespace("secret"))
    credentials = ("--docker-server=r.example.com", "--docker-username=x", "--docker-password=nobody-sees-this")
    cluster.kubectl("create", "secret", "docker-registry", "theirs", "-n", place, *credentials)
    cluster.kubectl("create", "secret", "generic", "other", "-n", place, "--from-literal=a=b")

    async def scenario() -> None:
        async with provider(cluster.kubeconfig(), cluster={"namespaces": [place]}) as groups:
            directory = await groups.directory("boss")
            assert [(s.name, s.registry, s.groups) for s in directory.pull_secrets] == [("theirs", None, (place,))]
            assert "nobody-sees-this" not in repr(vars(groups)), "the value never came here"
            with pytest.raises(Conflict, match="made elsewhere"):
                await groups.delete_pull_secret("theirs", version=None)

    run(scenario())


# --------------------------------------------------------------------------- instance types


def test_instance_types_begin_with_the_built_in_ones_and_nobodys_change_is_lost(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = labelled(cluster, namespace("types"))
    where = {"cluster": {"namespaces": [place], "instance_types": f"{place}/types"}}

    async def scenario() -> None:
        async with provider(cluster.kubeconfig(), **where) as one, provider(cluster.kubeconfig(), **where) as other:
            assert [kind.name for kind in (await one.directory("boss")).instance_types] == ["small", "medium", "large"]
            wanted = [f"kind-{number}" for number in range(8)]
            await asyncio.gather(
                *(
                    (one, other)[number % 2].create_instance_type(CreateInstanceType(name=kind, cpu=1))
                    for number, kind in enumerate(wanted)
                )
            )
            names = [kind.name for kind in (await other.directory("boss")).instance_types]
            assert names[:3] == ["small", "medium", "large"]
            assert sorted(names[3:]) == wanted
            changed = await one.update_instance_type("kind-0", UpdateInstanceType(memory=GIB), version=1)
            assert (changed.cpu, changed.memory, changed.version) == (1, GIB, 2)
            with pytest.raises(Conflict):
                await other.update_instance_type("kind-0", UpdateInstanceType(cpu=2), version=1)
            with pytest.raises(InvalidInput, match="there is no group"):
                await one.update_instance_type("kind-0", UpdateInstanceType(groups=("nobody",)), version=None)
            await other.delete_instance_type("kind-0", version=2)
            with pytest.raises(NotFound):
                await one.delete_instance_type("kind-0", version=None)

    run(scenario())


def test_a_mistake_in_the_config_map_keeps_what_was_understood_and_is_told(
    cluster: Cluster, namespace: Callable[..., str]
) -> None:
    place = labelled(cluster, namespace("types"))
    cluster.kubectl("create", "configmap", "types", "-n", place, "--from-literal=tiny=cpu: 0.5")

    async def scenario() -> None:
        where = {"namespaces": [place], "instance_types": f"{place}/types"}
        async with provider(cluster.kubeconfig(), cluster=where) as groups:
            assert [kind.name for kind in (await groups.directory("boss")).instance_types] == ["tiny"]
            patch = json.dumps({"data": {"tiny": "cpu: lots"}})
            cluster.kubectl("patch", "configmap", "types", "-n", place, "--type=merge", "-p", patch)
            directory = await groups.directory("boss")
            assert [kind.name for kind in directory.instance_types] == ["tiny"]
            assert "'tiny', cpu" in directory.warning

    run(scenario())


# --------------------------------------------------------------------------- a cluster that is away


def test_a_cluster_that_is_away_is_remembered_for_a_while_and_said_to_be_away(
    cluster: Cluster, namespace: Callable[..., str], tmp_path: Path
) -> None:
    place = labelled(cluster, namespace("away"), enabled="true", members="ada")
    now = 0.0

    async def scenario() -> None:
        nonlocal now
        road = Forwarder(cluster.kubeconfig())
        await road.start()
        kubeconfig = road.kubeconfig(tmp_path / "kubeconfig")
        listed = {"namespaces": [place]}
        async with provider(kubeconfig, clock=lambda: now, cluster=listed, refresh_interval=1, grace=60) as groups:
            assert (await groups.directory("ada")).warning == ""
            await road.cut()
            now = 30.0
            directory = await groups.directory("ada")
            assert [group.name for group in directory.groups_of("ada")] == [place]
            assert "The cluster can't be reached: groups are as of" in directory.warning
            with pytest.raises(EngineUnavailable, match="Nothing was changed"):
                await groups.update_group(place, UpdateGroup(enabled=False), version=None)
            now = 100.0
            with pytest.raises(EngineUnavailable, match="Deployments go on running"):
                await groups.directory("ada")
            await road.start()
            now = 110.0
            assert (await groups.directory("ada")).warning == ""
        await road.cut()

    run(scenario())
