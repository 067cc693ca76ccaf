"""What was made elsewhere is known by what made it, shown with what it tells, and refused with the way out."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.phases import Action, Outcome
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import DEPLOYMENT, PH_DEPLOYMENT
from primehub_deploy_ext.engines.kubernetes.flavors.kserve import KServe
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.flavors.primehub import PrimeHub
from primehub_deploy_ext.engines.kubernetes.flavors.primehub_past import without_past
from primehub_deploy_ext.engines.kubernetes.known.owners import read_owner
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import (
    first_manager,
    is_ours,
    maker_of,
    refusal,
    short_fields,
)
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

Json = dict[str, Any]
KUBECTL = [
    {"manager": "a-controller", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:metadata": {}}},
    {"manager": "kubectl-edit", "time": "2026-01-03T00:00:00Z"},
    {"manager": "kubectl-client-side-apply", "time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:spec": {}}},
]


def owner(**metadata: Any) -> Json:
    containers = [{"name": "web", "image": "web:1"}]
    return {
        "metadata": {"name": "web", "namespace": "team", "uid": "u", **metadata},
        "spec": {"replicas": 2, "template": {"spec": {"containers": containers}}},
    }


def seen(body: Json, flavor: Any = None) -> Seen:
    flavor = flavor or Plain()
    record, spec = read_owner(flavor, body)
    return Seen("web", "research", flavor, body, record, spec, flavor.standing(body, [], {}))


MAKERS = [
    ({"managedFields": KUBECTL}, "kubectl", "with kubectl -n team scale deployment/web --replicas=3"),
    (
        {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:team/web"}, "managedFields": KUBECTL},
        "Argo CD",
        "in the Git repository of its application shop",
    ),
    ({"labels": {"argocd.argoproj.io/instance": "shop"}}, "Argo CD", "in the Git repository of its application shop"),
    (
        {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}},
        "Flux",
        "in the Git repository of its Kustomization apps",
    ),
    ({"labels": {"helm.toolkit.fluxcd.io/name": "shop"}}, "Flux", "in the Git repository of its HelmRelease shop"),
    ({"annotations": {"meta.helm.sh/release-name": "shop"}}, "Helm", "with helm upgrade"),
    ({"managedFields": [{"manager": "Terraform"}]}, "Terraform", "with kubectl -n team scale"),
    ({}, "somebody else", "with kubectl -n team scale"),
]


@pytest.mark.parametrize(("metadata", "name", "place"), MAKERS, ids=lambda value: value if type(value) is str else "")
def test_the_refusal_names_what_made_it_and_where_it_is_changed(metadata: Json, name: str, place: str) -> None:
    body = owner(**metadata)
    assert maker_of(body, DEPLOYMENT).name == name
    refused = refusal(seen(body), Action.SCALE, 3)
    assert f"was made by {name}, " in refused.message
    assert place in refused.message
    assert refused.details["managed_by"] == name


@pytest.mark.parametrize(
    ("flavor", "doing", "command"),
    [
        (Plain(), Action.STOP, "scale deployment/web --replicas=0"),
        (Plain(), Action.START, "scale deployment/web --replicas=2"),
        (Plain(), Action.RESTART, "rollout restart deployment/web"),
        (Plain(), Action.ROLLBACK, "rollout undo deployment/web"),
        (Plain(), Action.UPDATE, "edit deployment/web"),
        (Plain(), "delete", "delete deployment/web"),
        (KServe(), Action.SCALE, "edit inferenceservice/web"),
    ],
    ids=lambda value: str(getattr(value, "name", value)).lower(),
)
def test_what_kubectl_made_is_refused_with_the_command(flavor: Any, doing: Any, command: str) -> None:
    body = owner(managedFields=KUBECTL)
    body["spec"] |= {"predictor": {"containers": [{"image": "web:1"}]}}
    assert refusal(seen(body, flavor), doing, 2).details["command"] == f"kubectl -n team {command}"


def test_a_mirror_keeps_of_the_field_managers_who_was_first() -> None:
    kept = owner(managedFields=short_fields({"managedFields": KUBECTL}))["metadata"]
    assert kept["managedFields"] == [{"manager": "kubectl-client-side-apply"}]
    assert first_manager(kept) == "kubectl-client-side-apply"
    assert short_fields({}) == []


def test_a_copy_of_ours_that_is_kept_in_git_is_not_ours() -> None:
    ours = owner(labels={words.MANAGED_BY: words.MANAGER})
    assert is_ours(ours)
    ours["metadata"]["labels"]["argocd.argoproj.io/instance"] = "shop"
    assert not is_ours(ours)
    assert seen(ours).record is None


# --------------------------------------------------------------------------- the history of PrimeHub's own


def snapshot(
    time: str, user: str, message: str = "", *, image: str = "reg/iris:1", replicas: int = 1, **more: Any
) -> Json:
    predictor = {"name": "predictor1", "replicas": replicas, "modelImage": image, "instanceType": "cpu-1"}
    spec = {"displayName": "Iris", "userName": user, "updateMessage": message, "predictors": [predictor], **more}
    return {"time": f"2026-01-0{time}:00:00Z", "spec": spec}


HISTORY = [
    snapshot("5T10", "mary", "Deployment Stopped", image="reg/iris:2", replicas=3, stop=True),
    snapshot("4T10", "grace", image="reg/iris:2", replicas=3),
    snapshot("3T10", "grace", "better", image="reg/iris:2", env=[{"name": "A", "value": "hidden-word"}]),
    snapshot("2T10", "ada"),
]


def portal(history: list[Json], phase: str = "Stopped") -> Json:
    metadata = {"name": "iris-x1", "namespace": "hub", "uid": "u"}
    return {"metadata": metadata, "spec": history[0]["spec"], "status": {"phase": phase, "history": history}}


def test_the_history_that_primehub_keeps_is_told_as_revisions() -> None:
    revisions = PrimeHub().past(portal(HISTORY))
    assert [(one.number, one.action, one.user) for one in revisions] == [
        (4, Action.STOP, "mary"),
        (3, Action.UPDATE, "grace"),
        (2, Action.UPDATE, "grace"),
        (1, Action.CREATE, "ada"),
    ]
    assert [one.changes for one in revisions] == [["stopped"], ["env", "replicas"], ["env", "model"], []]
    assert [one.outcome for one in revisions] == [Outcome.SUCCEEDED, *[Outcome.SUPERSEDED] * 3]
    assert (revisions[2].update_message, revisions[3].spec.model.image) == ("better", "reg/iris:1")
    assert "hidden-word" not in str(revisions)


@pytest.mark.parametrize(
    ("phase", "outcome"),
    [("Failed", Outcome.FAILED), ("Stopping", Outcome.IN_PROGRESS), ("Stopped", Outcome.SUCCEEDED)],
)
def test_the_newest_came_to_what_the_controller_says(phase: str, outcome: Outcome) -> None:
    assert PrimeHub().past(portal(HISTORY, phase))[0].outcome is outcome


def test_only_replicas_that_change_are_a_scaling() -> None:
    history = [snapshot("3T10", "ada", replicas=2), snapshot("2T10", "ada")]
    assert PrimeHub().past(portal(history))[0].action is Action.SCALE


def test_a_history_that_is_full_has_lost_its_beginning() -> None:
    full = [snapshot("2T10", "ada", image=f"reg/iris:{number}") for number in range(32)]
    assert PrimeHub().past(portal(full))[-1].action is Action.UPDATE
    assert PrimeHub().told(portal(full)).created_by == ""


def test_a_list_knows_names_users_and_numbers_without_the_history() -> None:
    short = without_past(portal(HISTORY))
    assert len(str(short)) < len(str(portal(HISTORY))) / 2
    told = PrimeHub().told(short)
    assert (told.name, told.revision, told.created_by, told.updated_by) == ("Iris", 4, "ada", "mary")
    assert told.updated_at is not None
    assert told.updated_at.isoformat() == "2026-01-05T10:00:00+00:00"
    assert maker_of(short, PH_DEPLOYMENT).name == "PrimeHub"


def test_what_primehub_does_not_tell_is_not_made_up() -> None:
    body = portal(HISTORY[:1])
    for status in ({}, {"history": [{}]}, {"history": [{"time": "2026-01-01T00:00:00Z"}]}):
        body["status"] = status
        assert PrimeHub().past(body) == []
        assert PrimeHub().told(without_past(body)).revision == 1
