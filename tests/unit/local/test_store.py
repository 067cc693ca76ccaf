"""What was acknowledged is there again after a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.errors import AlreadyExists, EngineUnavailable
from primehub_deploy_ext.domain.models import DeploymentSpec, Event, Model, Revision
from primehub_deploy_ext.domain.phases import Action, Outcome
from primehub_deploy_ext.engines.local.store import EVENTS_KEPT, RevisionRow, Store, now

SPEC = DeploymentSpec(model=Model(artifact="a" * 64, size=1, interpreter="/usr/bin/python3"))


def revision(number: int, action: Action = Action.CREATE) -> Revision:
    return Revision(number=number, action=action, spec=SPEC, user="ada", created_at=now())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state.db")


def test_everything_survives_a_restart(store: Store, tmp_path: Path) -> None:
    row = store.insert(id="iris", name="Iris", group="team", revision=revision(1))
    row = store.add_revision(row, RevisionRow(revision(2, Action.SCALE), template=1))
    store.set_serving(row, 1)
    store.save_slot(row.uid, 1, 0, {"pid": 42})
    store.close()
    again = Store(tmp_path / "state.db")
    (found,) = again.deployments()
    assert (found.id, found.latest, found.target, found.serving) == ("iris", 2, 2, 1)
    assert [(r.revision.number, r.template) for r in again.revisions(found.uid)] == [(1, 1), (2, 1)]
    assert again.slots(found.uid) == [{"pid": 42}]
    assert again.artifacts_in_use() == {"a" * 64}


def test_an_id_is_taken_until_its_deployment_is_removed(store: Store) -> None:
    row = store.insert(id="iris", name="Iris", group="team", revision=revision(1))
    with pytest.raises(AlreadyExists) as refused:
        store.insert(id="iris", name="Other", group="team", revision=revision(1))
    assert refused.value.fields[0]["field"] == "id"
    store.remove(row)
    assert store.revisions(row.uid) == []
    assert store.insert(id="iris", name="Other", group="team", revision=revision(1)).uid != row.uid


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    row = store.insert(id="iris", name="Iris", group="team", revision=revision(1))
    with pytest.raises(RuntimeError), store.transaction():
        store.set_target(row, 7)
        raise RuntimeError
    assert store.deployments()[0].target == 1


def test_an_outcome_is_written_to_its_revision(store: Store) -> None:
    row = store.insert(id="iris", name="Iris", group="team", revision=revision(1))
    done = revision(1).model_copy(update={"outcome": Outcome.FAILED, "message": "why"})
    store.save_revision(row.uid, RevisionRow(done, template=1))
    (found,) = store.revisions(row.uid)
    assert (found.revision.outcome, found.revision.message) == (Outcome.FAILED, "why")


def test_old_events_go(store: Store) -> None:
    row = store.insert(id="iris", name="Iris", group="team", revision=revision(1))
    for number in range(EVENTS_KEPT + 60):
        store.add_event(row.uid, Event(time=now(), kind="Normal", reason="R", message=str(number)))
    events = store.events(row.uid)
    assert len(events) == EVENTS_KEPT
    assert events[0].message == str(EVENTS_KEPT + 59)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(EngineUnavailable, match=r"state\.db"):
        Store(path)


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(EngineUnavailable, match="newer version"):
        Store(path)


def test_the_file_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "state.db").stat().st_mode & 0o077 == 0
