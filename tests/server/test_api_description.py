"""The OpenAPI document says what the server does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from primehub_deploy_ext.openapi import document, document_text
from primehub_deploy_ext.routes import ROUTES
from tests.server.api import Api

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_every_verb_of_every_route_is_described_and_nothing_else() -> None:
    served = {(verb.lower(), f"/{route}") for route, handler in ROUTES.items() for verb in handler.verbs()}
    described = {(verb, path) for path, item in document()["paths"].items() for verb in item}

    assert described == served


def test_the_committed_copy_is_up_to_date() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == document_text(), (
        "the API has changed: run `python -m primehub_deploy_ext.openapi docs/openapi.json`"
    )


def test_every_reference_leads_somewhere() -> None:
    described = document()

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert references(described) <= known


def test_answers_promise_all_their_fields() -> None:
    deployment = document()["components"]["schemas"]["Deployment"]

    assert sorted(deployment["required"]) == sorted(deployment["properties"])


async def test_it_is_served(api: Api) -> None:
    answer = await api("GET", "openapi.json")

    assert answer.status == 200
    assert answer.json == json.loads(COMMITTED.read_text(encoding="utf-8"))
