"""What the parts of the engine share: the cluster, what is known of it, the settings, the stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from primehub_deploy_ext.domain.errors import DeployError, InvalidInput
from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.resources import Resources
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.books.history import Page
from primehub_deploy_ext.engines.kubernetes.books.specs import is_whole
from primehub_deploy_ext.engines.kubernetes.envs import Envs
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json, Way
from primehub_deploy_ext.engines.kubernetes.known.capacity import Capacity
from primehub_deploy_ext.engines.kubernetes.known.namespaces import Namespaces
from primehub_deploy_ext.engines.kubernetes.known.world import World
from primehub_deploy_ext.engines.kubernetes.models.artifacts import ArtifactStore, path_below
from primehub_deploy_ext.engines.kubernetes.models.libraries import ImageLibraries
from primehub_deploy_ext.engines.kubernetes.pod_calls import PodCalls
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans
from primehub_deploy_ext.engines.kubernetes.quota.ledger import Ledger
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.rights.needs import needs_of
from primehub_deploy_ext.engines.kubernetes.rights.preflight import Preflight
from primehub_deploy_ext.engines.kubernetes.settings import KubernetesSettings


class Book(Protocol):
    """Who keeps the history."""

    async def page(self, seen: Seen, number: int) -> Page | None:
        """Return one revision of a deployment."""


@dataclass(frozen=True)
class Means:
    """See the parts."""

    api: Api
    calls: PodCalls
    settings: KubernetesSettings
    world: World
    namespaces: Namespaces
    flavors: dict[str, Flavor]
    ledger: Ledger
    preflight: Preflight
    envs: Envs
    artifacts: ArtifactStore | None
    libraries: ImageLibraries
    capacity: Capacity
    way: Way

    def flavor_of(self, group: str) -> Flavor:
        """Return what deployments of a group are made as."""
        return self.flavors[self.settings.flavor_of(group)]

    def checks_callers(self, spec: DeploymentSpec, flavor: Flavor) -> bool:
        """Tell whether the replicas of a specification can tell who calls: our runner can, where it is told."""
        return bool(spec.model.artifact) and flavor.tells_callers

    def pod_means(self, spec: DeploymentSpec, access: str = "") -> PodMeans:
        """Return what the pods of a specification are made with; ``access`` is the Secret with who may call."""
        settings = self.settings
        return PodMeans(
            runner_image=settings.runner_image,
            runner_pull_secret=settings.runner_pull_secret,
            image_pull_policy=settings.image_pull_policy,
            service_account=settings.service_account,
            artifact=self._artifact_of(spec.model.artifact) if spec.model.artifact else "",
            artifact_volume=settings.artifact_volume,
            artifact_secret=settings.artifact_secret,
            access=access if spec.model.artifact else "",
            linger=settings.linger,
            drain_limit=settings.drain_limit,
            progress_deadline=settings.progress_deadline,
            overrides=settings.pod_spec,
        )

    def _artifact_of(self, digest: str) -> str:
        if self.settings.artifact_volume:
            return f"{words.ARTIFACT_FOLDER}/{path_below(digest)}"
        return self.store().url(digest)

    def store(self) -> ArtifactStore:
        """Return the artifact store.

        Raises
        ------
        InvalidInput
            If none is configured.
        """
        if self.artifacts is None:
            rule = (
                "this server has no store for models that pods reach: an administrator sets "
                "c.KubernetesSettings.artifact_root; meanwhile deploy an image"
            )
            raise InvalidInput(f"model.artifact: {rule}", fields=[{"field": "model.artifact", "message": rule}])
        return self.artifacts

    async def check(self, spec: DeploymentSpec, flavor: Flavor) -> None:
        """Refuse what can't run here.

        Raises
        ------
        InvalidInput
            If the artifact is not stored, there is nothing to run it in, or it is private and can't tell who calls.
        """
        model = spec.model
        if spec.access == "private" and not self.checks_callers(spec, flavor):
            what = "an image that serves by itself" if not model.artifact else f"the flavor {flavor.name!r}"
            rule = (
                f"{what} can't tell who calls: leave it public, and have the Ingress or gateway in front of it ask for "
                "a login"
            )
            raise InvalidInput(f"access: {rule}", fields=[{"field": "access", "message": rule}])
        if not model.artifact:
            return
        if not model.image and not self.settings.runner_image:
            rule = (
                "this server knows no image that runs stored models: an administrator sets "
                "c.KubernetesSettings.runner_image; or name an image beside the model"
            )
            raise InvalidInput(f"model.image: {rule}", fields=[{"field": "model.image", "message": rule}])
        if not await self.store().has(model.artifact):
            raise InvalidInput(
                "the model's artifact is not stored: upload it first",
                fields=[{"field": "model.artifact", "message": "not stored"}],
            )

    async def explained(self, error: ApiError, doing: str, namespace: str, flavor: Flavor) -> DeployError:
        """Return what to tell of an error of the cluster; where a right is missing, how to get it."""
        needs = needs_of(flavor.name, [self.settings.route] if self.settings.route else [])
        return await self.preflight.explained(error, doing, namespace, needs)

    async def whole_spec(self, seen: Seen, book: Book) -> DeploymentSpec:
        """Return what is wanted, with the values of its environment and what was too large for an annotation."""
        spec, record = seen.spec, seen.record
        if record is None:
            return spec
        if not is_whole(seen.owner["metadata"]["annotations"][words.SPEC]):
            page = await book.page(seen, record.target.number)
            spec = spec.model_copy(update={"model": page.spec.model}) if page else spec
        return await self.envs.filled(seen.namespace, record.target.order, spec)

    async def machine(self) -> Resources:
        """Return what a missing limit counts as."""
        return await self.capacity.of_one_node()


def owned_by(body: Json, owner: Json, flavor: Flavor) -> Json:
    """Return an object that goes when its owner goes.

    It doesn't hold its owner back: where the cluster guards that (OpenShift does), it takes a right of its own.
    """
    metadata = owner["metadata"]
    reference = {
        "apiVersion": flavor.owner.api_version,
        "kind": flavor.owner.kind,
        "name": metadata["name"],
        "uid": metadata["uid"],
    }
    return {**body, "metadata": {**body["metadata"], "ownerReferences": [reference]}}
