"""All that is known of one deployment on the cluster, as of the last that was heard of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.phases import Step
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.books.record import Record
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Standing
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.reasons import Failure, failure_of_pod, worst
from primehub_deploy_ext.engines.kubernetes.reading.refusals import failure_of_owner
from primehub_deploy_ext.engines.kubernetes.reading.steps import is_true, step_of
from primehub_deploy_ext.engines.kubernetes.reading.times import moment

Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One deployment.

    Parameters
    ----------
    owner
        Its object.
    record
        What is written on it; None: it was made elsewhere.
    spec
        What is wanted; the values of the environment are hidden.
    pods
        Its pods, oldest first.
    events
        Events about it and its pods.
    left
        This server is not configured to make what it is; it was, or another one is.
    """

    id: str
    group: str
    flavor: Flavor
    owner: Json
    record: Record | None
    spec: DeploymentSpec
    standing: Standing
    pods: Sequence[Json] = ()
    events: Sequence[ClusterEvent] = field(default_factory=list)
    left: bool = False

    @property
    def namespace(self) -> str:
        """Where it is."""
        return str(self.owner["metadata"]["namespace"])

    @property
    def name(self) -> str:
        """What its object is called there."""
        return str(self.owner["metadata"]["name"])

    @property
    def deleting(self) -> bool:
        """Whether it is being removed."""
        return bool(self.owner["metadata"].get("deletionTimestamp"))

    @property
    def scaled_elsewhere(self) -> int | None:
        """How many replicas the object wants, where that is another number than was wished for here.

        ``kubectl scale`` does that, or an autoscaler; it is left alone until somebody scales here.
        """
        record = self.record
        if record is None or record.in_progress or record.target.stopped or record.never_ran:
            return None
        count = self.flavor.count(self.owner)
        return count if count != record.target.replicas else None

    def pods_of(self, template: int) -> list[Json]:
        """Return the pods that run a revision's template."""
        return [pod for pod in self.pods if template_of(pod) == template]

    def still_answers(self, template: int) -> bool:
        """Tell whether pods of other templates may still get requests, for they end only now.

        Every proxy in the cluster learns in its own time that a pod is going; until then some callers meet what was
        before.
        """
        return any(template_of(pod) != template and is_true(pod, "Ready") for pod in self.pods)

    def events_about(self, pod: Json) -> list[ClusterEvent]:
        """Return the events about a pod."""
        uid = pod["metadata"].get("uid")
        return [event for event in self.events if event.about_uid == uid]

    def trouble(self, template: int | None = None) -> tuple[Failure, Json | None] | None:
        """Return what keeps replicas from being ready, and the pod that it is about.

        Parameters
        ----------
        template
            Only pods of this revision's template.
        """
        found: list[tuple[Failure, Json | None]] = []
        for pod in self.pods if template is None else self.pods_of(template):
            if not is_leaving(pod) and not is_ready(pod):
                failure = failure_of_pod(pod, self.events_about(pod))
                if failure is not None:
                    found.append((failure, pod))
        of_owner = self._refusal()
        if of_owner is not None:
            found.append((of_owner, None))
        if not found:
            return None
        first = worst([failure for failure, _ in found])
        return next(pair for pair in found if pair[0] is first)

    def step(self, pod: Json) -> Step:
        """Return where a pod is on its way to serving."""
        return step_of(pod, self.events_about(pod))

    def _refusal(self) -> Failure | None:
        """Return why no pods are made for what is wanted now; what was said of earlier wishes counts no more."""
        if not self.standing.seen:
            return None
        # Times of the cluster are whole seconds.
        begun = int(self.record.target.created_at.timestamp()) if self.record else 0
        conditions = [
            one
            for one in self.standing.conditions
            if (told := moment(one.get("lastUpdateTime") or one.get("lastTransitionTime"))) is None
            or told.timestamp() >= begun
        ]
        return failure_of_owner(conditions, [one for one in self.events if one.time.timestamp() >= begun])


def template_of(pod: Json) -> int:
    """Return the number of the revision whose template a pod runs; 0 where none is written on it.

    It is a label; where a controller makes pods with labels of its own alone, a variable.
    """
    text = (pod["metadata"].get("labels") or {}).get(words.REVISION, "")
    if not text:
        containers = (pod.get("spec") or {}).get("containers") or []
        variables = [variable for container in containers for variable in container.get("env") or []]
        text = next((v.get("value", "") for v in variables if v.get("name") == words.REVISION_VARIABLE), "")
    return int(text) if text.isdecimal() else 0


def is_leaving(pod: Json) -> bool:
    """Tell whether a pod was told to end, or has ended."""
    gone = (pod.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
    return gone or bool(pod["metadata"].get("deletionTimestamp"))


def is_ready(pod: Json) -> bool:
    """Tell whether a pod takes requests."""
    return not is_leaving(pod) and step_of(pod) is Step.READY
