"""Rules of the service layer that are functions of values."""

from __future__ import annotations

import getpass
import json
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.models import MASK
from primehub_deploy_ext.service.identity import caller_name, os_user
from primehub_deploy_ext.service.logs import parse_log_query
from primehub_deploy_ext.service.masking import has_mask, unmasked
from primehub_deploy_ext.service.parameters import parse_flag, parse_number
from primehub_deploy_ext.service.validation import parse_body


@pytest.mark.parametrize(
    ("environ", "provided", "expected"),
    [
        ({"JUPYTERHUB_USER": "hub"}, "login", "login"),
        ({"JUPYTERHUB_USER": "hub"}, None, "hub"),
        ({"JUPYTERHUB_USER": ""}, "login", "login"),
        ({}, "login", "login"),
        ({}, None, "ada"),
        ({}, "", "ada"),
    ],
)
def test_the_caller_is_who_logged_in_or_the_owner_on_the_hub_or_the_os_user(
    environ: dict[str, str], provided: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")

    assert caller_name(provided, environ) == expected


@pytest.mark.parametrize("error", [KeyError("no such uid"), OSError("no name")])
def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def unknown() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", unknown)

    assert os_user().startswith("uid-")


def test_masks_become_current_values() -> None:
    assert unmasked({"A": MASK, "B": "new"}, {"A": "1", "B": "2", "C": "3"}) == {"A": "1", "B": "new"}
    assert has_mask({"A": MASK})
    assert not has_mask({"A": "1"})
    assert not has_mask(None)


def test_a_mask_needs_a_current_value() -> None:
    with pytest.raises(InvalidInput) as raised:
        unmasked({"A": MASK, "B": "1"}, {"B": "1"})
    assert [problem["field"] for problem in raised.value.fields] == ["env.A"]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = 1
    words: dict[str, list[str]] = {}


def test_an_empty_body_is_an_empty_object() -> None:
    assert parse_body(Body, b"") == parse_body(Body, b" \n") == Body()


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"size": "x"}, {"size": "should be a valid integer, unable to parse string as an integer"}),
        ({"words": {"a.b": ["x", 1]}}, {"words.a.b.1": "should be a valid string"}),
        ({"colour": 1}, {"colour": "is not a known field"}),
    ],
)
def test_each_wrong_place_is_named_with_dots(sent: Any, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_body(Body, json.dumps(sent).encode())
    assert {problem["field"]: problem["message"] for problem in raised.value.fields} == fields


def test_errors_keep_the_values_that_were_sent_to_themselves() -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_body(Body, b'{"size": "s3cret"}')
    assert "s3cret" not in str(raised.value.to_dict())
    # The cause would be logged with the error.
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_parameters_become_values() -> None:
    assert parse_number({"limit": "5"}, "limit", at_least=1, at_most=5) == 5
    assert parse_number({}, "limit", at_least=1, at_most=5) is None
    assert [parse_flag({"f": text}, "f") for text in ("1", "TRUE", "0", "false", "")] == [
        True,
        True,
        False,
        False,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-23T09:40:24Z", "2026-11-23T09:40:24+00:00"),
        ("2026-11-23T09:40:24", "2026-11-23T09:40:24+00:00"),
        ("2026-11-23T09:40:24+01:00", "2026-11-23T09:40:24+01:00"),
        ("2026-11-23T09:40:24 01:00", "2026-11-23T09:40:24+01:00"),  # a "+" that nobody encoded
        ("2026-11-23T09:40:24.123456Z", "2026-11-23T09:40:24.123456+00:00"),
    ],
)
def test_times_of_log_lines_are_read_as_utc(text: str, iso: str) -> None:
    query = parse_log_query({"since": text})

    assert query.since is not None
    assert query.since.isoformat() == iso


def test_a_log_query_asks_for_everything_unless_told() -> None:
    query = parse_log_query({})
    assert (query.replica, query.attempt, query.tail, query.since, query.follow) == (None, None, None, None, False)

    query = parse_log_query({"replica": "3-0", "attempt": "previous", "tail": "0", "follow": "1"})
    assert (query.replica, query.attempt, query.tail, query.follow) == ("3-0", "previous", 0, True)
    assert parse_log_query({"attempt": "2"}).attempt == 2
