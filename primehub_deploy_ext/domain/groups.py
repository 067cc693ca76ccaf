"""Groups, instance types and pull secrets, and who may do what.

The table of permissions in ``docs/access.md`` and the permission matrix test are about these.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.models import Trial
from primehub_deploy_ext.domain.resources import Cpu, Gpu, Memory, Quota, Resources, Scheduling, Usage
from primehub_deploy_ext.domain.values import Value

MAX_MEMBERS = 10_000


class Role(str, Enum):
    """What somebody is to a group; administrators need none."""

    MEMBER = "member"
    GROUP_ADMIN = "group_admin"

    def __str__(self) -> str:
        return self.value


def _check_group_name(value: str) -> str:
    if not names.is_group_name(value):
        raise ValueError(names.GROUP_NAME_RULE)
    return value


def _check_resource_name(value: str) -> str:
    if not names.is_resource_name(value):
        raise ValueError(names.RESOURCE_NAME_RULE)
    return value


def _check_registry(value: str) -> str:
    if not names.is_registry(value):
        raise ValueError(names.REGISTRY_RULE)
    return value


def _check_users(value: tuple[str, ...]) -> tuple[str, ...]:
    for user in value:
        if not names.is_user_name(user):
            raise ValueError(f"{user!r}: {names.USER_NAME_RULE}")
    return tuple(dict.fromkeys(value))


GroupName = Annotated[str, AfterValidator(_check_group_name)]
ResourceName = Annotated[str, AfterValidator(_check_resource_name)]
Registry = Annotated[str, AfterValidator(_check_registry)]
Users = Annotated[tuple[str, ...], AfterValidator(_check_users), Field(max_length=MAX_MEMBERS)]
Groups = Annotated[
    tuple[str, ...] | None, Field(max_length=1000, description="names of the groups that may use it; none: all")
]
DisplayName = Annotated[str, Field(max_length=128)]
Words = Annotated[str, Field(max_length=1024)]


# --------------------------------------------------------------------------- what providers know


class GroupSettings(Value):
    """A group as its provider knows it."""

    name: GroupName
    display_name: DisplayName = ""
    enabled: bool = Field(default=False, description="Enable Model Deployment")
    quota: Quota = Field(default_factory=Quota)
    members: Users = Field(default=(), description="users who own its deployments together")
    admins: Users = Field(default=(), description="members who also manage the members")
    version: int = Field(default=1, description="grows with every change; also the ETag")

    def role_of(self, user: str) -> Role | None:
        """Return what the user is to the group; None for outsiders."""
        if user in self.admins:
            return Role.GROUP_ADMIN
        return Role.MEMBER if user in self.members else None


class InstanceType(Value):
    """Resources of one replica."""

    name: ResourceName
    display_name: DisplayName = ""
    description: Words = ""
    cpu: Cpu = Field(default=None, description="CPU cores; none: all of the machine")
    memory: Memory = Field(default=None, description="bytes; none: all of the machine")
    gpu: Gpu = 0
    scheduling: Scheduling | None = Field(default=None, description="only for engines that are clusters")
    groups: Groups = None
    version: int = Field(default=1, description="grows with every change; also the ETag")

    @property
    def resources(self) -> Resources:
        """What one replica is given."""
        return Resources(cpu=self.cpu, memory=self.memory, gpu=self.gpu, scheduling=self.scheduling)


class PullSecret(Value):
    """A login for an image registry. The password goes in and never comes out.

    A provider that keeps it where it can't be read (a cluster's Secret) knows no password, and of one that was made
    elsewhere neither registry nor user name.
    """

    name: ResourceName
    registry: Registry | None = None
    username: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    password: SecretStr | None = None
    groups: Groups = None
    version: int = 1


class Directory(Value):
    """All that a provider knows at one time, as far as it concerns one user.

    Parameters
    ----------
    warning
        What people should know about it (a file that can't be read, a Hub that is down); empty when all is well.
    as_of, until
        Where nothing newer is known: when this was true, and how long it counts; no ``until``: until it is mended.
    """

    groups: tuple[GroupSettings, ...] = ()
    instance_types: tuple[InstanceType, ...] = ()
    pull_secrets: tuple[PullSecret, ...] = ()
    admins: frozenset[str] = frozenset()
    warning: str = ""
    as_of: datetime | None = None
    until: datetime | None = None

    def group(self, name: str) -> GroupSettings | None:
        """Return a group."""
        return next((group for group in self.groups if group.name == name), None)

    def groups_of(self, user: str) -> list[GroupSettings]:
        """Return the groups that the user is in, in the provider's order."""
        return [group for group in self.groups if group.role_of(user) is not None]

    def is_admin(self, user: str) -> bool:
        """Tell whether the user manages all groups, instance types and pull secrets."""
        return user in self.admins

    def pull_secrets_of(self, group: str) -> list[PullSecret]:
        """Return the pull secrets that a group may use: its own and the global ones, in order."""
        return [secret for secret in self.pull_secrets if secret.groups is None or group in secret.groups]

    def instance_types_of(self, group: str) -> list[InstanceType]:
        """Return the instance types that a group may use: its own and the global ones, in order."""
        return [kind for kind in self.instance_types if kind.groups is None or group in kind.groups]


# --------------------------------------------------------------------------- what callers send


class CreateGroup(Value):
    """Body of ``POST groups``."""

    name: GroupName
    display_name: DisplayName = ""
    enabled: bool = False
    quota: Quota = Field(default_factory=Quota)
    members: Users = ()
    admins: Users = ()


class UpdateGroup(Value):
    """Body of ``PATCH groups/{group}``: only the fields that are sent change. Group admins may send ``members``."""

    display_name: DisplayName | None = None
    enabled: bool | None = None
    quota: Quota | None = Field(default=None, description="replaces all ceilings")
    members: Users | None = None
    admins: Users | None = None
    running: Literal["keep", "stop"] | None = Field(
        default=None,
        description="what becomes of running deployments when Model Deployment is switched off; "
        "without it that is refused (409) while any runs, and the answer lists them",
    )


class CreateInstanceType(Value):
    """Body of ``POST instance-types``."""

    name: ResourceName
    display_name: DisplayName = ""
    description: Words = ""
    cpu: Cpu = None
    memory: Memory = None
    gpu: Gpu = 0
    groups: Groups = None


class UpdateInstanceType(Value):
    """Body of ``PATCH instance-types/{name}``: only the fields that are sent change; null removes a limit."""

    display_name: DisplayName | None = None
    description: Words | None = None
    cpu: Cpu = None
    memory: Memory = None
    gpu: Gpu | None = None
    groups: Groups = None


class CreatePullSecret(Value):
    """Body of ``POST pull-secrets``."""

    name: ResourceName
    registry: Registry
    username: Annotated[str, Field(min_length=1, max_length=255)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=8192)]
    groups: Groups = None


class UpdatePullSecret(Value):
    """Body of ``PATCH pull-secrets/{name}``: only the fields that are sent change."""

    registry: Registry | None = None
    username: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    password: Annotated[SecretStr, Field(min_length=1, max_length=8192)] | None = None
    groups: Groups = None


# --------------------------------------------------------------------------- what callers get


class Group(Value):
    """A group as the caller may see it."""

    name: str
    display_name: str
    enabled: bool = Field(description="Enable Model Deployment")
    role: Role | None = Field(default=None, description="of the caller; none: an administrator who is no member")
    quota: Quota = Field(default_factory=Quota)
    usage: Usage = Field(default_factory=Usage)
    instance_types: list[str] = Field(default=[], description="names of those that it may use")
    pull_secrets: list[str] = Field(default=[], description="names of those that it may use")
    members: list[str] | None = Field(default=None, description="only for administrators and group admins")
    admins: list[str] | None = Field(default=None, description="only for administrators and group admins")
    deleted: bool = Field(default=False, description="it is gone and its deployments are still there")
    version: int = Field(default=1, description="also the ETag")


class PullSecretInfo(Value):
    """A pull secret as the caller may see it: members see the name alone."""

    name: str
    registry: str | None = None
    username: str | None = None
    groups: Groups = None
    version: int = 1


class ProviderInfo(Value):
    """Where groups come from."""

    name: str = Field(description="stored, file, jupyterhub, kubernetes, or that of somebody's own provider")
    settings_writable: bool = Field(description="groups, instance types and pull secrets can be edited here")
    members_writable: bool = Field(description="members can be edited here; who is group admin is one of the settings")
    warning: str = Field(default="", description="what people should know: an unreadable file, a Hub that is down")
    as_of: datetime | None = Field(
        default=None, description="when groups were last known, while nothing newer is: they still count"
    )
    until: datetime | None = Field(
        default=None, description="how long those groups count; none: until what is wrong is mended"
    )


class EngineInfo(Value):
    """Where deployments run, and what it can do beyond running stored models."""

    name: str = Field(description="local, kubernetes, or that of somebody's own engine")
    images: bool = Field(description="runs OCI images")
    private: bool = Field(description="has private endpoints")
    trials: bool = Field(description="can load a model for a moment, to see")
    metrics: bool = Field(description="measures requests, errors and latency")
    runner_image: str = Field(
        default="", description="the image that stored models run in, where they don't run with the Python of a kernel"
    )


class Me(Value):
    """Who the caller is to this server, and what they may do."""

    user: str
    admin: bool = False
    groups: list[Group]
    can_write: bool
    provider: ProviderInfo
    engine: EngineInfo


class GroupList(Value):
    """Groups of the caller; all for administrators who ask."""

    items: list[Group]


class InstanceTypeList(Value):
    """Instance types that the caller may use; all for administrators who ask. The first is the default."""

    items: list[InstanceType]


class PullSecretList(Value):
    """Pull secrets that the caller may use; all for administrators who ask."""

    items: list[PullSecretInfo]


class DryRun(Value):
    """What a change would do: the answer to ``dry_run=1``."""

    group: str
    quota: Quota
    usage: Usage = Field(description="of the group now")
    after: Usage = Field(description="of the group after the change")
    trial: Trial | None = Field(default=None, description="what came of loading the model, with ``try=1``")
