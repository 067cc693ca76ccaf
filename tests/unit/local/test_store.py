"""What was acknowledged is there again after a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from primehub_deploy_ext.domain.clients import Client, new_token
from primehub_deploy_ext.domain.errors import AlreadyExists, EngineUnavailable
from primehub_deploy_ext.domain.models import DeploymentSpec, Event, Model, Revision
from primehub_deploy_ext.domain.phases import Action, Outcome
from primehub_deploy_ext.domain.resources import Quota
from primehub_deploy_ext.domain.stored import SavedModel
from primehub_deploy_ext.engines.local.callers import hash_token
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


def test_revisions_of_the_first_release_get_the_resources_that_their_instance_type_stood_for(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    row = store.insert(id="iris", name="Iris", group="team", revision=revision(1))
    store.close()
    with sqlite3.connect(tmp_path / "state.db") as old:
        old.execute("DROP TABLE clients")
        old.execute("DROP TABLE quotas")
        old.execute("DROP TABLE alerts")
        old.execute("DROP TABLE saved_models")
        old.execute("DROP TABLE saved_versions")
        old.execute(
            "UPDATE revisions SET body = json_remove(json_set(body, '$.spec.instance_type', 'cpu-2'),"
            " '$.spec.resources', '$.spec.access')"
        )
        old.execute("PRAGMA user_version = 1")
    old.close()
    (found,) = Store(tmp_path / "state.db").revisions(row.uid)
    spec = found.revision.spec
    assert (spec.resources.cpu, spec.resources.memory, spec.access) == (2, 4 * 2**30, "public")


def test_clients_and_quotas_survive_a_restart_and_tokens_are_no_part_of_the_file(store: Store, tmp_path: Path) -> None:
    row = store.insert(id="iris", name="Iris", group="team", revision=revision(1))
    token = new_token("alice")
    store.save_clients(row.uid, [(Client(name="alice", created_at=now(), created_by="ada"), hash_token(token))])
    store.save_quota("team", Quota(cpu=4))
    store.close()
    again = Store(tmp_path / "state.db")
    ((client, secret),) = again.clients(row.uid)
    assert (client.name, secret, again.quotas()) == ("alice", hash_token(token), {"team": Quota(cpu=4)})
    again.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"alice" in everything
    assert token.encode() not in everything
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_housekeeping_keeps_what_was_saved_by_name(store: Store) -> None:
    saved = SavedModel(
        number=0, name="Iris", version=0, group="team", model=SPEC.model, created_at=now(), created_by="ada"
    )
    kept = store.add_saved_model(saved)
    assert store.artifacts_in_use() == {SPEC.model.artifact}
    assert store.remove_saved_model(kept.number)
    assert store.artifacts_in_use() == set()
    assert not store.remove_saved_model(kept.number)
