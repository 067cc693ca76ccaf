"""How the engine is: whether what is shown is what the cluster holds, and as of when it is if not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.models import Health
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.known.absent import absence
from primehub_deploy_ext.engines.kubernetes.office import Office
from primehub_deploy_ext.engines.kubernetes.rights.needs import needs_of

_FEW = 3


async def health_of(office: Office | None, name: str) -> Health:
    """See ``Engine.health``."""
    if office is None:
        return Health(version=__version__, engine=name, status="unavailable", message="the engine is not open")
    reflectors = office.world.reflectors()
    problem, never = office.world.problem, [r for r in reflectors if r.last_sync is None]
    # Where the cluster answers, and says no, the way out is another than waiting for it.
    refused = next((r.error for r in reflectors if r.refused), "")
    oldest = office.world.as_of
    details: dict[str, Any] = {
        "server": office.api.server,
        "context": office.settings.context,
        "namespaces": sorted(mirror.namespace for mirror in office.world.mirrors()),
        "flavors": sorted(office.means.flavors),
        "as_of": oldest and oldest.isoformat(),
        "watches": [
            {
                "kind": str(r.kind),
                "namespace": r.namespace,
                "last_sync": r.last_sync and r.last_sync.isoformat(),
                "error": r.error,
            }
            for r in reflectors
        ],
        "lacking": await _lacking(office) if refused or not problem else [],
    }
    if problem and (never or not reflectors):
        answers = bool(never) and office.world.pulse.alive
        message = (await absence(office.api, office.means.flavors.values()) if answers else "") or problem
        return Health(version=__version__, engine=name, status="unavailable", message=message, details=details)
    if problem:
        as_of = f" What is shown is as of {oldest:%H:%M:%S} UTC." if oldest else ""
        return Health(
            version=__version__,
            engine=name,
            status="degraded",
            message=f"{_what_is_wrong(problem, refused)}.{as_of}",
            gateway=office.way.public_url or None,
            details=details,
        )
    status: Any = "starting" if never or not office.world.compared else "ok"
    message, lost = "", sorted(office.means.namespaces.lost)
    if lost:
        status, message = "degraded", _what_was_closed(lost)
    elif office.world.compared and not reflectors:
        message = office.means.namespaces.why_none
    return Health(
        version=__version__,
        engine=name,
        status=status,
        message=message,
        gateway=office.way.public_url or None,
        details=details,
    )


def _what_is_wrong(problem: str, refused: str) -> str:
    if refused:
        return f"The cluster does not let this server see all of what is shown any more: {refused.rstrip('.')}"
    return f"The cluster can't be reached: {problem.rstrip('.')}"


def _what_was_closed(lost: Sequence[str]) -> str:
    few, more = ", ".join(map(repr, lost[:_FEW])), len(lost) - _FEW
    return (
        f"The cluster does not let this server look into {few}{f' and {more} more' if more > 0 else ''} any more: "
        "deployments there run on, and are shown again once the rights are back"
    )


async def _lacking(office: Office) -> list[dict[str, str]]:
    """Return the rights that are missing where somebody deploys, with the manifests that give them.

    Whoever has more namespaces than a few acts for many, and is told at the first refusal: asking for all would be
    thousands of questions. Of those that were closed a few are asked about all the same.
    """
    routes = [office.settings.route] if office.settings.route else []
    namespaces = office.means.namespaces
    groups = {mirror.namespace: mirror.group for mirror in office.world.mirrors()} or namespaces.closed
    if len(groups) > _FEW:
        groups = {}
    lost = dict(sorted(namespaces.lost.items())[:_FEW])
    office.means.preflight.doubt(lost)
    groups = {**groups, **lost}
    needs = {namespace: needs_of(office.settings.flavor_of(group), routes) for namespace, group in groups.items()}
    try:
        return await office.means.preflight.lacking(needs)
    except ApiError:  # how the cluster is, is told by the rest
        return []
