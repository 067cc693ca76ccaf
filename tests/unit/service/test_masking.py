"""Environment values never come out, whatever is done with them on the way."""

from __future__ import annotations

from typing import Any

import pytest

from primehub_deploy_ext.domain.models import MASK
from primehub_deploy_ext.service.masking import SHORTEST, hide, secrets_in

KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END KEY-----\n"


def secrets(*values: str) -> Any:
    env = {f"NAME_{number}": value for number, value in enumerate(values)}
    return secrets_in([env])


@pytest.mark.parametrize(
    ("value", "printed", "read"),
    [
        ("hunter2-hunter2", "password=hunter2-hunter2!", f"password={MASK}!"),
        ("hunter2-hunter2", "hunter2-hunter2hunter2-hunter2", MASK * 2),
        ("grüße-an-alle", "grüße-an-alle", MASK),
        (KEY, "2: kqhkiG9w0BAQ", f"2: {MASK}"),
        (KEY, f"env: {KEY!r}", f"env: '{MASK}'"),
        ('say "open sesame"', r'{"word": "say \"open sesame\""}', f'{{"word": "{MASK}"}}'),
        ("C:\\keys\\mine", repr({"path": "C:\\keys\\mine"}), f"{{'path': '{MASK}'}}"),
        ("production", "in production", f"in {MASK}"),
        ("short", "short", "short"),
    ],
    ids=["once", "twice", "umlauts", "one line of many", "repr", "json", "backslashes", "a word", "too short"],
)
def test_a_value_is_masked_wherever_it_is_printed(value: str, printed: str, read: str) -> None:
    assert hide(printed, secrets(value)) == read


def test_the_longer_of_two_values_goes_first() -> None:
    assert hide("abcdefgh-ijkl", secrets("abcdefgh", "abcdefgh-ijkl")) == MASK


def test_values_that_are_shorter_than_the_limit_are_left_alone() -> None:
    assert secrets("x" * (SHORTEST - 1)) == ()
    assert secrets("x" * SHORTEST) == ("x" * SHORTEST,)
