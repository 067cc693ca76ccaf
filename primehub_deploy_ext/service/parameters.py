"""Query parameters: texts that become values, or an error that names the parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from primehub_deploy_ext.domain.errors import InvalidInput

_YES_NO = {"1": True, "true": True, "0": False, "false": False}


def bad_parameter(name: str, rule: str) -> InvalidInput:
    """Make the error for a parameter that breaks its rule."""
    return InvalidInput(f"{name}: {rule}", fields=[{"field": name, "message": rule}])


def parse_flag(arguments: Mapping[str, str], name: str) -> bool | None:
    """Read a yes-or-no parameter; None when left out."""
    text = arguments.get(name, "").lower()
    if text and text not in _YES_NO:
        raise bad_parameter(name, "must be 1 or 0")
    return _YES_NO.get(text)


def parse_number(arguments: Mapping[str, str], name: str, *, at_least: int, at_most: int) -> int | None:
    """Read a whole number; None when left out."""
    text = arguments.get(name, "")
    if not text:
        return None
    # isdecimal() alone lets digits of other scripts through; the length keeps int() cheap.
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and at_least <= int(text) <= at_most):
        raise bad_parameter(name, f"must be a whole number from {at_least} to {at_most}")
    return int(text)


def parse_time(arguments: Mapping[str, str], name: str) -> datetime | None:
    """Read a time in ISO 8601, UTC unless it says otherwise; None when left out."""
    text = arguments.get(name, "")
    if not text:
        return None
    try:
        # Python 3.10 knows neither "Z" nor a "+" that a URL turned into a space.
        time = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.replace(" ", "+")))
    except ValueError as error:
        raise bad_parameter(name, "must be a time in ISO 8601, such as 2026-11-23T09:40:24Z") from error
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def parse_choice(arguments: Mapping[str, str], name: str, choices: Sequence[str]) -> str | None:
    """Read a parameter that is one of a few words; None when left out."""
    text = arguments.get(name, "")
    if text and text not in choices:
        raise bad_parameter(name, f"must be one of {', '.join(choices)}")
    return text or None
