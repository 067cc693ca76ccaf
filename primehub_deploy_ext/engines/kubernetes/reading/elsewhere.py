"""Deployments that were made elsewhere: by what, and where they are changed. Pure.

They are shown and never written. An object that two tools write is undone by one or the other: Argo CD and Flux
put back what is in Git within minutes, ``helm upgrade`` and ``kubectl apply`` with the next change of a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from primehub_deploy_ext.domain.errors import Conflict
from primehub_deploy_ext.domain.phases import Action
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, PH_DEPLOYMENT, Kind
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

Json = dict[str, Any]

_ARGO_ID = "argocd.argoproj.io/tracking-id"
_ARGO_LABEL = "argocd.argoproj.io/instance"
_FLUX = {"kustomize.toolkit.fluxcd.io/name": "Kustomization", "helm.toolkit.fluxcd.io/name": "HelmRelease"}
_HELM = "meta.helm.sh/release-name"
_SOMEBODY = "somebody else"


@dataclass(frozen=True)
class Maker:
    """What makes and changes an object.

    Parameters
    ----------
    name
        As people call it.
    place
        Where it is told what to make; empty: whoever has the right changes the object itself.
    """

    name: str
    place: str = ""


def is_ours(owner: Json) -> bool:
    """Tell whether an object was made here, and is kept here alone."""
    metadata = owner["metadata"]
    return (metadata.get("labels") or {}).get(words.MANAGED_BY) == words.MANAGER and git_maker(metadata) is None


def is_nobodys(item: Json) -> bool:
    """Tell whether an object was made here and belongs to none that goes with it.

    It waits for its owner, or that was taken away without it (``kubectl delete --cascade=orphan``). A copy that Git
    keeps was made elsewhere, though it carries our labels.
    """
    return is_ours(item) and not item["metadata"].get("ownerReferences")


def git_maker(metadata: Mapping[str, Any]) -> Maker | None:
    """Return what keeps an object as it is in Git; None where nothing does.

    https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
    https://fluxcd.io/flux/components/kustomize/kustomizations/
    """
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    tracked = str(annotations.get(_ARGO_ID, "")).partition(":")[0] or labels.get(_ARGO_LABEL)
    if tracked:
        return Maker("Argo CD", f"in the Git repository of its application {tracked}")
    for label, kind in _FLUX.items():
        if label in labels:
            return Maker("Flux", f"in the Git repository of its {kind} {labels[label]}")
    return None


def maker_of(owner: Json, kind: Kind) -> Maker:
    """Return what made an object that was not made here."""
    metadata = owner["metadata"]
    in_git = git_maker(metadata)
    if in_git is not None:
        return in_git
    release = (metadata.get("annotations") or {}).get(_HELM)
    if release:
        return Maker("Helm", f"with helm upgrade, in the values of its release {release}")
    manager = first_manager(metadata)
    if manager.startswith("kubectl"):
        return Maker("kubectl")
    if kind == PH_DEPLOYMENT:
        return Maker("PrimeHub", "in PrimeHub")
    return Maker(manager or _SOMEBODY)


def first_manager(metadata: Mapping[str, Any]) -> str:
    """Return the program that first wrote what an object is to be, as it called itself; empty: not known.

    Controllers write finalizers and the like in the same second.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
    """
    fields = [one for one in metadata.get("managedFields") or [] if "f:spec" in one.get("fieldsV1", "f:spec")]
    first: Json = min(fields, key=lambda one: str(one.get("time", "")), default={})
    return str(first.get("manager") or "")


def short_fields(metadata: Mapping[str, Any]) -> list[Json]:
    """Return the ``managedFields`` that a mirror keeps: who was first. As a whole they are half of an object."""
    manager = first_manager(metadata)
    return _only(manager) if manager else []


@lru_cache(maxsize=256)
def _only(manager: str) -> list[Json]:
    return [{"manager": manager}]


def refusal(seen: Seen, doing: Action | str, replicas: int | None = None, replica: str = "") -> Conflict:
    """Return the refusal to change what was made elsewhere, with the way to do it there.

    Parameters
    ----------
    doing
        What was asked for; other than an action ``delete`` or ``restart a replica``.
    """
    maker = maker_of(seen.owner, seen.flavor.owner)
    command = _command(seen, str(getattr(doing, "value", doing)), replicas, replica)
    place = maker.place or f"with {command}"
    why = "what is changed here would be undone" if git_maker(seen.owner["metadata"]) else "it is only shown here"
    anew = "" if doing == "delete" else ", or deploy its image here under an id of its own"
    return Conflict(
        f"{seen.id} was made by {maker.name}, and {why}: change it {place}{anew}",
        details={"managed_by": maker.name, **({} if maker.place else {"command": command})},
    )


def _command(seen: Seen, doing: str, replicas: int | None, replica: str) -> str:
    kind, name = seen.flavor.owner.kind.lower(), seen.name
    kubectl = f"kubectl -n {seen.namespace}"
    if doing == "delete":
        return f"{kubectl} delete {kind}/{name}"
    if replica:
        return f"{kubectl} delete pod/{replica}"
    if seen.flavor.owner == DEPLOYMENT:
        counts = {"scale": replicas, "stop": 0, "start": max(1, replicas or 1)}
        if doing in counts:
            return f"{kubectl} scale {kind}/{name} --replicas={counts[doing]}"
        if doing in {"restart", "rollback"}:
            return f"{kubectl} rollout {'restart' if doing == 'restart' else 'undo'} {kind}/{name}"
    return f"{kubectl} edit {kind}/{name}"
