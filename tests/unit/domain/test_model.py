"""What a model may be: an artifact, an artifact in an image, or an image that serves by itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from primehub_deploy_ext.domain.models import Model
from primehub_deploy_ext.domain.names import is_image

DIGEST = "a" * 64


def test_an_image_serves_by_itself_or_runs_an_artifact() -> None:
    assert Model(image="registry.test/web:1").artifact == ""
    assert Model(image="web:1", artifact=DIGEST, interpreter="/usr/bin/python3").image == "web:1"


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, {"artifact"}),
        ({"artifact": DIGEST}, {"interpreter"}),
        ({"image": "", "artifact": ""}, {"artifact"}),
    ],
)
def test_what_is_missing_is_named(fields: dict[str, str], missing: set[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Model(**fields)
    assert {error["loc"][0] for error in refused.value.errors() if error["type"] == "missing"} == missing


def test_of_a_name_that_is_no_image_nothing_else_is_said() -> None:
    with pytest.raises(ValidationError) as refused:
        Model(image="no image")
    assert [error["loc"] for error in refused.value.errors()] == [("image",)]


@pytest.mark.parametrize(
    "image",
    [
        "web",
        "web:1",
        "registry.example.com/team/model:v1.2",
        "localhost:5000/a/b_c/d-e@sha256:" + "0" * 64,
        "127.0.0.1:21500/web:1",
    ],
)
def test_names_of_images(image: str) -> None:
    assert is_image(image)


@pytest.mark.parametrize("text", ["", "https://registry.example.com/a", "Web", "a b", "web:", "a//b", "web:1 --x"])
def test_what_is_no_image(text: str) -> None:
    assert not is_image(text)
