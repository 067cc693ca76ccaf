"""Query parameters: texts that become values, or an error that names the parameter."""

from __future__ import annotations

from collections.abc import Mapping

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
