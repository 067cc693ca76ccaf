"""How an image differs from what a model was made with, before the model runs there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from primehub_deploy_ext.domain.drift import Libraries
from tests.server.api import Api
from tests.server.fake_engine import FakeEngine

MADE_WITH = {"python_version": "3.11.2", "packages": {"numpy": "2.2.6", "pandas": "2.3.3", "xgboost": "3.0"}}
RUNNER = Libraries("3.11.9", {"numpy": "1.26.4", "pandas": "2.3.3", "xgboost": None})


@pytest.fixture
def contained(engine: FakeEngine) -> FakeEngine:
    engine.capabilities = replace(engine.capabilities, images=True, runner_image="runner:1")
    engine.images["runner:1"] = RUNNER
    return engine


async def test_what_differs_is_named_and_nothing_else(api: Api, contained: FakeEngine) -> None:
    answer = await api("POST", "drift", MADE_WITH)

    assert (answer.status, answer.json) == (
        200,
        {
            "image": "runner:1",
            "known": True,
            "unknown": [],
            "items": [
                {"package": "numpy", "trained": "2.2.6", "here": "1.26.4"},
                {"package": "xgboost", "trained": "3.0", "here": None},
            ],
        },
    )
    assert contained.asked_about == [("runner:1", ["numpy", "pandas", "xgboost"], ["ada"])]


async def test_an_image_of_its_own_is_compared_instead(api: Api, contained: FakeEngine) -> None:
    contained.images["team/other:2"] = Libraries("3.12.1", {"numpy": "2.2.6"})
    answer = (await api("POST", "drift", {**MADE_WITH, "image": "team/other:2"})).json

    assert (answer["image"], answer["unknown"]) == ("team/other:2", ["pandas", "xgboost"])
    assert answer["items"] == [{"package": "python", "trained": "3.11.2", "here": "3.12.1"}]


async def test_where_nobody_knows_the_image_that_is_what_is_said(api: Api, contained: FakeEngine) -> None:
    contained.images.clear()
    answer = (await api("POST", "drift", MADE_WITH)).json
    assert answer == {"image": "runner:1", "known": False, "unknown": [], "items": []}


async def test_what_runs_with_the_python_that_made_it_is_compared_with_nothing(api: Api, engine: FakeEngine) -> None:
    answer = (await api("POST", "drift", {**MADE_WITH, "image": "team/other:2"})).json
    assert answer == {"image": "", "known": False, "unknown": [], "items": []}
    assert engine.asked_about == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"image": "No Image"}, "image"),
        ({"packages": {f"p{n}": "1" for n in range(300)}}, "packages"),
        ({"packages": {"numpy": "9" * 300}}, "packages.numpy"),
    ],
    ids=["image", "many", "long"],
)
async def test_what_makes_no_sense_is_refused_by_field(api: Api, body: dict[str, Any], field: str) -> None:
    answer = await api("POST", "drift", body)
    assert (answer.status, answer.json["fields"][0]["field"]) == (400, field)
