"""The plain flavor: a ``Deployment`` of Kubernetes' own, a ``Service``, and a way in from outside if wanted."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.engines.kubernetes import routes, words
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, Kind
from primehub_deploy_ext.engines.kubernetes.flavors import common, measures
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json, Standing, Told, Way, Workload
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_ours
from primehub_deploy_ext.monitoring.questions import Questions

# The number of the newest roll-out, by the cluster's own controller.
_ROLL_OUT = "deployment.kubernetes.io/revision"


class Plain:
    """See :class:`Flavor`."""

    name = "plain"
    owner = DEPLOYMENT
    tells_callers = True
    kinds: tuple[Kind, ...] = ()

    def build(self, workload: Workload) -> Json:
        """See ``Flavor.build``."""
        body = DEPLOYMENT.stub(workload.id, workload.namespace)
        body["metadata"]["labels"] = words.named(workload.id)
        body["spec"] = {
            "selector": {"matchLabels": {words.DEPLOYMENT: workload.id, words.PART: "replica"}},
            # History is ours; these are only what the roll-out itself needs.
            "revisionHistoryLimit": 2,
        }
        return self.change(body, workload)

    def change(self, owner: Json, workload: Workload) -> Json:
        """See ``Flavor.change``."""
        body = common.annotated(owner, workload.annotations)
        spec = body["spec"]
        spec["replicas"] = workload.replicas
        spec["progressDeadlineSeconds"] = workload.progress_deadline
        spec["strategy"] = common.strategy(workload.surge)
        if workload.template is not None:
            there = (spec.get("template") or {}).get("metadata") or {}
            spec["template"] = {
                "metadata": common.merged_metadata(there, workload.template["metadata"]),
                "spec": copy.deepcopy(workload.template["spec"]),
            }
        return body

    def parts(self, workload: Workload, owner: Json, way: Way) -> list[tuple[Kind, Json]]:  # noqa: ARG002
        """See ``Flavor.parts``."""
        return common.service_and_route(workload, way)

    def owner_of(self, pod: Json) -> str | None:
        """See ``Flavor.owner_of``."""
        for reference in pod["metadata"].get("ownerReferences") or []:
            if reference.get("controller") and reference.get("kind") == "ReplicaSet":
                # The name of a ReplicaSet is that of its Deployment and a hash of the template.
                return str(reference["name"]).rpartition("-")[0] or None
        return None

    def standing(
        self,
        owner: Json,
        pods: Sequence[Json],
        others: Mapping[Kind, Mapping[str, Json]],  # noqa: ARG002
    ) -> Standing:
        """See ``Flavor.standing``."""
        return common.standing_of([owner], owner["spec"].get("replicas", 1), 0, pods)

    def count(self, owner: Json) -> int:
        """See ``Flavor.count``."""
        return int(owner["spec"].get("replicas", 1))

    def describe(self, owner: Json) -> DeploymentSpec:
        """See ``Flavor.describe``."""
        count = self.count(owner)
        return common.described(self.pod_spec(owner), replicas=count, stopped=count == 0)

    def told(self, owner: Json) -> Told:
        """See ``Flavor.told``."""
        number = str((owner["metadata"].get("annotations") or {}).get(_ROLL_OUT, ""))
        return Told(revision=int(number) if number.isdecimal() else 1)

    def past(self, owner: Json) -> list[Revision]:  # noqa: ARG002
        """See ``Flavor.past``."""
        return []

    def pod_spec(self, owner: Json) -> Json:
        """See ``Flavor.pod_spec``."""
        spec: Json = (owner["spec"].get("template") or {}).get("spec") or {}
        return spec

    def backend(self, owner: Json, spec: DeploymentSpec) -> Backend:
        """See ``Flavor.backend``."""
        name = owner["metadata"]["name"]
        return Backend(name, words.SERVICE_PORT, common.inner_path(name, spec))

    def endpoint(self, owner: Json, spec: DeploymentSpec, way: Way) -> str:
        """See ``Flavor.endpoint``."""
        metadata = owner["metadata"]
        # Only what was made here has a route for sure; of others a Service of the same name is likely.
        way = way if is_ours(owner) else way.inside()
        return routes.endpoint(metadata["name"], metadata["namespace"], common.inner_path(metadata["name"], spec), way)

    def questions(self, owner: Json, spec: DeploymentSpec) -> Questions:
        """See ``Flavor.questions``."""
        name, namespace = owner["metadata"]["name"], owner["metadata"]["namespace"]
        asked = measures.of_runner if spec.model.artifact and is_ours(owner) else measures.of_image
        return asked(namespace, name, measures.pods_of(name))
