"""Phase, reason and message, by table."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from primehub_deploy_ext.domain.models import DeploymentSpec, Model, Revision, Status
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason, Step
from primehub_deploy_ext.engines.local.projection import Facts, project
from primehub_deploy_ext.engines.local.slot import Slot

CLOCK = datetime(2026, 11, 23, 9, 40, tzinfo=timezone.utc)
MODEL = Model(artifact="a" * 64, size=1, interpreter="/usr/bin/python3")


def revision(number: int, outcome: Outcome = Outcome.SUCCEEDED, **facts: Any) -> Revision:
    spec = DeploymentSpec(model=MODEL, replicas=facts.pop("replicas", 2), stopped=facts.pop("stopped", False))
    return Revision(
        number=number, action=Action.UPDATE, spec=spec, user="ada", created_at=CLOCK, outcome=outcome, **facts
    )


def slots(template: int, *steps: Step, failures: int = 0, message: str = "") -> list[Slot]:
    return [
        Slot(template, index, pid=None if step is Step.BACKING_OFF else 100 + index, step=step, failures=failures)
        if step is Step.READY
        else Slot(
            template,
            index,
            pid=None if step is Step.BACKING_OFF else 100 + index,
            step=step,
            failures=failures,
            message=message,
            reason=Reason.CRASH_LOOP if failures else None,
        )
        for index, step in enumerate(steps)
    ]


READY, LOADING, STARTING, BACKING_OFF = Step.READY, Step.LOADING, Step.STARTING, Step.BACKING_OFF
IN_PROGRESS, FAILED = Outcome.IN_PROGRESS, Outcome.FAILED


def facts(target: Revision, serving: Revision | None, wanted: list[Slot], **more: Any) -> Facts:
    served = more.pop("served", wanted if serving else [])
    return Facts(
        target=target, serving=serving, latest=more.pop("latest", target), wanted=wanted, served=served, **more
    )


@pytest.mark.parametrize(
    ("given", "phase", "reason", "says"),
    [
        (facts(revision(1, IN_PROGRESS), None, slots(1, STARTING)), "Deploying", "Starting", "0 of 2"),
        (facts(revision(1, IN_PROGRESS), None, slots(1, READY, LOADING)), "Deploying", "Loading", "1 of 2"),
        (
            facts(revision(1, FAILED, reason=Reason.MODEL_LOAD_FAILED, message="no xgboost"), None, []),
            "Failed",
            "ModelLoadFailed",
            "no xgboost",
        ),
        (facts(revision(1), revision(1), slots(1, READY, READY)), "Deployed", "Ready", "2 of 2"),
        (
            facts(revision(1), revision(1), slots(1, READY, BACKING_OFF, failures=1, message="killed")),
            "Deployed",
            "Degraded",
            "killed",
        ),
        (
            facts(revision(1), revision(1), slots(1, BACKING_OFF, STARTING, failures=1, message="killed")),
            "Deploying",
            "Restarting",
            "killed",
        ),
        (
            facts(revision(1), revision(1), slots(1, BACKING_OFF, BACKING_OFF, failures=3, message="killed")),
            "Failed",
            "CrashLoop",
            "failed 3 times: killed",
        ),
        (
            facts(revision(2, IN_PROGRESS), revision(1), slots(2, LOADING, READY), served=slots(1, READY, READY)),
            "Deploying",
            "RollingUpdate",
            "Revision 1 serves",
        ),
        (
            facts(
                revision(1),
                revision(1),
                slots(1, READY, READY),
                latest=revision(2, FAILED, reason=Reason.EXAMPLE_FAILED, message="bad shape"),
            ),
            "Deployed",
            "UpdateFailed",
            "revision 2 failed: bad shape",
        ),
        (
            facts(revision(2, IN_PROGRESS, replicas=3), revision(1), slots(1, READY, READY, LOADING)),
            "Deploying",
            "Scaling",
            "2 of 3",
        ),
        (facts(revision(2, stopped=True), None, [], ending=2), "Deploying", "Stopping", "2 replicas"),
        (facts(revision(2, stopped=True), None, []), "Stopped", "Stopped", "Start it"),
        (facts(revision(1), revision(1), slots(1, READY, READY), deleting=True), "Deploying", "Deleting", "deleted"),
    ],
)
def test_phase_reason_and_message(given: Facts, phase: str, reason: str, says: str) -> None:
    status = project(given, None, CLOCK)
    assert (status.phase.value, status.reason.value) == (phase, reason)
    assert says in status.message


def test_since_stays_while_phase_and_reason_do() -> None:
    given = facts(revision(1), revision(1), slots(1, READY, READY))
    first = project(given, None, CLOCK)
    later = project(given, first, CLOCK + timedelta(hours=1))
    assert later.since == CLOCK
    changed = project(facts(revision(2, stopped=True), None, []), later, CLOCK + timedelta(hours=2))
    assert changed.since == CLOCK + timedelta(hours=2)


def test_a_failed_update_stays_visible_beside_what_serves() -> None:
    failed = revision(2, FAILED, reason=Reason.EXAMPLE_FAILED, message="bad shape")
    status: Status = project(facts(revision(1), revision(1), slots(1, READY, READY), latest=failed), None, CLOCK)
    assert status.phase is Phase.DEPLOYED
    assert status.update is not None
    assert (status.update.revision, status.update.outcome, status.update.message) == (2, FAILED, "bad shape")


def test_replicas_beyond_the_wanted_number_are_not_counted() -> None:
    shrinking = facts(revision(2, IN_PROGRESS, replicas=1), revision(1), slots(1, READY, READY, READY))
    assert project(shrinking, None, CLOCK).replicas.model_dump() == {"desired": 1, "ready": 1}
