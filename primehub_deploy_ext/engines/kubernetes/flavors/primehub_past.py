"""The history that PrimeHub's controller keeps in a ``PhDeployment``'s status, as revisions. Pure.

``status.history`` has the newest 32 specifications, newest first, each with the time when the controller saw it. Who
and why are in the specification itself. What came of them is not kept: only the newest one's end is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Revision
from primehub_deploy_ext.domain.phases import Action, Outcome
from primehub_deploy_ext.engines.kubernetes.flavors.base import Told
from primehub_deploy_ext.engines.kubernetes.reading.times import moment

Json = dict[str, Any]

UNKNOWN_USER = "somebody in PrimeHub"
_MOST = 32
# What each change says of itself, not what it changes.
_WORDS = {"userId", "userName", "updateMessage", "updateTime"}


def past_of(owner: Json, describe: Callable[[Json], DeploymentSpec]) -> list[Revision]:
    """Return what is known of the revisions, newest first.

    They are numbered from the oldest that is known: nothing else tells them apart for good.

    Parameters
    ----------
    describe
        Makes a specification of an object as it was then.
    """
    status = owner.get("status") or {}
    known = [one for one in status.get("history") or [] if moment(one.get("time")) and one.get("spec")]
    revisions: list[Revision] = []
    before: Json | None = None
    for number, one in enumerate(reversed(known), start=1):
        spec = one["spec"]
        newest = number == len(known)
        revisions.append(
            Revision(
                number=number,
                action=_action(before, spec, is_first=number == 1 and len(known) < _MOST),
                spec=describe({**owner, "spec": spec}),
                user=spec.get("userName") or UNKNOWN_USER,
                created_at=moment(one["time"]),
                update_message=spec.get("updateMessage") or "",
                changes=_changes(before, spec) if before else [],
                **(_end(status, stopped=bool(spec.get("stop"))) if newest else _followed(number + 1)),
            )
        )
        before = spec
    return revisions[::-1]


def told_of(owner: Json) -> Told:
    """Return what the ends of the history tell."""
    spec, history = owner["spec"], (owner.get("status") or {}).get("history") or [{}]
    known = len(history) < _MOST
    return Told(
        name=str(spec.get("displayName") or ""),
        revision=len(history),
        # Each change overwrites who it was; of a long history the first is gone.
        created_by=str((history[-1].get("spec") or {}).get("userName") or "") if known else "",
        updated_by=str(spec.get("userName") or ""),
        updated_at=moment(history[0].get("time")),
    )


def without_past(owner: Json) -> Json:
    """Return an object with no more of its history than what a list needs: how long it is, and its ends.

    A mirror holds many objects, and each may have 32 specifications.
    """
    status = owner.get("status") or {}
    history = status.get("history") or []
    short = [_head(one) if place in {0, len(history) - 1} else _NOTHING for place, one in enumerate(history)]
    return {**owner, "status": {**status, "history": short}} if history else owner


_NOTHING: Json = {}


def _head(one: Json) -> Json:
    return {"time": one.get("time"), "spec": {"userName": (one.get("spec") or {}).get("userName")}}


def _action(before: Json | None, now: Json, *, is_first: bool) -> Action:
    if before is None:
        return Action.CREATE if is_first else Action.UPDATE
    if bool(before.get("stop")) != bool(now.get("stop")):
        return Action.STOP if now.get("stop") else Action.START
    return Action.SCALE if _changes(before, now) == ["replicas"] else Action.UPDATE


_NAMES = {
    "modelImage": "model",
    "modelURI": "model",
    "instanceType": "instance_type",
    "imagePullSecret": "pull_secret",
    "displayName": "name",
    "stop": "stopped",
}


def _changes(before: Json, now: Json) -> list[str]:
    """Return the names of what differs, in our words."""
    flat = [_flat(one) for one in (before, now)]
    names = sorted(flat[0].keys() | flat[1].keys())
    differing = [_NAMES.get(name, name) for name in names if (flat[0].get(name) or None) != (flat[1].get(name) or None)]
    return list(dict.fromkeys(differing))


def _flat(spec: Json) -> Json:
    predictor = (spec.get("predictors") or [{}])[0]
    endpoint = spec.get("endpoint") or {}
    own = {key: value for key, value in spec.items() if key not in {*_WORDS, "predictors", "endpoint"}}
    access = {"access": endpoint.get("accessType") or "public", "clients": endpoint.get("clients")}
    return {**own, **{key: value for key, value in predictor.items() if key != "name"}, **access}


def _end(status: Json, *, stopped: bool) -> dict[str, Any]:
    phase = status.get("phase")
    if phase == "Failed":
        return {"outcome": Outcome.FAILED, "message": str(status.get("message") or "")}
    if phase == ("Stopped" if stopped else "Deployed"):
        return {"outcome": Outcome.SUCCEEDED}
    return {"outcome": Outcome.IN_PROGRESS}


def _followed(number: int) -> dict[str, Any]:
    return {
        "outcome": Outcome.SUPERSEDED,
        "message": f"followed by revision {number}; PrimeHub does not keep what came of it",
    }
