"""All that is known of one deployment on the cluster, as of the last that was heard of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.phases import Step
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Standing
from primehub_deploy_ext.engines.kubernetes.reasons import Failure, failure_of_owner, failure_of_pod, step_of, worst
from primehub_deploy_ext.engines.kubernetes.record import Record

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
    """

    id: str
    group: str
    flavor: Flavor
    owner: Json
    record: Record | None
    spec: DeploymentSpec
    standing: Standing
    pods: Sequence[Json] = ()
    events: Sequence[Json] = field(default_factory=list)

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

    def pods_of(self, template: int) -> list[Json]:
        """Return the pods that run a revision's template."""
        return [pod for pod in self.pods if template_of(pod) == template]

    def events_about(self, pod: Json) -> list[Json]:
        """Return the events about a pod."""
        uid = pod["metadata"].get("uid")
        return [event for event in self.events if (event.get("involvedObject") or {}).get("uid") == uid]

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
        of_owner = failure_of_owner(list(self.standing.conditions), list(self.events))
        if of_owner is not None:
            found.append((of_owner, None))
        if not found:
            return None
        first = worst([failure for failure, _ in found])
        return next(pair for pair in found if pair[0] is first)


def template_of(pod: Json) -> int:
    """Return the number of the revision whose template a pod runs; 0 where none is written on it."""
    text = (pod["metadata"].get("labels") or {}).get(words.REVISION, "")
    return int(text) if text.isdecimal() else 0


def is_leaving(pod: Json) -> bool:
    """Tell whether a pod was told to end, or has ended."""
    gone = (pod.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
    return gone or bool(pod["metadata"].get("deletionTimestamp"))


def is_ready(pod: Json) -> bool:
    """Tell whether a pod takes requests."""
    return not is_leaving(pod) and step_of(pod) is Step.READY


def restarts_of(pod: Json) -> int:
    """Return how often the model's container was started again."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    own = [s for s in statuses if s.get("name") == words.CONTAINER] or statuses
    return max((int(s.get("restartCount", 0)) for s in own), default=0)


def time_of(text: Any) -> datetime | None:
    """Return a time as the API writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if isinstance(text, str) and text else None
