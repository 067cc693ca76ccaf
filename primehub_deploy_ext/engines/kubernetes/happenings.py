"""The cluster's own events about a deployment, as callers see them. Pure."""

from __future__ import annotations

from primehub_deploy_ext.domain.models import Event
from primehub_deploy_ext.engines.kubernetes.seen import Seen, template_of
from primehub_deploy_ext.engines.kubernetes.steps import event_time


def events_of(seen: Seen) -> list[Event]:
    """Return what the cluster told of a deployment and its pods, in no order."""
    templates = {pod["metadata"]["name"]: template_of(pod) for pod in seen.pods}
    found = []
    for event in seen.events:
        about = event.get("involvedObject") or {}
        replica = about.get("name") if about.get("kind") == "Pod" else None
        times = event.get("count") or (event.get("series") or {}).get("count") or 1
        found.append(
            Event(
                time=event_time(event),
                kind="Warning" if event.get("type") == "Warning" else "Normal",
                reason=event.get("reason") or "Event",
                message=(event.get("message") or "") + (f" ({times} times)" if times > 1 else ""),
                revision=templates.get(replica) if replica else None,
                replica=replica,
            )
        )
    return found
