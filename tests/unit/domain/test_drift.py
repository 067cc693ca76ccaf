"""What counts as another version, and how that is told."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.domain.drift import Drift, Libraries, drift_between, told

HERE = Libraries("3.11.9", {"numpy": "2.2.6", "pandas": "2.3.3", "xgboost": None})


@pytest.mark.parametrize(
    ("python", "packages", "differing"),
    [
        ("3.11.2", {"numpy": "2.2.6"}, ()),
        ("", {}, ()),
        ("3.12.0", {}, (Drift("python", "3.12.0", "3.11.9"),)),
        ("3.1.9", {}, (Drift("python", "3.1.9", "3.11.9"),)),
        (
            "3.11.9",
            {"xgboost": "3.0", "numpy": "1.26.4", "pandas": "2.3.3"},
            (Drift("numpy", "1.26.4", "2.2.6"), Drift("xgboost", "3.0", None)),
        ),
        ("3.11.9", {"torch": "2.9"}, ()),  # nobody knows
    ],
    ids=["a-later-patch-of-python", "nothing-known", "python", "no-prefix-of-a-number", "libraries", "unknown"],
)
def test_other_versions_of_what_the_model_uses_are_drift(
    python: str, packages: dict[str, str], differing: tuple[Drift, ...]
) -> None:
    assert drift_between(python, packages, HERE) == differing


def test_of_an_image_whose_python_is_not_known_only_libraries_are_compared() -> None:
    assert drift_between("3.12.0", {"numpy": "1"}, Libraries("", {"numpy": "2"})) == (Drift("numpy", "1", "2"),)


def test_it_is_one_sentence_and_none_where_nothing_differs() -> None:
    differing = [Drift("numpy", "1.26.4", "2.2.6"), Drift("xgboost", "3.0", None)]
    sentence = "The image has other versions than the model was made with: numpy 2.2.6 (made with 1.26.4), "
    assert told(differing) == f"{sentence}xgboost missing (made with 3.0)."
    assert told([]) == ""
