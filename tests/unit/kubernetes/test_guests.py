"""Who may call a private endpoint, as it is written in a Secret."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.errors import AlreadyExists, NotFound
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.guests.list import (
    Guests,
    guests_of,
    guests_patch,
    key_of,
    new_secret,
    read_guests,
    used_patch,
)

MADE = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=timezone.utc)
ALICE = Client(name="alice", created_at=MADE, created_by="ada", expires_at=MADE + timedelta(days=1))
BOB = Client(name="bob", created_at=MADE, created_by="grace")


def stored(body: dict[str, Any]) -> dict[str, Any]:
    """Return a Secret as the API gives it back."""
    data = {name: base64.b64encode(text.encode()).decode() for name, text in body["stringData"].items()}
    return {"metadata": {**body["metadata"], "resourceVersion": "7"}, "data": data}


def patched(secret: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    assert patch["metadata"]["resourceVersion"] == secret["metadata"]["resourceVersion"]
    return {**secret, "data": {**secret["data"], **patch["data"]}}


def test_what_is_written_is_read_again() -> None:
    secret = stored(new_secret("iris", "iris-access-1", "team", Guests(private=True)))
    assert secret["metadata"]["labels"][words.PART] == "access"
    assert read_guests(secret) == Guests(private=True)
    full = read_guests(secret).having(ALICE, "a1").having(BOB, "b2")
    again = read_guests(patched(secret, guests_patch(secret, full)))
    assert again == full
    assert again.version == 3


def test_what_is_written_says_its_format_and_what_says_none_is_of_the_first() -> None:
    full = Guests(version=3, private=True).having(ALICE, "a1")
    written = json.loads(full.document())
    assert written.pop("format") == 1
    assert guests_of(json.dumps(written), {}) == full


@pytest.mark.parametrize("format", ["2", None, 0, -1, 1.5])
def test_what_is_no_format_is_broken(format: Any) -> None:
    with pytest.raises(ValueError, match="is no format"):
        guests_of(json.dumps({**json.loads(Guests().document()), "format": format}), {})


def test_each_deployment_has_a_key_of_its_own() -> None:
    keys = {key_of(stored(new_secret("iris", "n", "team", Guests()))) for _ in range(20)}
    assert len(keys) == 20
    assert all(len(base64.urlsafe_b64decode(key + "=")) == 32 for key in keys)


def test_replicas_are_told_hashes_and_nothing_that_only_people_want_to_know() -> None:
    used = ALICE.model_copy(update={"last_used_at": MADE})
    told = json.loads(Guests().having(used, "a1").document())
    assert told["clients"]["alice"]["hash"] == "a1"
    assert "last_used_at" not in told["clients"]["alice"]
    assert datetime.fromisoformat(told["clients"]["alice"]["expires_at"].replace("Z", "+00:00")) == ALICE.expires_at


def test_a_name_is_taken_until_it_is_revoked() -> None:
    guests = Guests().having(ALICE, "a1")
    with pytest.raises(AlreadyExists):
        guests.having(ALICE, "a2")
    with pytest.raises(NotFound):
        guests.without("bob")
    assert guests.without("alice").having(ALICE, "a2").version == 4


def test_a_later_revision_rules_over_who_compares_late() -> None:
    closed = Guests(revision=3).shut(5, private=True)
    assert (closed.private, closed.revision, closed.version) == (True, 5, 2)
    # Somebody who still sees revision 4, which was public, must not open it again.
    assert closed.shut(4, private=False) is closed
    assert closed.shut(6, private=True) is closed
    assert closed.shut(5, private=False).private is False


def test_the_newest_use_counts_and_none_of_somebody_who_had_the_name_before() -> None:
    secret = stored(new_secret("iris", "n", "team", Guests().having(ALICE, "a1").having(BOB, "b2")))
    early, late = MADE + timedelta(minutes=1), MADE + timedelta(minutes=2)
    alice, bob = read_guests(secret).used({"alice": late, "bob": MADE - timedelta(days=1)})
    assert (alice.last_used_at, bob.last_used_at) == (late, None)
    kept = read_guests(patched(secret, used_patch(secret, [alice, bob])))
    assert [client.last_used_at for client in kept.used({"alice": early})] == [late, None]
    assert kept.version == read_guests(secret).version  # replicas need not be told
