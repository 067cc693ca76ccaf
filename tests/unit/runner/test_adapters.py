"""How a live object is recognised, and that a new kind is one more file."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.runner import adapters
from tests.unit.runner import models


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (models.iris, "sklearn"),
        (models.people, "sklearn"),
        (models.shouter, "callable"),
        (lambda: len, "callable"),
        (lambda: 1, None),
        (lambda: int, None),
    ],
)
def test_a_live_object_is_recognised(make, name):
    assert adapters.recognise(make()) == name


def test_an_unknown_adapter_is_answered_with_those_that_exist():
    with pytest.raises(LookupError, match=r"no adapter 'keras'; there are: callable, sklearn"):
        adapters.by_name("keras")


def test_the_default_of_a_transformer_is_to_transform():
    from sklearn.preprocessing import StandardScaler

    assert adapters.by_name("sklearn").methods(StandardScaler())[0] == "transform"
